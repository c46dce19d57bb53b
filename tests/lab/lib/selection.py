"""Which jobs a run consists of: all, a quick selection, or, for every check, what has changed and a part of the rest."""
import os
import re
import subprocess
import zlib

import data

TOP = os.path.dirname(os.path.dirname(data.LAB_DIR))
QUICK = """host.unreachable config.unknown_option config.syntax ssh.to_db.hostkey_changed ssh.to_backup.key_missing pg.refused pg.password_wrong
repl.hba_rejected archive_mode.restart_pending archive_command.misspelled slot.missing slot.foreign_hoarding cron.entry_disabled cron.daemon_stopped
disk.pg_wal_full backup.too_old""".split()
ALWAYS = "setup.stream"  # of the set-ups, in every check
EXTRA = {"healthy": "run", "keys": "through the console", "kill": "-9 leaves nothing behind",
         "drill.healthy": "restored for real", "drill.corrupted": "damaged backups are found"}  # jobs that are no faults
SECONDS = {"fault": 80, "heal": 45, "pair": 60, "chain": 105, "walk": 65, "setup": 150, "healthy": 100, "keys": 60, "kill": 60,
           "drill.healthy": 140, "drill.corrupted": 80}  # of one lane, about
LANES = 10             # that the parts are measured for, on whatever machine
PART_MINUTES = 11      # of the 20 that a check may take; what has changed gets
CHANGED_MINUTES = 5    # at most
CHANGED_COMMITS = 20   # how far back a change counts, or as far as a shallow clone reaches


class Job:
    def __init__(self, kind, name, views=""):
        self.kind, self.name, self.views = kind, name, views

    def __eq__(self, other):
        return (self.kind, self.name) == (other.kind, other.name)

    def title(self):
        words = [self.name, {"selftest": "selftest", "heal": "healed"}.get(self.kind) or EXTRA.get(self.kind),
                 "from " + self.views.replace(" ", " and ") if self.views else ""]
        return " ".join(filter(None, words))


class Catalogue:
    def __init__(self):
        self.faults = data.faults()
        self.pairs = data.pairs(self.faults)
        self.chains = data.chains(self.faults)
        self.walks = data.walks(self.faults)

    def pipeline(self, job):
        if job.name.startswith("drill."):
            return "stream"  # its backups have a manifest
        if job.name in data.SETUPS:
            return data.SETUPS[job.name][0]
        for group in (self.faults, self.pairs, self.chains, self.walks):
            if job.name in group:
                return group[job.name]["pipeline"] or "both"
        return "both"

    def jobs_of(self, name, views, turns=False, twice=False):
        """A fault's lab is looked at from every view, and healed from the first one. turns: the views take turns in healing, by the name; twice:
        another lab is healed from the other view. Both only where the other view names the same cause: the page of a general one only helps to
        tell which it is."""
        if name in EXTRA:
            return [Job(name, name, " ".join(views) if name == "healthy" else "")]
        if name in self.pairs:
            return [Job("pair", name, " ".join(views))]
        if name in self.walks:
            return [Job("walk", name)]
        if name in data.SETUPS:
            return [Job("setup", name)]
        if name in self.chains:
            return [Job("chain", name, " ".join(views))]
        others = [v for v in views[1:] if self.faults[name]["cause_" + v] == self.faults[name]["cause_" + views[0]]]
        if turns and not twice and others and not self.faults[name]["healed_from"] and zlib.crc32(name.encode()) % 2:
            views = others + [v for v in views if v not in others]
        return [Job("fault", name, " ".join(views))] + [Job("heal", name, v) for v in others if twice]

    def everything(self, views, twice=False):
        names = [*self.faults, *self.pairs, *self.chains, *self.walks, *data.SETUPS]
        return [j for n in names for j in self.jobs_of(n, views, True, twice)]


def cost(jobs):
    return sum(SECONDS.get(j.kind, 60) for j in jobs)


def longest_first(jobs):
    return sorted(jobs, key=lambda j: -SECONDS.get(j.kind, 60))


# ---- what every check runs ----------------------------------------------------------------------

def git(*argv):
    p = subprocess.run(["git", "-C", TOP, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return p.stdout.split("\n")[:-1] if p.returncode == 0 else []


def changed_files():
    """From git alone: of the last commits, as far as this clone reaches, and of the working tree."""
    oldest = git("rev-list", "--first-parent", "--max-count=%d" % (CHANGED_COMMITS + 1), "HEAD")[-1:]
    return git("diff", "--name-only", *oldest) + git("ls-files", "--others", "--exclude-standard") if oldest else []


def causes_in(path):
    """The causes that a judge can name: those whose id, or whose last part in quotes, stands in its source."""
    try:
        with open(os.path.join(TOP, path)) as f:
            text = f.read()
    except OSError:
        return []
    return [c for c in data.causes() if '"%s"' % c in text]


def changed_jobs(catalogue, views):
    """Faults whose own file, page or judge has changed, those that name the changed file most closely first."""
    faults, pages, judges = set(), set(), set()
    for path in changed_files():
        name = os.path.basename(path)
        if path.startswith("tests/lab/faults/"):
            faults.add(name[: -len(".fault")])
        elif re.fullmatch(r"remedies/catalogue/.*\.md", path):
            pages.add(name[: -len(".md")])
        elif re.fullmatch(r"probes/catalogue/.+/.*\.c", path):
            judges.update(causes_in(path))
    def rank(n):
        own = {catalogue.faults[n]["cause_" + v] for v in data.VIEWS}
        return 0 if n in faults else 1 if own & pages else 2 if own & judges else None
    chosen = sorted((n for n in catalogue.faults if rank(n) is not None), key=lambda n: (rank(n), n))
    jobs = [j for n in chosen for j in catalogue.jobs_of(n, views, twice=True)]
    room = CHANGED_MINUTES * 60 * LANES
    fits = [j for i, j in enumerate(jobs) if cost(jobs[: i + 1]) <= room]
    return fits, len(jobs)


def parts_of(jobs):
    """How many parts, each of a size that fits."""
    return max(1, -(-cost(jobs) // (PART_MINUTES * 60 * LANES)))


def part_of(jobs, part):
    """Every n-th of them in order of length: in their own order long and short ones take turns, and so would the parts."""
    return longest_first(jobs)[part - 1 :: parts_of(jobs)]


def part_by_head(parts):
    head = git("rev-parse", "HEAD")
    return int(head[0][:8], 16) % parts + 1 if head else 1


def check_jobs(catalogue, views, part):
    """Health, what has changed, and one part of everything. Returns the jobs and a line that says so."""
    everything = catalogue.everything(views)
    parts = parts_of(everything)
    part = part or part_by_head(parts)
    if not 1 <= part <= parts:
        raise data.BadData("there are %d parts" % parts)
    changed, of = changed_jobs(catalogue, views)
    chosen = len(changed)
    changed += [j for j in catalogue.jobs_of(ALWAYS, views) if j not in changed]
    rest = [j for j in part_of(everything, part) if j not in changed]
    say = "health, a set-up, %d of %d jobs whose faults, pages or judges changed, and part %d of %d (%d jobs; again with --part %d)" % (
        chosen, of, part, parts, len(rest), part)
    first = [j for n in EXTRA for j in catalogue.jobs_of(n, views)]
    return first + changed + rest, say
