#!/usr/bin/python3
"""The terminal's share: how long from a key to the last byte of its frame while a sweep of many recorded servers runs, and how many bytes
a key costs. usage: terminal.py BUILD_DIR [KEYS]"""
import fcntl
import json
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time

BUILD = os.path.abspath(sys.argv[1])
KEYS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SERVERS, SECONDS = 200, 120
QUIET = 0.004  # a frame is one write: a gap this long ends it
failures = []


def fleet(path):
    """The recorded incident of the demo, once a server, each begun a little later."""
    lines = [json.loads(line) for line in open(SRC + "/tui/command/demo.rec", encoding="utf-8")]
    start = lines[0]["t"]
    out = []
    for i in range(SERVERS):
        for line in lines[1:]:
            line = dict(line)
            if "server" in line:
                line = {**line, "server": "s%03d" % i, "db": "ssh://root@db%d" % i}
                out.append((start - 1, line))
            else:
                line["s"] = "s%03d" % i
                line["t"] += i * 9000 // SERVERS
                out.append((line["t"], line))
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps(lines[0]) + "\n")
        for _, line in sorted(out, key=lambda row: row[0]):
            f.write(json.dumps(line) + "\n")


class Console:
    def __init__(self, *argv):
        self.start = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.environ.update(TERM="tmux-256color", LANG="C.UTF-8")
            for name in ("TMUX", "STY", "NO_COLOR"):
                os.environ.pop(name, None)
            os.execv(BUILD + "/walmedic", ["walmedic", *argv])

    def burst(self, first=5.0, quiet=QUIET):
        """Bytes up to a gap, and when the last of them came."""
        data, last, wait = b"", time.monotonic(), first
        while select.select([self.fd], [], [], wait)[0]:
            try:
                data += os.read(self.fd, 65536)
            except OSError:
                break
            last, wait = time.monotonic(), quiet
        return data, last

    def settle(self, quiet=0.5):
        data = b""
        while True:
            more, _ = self.burst(quiet, quiet)
            data += more
            if not more:
                return data

    def key(self, key, quiet=QUIET):
        """Bytes and seconds of what a key paints."""
        while select.select([self.fd], [], [], 0)[0]:
            os.read(self.fd, 65536)
        start = time.monotonic()
        os.write(self.fd, key)
        data, last = self.burst(1.0, quiet)
        return len(data), last - start

    def end(self):
        os.write(self.fd, b"\x03\x03\x03\x03")
        end = time.monotonic() + 5
        while time.monotonic() < end and self.burst(0.2)[0]:
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def verdict(name, value, limit, unit):
    good = value <= limit
    print(f"{'ok  ' if good else 'OVER'} {name:66} {value:8.1f} {unit}  limit {limit} {unit}", flush=True)
    if not good:
        failures.append(name)


def latency(path):
    """Every wait is that of one key; the sweep's own frames come in between and count where they come."""
    c = Console("replay", "--speed", "1", path)
    c.burst(10)
    taken, keys = [], [b"j", b"j", b"k", b"\x1b[B", b"\x1b[A", b"k", b"G", b"g", b"?", b"\x7f"]  # each changes something
    end = time.monotonic() + SECONDS - 10
    while len(taken) < KEYS and time.monotonic() < end:
        size, took = c.key(keys[len(taken) % len(keys)])
        if size:
            taken.append(took * 1000)
        time.sleep(0.013)  # an impatient finger; not in step with the ticks
    c.end()
    taken.sort()
    print("key to paint while a sweep of %d servers runs: %d keys, median %.1f ms, p90 %.1f ms, worst %.1f ms" % (
        SERVERS, len(taken), statistics.median(taken), taken[len(taken) * 9 // 10], taken[-1]))
    verdict("key to the last byte of its frame, p99", taken[len(taken) * 99 // 100], 16, "ms")


def size():
    """A quiet screen: every byte is the key's."""
    c = Console("replay", "--speed", "1000", "--quiet-clock", SRC + "/tests/screens/slot-missing.jsonl")
    first, _ = c.burst(5.0, 0.05)
    verdict("first paint", len(first), 3000, "B")
    c.settle()
    rows = (("a key where no pane changes", 300, (b"/", b"s", b"\x7f", b"\x7f", b":", b"x", b"\x7f", b"\x7f")),
            ("moving, focus and evidence follow", 1000, (b"j", b"j", b"k", b"j", b"j", b"j", b"j", b"k", b"n", b"N", b"k")),
            ("jumping to the ends", 3000, (b"G", b"g")),
            ("another screen", 3000, (b"e", b"\x7f", b"?", b"\x7f", b"m", b"\x7f", b"l", b"\x7f", b"\r", b"]", b"\x7f")),
            ("scrolling a remedy", 3000, (b"\r", b"j", b"j", b"k", b"\x06", b"\x02")))
    for name, limit, keys in rows:
        sizes = [(c.key(key, 0.1)[0], key) for key in keys]
        print("  " + "  ".join("%r %d" % (key.decode(), n) for n, key in sizes))
        verdict(name, max(sizes)[0], limit, "B")
    c.end()


with tempfile.TemporaryDirectory() as tmp:
    size()
    fleet(tmp + "/fleet.jsonl")
    latency(tmp + "/fleet.jsonl")
sys.exit(1 if failures else 0)
