"""Looking at a lab from inside it: commands on its hosts, walmedic's answer, what must be named in it."""
import json
import os
import subprocess
import time

LAB_DIR = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
LAB = os.path.join(LAB_DIR, "lab")
LAB_ON = os.path.join(LAB_DIR, "lab-on")
PLACE = {"console": "console", "barman": "backup:barman"}  # where walmedic runs, by view


class Failed(Exception):
    pass


def log(text):
    print("[%s] %s" % (time.strftime("%H:%M:%S"), text), flush=True)


def record(what, **values):
    """A line for the driver outside: it becomes part of the job's record."""
    print("RESULT " + json.dumps({"what": what, **values}), flush=True)


def on(place, *argv, timeout=60, **kw):
    return subprocess.run([LAB_ON, place, *argv], timeout=timeout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **kw)


def lab(*argv):
    return subprocess.run([LAB, *argv], stdin=subprocess.DEVNULL).returncode == 0


class Answer:
    """One sweep."""

    def __init__(self, view):
        p = subprocess.run([LAB_ON, PLACE[view], "walmedic", "check", "main", "--format", "json"], timeout=60, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        if p.stderr:
            log("check wrote to stderr: " + p.stderr.strip())
        self.view, self.status = view, p.returncode
        try:
            server = json.loads(p.stdout)["servers"][0]
            self.roots, self.probes = server["root_causes"], server["probes"]
            self.causes = [c["cause"] for c in self.roots]
            self.advice = [a["cause"] for a in server["advice"]]
        except (ValueError, KeyError, IndexError, TypeError) as e:
            raise Failed("check --format json: exit %d, unreadable answer (%s): %.300s" % (p.returncode, e, p.stdout)) from None

    def tell(self):
        for c in self.roots:
            log("  root cause %s (%s): %s" % (c.get("cause"), c.get("state"), c.get("say")))
        for p in self.probes:
            if p.get("state") not in ("ok", "off"):
                log("    %-28s %-8s %-32s by %s: %s" % (p.get("id"), p.get("state"), p.get("cause"), p.get("explained_by"), p.get("say")))
                for line in p.get("details") or []:
                    log("        | " + str(line)[:400])

    def is_green(self):
        return self.status == 0 and not self.causes

    def wrong_advice(self, advice):
        """Advice is no root cause and has no exit status: it stands where advice stands."""
        return None if not advice or advice in self.advice else "expected the advice %s, got %s" % (advice, self.advice or "none")

    def is_a_draw(self, n):
        """None of the first n runs out before the others, and they stand in the order of what they block: that changes with each run of cron."""
        first = self.roots[:n]
        timeless = all(r["urgency_seconds"] is None and r["state"] == first[0]["state"] for r in first)
        return timeless and all(a["unblocks"] >= b["unblocks"] for a, b in zip(first, first[1:]))

    def wrong_roots(self, expected, also_ok):
        """Exactly these, in this order where one is the more urgent; what may follow them may follow them."""
        n = len(expected)
        same = self.causes[:n] == expected or (sorted(self.causes[:n]) == sorted(expected) and self.is_a_draw(n))
        if not same or [c for c in self.causes[n:] if c not in also_ok]:
            return "expected %s, got %s" % (" then ".join(expected), self.causes or "no cause")
        right = (1, 2) if self.causes else (0,)
        return None if self.status in right else "exit %d" % self.status

    def wrong_folds(self, folded):
        """What of {probe: (cause, by)} is not told so."""
        wrong = []
        for probe, (cause, by) in folded.items():
            p = next((p for p in self.probes if p["id"] == probe), {})
            if (p.get("cause"), p.get("explained_by")) != (cause, by):
                wrong.append("%s: expected %s by %s, got %s %s by %s" % (probe, cause, by, p.get("state"), p.get("cause"), p.get("explained_by")))
        return wrong


def assert_green(views):
    """A green lab first: what is found later is the fault's doing."""
    for view in views:
        a = Answer(view)
        if not a.is_green():
            a.tell()
            raise Failed("the unbroken lab is not green from %s: exit %d, %s" % (view, a.status, a.causes))


def assert_named(view, roots, also_ok, when, advice=""):
    a = Answer(view)
    log("%s, %s: exit %d, root causes %s, advice %s" % (when, view, a.status, a.causes, a.advice))
    wrong = a.wrong_roots(roots, also_ok) or a.wrong_advice(advice)
    record("named", view=view, when=when, causes=a.causes, ok=not wrong)
    if wrong:
        a.tell()
        raise Failed("%s from %s: %s" % (when, view, wrong))
    return a


def cron_runs():
    return on("backup", "pgrep", "-u", "barman", "-f", "barman.* (cron|archive-wal)").returncode == 0


def next_tick(now):
    """The lab's cron may have a minute of its own (own_minute of hosts.sh)."""
    path = os.path.join(os.environ["LAB"], "tick")
    second = int(open(path).read()) if os.path.exists(path) else 0
    return now + (second - now - 1) % 60 + 1


def wait_for_tick():
    """Until cron's next run on backup1 is over: it takes about two seconds, or more where many labs run side by side."""
    start = time.time()
    minute = next_tick(int(start))
    log("waiting %d s for cron's next run" % (minute - start))
    while time.time() < minute + 6 or (cron_runs() and time.time() < minute + 20):
        time.sleep(min(1, max(0.05, minute + 6 - time.time())) if time.time() < minute + 6 else 0.3)
