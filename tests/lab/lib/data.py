"""What the laboratory can break: the fault files, the pairs and the chains, as data."""
import functools
import os
import re
import subprocess

LAB_DIR = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VIEWS = ("console", "barman")
VALUES = ("cause_console", "cause_barman", "advice", "also_ok", "pipeline", "answers", "healed_from", "barman_as", "own_record")

# One shell for all of them, and no process for each: every job reads them.
READ_ALL = r"""
for f; do
	for v in %s; do printf -v $v %%s ''; done
	. "$f" || exit 1
	for v in %s; do printf '%%s\0' "${!v}"; done
done""" % (" ".join(VALUES), " ".join(VALUES))


class BadData(Exception):
    pass


@functools.lru_cache(maxsize=None)
def faults():
    """{name: {"sentence", "cause_console", "cause_barman", "advice", "also_ok", "pipeline", "answers"}} in order of name"""
    where = os.path.join(LAB_DIR, "faults")
    files = [os.path.join(where, f) for f in sorted(os.listdir(where)) if f.endswith(".fault")]
    out = subprocess.run(["bash", "-c", READ_ALL, "faults", *files], check=True, stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "LAB_DIR": LAB_DIR, "LAB_LIB": os.path.join(LAB_DIR, "lib")}).stdout.split("\0")
    width, found = len(VALUES), {}
    for i, path in enumerate(files):
        name = os.path.basename(path)[: -len(".fault")]
        found[name] = dict(zip(VALUES, out[i * width : (i + 1) * width]))
        with open(path) as f:
            found[name]["sentence"] = f.readline().lstrip("# ").rstrip("\n")
        if found[name]["advice"]:  # is all that is said: nothing is wrong yet
            found[name]["cause_console"] = found[name]["cause_barman"] = "none"
    return found


def lines_of(path):
    with open(path) as f:
        for number, line in enumerate(f, 1):
            text = line.split("#")[0].rstrip()
            if text.strip():
                yield number, text


def expected(part, roots, where):
    """console=A,B into roots["console"]"""
    view, _, causes = part.partition("=")
    if view not in VIEWS or not causes:
        raise BadData("%s: what is %r?" % (where, part))
    roots[view] = causes.split(",")


def pairs(known, path=os.path.join(LAB_DIR, "pairs")):
    """{name: {"faults": [broken first, broken second], "roots": {view: [first, second]}, "turns", "also_ok", "heal"}}"""
    found = {}
    for number, line in lines_of(path):
        where = "%s:%d" % (path, number)
        first, second, *rest = line.split()
        for f in (first, second):
            if f not in known:
                raise BadData("%s: no such fault: %s" % (where, f))
        roots = {v: [known[first]["cause_" + v], known[second]["cause_" + v]] for v in VIEWS}
        broken = [second, first] if "reversed" in rest else [first, second]
        for part in set(rest) - {"reversed", "heal", "turns"}:
            expected(part, roots, where)
        pipelines = {known[f]["pipeline"] for f in broken} - {""}
        if len(pipelines) > 1:
            raise BadData("%s: their pipelines differ" % where)
        also_ok = (known[first]["also_ok"] + " " + known[second]["also_ok"]).split()
        name = first + "+" + second
        if name in found:
            raise BadData("%s: %s stands there twice" % (where, name))
        found[name] = {"faults": broken, "roots": roots, "turns": "turns" in rest,
                       "also_ok": also_ok, "heal": "heal" in rest, "pipeline": "".join(pipelines)}
    return found


# walmedic setup: {job: (the lab's pipeline, what is proven)}
SETUPS = {
    "setup.push": ("bare", "from bare hosts to all green, WAL by archive_command"),
    "setup.stream": ("bare", "from bare hosts to all green, WAL by a slot and its receiver"),
    "setup.both": ("bare", "from bare hosts to all green, WAL by both ways"),
    "setup.typed": ("bare", "the same in a dialogue, without an answers file"),
    "setup.resume": ("bare", "killed with SIGKILL in one step after the other and started again: nothing is done twice or lost"),
    "setup.adopt": ("bare", "a set-up that somebody left half done is finished; what fits in it stays"),
    "setup.green": ("both", "a pipeline that is green is left as it is; what is taken from it comes back"),
    "setup.refused": ("bare", "wrong or missing fingerprints and bad answers: one sentence, and nothing is written"),
}

WALKS_END = ("green", "off")


def walks(known, path=os.path.join(LAB_DIR, "walks")):
    """{"walk.RUNBOOK": {"runbook", "fault": name or "", "choices": [number], "end": green|off, "answers": {name: value}, "pipeline"}}"""
    found = {}
    for number, line in lines_of(path):
        where = "%s:%d" % (path, number)
        runbook, fault, chosen, end, *values = line.split()
        if fault != "none" and fault not in known:
            raise BadData("%s: no such fault: %s" % (where, fault))
        if end not in WALKS_END or any("=" not in v for v in values):
            raise BadData("%s: green or off, then NAME=VALUE" % where)
        if not os.path.exists(os.path.join(LAB_DIR, "../../remedies/runbooks", runbook + ".md")):
            raise BadData("%s: no such runbook: %s" % (where, runbook))
        if "walk." + runbook in found:
            raise BadData("%s: %s stands there twice" % (where, runbook))
        found["walk." + runbook] = {
            "runbook": runbook, "fault": "" if fault == "none" else fault, "choices": [] if chosen == "-" else chosen.split(","), "end": end,
            "answers": dict(v.split("=", 1) for v in values), "pipeline": known[fault]["pipeline"] if fault != "none" else ""}
    return found


def chains(known, path=os.path.join(LAB_DIR, "chains")):
    """{name: {"faults": [fault], "then": [actions], "roots": {view: [cause]}, "folded": {view: {probe: (cause, by)}}}}"""
    found, chain = {}, None
    for number, line in lines_of(path):
        where = "%s:%d" % (path, number)
        words = line.split()
        if not line[0].isspace():
            fault, *then = words
            if fault not in known:
                raise BadData("%s: no such fault: %s" % (where, fault))
            chain = {"faults": [fault], "then": [t for t in then if "=" not in t], "also_ok": known[fault]["also_ok"].split(),
                     "roots": {v: [known[fault]["cause_" + v]] for v in VIEWS}, "folded": {v: {} for v in VIEWS}, "pipeline": known[fault]["pipeline"]}
            for part in then:
                if "=" in part:
                    expected(part, chain["roots"], where)
            if not chain["then"]:
                raise BadData("%s: no action" % where)
            name = "+".join([fault, *chain["then"]])
            if name in found:
                raise BadData("%s: %s stands there twice" % (where, name))
            found[name] = chain
        else:
            if chain is None or len(words) not in (3, 4) or (len(words) == 4 and words[3] not in VIEWS):
                raise BadData("%s: not PROBE CAUSE BY [VIEW]" % where)
            for view in words[3:] or VIEWS:
                chain["folded"][view][words[0]] = (words[1], words[2])
    for name, chain in found.items():
        if not any(chain["folded"].values()):
            raise BadData("%s: the chain %s has no second link" % (path, name))
    return found


def causes():
    """Every cause id of probes/catalogue/causes.c, in its order."""
    source = os.path.join(LAB_DIR, "..", "..", "probes", "catalogue", "causes.c")
    with open(source) as f:
        table = f.read().split("const struct cause causes[] = {")[1].split("};")[0]
    return re.findall(r'^\t\{"([a-z_.0-9]+)",', table, re.M)
