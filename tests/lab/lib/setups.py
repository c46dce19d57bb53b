"""walmedic setup inside a lab: bare hosts (or half-done ones) to a pipeline that is green, with an answers file, killed and resumed, asked twice."""
import glob
import json
import os
import random
import re
import select
import subprocess
import threading
import time

from inlab import LAB_ON, Answer, Failed, log, on

ANSWERS = "/root/answers"
JOURNAL = "/root/.local/state/walmedic"
MOST_ANSWERS, MOST_SECONDS = 12, 180
SILENT_SECONDS = 150  # no step of a small laboratory says nothing for longer


def read(place, *argv, what=""):
    p = on(place, *argv, timeout=120)
    if p.returncode:
        raise Failed("%s: exit %d: %s" % (what or " ".join(argv), p.returncode, p.stdout[-1500:]))
    return p.stdout


def fingerprint(place):
    """Of a host's key, read on the host itself."""
    return read(place, "ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").split()[1]


def answers(mode, **changed):
    """The shortest answers that an administrator would write down."""
    values = {"server": "main", "backup": "ssh://root@backup1", "db": "ssh://root@db1", "mode": mode, "restart": "yes",
              "hostkey_backup": fingerprint("backup"), "hostkey_db": fingerprint("db"), **changed}
    return "".join("%s = %s\n" % (k, v) for k, v in values.items() if v is not None)


def write_answers(text, mode="600"):
    if subprocess.run([LAB_ON, "console", "sh", "-c", 'umask 077; cat >"$1" && chmod "$2" "$1"', "answers", ANSWERS, mode], input=text, text=True).returncode:
        raise Failed("the answers file could not be written")
    return len([line for line in text.splitlines() if "=" in line])


# ---- what the hosts are ---------------------------------------------------------------------------

STATE = {
    "console": "/etc /root/.ssh /root/.config /usr/local",
    "backup": "/etc /root/.ssh /var/lib/barman/.ssh /var/lib/barman/.pgpass /var/spool/cron",
    "db": "/etc /root/.ssh /var/lib/postgresql/.ssh /var/lib/postgresql/15/main/postgresql.auto.conf /var/spool/cron",
}
# A list of files with their owners, modes and sums; what apt and dpkg note for themselves is none of it.
LIST = r"""find %s \( -type f -o -type l -o -type d \) ! -name '*cache*' -printf '%%p %%M %%u %%g %%l\n' 2>/dev/null | sort
find %s -type f ! -name '*cache*' -exec sha256sum {} + 2>/dev/null | sort -k 2
dpkg-query -W 2>/dev/null"""
ROLES = "SELECT rolname, rolsuper, rolreplication, rolpassword FROM pg_authid ORDER BY 1"
SLOTS = "SELECT slot_name, slot_type, plugin FROM pg_replication_slots ORDER BY 1"


def state():
    """{place: lines}: everything that a set-up may change, but what runs"""
    found = {p: read(p, "sh", "-c", LIST % (dirs, dirs) + "; true") for p, dirs in STATE.items()}
    found["PostgreSQL"] = read("db:postgres", "psql", "-XAtc", ROLES, "-c", SLOTS)
    found["backups"] = on("backup", "sh", "-c", "ls -d /var/lib/barman/*/base/* 2>/dev/null").stdout
    return found


def assert_unchanged(before, after, when):
    for place in before:
        old, new = set(before[place].splitlines()), set(after[place].splitlines())
        if old != new:
            raise Failed("%s: %s has changed: %s" % (when, place, "; ".join(["-" + x for x in sorted(old - new)] + ["+" + x for x in sorted(new - old)])[:1500]))


# ---- one run --------------------------------------------------------------------------------------

class Argv(threading.Thread):
    """Every command line of every process of the lab, as anybody on the hosts can see it with ps."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.over = set(), threading.Event()

    def run(self):
        while not self.over.wait(0.03):
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    with open(path, "rb") as f:
                        self.seen.add(f.read())
                except OSError:
                    pass

    def end(self):
        self.over.set()
        self.join()
        return b"\n".join(self.seen).decode("utf-8", "replace")


class Setup:
    """One start of walmedic setup with the answers file: its text, its steps as it tells them, its exit status."""
    STEP = re.compile(r'^step (\d+) of (\d+): "(.*)": (.*)$', re.M)

    def __init__(self, *options):
        self.text = ""
        self.p = subprocess.Popen([LAB_ON, "console", "walmedic", "setup", "--answers", ANSWERS, *options], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)

    def more(self):
        """False at the end."""
        if not select.select([self.p.stdout], [], [], SILENT_SECONDS)[0]:
            self.p.kill()
            raise Failed("setup said nothing for %d s, after: %s" % (SILENT_SECONDS, self.text[-600:]))
        data = os.read(self.p.stdout.fileno(), 65536).decode("utf-8", "replace")
        self.text += data
        return bool(data)

    def steps(self):
        """[(number, of, heading, what was said of it)] as far as it has come"""
        return [(int(n), int(of), heading, said) for n, of, heading, said in self.STEP.findall(self.text)]

    def to_its_end(self):
        while self.more():
            pass
        self.status = self.p.wait()
        for line in self.text.splitlines():
            log("    | " + line)
        log("setup ended with exit %d" % self.status)
        return self

    def kill(self):
        """kill -9; the lab's console host has one walmedic."""
        on("console", "pkill", "-KILL", "-x", "walmedic")
        while self.more():
            pass
        self.status = self.p.wait()


def done(setup):
    if setup.status or "walked to its end" not in setup.text:
        raise Failed("setup was not walked to its end: exit %d, %s" % (setup.status, setup.text[-800:]))
    return setup


# ---- what must be true at its end -----------------------------------------------------------------

def passwords():
    """What stands in Barman's password file."""
    found = [line.split(":", 4)[4] for line in read("backup:barman", "cat", ".pgpass").splitlines() if line.count(":") >= 4]
    if not found:
        raise Failed("Barman has no password")
    return found


def assert_secret(texts):
    """No password in {what: text}, in the journal, in PostgreSQL's log."""
    texts = {**texts, "walmedic's files": read("console", "sh", "-c", "cat -- $(find %s /root/.cache /root/.config -type f 2>/dev/null) /dev/null" % JOURNAL),
             "PostgreSQL's log": read("db", "cat", "/var/log/postgresql/postgresql-15-main.log"),
             "Barman's log": read("backup", "cat", "/var/log/barman/barman.log")}
    for word in passwords():
        for what, text in texts.items():
            if word in text:
                at = text.index(word)
                raise Failed("a password stands in %s: %r" % (what, text[max(0, at - 200):at] + "<password>"))


def backups():
    """[status] of every base backup that Barman knows"""
    listed = json.loads(read("backup:barman", "barman", "-f", "json", "list-backups", "main"))["main"]
    return [b.get("status") for b in listed]


def assert_pipeline():
    """What Barman itself says; what walmedic says from both views once cron has run; one backup and no more."""
    p = on("backup:barman", "barman", "--color", "never", "check", "main", timeout=120)
    if p.returncode or "FAILED" in p.stdout:
        raise Failed("barman check: exit %d: %s" % (p.returncode, p.stdout))
    if backups() != ["DONE"]:
        log(on("backup:barman", "grep", "-iE", "backup", "/var/log/barman/barman.log").stdout)
        raise Failed("backups: %s instead of one that is DONE" % backups())
    for view in ("console", "barman"):
        a = Answer(view)
        if not a.is_green():
            a.tell()
            raise Failed("not green from %s: exit %d, %s" % (view, a.status, a.causes))
        log("green from %s; advice %s" % (view, a.advice or "none"))


# What stands in each of these files once, however often it was begun.
ONCE = {
    "backup": "/var/lib/barman/.pgpass /var/lib/barman/.ssh/authorized_keys /var/lib/barman/.ssh/known_hosts /etc/barman.d/main.conf",
    "db": "/var/lib/postgresql/.ssh/authorized_keys /var/lib/postgresql/.ssh/known_hosts /etc/postgresql/15/main/pg_hba.conf"
          " /var/lib/postgresql/15/main/postgresql.auto.conf",
    "console": "/root/.ssh/known_hosts /etc/walmedic.conf",
}
CRON = r"""grep -hE '^[^#]*barman' /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* 2>/dev/null"""


def assert_once():
    for place, files in ONCE.items():
        for path in files.split():
            lines = [line for line in on(place, "cat", path).stdout.splitlines() if line.strip() and not line.lstrip().startswith("#")]
            twice = {line for line in lines if lines.count(line) > 1}
            if twice:
                raise Failed("%s: %s has twice: %s" % (place, path, sorted(twice)))
    entries = on("backup", "sh", "-c", CRON).stdout.splitlines()
    for what in (r"barman.*\bcron\b", r"barman.*\bbackup\b.*main"):
        if len([e for e in entries if re.search(what, e)]) != 1:
            raise Failed("cron's entries for %s are not one: %s" % (what, entries))


def deeds():
    """[line of the journal]"""
    text = read("console", "sh", "-c", "cat %s/journal" % JOURNAL)
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def assert_journal():
    """Each command was begun before it was ended; each step of a walk has come to its good end once; one that was lost says so."""
    begun, good = {}, {}
    for d in deeds():
        if d["phase"] == "begun":
            begun[d["deed"]] = None
        elif d["phase"] == "ended":
            if d["deed"] not in begun or begun[d["deed"]]:
                raise Failed("the journal ends what was not begun, or twice: %s" % d)
            begun[d["deed"]] = d
            if d.get("exit") == 0 and d.get("risk") != "read":
                good.setdefault((d.get("walk"), d.get("key")), []).append(d.get("step"))
    twice = [names for names in good.values() if len(names) > 1]
    if twice:
        raise Failed("done twice, and both went well: %s" % twice)
    lost = [d for d in begun.values() if d is None or "exit" not in d]
    log("journal: %d commands, %d changed something and went well, %d were lost in a kill" % (len(begun), len(good), len(lost)))
    if not good:
        raise Failed("the journal knows of no change")


def changed_nothing():
    """The same set-up once more, from its first step: everything is as it should be."""
    before = state()
    again = done(Setup("--new").to_its_end())
    assert_unchanged(before, state(), "a second set-up")
    return again


# ---- killed ---------------------------------------------------------------------------------------

def kill_each_step(seed):
    """Killed in one step after the other, at a moment chosen by the seed, and started again with the same answers. Steps that are told in one breath are
    killed in together. Returns (texts, how often, last run)."""
    chance, texts, reached, kills = random.Random(seed), [], 0, 0
    while True:
        run = Setup()
        while run.more():
            ahead = [s for s in run.steps() if s[0] > reached]
            if ahead:
                reached = ahead[-1][0]
                time.sleep(chance.choice((0, 0.05, 0.2, 0.5, 1, 2)))
                run.kill()
                if "walked to its end" in run.text:  # too late
                    return texts + [run.text], kills, run
                kills += 1
                log("killed in step %d of %d: %s" % ahead[-1][:3])
                break
        else:
            run.to_its_end()
            return texts + [run.text], kills, run
        if texts and "it goes on where it was" not in run.text:
            raise Failed("the set-up began again after it was killed: %s" % run.text[:600])
        texts.append(run.text)
        if kills > 100:
            raise Failed("no end after 100 kills")
