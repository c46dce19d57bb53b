# Patroni, as far as faults need it: it is not in the lab. What is told to patronictl stands in patroni.dynamic.json, as with the real one; each turn drops inactive slots
# that are not named there, makes those that are, and writes the parameters into postgresql.conf. Sourced by fault files.
PATRONI_JSON=/var/lib/postgresql/15/main/patroni.dynamic.json

# patroni_start < its configuration as JSON
patroni_start() {
	write db:postgres "$PATRONI_JSON" 600
	write db /usr/local/bin/patroni 755 <<-'END'
		#!/usr/bin/python3
		import json, subprocess, time
		def run(*argv):
		    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
		def sql(text):
		    return run("psql", "-XAtqc", text, "postgres").split()
		written = {}
		while True:
		    config = json.load(open("/var/lib/postgresql/15/main/patroni.dynamic.json"))
		    known, there = config.get("slots", {}), sql("select slot_name from pg_replication_slots")
		    for name in set(there) - set(known):
		        sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '%s' and not active" % name)
		    for name in set(known) - set(there):
		        sql("select pg_create_physical_replication_slot('%s', true)" % name)
		    parameters = config.get("postgresql", {}).get("parameters", {})
		    if parameters != written:
		        for key, value in parameters.items():
		            run("pg_conftool", "15", "main", "set", key, value)
		        sql("select pg_reload_conf()")
		        written = parameters
		    time.sleep(1)
	END
	write db /usr/local/bin/patronictl 755 <<-'END'
		#!/usr/bin/python3
		import json, os, sys
		path, args = "/var/lib/postgresql/15/main/patroni.dynamic.json", sys.argv[1:]
		config = json.load(open(path))
		if args[:2] == ["edit-config", "--force"] and len(args) == 4 and args[2] in ("-s", "-p"):
		    key, value = args[3].split("=", 1)
		    way = key.split(".") if args[2] == "-s" else ["postgresql", "parameters", key]
		    at = config
		    for part in way[:-1]:
		        at = at.setdefault(part, {})
		    at[way[-1]] = value
		    json.dump(config, open(path + ".new", "w"))
		    os.rename(path + ".new", path)
		    print("Configuration changed")
		elif args == ["show-config"]:
		    print(json.dumps(config, indent=2))
		else:
		    sys.exit("patronictl of the lab: " + " ".join(args))
	END
	on db:postgres sh -c 'exec setsid /usr/local/bin/patroni </dev/null >/dev/null 2>&1 &'
	until_true 10 on db pgrep -x patroni >/dev/null
}
