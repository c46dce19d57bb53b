"""What is done in one lab: break, look, wait for cron, look again, heal as the page says, see that all is green."""
import shlex
import subprocess
import time

import data
import drills
from dialogue import Dialogue
from inlab import PLACE, Answer, Failed, assert_green, assert_named, lab, log, on, record, wait_for_tick
from setup_jobs import job_setup
from walking import Walk

GREEN_SECONDS = 150  # the remedy is done: from here to all green, at most
FOLD_SECONDS = 90    # until what follows from the first link of a chain shows
WALK_SECONDS = 480   # of a whole runbook with its backups and proofs
AT_ONCE, AFTER = "at once", "after cron's run"


def break_all(faults, then=()):
    start = time.time()
    for name in faults:
        if data.faults()[name]["barman_as"]:
            PLACE["barman"] = "backup:" + data.faults()[name]["barman_as"]
        if not lab("fault", name, "break"):
            raise Failed("the fault %s could not be made" % name)
    for action in then:
        if not lab("then", action):
            raise Failed("%s could not be done" % action)
    log("broken after %.1f s" % (time.time() - start))


def looked_up(value):
    """!HOST COMMAND: what is read there, as the human who answers would; else the value itself"""
    return on(*shlex.split(value[1:])).stdout.strip() if value.startswith("!") else value


def wait_for_green(views, advice=()):
    end = time.time() + GREEN_SECONDS
    while True:
        for view in views:
            a = Answer(view)
            if not a.is_green() or set(advice) & set(a.advice):
                break
        else:
            log("green from %s" % " and ".join(views))
            return
        if time.time() > end:
            a.tell()
            raise Failed("not green from %s %d s after the remedy: %s" % (view, GREEN_SECONDS, (a.status, a.causes, a.advice)))
        time.sleep(2)


def heal(faults, view, views):
    """The dialogue from one view, until all of them are green."""
    known = data.faults()
    answers = dict(line.split("=", 1) for f in faults for line in known[f]["answers"].splitlines() if "=" in line)
    advice = [known[f]["advice"] for f in faults if known[f]["advice"]]
    answers = {name: looked_up(value) for name, value in answers.items()}
    start = time.time()
    for name in faults:
        if not lab("fault", name, "heal"):
            raise Failed("heal_first of %s failed" % name)
    for _ in range(2 + len(faults)):  # a page may leave the next cause visible (a full disk, then what filled it)
        if "not green yet" not in Dialogue(view, answers, *advice).run(300):
            break
    own = any(known[f]["own_record"] for f in faults)
    wait_for_green([view] if own else views, advice)
    if own:
        wait_for_green(views)
    for name in faults:
        if not lab("fault", name, "healed"):
            raise Failed("all is green, but %s is not healed" % name)
    record("healed", view=view, seconds=round(time.time() - start))


def roots_of(fault):
    """none: what is broken is nothing to that view; several, in their order, where they always come together"""
    return {v: c.split() if (c := fault["cause_" + v]) != "none" else [] for v in data.VIEWS}


def job_fault(name, views, swift):
    fault = data.faults()[name]
    also_ok = fault["also_ok"].split()
    assert_green(views[:1])  # from all of them: job_healthy
    break_all([name])
    for view in views:
        assert_named(view, roots_of(fault)[view], also_ok, AT_ONCE, fault["advice"])
    if swift:
        return
    wait_for_tick()
    for view in views:
        assert_named(view, roots_of(fault)[view], also_ok, AFTER, fault["advice"])
    heal([name], views[0], views)


def job_heal(name, views, swift):
    """Only the healing, from another view: what is named after cron's run was seen in the other job's lab."""
    fault = data.faults()[name]
    break_all([name])
    for view in views:
        assert_named(view, roots_of(fault)[view], fault["also_ok"].split(), AT_ONCE, fault["advice"])
    if not swift:
        heal([name], views[0], views)


def job_pair(name, views, swift):
    pair = data.pairs(data.faults())[name]
    assert_green(views[:1])
    break_all(pair["faults"])
    for view in views:
        assert_named(view, pair["roots"][view], pair["also_ok"], AT_ONCE)
    if swift:
        return
    wait_for_tick()
    for view in views:
        assert_named(view, pair["roots"][view][:: -1 if pair["turns"] else 1], pair["also_ok"], AFTER)
    if pair["heal"]:
        heal(pair["faults"], views[0], views)


def wait_for_folds(view, chain, when):
    """The first link alone is named in every sweep, also while its consequences are still on their way."""
    end = time.time() + FOLD_SECONDS
    while True:
        a = assert_named(view, chain["roots"][view], chain["also_ok"], when)
        wrong = a.wrong_folds(chain["folded"][view])
        if not wrong:
            record("folded", view=view, when=when, probes=sorted(chain["folded"][view]))
            return
        if time.time() > end:
            a.tell()
            raise Failed("%s from %s: %s" % (when, view, "; ".join(wrong)))
        time.sleep(1)


def job_chain(name, views, swift):
    chain = data.chains(data.faults())[name]
    assert_green(views[:1])
    break_all(chain["faults"], chain["then"])
    for view in views:
        wait_for_folds(view, chain, AT_ONCE)
    if swift:
        return
    wait_for_tick()
    for view in views:
        wait_for_folds(view, chain, AFTER)
    heal(chain["faults"], views[0], views)


def job_healthy(name, views, swift):
    def none(when):
        for view in views:
            a = Answer(view)
            log("%s, %s: exit %d, root causes %s" % (when, view, a.status, a.causes))
            if not a.is_green():
                a.tell()
                raise Failed("%s from %s: exit %d, %s" % (when, view, a.status, a.causes))
    none("a healthy lab")
    log("restarting PostgreSQL")
    if on("db", "setsid", "pg_ctlcluster", "15", "main", "restart", "-m", "fast").returncode:
        raise Failed("PostgreSQL did not restart")
    start = time.time()
    while time.time() - start < 75:
        due = time.time() + 5
        none("%d s after a restart" % (time.time() - start))
        time.sleep(max(0, due - time.time()))
    none("75 s after a restart")


def job_selftest(name, views, swift):
    if lab("fault", name, "broken"):
        raise Failed("broken() is true in the green lab")
    break_all([name])
    if not lab("fault", name, "broken"):
        raise Failed("broken() is false after break_it")


def job_walk(name, views, swift):
    """A runbook of ours from its first step to its last one, once killed in the midst of a command."""
    w = data.walks(data.faults())[name]
    answers = {}
    if w["fault"]:
        break_all([w["fault"]])
        lines = data.faults()[w["fault"]]["answers"].splitlines()
        answers = {k: looked_up(v) for k, v in (line.split("=", 1) for line in lines if "=" in line)}
        if not lab("fault", w["fault"], "heal"):
            raise Failed("heal_first of %s failed" % w["fault"])
    walk = Walk(w["runbook"], w["choices"], {**answers, **w["answers"]})
    walk.run(WALK_SECONDS)
    log("killed in the midst of a command" if walk.was_killed else "no command that changes something was there to be killed in")
    if w["end"] == "green":
        wait_for_green(["console"])


JOBS = {"fault": job_fault, "heal": job_heal, "pair": job_pair, "chain": job_chain, "healthy": job_healthy, "walk": job_walk, "setup": job_setup,
        "selftest": job_selftest, "drill.healthy": drills.job_healthy, "drill.corrupted": drills.job_corrupted}


def inside(kind, name, views, swift):
    try:
        JOBS[kind](name, views, swift)
    except (Failed, data.BadData) as e:
        log("FAILED: %s" % e)
        return 1
    except subprocess.TimeoutExpired as e:
        log("FAILED: no end after %d s: %s" % (e.timeout, " ".join(map(str, e.cmd))))
        return 1
    log("PASSED")
    return 0
