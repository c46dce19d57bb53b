#!/usr/bin/python3
"""What takes long or needs a multiplexer: the bytes that reach the outer terminal through tmux and screen, every key of the table, garbage for
a minute, storms of sizes. usage: long_test.py [TEST…]; WALMEDIC_SECONDS: how long each storm lasts (60)."""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pty_test
from pty_test import BUILD, RECORDING, Console, selected_row, started

SECONDS = float(os.environ.get("WALMEDIC_SECONDS", "60"))
COMMAND = b"barman receive-wal --create-slot main"
OSC52 = b"\033]52;c;YmFybWFuIHJlY2VpdmUtd2FsIC0tY3JlYXRlLXNsb3QgbWFpbg==\a"
REPLAY = "%s/walmedic replay --speed 1000 %s" % (os.path.abspath(BUILD), os.path.abspath(RECORDING))


class Outer(Console):
    """A multiplexer on the pseudo-terminal, walmedic inside it."""

    def __init__(self, program, argv, home):
        path = shutil.which(program)
        environ = {"HOME": home, "TMUX_TMPDIR": home, "SCREENDIR": home + "/screens", "SHELL": "/bin/sh", "PAGER": "true"}
        os.makedirs(home + "/screens", mode=0o700, exist_ok=True)
        super().__init__(argv=argv, env=environ, program=path)


def in_tmux(home, term="tmux-256color"):
    with open(home + "/tmux.conf", "w") as f:
        f.write("set -g default-terminal %s\nset -g status off\nset -g escape-time 10\n" % term)
    return Outer("tmux", ["tmux", "-f", home + "/tmux.conf", "new-session", REPLAY], home)


def in_screen(home):
    with open(home + "/screenrc", "w") as f:
        f.write("startup_message off\n")
    return Outer("screen", ["screen", "-U", "-c", home + "/screenrc", "sh", "-c", REPLAY], home)


def copies(c, home, tmux):
    c.until("slot.missing").quiet().keys("\r").until("Create the slot").keys("]").until("▸  2")
    c.keys("c").until("sent to")
    # tmux names no selection
    c.until(lambda: (OSC52.replace(b";c;", b";;") if tmux else OSC52) in c.raw, "the command in the outer terminal's clipboard, byte for byte")
    if tmux:
        buffer = subprocess.run(["tmux", "show-buffer"], env={**os.environ, "TMUX_TMPDIR": home}, stdout=subprocess.PIPE).stdout
        assert buffer.rstrip(b"\n") == COMMAND, buffer
    # the screen is whole after it: nothing of the sequence was painted
    c.keys("\014").quiet()
    assert "YmFyb" not in c.text(), c.text()
    c.keys("qqq")
    c.ended()


def test_clipboard_through_tmux():
    with tempfile.TemporaryDirectory() as home:
        c = in_tmux(home)
        try:
            copies(c, home, True)
        finally:
            subprocess.run(["tmux", "kill-server"], env={**os.environ, "TMUX_TMPDIR": home}, stderr=subprocess.DEVNULL)
    return c


def test_clipboard_through_screen():
    with tempfile.TemporaryDirectory() as home:
        c = in_screen(home)
        copies(c, home, False)
    return c


def test_every_key_of_the_table_inside_tmux():
    """Each has an effect that is seen, from the first screen or from a remedy; none ends the program but quit."""
    names = {"Up": "Up", "Down": "Down", "Left": "Left", "Right": "Right", "PgUp": "PPage", "PgDn": "NPage", "Home": "Home", "End": "End",
             "Enter": "Enter", "Esc": "Escape", "Backspace": "BSpace", "Space": "Space", "Tab": "Tab", "F1": "F1", "F10": "F10"}
    info = subprocess.run([BUILD + "/walmedic", "info"], stdout=subprocess.PIPE, text=True).stdout
    rows = [line.split() for line in info.split("\n\n", 1)[1].splitlines()[1:] if line.strip()]
    assert len(rows) > 30, info
    with tempfile.TemporaryDirectory() as home:
        c = in_tmux(home)
        env = {**os.environ, "TMUX_TMPDIR": home}
        c.until("slot.missing").quiet()
        try:
            for action, *keys in rows:
                for key in keys:
                    if action in ("quit", "suspend", "shell"):
                        continue
                    sent = names.get(key) or ("C-" + key[1:].lower() if re.fullmatch(r"\^.", key) else key)
                    subprocess.run(["tmux", "send-keys", sent], env=env, check=True)
                    c.quiet()
                    assert not c.gone(), "%s (%s) ended it" % (key, action)
                    # home again, from wherever it led
                    for _ in range(6):
                        if "ROOT CAUSE 1 of 1" in c.text() and "FROZEN" not in c.text() and c.screen.display[-1][0] not in ":/":
                            break
                        subprocess.run(["tmux", "send-keys", "Space" if "FROZEN" in c.text() else "Enter" if "[Enter returns" in c.text()
                                        else "Escape"], env=env, check=True)
                        c.quiet()
                    assert "ROOT CAUSE 1 of 1" in c.text(), "after %s (%s):\n%s" % (key, action, c.text())
            subprocess.run(["tmux", "send-keys", "q"], env=env, check=True)
            c.ended()
        finally:
            subprocess.run(["tmux", "kill-server"], env=env, stderr=subprocess.DEVNULL)
    return c


def test_escape_timing():
    """Esc alone is Esc after its time, an arrow cut in two within it is an arrow, beyond it is none, and its letters do nothing."""
    c = started(env={"ESCDELAY": "300"})
    first = selected_row(c)
    c.keys("j").until(lambda: selected_row(c) > first, "one down")
    c.keys("\033").read(0.02)
    c.keys("[A").until(lambda: selected_row(c) == first, "an arrow in two pieces")
    c.keys("?").until("Keys on this screen").keys("\033").until("ROOT CAUSE 1 of 1")
    c.keys("j").until(lambda: selected_row(c) > first, "one down").keys("\033").quiet()
    c.keys("A").quiet()
    assert selected_row(c) > first, "a late piece of an arrow moved"
    return c


def test_garbage_for_a_minute():
    """Keys at full speed: no crash, nothing run (the replay could not; the journal shows that nobody tried), the terminal given back."""
    with tempfile.TemporaryDirectory() as home:
        env = {"XDG_STATE_HOME": home, "HOME": home, "SHELL": "/bin/true", "PAGER": "true", "ASAN_OPTIONS": "detect_leaks=0"}
        c, starts = started(env=env), 1
        rng, end, sent = random.Random(7), time.monotonic() + SECONDS, 0
        pieces = [b"\033[A", b"\033OB", b"\033[200~rm -rf /\r\033[201~", b"\033", b"\r", b"r", b"y", b":", b"/", b"\033[", b"\033]52;c;x\a"]
        while time.monotonic() < end:
            data = b"".join(pieces[rng.randrange(len(pieces))] if rng.random() < 0.5 else bytes([rng.randrange(256)]) for _ in range(300))
            data = bytes(b for b in data if b not in b"qp\t\x03\x1a\x1c")  # leaving, what a shell leaves by, and the plain screen that waits for Enter
            c.keys(data)
            sent += len(data)
            while c.read(0):
                pass
            if c.gone():  # garbage may spell :quit
                assert os.waitstatus_to_exitcode(c.status) == 0, "it ended with %d after %d bytes:\n%s" % (c.status, sent, c.text())
                while c.read():
                    pass
                c.restored()
                c.close()
                c, starts = started(env=env), starts + 1
        c.quiet().keys("\n").quiet()
        for _ in range(40):
            c.keys("\x03").read(0.05)
            if c.gone():
                break
        assert c.gone(), "it cannot be left:\n" + c.text()
        while c.read():
            pass
        c.restored()
        assert not os.path.exists(home + "/walmedic/journal"), "something was run"
        print("# %d bytes of garbage, %d times :quit" % (sent, starts - 1))
    return c


def test_a_storm_of_sizes():
    c = started()
    rng, end, n = random.Random(3), time.monotonic() + SECONDS / 4, 0
    while time.monotonic() < end:
        c.resize(rng.choice((1, 2, 10, 16, 24, 40, 100)), rng.choice((1, 2, 20, 60, 80, 120, 300)))
        c.keys(rng.choice(("j", "?", "\x7f", "m", "\r")))
        c.read(0)
        n += 1
    c.resize(24, 80).quiet()
    for _ in range(8):
        c.keys("\x7f").quiet()
    c.keys("g").quiet()
    assert "ROOT CAUSE 1 of 1" in c.text(), c.text()
    c.keys("q")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    c.restored()
    print("# %d sizes" % n)
    return c


for tool in ("tmux", "screen"):
    if not shutil.which(tool):
        print("%s is not installed" % tool)
        sys.exit(77)
if __name__ == "__main__":
    sys.exit(pty_test.main({k: v for k, v in globals().items() if k.startswith("test_")}))
