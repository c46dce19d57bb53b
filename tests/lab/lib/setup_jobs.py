"""The jobs of walmedic setup: one function for each name of data.SETUPS."""
import re
import subprocess
import time

import setups
from inlab import LAB_ON, Answer, Failed, log, record
from setups import MOST_ANSWERS, MOST_SECONDS, Setup, answers, done, write_answers
from walking import Walk


def told(setup, argv, texts=()):
    """The proof that all of them share, after the last run."""
    setups.assert_secret({"the output": "\n".join([*texts, setup.text]), "the command lines": argv})
    setups.assert_pipeline()
    setups.assert_once()
    setups.assert_journal()


def from_bare(mode):
    given = write_answers(answers(mode))
    if given > MOST_ANSWERS:
        raise Failed("%d answers" % given)
    watch, start = setups.Argv(), time.time()
    watch.start()
    setup = done(Setup().to_its_end())
    seconds = time.time() - start
    log("%s: %d answers, %.0f s" % (mode, given, seconds))
    record("set up", mode=mode, answers=given, seconds=round(seconds))
    if seconds > MOST_SECONDS:
        raise Failed("it took %.0f s" % seconds)
    told(setup, watch.end())
    setups.changed_nothing()


class Typed(Walk):
    """The same dialogue as a runbook's, without an answers file."""

    def __init__(self, values):
        super().__init__("setup", [], values, kill=False)

    def begin(self, answers):
        self.answers, self.text, self.seen, self.asked = answers, "", 0, {}
        self.p = subprocess.Popen([LAB_ON, "console", "walmedic", "setup"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)


def job_typed():
    watch, start = setups.Argv(), time.time()
    watch.start()
    setup = Typed({"backup": "ssh://root@backup1", "db": "ssh://root@db1", "mode": "stream"})
    setup.run(MOST_SECONDS)
    given = len(re.findall(r"^value for \S+ \[", setup.text, re.M))
    record("set up", mode="stream", answers=given, seconds=round(time.time() - start))
    log("%d values asked" % given)
    if not 0 < given <= MOST_ANSWERS:
        raise Failed("%d values were asked" % given)
    for place in ("backup", "db"):
        if setups.fingerprint(place) not in setup.text:
            raise Failed("the fingerprint of %s was not shown to be compared" % place)
    told(setup, watch.end())


def job_resume():
    write_answers(answers("both"))
    watch = setups.Argv()
    watch.start()
    texts, kills, last = setups.kill_each_step("walmedic")
    log("killed %d times" % kills)
    record("killed", times=kills)
    told(done(last), watch.end(), texts)
    setups.changed_nothing()


# What somebody did last week before a call came: packages, one key of two, roles with a forgotten password, a server file without what streams.
HALF_DONE = {
    "backup": r"""
export DEBIAN_FRONTEND=noninteractive; apt-get -qq -y --no-install-recommends install barman rsync >/dev/null 2>&1 || exit 1
printf '%s\n' '; agreed with the shop on 2026-05-04' '[main]' 'description = The shop, by hand' 'ssh_command = ssh postgres@db1' \
	'conninfo = host=db1 user=barman dbname=postgres' 'retention_policy = RECOVERY WINDOW OF 3 WEEKS' >/etc/barman.d/main.conf
runuser -u barman -- sh -c 'mkdir -p -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519; cat ~/.ssh/id_ed25519.pub'""",
    "db": r"""
install -d -m 700 -o postgres -g postgres /var/lib/postgresql/.ssh
printf '%s\n' "$1" >/var/lib/postgresql/.ssh/authorized_keys; chown postgres: /var/lib/postgresql/.ssh/authorized_keys
printf '%s\n' '# kept by hand' 'host shop app 10.77.0.9/32 scram-sha-256' >>/etc/postgresql/15/main/pg_hba.conf
runuser -u postgres -- psql -XAtq -c "CREATE ROLE barman LOGIN PASSWORD 'nobody remembers'" -c "ALTER SYSTEM SET archive_mode = on" -c "ALTER SYSTEM SET work_mem = '5MB'" """,
}
KEPT = (("backup", "/etc/barman.d/main.conf", "; agreed with the shop on 2026-05-04"), ("backup", "/etc/barman.d/main.conf", "RECOVERY WINDOW OF 3 WEEKS"),
        ("db", "/etc/postgresql/15/main/pg_hba.conf", "host shop app 10.77.0.9/32 scram-sha-256"),
        ("db", "/var/lib/postgresql/15/main/postgresql.auto.conf", "work_mem = '5MB'"))


def job_adopt():
    key = setups.read("backup", "sh", "-c", HALF_DONE["backup"], what="half of a set-up on backup1").splitlines()[-1]
    setups.read("db", "sh", "-c", HALF_DONE["db"], "db", key, what="half of a set-up on db1")
    write_answers(answers("both"))
    watch = setups.Argv()
    watch.start()
    setup = done(Setup().to_its_end())
    for place, path, text in KEPT:
        if text not in setups.read(place, "cat", path):
            raise Failed("%s: %s has lost %r" % (place, path, text))
    if setups.read("backup:barman", "cat", ".ssh/id_ed25519.pub").split()[1] != key.split()[1]:
        raise Failed("Barman's key was replaced")
    told(setup, watch.end())
    setups.changed_nothing()


# From a pipeline that somebody else made, and that is green.
TAKEN_AWAY = (("db:postgres", "psql -XAtqc \"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots\" && sleep 1 && psql -XAtqc \"SELECT pg_drop_replication_slot('barman')\""),
              ("backup:barman", "sed -i /streaming_barman/d ~/.pgpass"), ("backup", "rm /etc/cron.d/barman-backup"),
              ("db", "sed -i /streaming_barman/d /etc/postgresql/15/main/pg_hba.conf && runuser -u postgres -- psql -XAtqc 'SELECT pg_reload_conf()'"))


def job_green():
    write_answers(answers("both"))
    before = setups.state()
    done(Setup().to_its_end())
    setups.assert_unchanged(before, setups.state(), "a green pipeline")
    setups.assert_pipeline()
    for place, command in TAKEN_AWAY:
        setups.read(place, "sh", "-c", command)
    if Answer("console").is_green():
        raise Failed("nothing of what was taken away is missed")
    setup = done(Setup("--new").to_its_end())
    told(setup, "")


def refused(what, text, status, say, mode="600"):
    """Answers that lead nowhere: the exit status, the sentence, and not a file that is other than before."""
    write_answers(text, mode)
    before = setups.state()
    run = Setup().to_its_end()
    if run.status != status or say not in run.text:
        raise Failed("%s: exit %d instead of %d, or not a word of %r" % (what, run.status, status, say))
    setups.assert_unchanged(before, setups.state(), what)


def job_refused():
    good = answers("both")
    other = setups.fingerprint("console")
    refused("no fingerprint", answers("both", hostkey_db=None), 3, "hostkey")
    refused("a key that is not known", good + "no_such = 1\n", 3, "answers:8")
    refused("a key twice", good + "mode = push\n", 3, "answers:8")
    refused("no equals sign", good + "restart\n", 3, "answers:8")
    refused("a file that others may write", good, 3, "writ", mode="666")
    refused("a command for a name", answers("both", server="$(touch /tmp/x)"), 3, "server")
    refused("a line that is no address", answers("both", backup="ssh://-oProxyCommand=touch%20/tmp/x"), 3, "backup")
    refused("another host's fingerprint of backup1", answers("both", hostkey_backup=other), 1, "SHA256:")


JOBS = {"setup.push": lambda: from_bare("push"), "setup.stream": lambda: from_bare("stream"), "setup.both": lambda: from_bare("both"),
        "setup.typed": job_typed, "setup.resume": job_resume, "setup.adopt": job_adopt, "setup.green": job_green, "setup.refused": job_refused}


def job_setup(name, views, swift):
    JOBS[name]()
