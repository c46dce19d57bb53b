#!/usr/bin/python3
"""The steps of the setup page that write files, run as they stand in a home and an /etc of our own: a look changes nothing and says what would change,
a run does it once, a copy of what was there is kept, and what others wrote stays."""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.realpath(os.environ.get("srcdir") or os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../.."))
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIEqvtXLE3Uji6vgqM/2fJZRlS5F347Xxe/oBvUnlSUKM"
VALUES = {"server": "main", "mode": "both", "db_address": "db1", "backup_address": "backup1", "port": "5432", "db_port": "22", "backup_port": "22",
          "found_major": "15", "retention": "RECOVERY WINDOW OF 7 DAYS", "schedule": "03:07", "barman_key": "ssh-ed25519 %s barman@backup1" % KEY,
          "postgres_key": "ssh-ed25519 %s postgres@db1" % KEY, "db_keys": "ssh-ed25519 %s" % KEY, "backup_keys": "ssh-ed25519 %s" % KEY,
          "backup": "ssh://root@backup1", "db": "ssh://root@db1"}


def page():
    """{heading: text} of every command of the page"""
    with open(TOP + "/remedies/setup/barman.md", encoding="utf-8") as f:
        return {m.group(1): m.group(2) for m in re.finditer(r"^## ([^\n]*)\n(?:(?!^## )[^\n]*\n)*?```sh [^\n]*\n(.*?)\n```$", f.read(), re.M | re.S)}


class Steps(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="walmedic-setup-")
        self.home = self.top + "/home"
        for d in ("/home", "/etc/barman.d", "/etc/cron.d", "/spool"):
            os.makedirs(self.top + d)
        os.makedirs(self.top + "/bin")
        self.write("/bin/barman", "#!/bin/sh\n")
        os.chmod(self.top + "/bin/barman", 0o755)
        self.steps = page()

    def tearDown(self):
        shutil.rmtree(self.top)

    def text(self, heading, **changed):
        values = {**VALUES, "own_config": self.top + "/etc/walmedic.conf", **changed}
        text = re.sub(r"(?<!\$)\{([a-z_]+)\}", lambda m: shlex.quote(values[m.group(1)]) if m.group(1) in values else m.group(0), self.steps[heading])
        for path in ("/etc/barman", "/etc/cron", "/var/spool"):
            text = text.replace(path, self.top + path.replace("/var", ""))
        return text

    def do(self, heading, look=False, **changed):
        env = {"HOME": self.home, "PATH": self.top + "/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": self.top, **({"walmedic_look": "1"} if look else {})}
        r = subprocess.run(["sh", "-c", self.text(heading, **changed)], env=env, cwd=self.home, text=True, stdin=subprocess.DEVNULL, timeout=60,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return r.returncode, r.stdout

    def files(self):
        found = {}
        for d, _, names in os.walk(self.top):
            for n in names:
                with open(os.path.join(d, n), "rb") as f:
                    found[os.path.join(d, n)[len(self.top):]] = f.read()
        return found

    def look_do_look(self, heading, **changed):
        """Returns what the first look said."""
        before = self.files()
        status, said = self.do(heading, look=True, **changed)
        self.assertEqual(1, status, said)
        self.assertEqual(before, self.files(), "a look has changed something")
        status, text = self.do(heading, **changed)
        self.assertEqual(0, status, text)
        after = self.files()
        self.assertNotEqual(before, after)
        self.assertEqual(0, self.do(heading, look=True, **changed)[0])
        self.assertEqual(0, self.do(heading, **changed)[0])
        self.assertEqual(after, self.files(), "what was done is done again")
        self.assertFalse([n for n in after if n.startswith("/tmp.")], "something was left behind")
        return said

    def read(self, path):
        with open(self.top + path, encoding="utf-8") as f:
            return f.read()

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.top + path), exist_ok=True)
        with open(self.top + path, "w", encoding="utf-8") as f:
            f.write(text)

    def test_keys_and_who_knows_whom(self):
        for heading in ("A key for Barman", "A key for PostgreSQL"):
            shutil.rmtree(self.home + "/.ssh", ignore_errors=True)
            self.look_do_look(heading)
            self.assertEqual(0o600, os.stat(self.home + "/.ssh/id_ed25519").st_mode & 0o777)
        for heading in ("Barman knows the PostgreSQL host", "PostgreSQL knows the Barman host"):
            self.assertIn("+", self.look_do_look(heading))
        self.assertEqual("db1 ssh-ed25519 %s\nbackup1 ssh-ed25519 %s\n" % (KEY, KEY), self.read("/home/.ssh/known_hosts"))
        self.look_do_look("Barman knows the PostgreSQL host", db_port="2222")
        self.assertIn("[db1]:2222 ssh-ed25519", self.read("/home/.ssh/known_hosts"))

    def test_authorized_keys_keep_what_is_there(self):
        self.write("/home/.ssh/authorized_keys", "ssh-rsa OTHER somebody")
        self.look_do_look("Barman may log in to the PostgreSQL host")
        self.assertEqual("ssh-rsa OTHER somebody\n" + VALUES["barman_key"] + "\n", self.read("/home/.ssh/authorized_keys"))
        copies = [n for n in self.files() if "authorized_keys.walmedic-" in n]
        self.assertEqual(1, len(copies))
        self.assertEqual("ssh-rsa OTHER somebody", self.read(copies[0]))

    def test_passwords_are_made_once_and_kept(self):
        said = self.look_do_look("Passwords for Barman")
        self.assertEqual(["+db1:5432:*:barman:...", "+db1:5432:*:streaming_barman:..."], said.split())
        lines = self.read("/home/.pgpass").splitlines()
        self.assertEqual(2, len(lines))
        words = [line.split(":")[4] for line in lines]
        self.assertTrue(all(re.fullmatch("[0-9a-f]{32}", w) for w in words) and words[0] != words[1])
        self.assertEqual("barman_password=%s\nstreaming_password=%s\n" % tuple(words), self.do("Passwords for Barman", look=True)[1])
        self.assertEqual(0o600, os.stat(self.home + "/.pgpass").st_mode & 0o777)

    def test_passwords_that_are_there_are_used(self):
        self.write("/home/.pgpass", "other:5432:*:barman:no\ndb1:5432:postgres:barman:a\\:b\\\\c\n")
        self.assertEqual((0, "barman_password=a:b\\c\n"), self.do("Passwords for Barman", look=True, mode="push"))

    def test_the_server_file(self):
        for mode, must, never in (("push", "archiver = on", "streaming"), ("stream", "backup_method = postgres", "archiver = on\nbackup"),
                                  ("both", "streaming_archiver = on", "backup_method = postgres")):
            shutil.rmtree(self.top + "/etc/barman.d")
            self.look_do_look("The server in Barman's configuration", mode=mode)
            text = self.read("/etc/barman.d/main.conf")
            self.assertTrue(text.startswith("[main]\n"))
            self.assertIn(must, text)
            self.assertNotIn(never, text)

    def test_a_section_that_is_there_is_completed(self):
        self.write("/etc/barman.conf", "[barman]\nbarman_user = barman\n[main]\nssh_command = ssh me@there\narchiver = off\nretention_policy = REDUNDANCY 9\n[other]\nactive = false\n")
        self.look_do_look("The server in Barman's configuration", mode="push")
        text = self.read("/etc/barman.conf")
        self.assertIn("ssh_command = ssh me@there\narchiver = on\nretention_policy = REDUNDANCY 9\n", text)
        self.assertTrue(text.endswith("[other]\nactive = false\n"))
        self.assertEqual(1, text.count("retention_policy"))
        self.assertFalse(os.path.exists(self.top + "/etc/barman.d/main.conf"))

    def test_the_nightly_backup(self):
        self.look_do_look("The nightly backup")
        self.assertRegex(self.read("/etc/cron.d/barman-backup-main"), r"\n7 3 \* \* \* barman \S*barman -q backup main\n$")
        self.write("/etc/cron.d/barman-backup-main", "1 2 * * * barman barman backup all\n")
        self.assertEqual(0, self.do("The nightly backup", look=True)[0])

    def test_our_own_configuration(self):
        self.look_do_look("walmedic's own configuration")
        self.look_do_look("walmedic's own configuration", server="second")
        self.assertEqual("[main]\nengine = barman\nbackup = ssh://root@backup1\ndb = ssh://root@db1\n\n"
                         "[second]\nengine = barman\nbackup = ssh://root@backup1\ndb = ssh://root@db1\n", self.read("/etc/walmedic.conf"))


if __name__ == "__main__":
    unittest.main()
