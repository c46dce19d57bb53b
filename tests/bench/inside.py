"""Runs on the Barman host of the laboratory as barman, from stdin: `python3 - RUNS LIVE_SECONDS RTT_MS < inside.py`.
Every figure is a ratio to a yardstick of the same run; medians of interleaved runs."""
import fcntl
import json
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

RUNS, LIVE, RTT = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
SSH = {"backup", "pg", "repl", "console"}
failures = []


def wall(argv):
    start = time.monotonic()
    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - start


def sweep():
    """Seconds until the last reply that needs no ssh session, and until the last of all."""
    with tempfile.TemporaryDirectory() as tmp:
        name = os.path.join(tmp, "r")
        start = time.time()
        subprocess.run(["walmedic", "record", "main", name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        end = time.time()
        at, sshless = {}, start
        for line in open(name):
            event = json.loads(line)
            if "q" in event and "asked" not in event:
                where = event.get("at") or at[event["q"]]
                at[event["q"]] = where
                # why-questions about a dead link come when it is known to be dead
                if where in SSH and not event["q"].startswith("ssh."):
                    sshless = max(sshless, event["t"] / 1000)
        return sshless - start, end - start


def spawn_console():
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "tmux-256color"
        os.execvp("walmedic", ["walmedic", "main"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return pid, fd


def read_for(fd, seconds, until=None):
    data, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([fd], [], [], left)
        if not ready:
            break
        try:
            data += os.read(fd, 65536)
        except OSError:
            break
        if until and until in data:
            break
    return data


def quit_console(pid, fd):
    os.write(fd, b"q")
    read_for(fd, 2)
    os.close(fd)
    try:
        os.kill(pid, 15)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)


def first_paint():
    start = time.monotonic()
    pid, fd = spawn_console()
    read_for(fd, 5, b"main")
    took = time.monotonic() - start
    quit_console(pid, fd)
    return took


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def live(seconds):
    pid, fd = spawn_console()
    read_for(fd, 15)
    cpu, start, size = cpu_seconds(pid), time.monotonic(), 0
    while time.monotonic() - start < seconds:
        size += len(read_for(fd, 1))
    took = time.monotonic() - start
    busy = cpu_seconds(pid) - cpu
    rollup = open(f"/proc/{pid}/smaps_rollup").read()
    anonymous, rss = (int(re.search(rf"^{k}:\s+(\d+)", rollup, re.M).group(1)) / 1024 for k in ("Anonymous", "Rss"))
    quit_console(pid, fd)
    return anonymous, rss, 100 * busy / took, size / took


def verdict(name, value, limit, unit=""):
    good = value <= limit
    print(f"{'ok  ' if good else 'OVER'} {name:58} {value:8.3f}{unit}  limit {limit}{unit}", flush=True)
    if not good:
        failures.append(name)


def black_hole(barman):
    """Every other verdict comes as ever; the dead link is named at its own deadline of 5 s."""
    ratios, ends = [], []
    for _ in range(RUNS):
        sshless, total = sweep()
        ratios.append(sshless / barman)
        ends.append(total)
    named = json.loads(subprocess.run(["walmedic", "check", "main", "--format", "json"], stdin=subprocess.DEVNULL, check=False,
                                      stdout=subprocess.PIPE).stdout)["servers"][0]["root_causes"]
    verdict("verdicts without ssh / barman check when it was healthy", statistics.median(ratios), 0.5)
    verdict("whole sweep with a dead link", statistics.median(ends), 6, " s")
    print("named:", [c["cause"] for c in named])
    if [c["cause"] for c in named] != ["ssh.to_db.timeout"]:
        failures.append("named")


if RTT < 0:
    black_hole(float(os.environ["BENCH_BARMAN"]) / 1000)
    sys.exit(1 if failures else 0)
rows = {"barman": [], "ssh": [], "sshless": [], "sweep": [], "paint": []}
wall(["barman", "check", "main"])
for _ in range(RUNS):
    rows["barman"].append(wall(["barman", "check", "main"]))
    rows["ssh"].append(wall(["ssh", "-o", "BatchMode=yes", *(os.environ.get("BENCH_SSH", "postgres@db1").split()), "true"]))
    sshless, total = sweep()
    rows["sshless"].append(sshless)
    rows["sweep"].append(total)
    if not RTT:
        rows["paint"].append(first_paint())
median = {k: statistics.median(v) for k, v in rows.items() if v}
print("medians of %d runs, in ms: %s" % (RUNS, "  ".join(f"{k} {v * 1000:.0f}" for k, v in median.items())))
if RTT:
    verdict(f"verdicts without ssh / barman check, at {RTT:.0f} ms round trip", median["sshless"] / median["barman"], 0.15)
else:
    verdict("verdicts without ssh / barman check", median["sshless"] / median["barman"], 0.5)
    verdict("whole sweep / ssh HOST true", median["sweep"] / median["ssh"], 2.5)
    verdict("first paint", median["paint"] * 1000, 50, " ms")
if LIVE:
    anonymous, rss, cpu, rate = live(LIVE)
    verdict("live: anonymous memory", anonymous, 5, " MB")
    verdict("live: resident memory", rss, 16, " MB")
    verdict("live: own CPU", cpu, 0.5, " %")
    verdict("live: bytes to the terminal", rate, 25, " B/s")
sys.exit(1 if failures else 0)
