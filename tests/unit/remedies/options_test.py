#!/usr/bin/python3
"""Every fenced command of every page of ours against the tools' own words: no option and no sub-command that the tool does not know.

Where a tool is not installed its commands are counted as skipped. What a page reads from barman's output is not looked at here."""
import functools
import glob
import os
import re
import shlex
import subprocess
import unittest

TOP = os.path.realpath(os.environ.get("srcdir") or os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../.."))
BINARIES = sorted(glob.glob("/usr/lib/postgresql/*/bin")) + ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
# With sub-commands, whose options are their own.
NESTED = {"barman"}
TOOLS = NESTED | {"psql", "pg_basebackup", "pg_receivewal", "pg_verifybackup", "pg_amcheck", "pg_ctl", "pg_lsclusters", "pg_ctlcluster", "pg_isready",
                  "pg_controldata", "barman-wal-archive", "barman-wal-restore", "barman-cloud-backup", "df", "du", "ls", "find", "grep", "sort", "tail", "head",
                  "findmnt", "ps", "stat", "cp", "mv", "mkdir", "chmod", "chown", "mount", "lvextend", "vgs", "lvs", "ssh-keygen", "systemctl", "journalctl",
                  "rsync", "install", "readlink", "od", "setpriv", "getent", "id", "usermod", "chage", "timeout", "setsid", "namei", "date", "dpkg-query", "diff", "mktemp", "flock", "ssh-keyscan", "useradd", "tr", "paste", "cut"}
# "$bin/pg_ctl" and the like name the tool at their end.
END = re.compile(r"^(?:\$\{?\w+\}?/|.*/)?([A-Za-z0-9_.-]+)$")


def fences(path):
    """(line, text) of every command fence of a page."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    at = 0
    while at < len(lines):
        if re.match(r"\s*```(sh|bash|shell|console)\b", lines[at]):
            end = at + 1
            while not re.match(r"\s*```\s*$", lines[end]):
                end += 1
            yield at + 2, "\n".join(lines[at + 1:end])
            at = end
        at += 1


def without_documents(text):
    """The text without the insides of here-documents."""
    out, end = [], None
    for line in text.split("\n"):
        if end is None:
            out.append("" if line.lstrip().startswith("#") else re.sub(r"<<-?\s*'?(\w+)'?", "", line))
            m = re.search(r"<<-?\s*'?(\w+)'?", line)
            end = m.group(1) if m else None
        elif line.strip() == end:
            end = None
    return "\n".join(out)


def commands(text):
    """Word lists of the simple commands, as far as they can be told without a shell."""
    lexer = shlex.shlex(without_documents(text).replace("\\\n", " "), posix=True, punctuation_chars="();<>|&\n`")
    lexer.whitespace = " \t"
    lexer.commenters = ""
    words, comment = [], False
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    for t in tokens + [";"]:
        comment = t.startswith("#") or (comment and "\n" not in t)
        if t and set(t) <= set("();|&\n`"):
            if words:
                yield words
                words = []
        elif not comment:
            words.append(t)


KEYWORDS = {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "exec", "time"}
# Programs that run another one, with the number of their own words that are no options.
RUNNERS = {"timeout": 1, "setsid": 0, "nice": 0, "env": 0, "setpriv": 0}
# Their help leaves out what their parser takes: it is asked itself.
ASKED = {"systemctl", "pg_ctlcluster"}


def skip_runner(words):
    """Without a program that runs the rest, and its own words."""
    left = RUNNERS[words[0]]
    words = words[1:]
    while words and (words[0].startswith("-") or "=" in words[0] or left):
        if words[0] == "-k":
            words = words[1:]
        elif not words[0].startswith("-") and "=" not in words[0]:
            left -= 1
        words = words[1:]
    return words


def skip_prefix(words):
    """Without what stands before a command: keywords, assignments, other programs that run it."""
    while words:
        if words[0] == "test":
            return []
        if words[0] in RUNNERS:
            words = skip_runner(words)
        elif words[0] in KEYWORDS or re.match(r"^\w+=", words[0]):
            words = words[1:]
        else:
            break
    return words


@functools.lru_cache(None)
def binary(name):
    for d in BINARIES:
        path = os.path.join(d, name)
        if os.access(path, os.X_OK):
            return path
    return None


@functools.lru_cache(None)
def help_of(name, sub):
    path = binary(name)
    if not path:
        return None
    for asked in ([sub, "--help"], ["--help"]) if sub else (["--help"],):
        r = subprocess.run([path] + [a for a in asked if a], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=60,
                           env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent", "PAGER": "cat", "MANPAGER": "cat"})
        text = r.stdout + r.stderr
        if sub and (r.returncode or "usage" not in text.lower()):
            return ""
        return text
    return ""


def knows(text, option):
    """Does a help text know this option? Short ones may be run together: each letter counts."""
    if option.startswith("--"):
        name = option.split("=")[0]
        return re.search(r"(?<![\w-])%s(?![\w-])" % re.escape(name), text) or re.search(re.escape(name.replace("--no-", "--[no-]")), text)
    return re.search(r"(?<![\w-])-%s(?![\w-])" % re.escape(option[1]), text) or re.search(r"\[-\w*%s\w*\]" % re.escape(option[1]), text)


@functools.lru_cache(None)
def takes(name, option):
    """The parser itself, with a question that changes nothing."""
    r = subprocess.run([binary(name), option, "--help"], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=60,
                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})
    return not re.search(r"(unrecognized|invalid|unknown) option.*\b%s\b" % re.escape(option.lstrip("-")), r.stdout + r.stderr, re.I)


class Options(unittest.TestCase):
    maxDiff = None

    def pages(self):
        found = sorted(glob.glob(TOP + "/remedies/catalogue/*.md") + glob.glob(TOP + "/remedies/runbooks/*.md") + glob.glob(TOP + "/remedies/setup/*.md"))
        self.assertGreater(len(found), 150)
        return found

    def complaints(self, words):
        """What is wrong with one command; None where its tool is not here."""
        m = END.match(words[0])
        name = m.group(1) if m else ""
        if name not in TOOLS:
            return []
        sub = words[1] if name in NESTED and len(words) > 1 and not words[1].startswith("-") else ""
        text = help_of(name, sub)
        if text is None:
            return None
        if not text:
            return ["%s has no sub-command %s" % (name, sub)]
        if name in ("find", "ps", "od", "sort", "head", "tail", "date", "test"):
            return []  # their options are no options, or numbers
        bad, rest = [], words[2 if sub else 1:]
        for w in rest:
            if w == "--":
                break
            option = w.split("=")[0] if w.startswith("--") else w
            if re.match(r"^--?[A-Za-z]", w) and not knows(text, w) and not (name in ASKED and takes(name, option)):
                bad.append("%s %s does not know %s" % (name, sub, option))
        return bad

    def test_every_option_is_known_to_its_tool(self):
        wrong, seen, skipped = [], 0, set()
        for path in self.pages():
            for line, text in fences(path):
                for words in commands(text) or ():
                    words = skip_prefix(words)
                    if not words:
                        continue
                    bad = self.complaints(words)
                    if bad is None:
                        skipped.add(END.match(words[0]).group(1))
                        continue
                    seen += 1
                    wrong += ["%s:%d: %s" % (os.path.basename(path), line, b) for b in bad]
        self.assertEqual("", "\n".join(wrong))
        self.assertGreater(seen, 300)
        if skipped:
            print("# not installed here: " + " ".join(sorted(skipped)))

    @unittest.skipUnless(binary("barman") and binary("systemctl"), "barman and systemctl are not installed")
    def test_what_is_wrong_is_seen(self):
        self.assertEqual(["barman has no sub-command bakcup"], self.complaints(["barman", "bakcup", "x"]))
        self.assertEqual(["barman backup does not know --wiat"], self.complaints(["barman", "backup", "--wiat", "x"]))
        self.assertEqual([], self.complaints(["barman", "backup", "--wait", "x"]))
        self.assertEqual(["df  does not know -Y"], self.complaints(["df", "-Y"]))
        self.assertEqual([], self.complaints(["$bin/df", "-h", "--output=size"]))
        self.assertEqual([], self.complaints(["systemctl", "--no-legend", "show"]))
        self.assertEqual(["systemctl  does not know --no-legendary"], self.complaints(["systemctl", "--no-legendary", "show"]))

    def test_reads_commands_as_a_shell_would(self):
        self.assertEqual([["a", "-b", "c d"], ["e"], ["f", "--g"], ["h"]], list(commands("a -b 'c d' | e && f --g # no\nh <<'X'\nnot --this\nX\n")))
        self.assertEqual(["nc", "-c"], skip_prefix(["timeout", "-k", "1", "5", "nc", "-c"]))
        self.assertEqual(["barman", "cron"], skip_prefix(["if", "x=1", "barman", "cron"]))


if __name__ == "__main__":
    unittest.main()
