"""walmedic drill, inside a lab: a real restore that turns restore.tested green, and backups that are damaged on purpose."""
import json
import re
import subprocess
import time

from dialogue import Dialogue
from inlab import LAB_ON, PLACE, Answer, Failed, assert_green, log, on

SECONDS = 240  # of one drill
SCRATCH = "/var/tmp/walmedic-drill.main"


def drill(*argv, view="console", typed="y\n"):
    """(exit status, what was said)"""
    p = subprocess.run([LAB_ON, PLACE[view], "walmedic", "drill", "main", *argv], input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=SECONDS, text=True, errors="replace")
    for line in p.stdout.splitlines():
        if re.match(r"drill\.|failed|refused|HINT|Drill of|  [a-zA-Z]+  |An earlier", line):
            log("    | " + line)
    log("drill ended with exit %d" % p.returncode)
    return p.returncode, p.stdout


def must(condition, what, said=""):
    if not condition:
        for line in said.splitlines()[-40:]:
            log("    | " + line)
        raise Failed(what)


def said_all(said, *words):
    for w in words:
        must(re.search(w, said, re.M), "not said: " + w, said)


def nothing_left(*places):
    for place, directory in places or (("backup", SCRATCH),):
        must(on(place, "test", "!", "-e", directory).returncode == 0, "%s is still there on %s" % (directory, place))
    left = on("console", "sh", "-c", "ls .local/state/walmedic/drill | grep scratch").stdout
    must(not left, "the note of the copy is still there: " + left)


def install():
    """As the hint says; the lab's own mirror has the package."""
    p = on("backup", "sh", "-c", "mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf && "
           "DEBIAN_FRONTEND=noninteractive apt-get -q -y install postgresql-15", timeout=120)
    must(p.returncode == 0, "postgresql-15 could not be installed", p.stdout)


def write_rows(name):
    """Until they are in Barman's archive."""
    sql = "INSERT INTO orders (customer, total) VALUES ('%s', 1)" % name
    switch = "SELECT pg_walfile_name(pg_switch_wal())"  # apart from it: what is committed by then is in that file
    wal = on("db:postgres", "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, "-c", switch, "shop").stdout.split()[-1]
    end = time.time() + 60
    while time.time() < end:
        on("backup:barman", "barman", "-q", "cron")
        if on("backup:barman", "sh", "-c", "test -e main/wals/%s/%s" % (wal[:16], wal)).returncode == 0:
            return wal
        time.sleep(1)
    raise Failed("WAL %s did not reach Barman" % wal)


def rows_of(said):
    found = re.search(r"^shop\.public\.orders\|(\d+)$", said, re.M)
    must(found, "the orders were not read", said)
    return int(found.group(1))


def tested():
    a = Answer("console")
    p = next(p for p in a.probes if p["id"] == "restore.tested")
    log("restore.tested: %s, %s" % (p["state"], p["say"]))
    return p["state"] == "ok" and "restore.never_tested" not in a.advice


def killed_drill(*argv):
    """kill -9 as soon as Barman copies; the lab's console has one walmedic."""
    p = subprocess.Popen([LAB_ON, PLACE["console"], "walmedic", "drill", "main", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
    p.stdin.write(b"y\n")
    for line in p.stdout:
        if line.startswith(b"drill.begun="):
            break
    on("console", "pkill", "-KILL", "-x", "walmedic")
    p.wait(timeout=30)
    log("killed in the midst of the restore")


def job_healthy(name, views, swift):
    assert_green(["console"])
    must(not tested(), "a restore is on record in a new laboratory")
    status, said = drill()
    must(status == 1, "without the server programs it must not be made", said)
    said_all(said, "NOT MADE: the server programs of PostgreSQL 15 are not on backup1", "^HINT: install the package postgresql-15")
    install()
    write_rows("before")
    time.sleep(2)
    at = on("db", "date", "-u", "+%Y-%m-%dT%H:%M:%SZ").stdout.strip()
    time.sleep(2)
    write_rows("after")
    must(drill(typed="n\n")[0] == 1 and not tested(), "it was made without a yes")
    killed_drill("--to", "/var/lib/barman")
    must(on("backup", "test", "-e", "/var/lib/barman/walmedic-drill.main").returncode == 0, "the killed drill has left nothing: it proves nothing")
    status, said = drill()
    must(status == 0, "the backup could not be restored", said)
    said_all(said, "^An earlier drill", "its backup can be restored", "^  RTO +[0-9]", "^  RPO +the last transaction in it is of 20.*, [0-9].* before the drill began", "every file matches", "none, by pg_amcheck")
    all_rows = rows_of(said)
    nothing_left(("backup", SCRATCH), ("backup", "/var/lib/barman/walmedic-drill.main"))
    must(tested(), "restore.tested is not green")
    record = json.loads(on("console", "sh", "-c", "cat .local/state/walmedic/drill/main.json").stdout)
    must(record["restored"]["seconds"] > 0 and record["restored"]["backup"] == record["verified"]["backup"], "the record is %s" % record)
    status, said = drill("--at", at, "--to", "postgres@db1:/var/tmp")
    must(status == 0, "to a point in time, on another host", said)
    must(rows_of(said) == all_rows - 1, "what came after the point in time is there too: %d, %d" % (rows_of(said), all_rows), said)
    status, said = drill("--at", "2099-01-01T00:00:00Z")
    must(status == 1, "to a time that is not there yet", said)
    said_all(said, "NOT MADE: the WAL in Barman's archive ends before")
    nothing_left(("db", SCRATCH), ("backup", SCRATCH))
    on("console", "sh", "-c", "rm .local/state/walmedic/drill/main.json")
    Dialogue("console", {}, "restore.never_tested").run(SECONDS)
    must(tested(), "the page of restore.never_tested does not lead to a drill")
    nothing_left()
    assert_green(["console"])


def damage(path, at):
    must(on("backup:barman", "sh", "-c", 'printf ZZZZ | dd of="$0" bs=1 seek="$1" conv=notrunc', path, str(at)).returncode == 0, "cannot damage " + path)


def job_corrupted(name, views, swift):
    install()
    wals = [write_rows("row %d" % n) for n in range(3)]
    wal = "main/wals/%s/%s" % (wals[1][:16], wals[1])
    on("backup:barman", "mv", wal, "kept-wal")
    status, said = drill()
    must(status == 2, "a missing WAL was not found", said)
    said_all(said, "FAILED: WAL %s is missing" % wals[1])
    on("backup:barman", "cp", "kept-wal", wal)
    damage(wal, 0)
    status, said = drill()
    must(status == 2, "a damaged WAL was not found", said)
    said_all(said, "FAILED: replay ended in WAL .* is damaged", "^  copy +removed")
    on("backup:barman", "mv", "kept-wal", wal)
    path = on("backup:barman", "sh", "-c", "find main/base/*/data/base -name '[0-9]*' -size +100k | sort | tail -n 1").stdout.strip()
    damage(path, 60000)
    status, said = drill()
    must(status == 2, "flipped bytes in %s were not found" % path, said)
    said_all(said, 'checksum mismatch for file "%s"' % path.split("/data/")[1], "FAILED: files of the copy do not match")
    nothing_left()
    must(not tested(), "a failed drill is on record")
