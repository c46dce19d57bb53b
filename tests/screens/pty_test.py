#!/usr/bin/python3
"""The console on a real pseudo-terminal: keys, sizes, strange $TERMs, and what is left behind when it dies.
Waits for what is to be seen, never for a time."""
import fcntl, glob, os, pty, random, re, select, signal, struct, sys, tempfile, termios, time

sys.dont_write_bytecode = True
try:
    import emulator
except ImportError:
    print("python3-pyte is not installed")
    sys.exit(77)

SRC = os.environ.get("srcdir", ".")
BUILD = os.environ.get("builddir", ".")
RECORDING = SRC + "/tests/screens/slot-missing.jsonl"
LIMIT = 20.0


class Console:
    def __init__(self, rows=24, cols=80, term="xterm-256color", args=(), env=None, argv=None, program=None):
        self.screen = emulator.Screen(cols, rows)
        self.stream = emulator.Stream(self.screen)
        self.raw = b""
        self.status = None
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.modes = termios.tcgetattr(slave)
        self.master, self.slave = master, slave
        environ = {"TERM": term, "LANG": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": "/nonexistent",
                   "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), **(env or {})}
        if term is None:
            del environ["TERM"]
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            os.execve(program or BUILD + "/walmedic", argv or ["walmedic", "replay", "--speed", "1000", *args, RECORDING], environ)

    def read(self, wait=0.05):
        """What came meanwhile; b'' when nothing did."""
        ready, _, _ = select.select([self.master], [], [], wait)
        if not ready:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        self.raw += data
        self.stream.feed(data)
        return data

    def text(self):
        return "\n".join(self.screen.display)

    def until(self, what, why=""):
        end = time.monotonic() + LIMIT
        test = what if callable(what) else (lambda: what in self.text())
        while not test():
            self.read()
            if time.monotonic() > end:
                raise AssertionError("waited in vain for %s %r; the screen is:\n%s" % (why, what, self.text()))
        return self

    def quiet(self):
        """Until nothing was written for a moment."""
        while self.read(0.3):
            pass
        return self

    def keys(self, data):
        data = data if isinstance(data, bytes) else data.encode()
        while data:
            _, writable, _ = select.select([], [self.master], [], 0.01)
            if writable:
                data = data[os.write(self.master, data[:256]):]
            elif self.gone():
                break  # nobody reads the rest
            while self.read(0):
                pass
        return self

    def resize(self, rows, cols):
        self.screen.resize(rows, cols)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        return self

    def gone(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def ended(self):
        self.until(self.gone, "its end")
        while self.read():
            pass
        return self.status

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except OSError:
                pass
        for fd in (self.master, self.slave):
            try:
                os.close(fd)
            except OSError:
                pass

    def on_its_screen(self):
        return self.raw.rfind(b"\033[?1049h") > self.raw.rfind(b"\033[?1049l")

    def restored(self):
        """Nothing of ours is left: normal screen, cursor, paste mode, line mode."""
        for on, off in ((b"\033[?1049h", b"\033[?1049l"), (b"\033[?2004h", b"\033[?2004l")):
            assert self.raw.rfind(off) > self.raw.rfind(on), "left behind: %r" % on
        shown, hidden = max(self.raw.rfind(b"\033[?25h"), self.raw.rfind(b"\033[?12l\033[?25h")), self.raw.rfind(b"\033[?25l")
        assert shown > hidden, "the cursor is hidden"
        now = termios.tcgetattr(self.slave)
        assert now[:4] == self.modes[:4], "the terminal's modes are %r, were %r" % (now[:4], self.modes[:4])


def selected_row(c):
    rows = [y for y, line in enumerate(c.screen.display) if line.startswith(("▸", ">"))]
    return rows[0] if rows else -1


def started(**kw):
    c = Console(**kw)
    return c.until("slot.missing").quiet()


def test_start_and_quit():
    c = started()
    assert "ROOT CAUSE 1 of 1" in c.text() and "Enter remedy" in c.text()
    assert c.screen.buffer[selected_row(c)][1].reverse
    c.keys("q")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    c.restored()
    return c


def test_arrows_in_both_forms():
    c = started()
    first = selected_row(c)
    c.keys("\033[B").until(lambda: selected_row(c) > first, "down by ESC [ B")
    c.keys("\033OA").until(lambda: selected_row(c) == first, "up by ESC O A")
    c.keys("j").until(lambda: selected_row(c) > first, "down by j")
    for byte in b"\033[A":
        c.keys(bytes([byte])).read(0.01)
    c.until(lambda: selected_row(c) == first, "up, byte by byte")
    return c


def test_enter_opens_and_esc_closes():
    c = started()
    c.keys("\r").until("Create the slot")
    c.keys("\033").until("ROOT CAUSE 1 of 1")
    c.keys("?").until("Keys on this screen")
    c.keys("\x7f").until("ROOT CAUSE 1 of 1")
    c.keys("m").until("CONF")
    c.keys("q").until("ROOT CAUSE 1 of 1")
    c.keys("e").until("What came back")
    c.keys("qq")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    return c


def test_a_replay_never_acts():
    c = started()
    c.keys("\r").until("Create the slot")
    c.keys("]").until("▸  2")
    c.keys("r").quiet()
    c.keys("y").quiet()
    assert "running" not in c.text(), c.text()
    return c


def test_a_replay_never_asks_the_world():
    c = started()
    c.keys(" ").until("FROZEN").keys(" ").until(lambda: "FROZEN" not in c.text()).quiet()
    c.keys("Rr").quiet()
    assert "FAIL 1" in c.text() and "host.dns" not in c.text(), c.text()
    return c


def test_resize():
    c = started()
    c.resize(16, 60).until(lambda: "path:" in c.text() and len(c.screen.display) == 16)
    c.resize(10, 40).until("need 60x16")
    c.keys("j\rr?").quiet()
    assert "need 60x16" in c.text()
    c.resize(40, 120).until("What came back")
    for i in range(60):
        c.resize(1 + i * 7 % 50, 1 + i * 13 % 200)
    c.resize(24, 80).until("Enter remedy")
    c.resize(1, 1).quiet()
    c.keys("q")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    return c


def test_unknown_terminals():
    for term, says in (("xterm-kitty-nobody-knows", "not known here"), ("wezterm", "ROOT CAUSE"), ("vt100", "ROOT CAUSE"),
                       ("screen.nobody", "not known here")):
        c = started(term=term)
        if "not known" in says:
            assert says in c.text(), (term, c.text())
        c.keys("q")
        assert os.waitstatus_to_exitcode(c.ended()) == 0, term
        c.close()
    return None


def test_no_terminal_to_paint_on():
    for term in ("dumb", None):
        c = Console(term=term)
        assert os.waitstatus_to_exitcode(c.ended()) == 2
        assert b"\033" not in c.raw and b"slot.missing" in c.raw, c.raw
        c.close()
    return None


def test_the_dialogue_where_nothing_can_be_painted():
    """The last rung of the ladder: what the screens do is done by numbers and letters, without one escape code."""
    with tempfile.TemporaryDirectory() as home:
        with open(home + "/barman.conf", "w") as f:
            f.write("[barman]\nbarman_home = %s\n[main]\nconninfo = host=127.0.0.1 port=1 connect_timeout=1\n" % home)
        for term in ("dumb", None, "unknown"):
            c = Console(term=term, argv=["walmedic", "--timeout", "2", "--barman-config", home + "/barman.conf"],
                        env={"HOME": home, "XDG_STATE_HOME": home})
            c.until("menu [number")
            assert b"cannot place text on a screen" in c.raw and b"  1. root cause 1 of" in c.raw, c.raw
            c.keys("e 1\n").until("last answer").keys("j\n").until("nothing was run yet")
            c.keys("1\n").until("step 1 of").keys("m\n").until(lambda: c.raw.count(b"menu [number") == 4, "the menu again")
            c.keys("q\n")
            assert os.waitstatus_to_exitcode(c.ended()) in (2, 3)
            assert b"\033" not in c.raw, c.raw
            c.close()
    return None


def test_ascii():
    for kw in ({"term": "vt100"}, {"args": ("--ascii",)}, {"env": {"LANG": "C", "LC_ALL": "C"}}):
        c = started(**kw)
        assert all(ord(ch) < 127 for ch in c.text()), (kw, c.text())
        assert "FAIL" in c.text()
        c.close()
    return None


def test_no_color():
    c = started(env={"NO_COLOR": "1"})
    assert b"\033[31m" not in c.raw and b";31m" not in c.raw
    return c


def test_signals_give_the_terminal_back():
    for signo in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGQUIT):
        c = started(env={"ASAN_OPTIONS": "handle_abort=0:detect_leaks=0"})
        os.kill(c.pid, signo)
        c.ended()
        c.restored()
        c.close()
    return None


def test_a_lost_terminal_ends_it():
    c = started()
    os.close(c.slave)
    os.close(c.master)
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        pid, _ = os.waitpid(c.pid, os.WNOHANG)
        if pid:
            c.status = 0
            break
        time.sleep(0.02)
    if c.status is None:
        os.kill(c.pid, signal.SIGKILL)
    assert c.status is not None, "it lives on without a terminal"
    return c


def test_suspend_and_continue():
    c = started()
    c.keys("\x1a")
    pid, status = os.waitpid(c.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    while c.read():
        pass
    c.restored()
    os.kill(c.pid, signal.SIGCONT)
    c.until(lambda: c.on_its_screen(), "the screen again").quiet()
    assert "ROOT CAUSE" in c.text()
    c.keys("q")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    return c


def test_a_shell_and_back():
    c = started(env={"SHELL": "/bin/sh", "PS1": "prompt> "})
    c.keys("!").until("once more").quiet()
    c.keys("!").until("prompt>")
    c.keys("echo six$((3+4))\n").until("six7")
    os.kill(c.pid, signal.SIGTSTP)  # not while another has the terminal
    c.keys("exit\n").until(lambda: c.on_its_screen(), "the screen again").quiet()
    assert "ROOT CAUSE 1 of 1" in c.text()
    c.keys("j").until(lambda: selected_row(c) > 5, "keys again")
    c.keys("q")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    c.restored()
    return c


def test_a_pager_and_back():
    c = started(env={"PAGER": "grep -n FAIL; read -r line </dev/tty; echo got $line"})
    c.keys("e").until("What came back").quiet().keys("P").until("1:✗").quiet()
    c.keys("q\n").until(lambda: c.on_its_screen(), "the screen again").quiet()
    assert "What came back" in c.text()
    c.keys("qq")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    c.restored()
    return c


def test_ended_while_a_shell_has_the_terminal():
    for signo in (signal.SIGTERM, signal.SIGHUP):
        c = started(env={"SHELL": "/bin/sh", "PS1": "prompt> "})
        c.keys("!").until("once more").quiet()
        c.keys("!").until("prompt>")
        os.kill(c.pid, signo)
        c.ended()
        c.restored()
        c.close()
    return None


def test_find_and_names():
    c = started()
    c.keys("/slot.lag\r").until(lambda: "slot.lag" in c.screen.display[selected_row(c)], "the row found")
    c.keys(":evid\t slot.ex\t\r").until("What came back")
    c.keys(":qu\t").until(":quit").keys("\033").until("Esc back")
    c.keys(":\033[200~quit\r\033[201~").until(":quit").keys("\033").until("Esc back")
    c.keys("l").until("Journal")
    c.keys("?").until("Keys everywhere")
    c.keys("qqq")
    c.until("ROOT CAUSE 1 of 1").keys(":fly\r").until("no action").keys(":q\r")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    return c


def test_keys_of_the_configuration():
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(home + "/walmedic")
        name = home + "/walmedic/walmedic.conf"
        with open(name, "w") as f:
            f.write("[keys]\nhelp = w\nquit = F10\n")
        c = started(env={"XDG_CONFIG_HOME": home})
        assert "w help" in c.text() and "F10 quit" in c.text(), c.text()
        c.keys("w").until("Keys on this screen").keys("q\033").until("ROOT CAUSE 1 of 1").keys("\033[21~")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
        c.close()
        with open(name, "w") as f:
            f.write("[keys]\n\nhelp = r\nrecheck = r\n")
        c = Console(env={"XDG_CONFIG_HOME": home})
        assert os.waitstatus_to_exitcode(c.ended()) == 3
        assert b"walmedic.conf:4: r is already the key of help" in c.raw and b"HINT" in c.raw and b"\033" not in c.raw, c.raw
        c.close()
    return None


def click(c, row, column, button=0):
    return c.keys("\033[<%d;%d;%dM\033[<%d;%d;%dm" % (button, column + 1, row + 1, button, column + 1, row + 1))


def row_of(c, text):
    return next(y for y, line in enumerate(c.screen.display) if text in line and y > 3)


def test_the_mouse_when_it_is_wanted():
    c = started()
    assert b"\033[?1000h" not in c.raw and b"\033[?1006h" not in c.raw, "the mouse is taken unasked"
    before = selected_row(c)
    click(c, row_of(c, "slot.active"), 20).quiet()
    assert selected_row(c) == before and "Keys" not in c.text(), c.text()
    c.close()
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(home + "/walmedic")
        with open(home + "/walmedic/walmedic.conf", "w") as f:
            f.write("[walmedic]\nmouse = yes\n")
        c = started(env={"XDG_CONFIG_HOME": home})
        assert b"\033[?1000h\033[?1006h" in c.raw, c.raw[:200]
        first, to = selected_row(c), row_of(c, "slot.active")
        click(c, to, 20).until(lambda: selected_row(c) == to, "the line that was clicked")
        click(c, 0, 3).quiet()
        assert selected_row(c) == to
        click(c, to, 20, 64).until(lambda: selected_row(c) < to, "up by the wheel")
        click(c, to, 20, 65).until(lambda: selected_row(c) == to, "down by the wheel")
        click(c, first, 20).until(lambda: selected_row(c) == first, "the first line").keys("\r").until("Create the slot")
        click(c, 5, 5).quiet()
        assert "Create the slot" in c.text() and "[y/N]" not in c.text(), c.text()
        c.keys("qq")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
        assert c.raw.rfind(b"\033[?1000l") > c.raw.rfind(b"\033[?1000h"), "the mouse is left behind"
        c.restored()
    return c
def walking(home, *args, **kw):
    env = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, **kw.pop("env", {})}
    return Console(argv=["walmedic", "--timeout", "1", "--barman-config", home + "/none.conf", "walk", *args], env=env, **kw)


def test_a_walk_on_the_screen_goes_on_in_the_dialogue():
    """Steps by every key, a second engineer who watches, kill -9, and the dialogue that goes on where the screen was."""
    page = "# Page\n\n## 1. Read it\n\nText.\n\n## Find\n\n```sh\nfind <what>\n```\n\n## Tell\n\n- [ ] told\n- [ ] filed\n\n## Last\n\n- [ ] over\n"
    with tempfile.TemporaryDirectory() as home:
        name = home + "/page.md"
        with open(name, "w") as f:
            f.write(page)
        os.chmod(name, 0o600)
        c = walking(home, name)
        c.until("5 to do").until("1. Read it").quiet()
        c.keys("\r").until("1 done").quiet()
        c.keys("c").until("what: first in line").quiet().keys("\033[200~a b\033[201~\r").until("find 'a b'").quiet()
        c.keys("c").until("sent to terminal").quiet()
        c.keys("d").until("2 done").quiet()
        c.keys("n").until("A note").keys("slow\r").until("slow").quiet()
        second = walking(home, name)
        second.until("WATCHING").until("slow").quiet().keys("d").quiet()
        assert "2 done" in second.text(), second.text()
        c.keys("s").until("skipped?").keys("nobody there\r").until("1 skipped").quiet()
        second.until("1 skipped")
        os.kill(c.pid, signal.SIGKILL)
        c.ended()
        c.close()
        second.until(lambda: "WATCHING" not in second.text(), "the lock").quiet()
        second.keys("d").until("3 done").quiet().keys("q")
        assert os.waitstatus_to_exitcode(second.ended()) == 0
        second.restored()
        second.close()
        d = walking(home, "--plain", name)
        d.until(lambda: b"3 done, 1 skipped, 0 failed; it goes on where it was" in d.raw, "where it was").until("step 5 of 5").keys("d\n")
        assert os.waitstatus_to_exitcode(d.ended()) == 0
        assert b"\033" not in d.raw and b"walked to its end" in d.raw, d.raw
        d.close()
    return None


def test_the_shelf_of_runbooks():
    with tempfile.TemporaryDirectory() as home:
        os.makedirs(home + "/walmedic")
        os.makedirs(home + "/wiki")
        with open(home + "/wiki/failover.md", "w") as f:
            f.write("# How we fail over\n\n## Call\n\n- [ ] called\n")
        os.chmod(home + "/wiki/failover.md", 0o600)
        with open(home + "/walmedic/walmedic.conf", "w") as f:
            f.write("[walmedic]\nrunbooks = %s/wiki\n" % home)
        c = started(env={"XDG_CONFIG_HOME": home})
        c.keys("W").until("slot-lag").until("How we fail over").quiet()
        c.keys("G\r").until("1 to do").quiet().keys("\033").until("slot-lag").quiet()
        c.keys(":walk fail\t\r").until("1 to do").quiet().keys("qq").until("ROOT CAUSE 1 of 1").quiet()
        c.keys(":walk slot-l\t\r").until("Look at the slot").until("CONF").quiet()
        c.keys("]]").until("walmedic sees this now").quiet().keys("2").until("skipped").quiet()
        c.keys("?").until("Keys on this screen").quiet().keys("\033").until("CONF")
        c.resize(16, 60).until(lambda: len(c.screen.display) == 16 and "skipped" in c.text()).resize(40, 120).until("CONF")
        c.keys("qq")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
        c.restored()
        c.close()
    return None


def test_the_wizard_from_an_empty_console():
    """Where nothing is configured the first screen says what can be done; the wizard has the terminal, and Ctrl-D leads back."""
    with tempfile.TemporaryDirectory() as home:
        if os.path.exists("/etc/barman.conf") or os.path.exists("/etc/walmedic.conf"):
            c = walking(home, "slot-lag")  # this machine has a configuration: the same from a walk without a server
            c.until("to do").quiet()
        else:
            c = Console(argv=["walmedic"], env={"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home})
            c.until("No server is configured").quiet()
        c.keys("mtw[R").quiet()
        c.keys(":setup\r").until("value for server")
        c.keys("\x04").until(lambda: c.on_its_screen(), "the screen again").quiet()
        c.keys("q")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
        c.restored()
        c.close()
    return None


def test_the_report_of_an_incident():
    with tempfile.TemporaryDirectory() as home:
        c = started(env={"XDG_STATE_HOME": home, "HOME": home})
        os.makedirs(home + "/walmedic", exist_ok=True)
        c.keys(":incident\r").until("the report is in").quiet()
        names = [n for n in os.listdir(home + "/walmedic") if n.startswith("incident-main-") and n.endswith(".md")]
        assert len(names) == 1, names
        with open(home + "/walmedic/" + names[0]) as f:
            assert "slot.missing" in f.read()
        assert os.stat(home + "/walmedic/" + names[0]).st_mode & 0o777 == 0o600
        c.keys("q")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
        c.close()
    return None


def an_hour_ago(home):
    """What the run that has ended kept, as if it had been an hour earlier."""
    hour = 3600 * 1000
    for name in glob.glob(home + "/walmedic/history/main/*.jsonl"):
        with open(name, encoding="utf-8") as f:
            text = re.sub(r'"t":(\d+)', lambda m: '"t":%d' % (int(m.group(1)) - hour), f.read())
        os.unlink(name)
        start, rest = os.path.basename(name).split("-", 1)
        with open("%s/%d-%s" % (os.path.dirname(name), int(start) - hour, rest), "w", encoding="utf-8") as f:
            f.write(text)


def test_back_into_what_an_earlier_run_saw():
    """Something changes while the first run looks on; the second one goes back to it, key by key."""
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)

        def configure(method):
            with open(home + "/barman.conf", "w") as f:
                f.write("[barman]\nbarman_home = %s\n[main]\nconninfo = host=127.0.0.1 port=1 connect_timeout=1\n%s" % (home, method))

        def run():
            c = Console(rows=60, cols=120, env={"HOME": home, "XDG_STATE_HOME": home},
                        argv=["walmedic", "--timeout", "5", "--barman-config", home + "/barman.conf"])
            return c.until(lambda: "ROOT CAUSE 1 of" in c.text() and " ask " not in c.screen.display[0], "all answers")

        head = lambda: c.screen.display[0]
        long_ago = lambda: re.search(r"PAST -\d+ (min|h)", head())
        configure("slot_name = evening\nbackup_method = postgres\nstreaming_archiver = on\n")
        c = run()
        configure("slot_name = night\nbackup_method = postgres\nstreaming_archiver = on\n")
        c.keys("R").keys("w").until("evening → night").keys("\033").until("ROOT CAUSE 1 of").quiet().keys("q")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
        c.close()
        an_hour_ago(home)
        c = run()
        c.keys("w").until("evening → night").keys("\033").until("ROOT CAUSE 1 of").quiet()
        c.keys("{").until("PAST")
        if not long_ago():  # the changes of this run's own start come first
            c.keys("{")
        c.until(lambda: long_ago() and "FAIL" in head(), "the hour before")
        c.keys("w").until("evening → night").keys("q").until("ROOT CAUSE 1 of")
        c.keys("}").until(lambda: not long_ago(), "forward").keys("\033").until("live").quiet()
        c.keys("[").until("PAST").keys("]").until("live").keys("[").until("PAST").keys("\033").until("live").keys("q")
        assert os.waitstatus_to_exitcode(c.ended()) == 0
    return c


def test_a_paste_is_no_command():
    c = started()
    c.keys("\033[200~q\rry?\033[201~").quiet()
    assert "ROOT CAUSE 1 of 1" in c.text()
    c.keys("q")
    assert os.waitstatus_to_exitcode(c.ended()) == 0
    return c


def test_clipboard():
    c = started()
    c.keys("\r").until("Create the slot")
    c.keys("]").until("▸  2").keys("c").until("sent to terminal")
    assert b"\033]52;c;YmFybWFuIHJlY2VpdmUtd2FsIC0tY3JlYXRlLXNsb3QgbWFpbg==\a" in c.raw, c.raw[-600:]
    c.close()
    c = started(env={"STY": "1.test"})
    c.keys("c").until("sent to terminal")
    assert b"\033P\033]52;c;" in c.raw
    return c


def test_plain_screen():
    c = started()
    c.keys("\r").until("Create the slot")
    c.keys("p").until("[Enter returns to walmedic]")
    assert b"\nbarman receive-wal --create-slot main" in c.raw.replace(b"\r", b"")
    c.keys("\n").until("Esc back")
    return c


def test_garbage_does_nothing_and_breaks_nothing():
    c = started()
    rng = random.Random(1)
    for _ in range(200):
        data = bytes(b for b in (rng.randrange(256) for _ in range(200)) if b not in b"q\x03\x1ap")
        c.keys(data)
        c.read(0)
    for _ in range(3):  # the end of what was cut in its midst; a line, a question
        c.quiet().keys("\033").quiet()
    for _ in range(12):
        c.keys("\x7f").read(0.02)
    for _ in range(8):
        c.keys("q").read(0.1)
    c.ended()
    c.restored()
    return c


def test_bytes():
    c = started()
    assert len(c.raw) <= 6000, "the first screens took %d bytes" % len(c.raw)
    before = len(c.raw)
    c.keys("j").quiet()
    assert len(c.raw) - before <= 1000, "moving took %d bytes" % (len(c.raw) - before)
    c.close()
    c = started(args=("--quiet-clock",))
    before = len(c.raw)
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        c.read(0.1)
    assert len(c.raw) == before, "idle wrote %r" % c.raw[before:]
    return c


def main(tests=None, only=sys.argv[1:]):
    bad = 0
    for name, test in list((tests or globals()).items()):
        if not name.startswith("test_") or (only and name not in only):
            continue
        try:
            c = test()
            if c:
                c.close()
            print("ok - %s" % name[5:].replace("_", " "), flush=True)
        except AssertionError as e:
            bad = 1
            print("not ok - %s\n%s" % (name[5:].replace("_", " "), e), flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
