"""walmedic fix over pipes, inside a lab. Every prompt ends in "> "; every command is run as shown: by walmedic, or, where it has no way
to that host, by us, who stand at that host's own console."""
import os
import re
import select
import subprocess
import time

from inlab import LAB_ON, PLACE, Failed, log, on


class Dialogue:
    PROMPT = re.compile(r"(?:^|\n)([^\n]*> )$")

    def __init__(self, view, answers, *cause):
        self.answers = answers
        self.text = ""
        self.seen = 0  # what of the text belongs to earlier prompts
        self.asked = {}
        self.p = subprocess.Popen([LAB_ON, PLACE[view], "walmedic", "fix", "main", *cause], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, bufsize=0)

    def read(self, end):
        """Until a prompt (returned) or the end (None)."""
        while True:
            m = self.PROMPT.search(self.text[self.seen:])
            if m and not select.select([self.p.stdout], [], [], 0.2)[0]:
                block = self.text[self.seen:]
                self.seen = len(self.text)
                return m.group(1), block
            if not select.select([self.p.stdout], [], [], max(0.0, end - time.time()))[0]:
                self.p.kill()
                raise Failed("fix said nothing more for too long, after: %.400s" % self.text[-400:])
            data = os.read(self.p.stdout.fileno(), 65536)
            if not data:
                return None, self.text[self.seen:]
            self.text += data.decode("utf-8", "replace")

    def say(self, answer):
        log("    > " + answer)
        self.text += answer + "\n"
        self.seen = len(self.text)
        try:
            self.p.stdin.write((answer + "\n").encode())
        except BrokenPipeError:  # all green while a step was done by hand: it has ended by itself
            pass

    def run(self, seconds):
        end = time.time() + seconds
        copying = None
        while True:
            prompt, block = self.read(end)
            for line in block.splitlines():
                log("    | " + line)
            if prompt is None:
                break
            step = re.search(r"step (\d+) of (\d+) \[([^\]]*)\] > $", prompt)
            typed = re.search(r'type "([^"]*)" to run this > $', prompt)
            value = re.search(r"value for ([A-Za-z0-9_.]+) \[(.*)\] > $", prompt)
            if copying:
                self.by_hand(copying, block[: -len(prompt)] if prompt else block)
                copying = None
                if not select.select([self.p.stdout], [], [], 0.5)[0]:  # else it saw what was done, and went on by itself
                    self.say("s")
            elif step:
                key = step.group(1), step.group(2)
                self.asked[key] = self.asked.get(key, 0) + 1
                place = re.findall(r"\bon (\S+) as (\S+?)[,;:.)]?(?:\s|$)", block)
                if self.asked[key] > 2:
                    self.say("s" if self.asked[key] == 3 else "q")
                elif re.search(r"\br run\b", step.group(3)):
                    self.say("r")
                elif re.search(r"\bc copy\b", step.group(3)) and place:
                    copying = place[-1]
                    self.say("c")
                else:
                    self.say("s")
            elif typed:
                self.say(typed.group(1))
            elif prompt.endswith("run this? [y/N] > "):
                self.say("y")
            elif value:
                self.say(self.answers.get(value.group(1), ""))
            else:
                self.p.kill()
                raise Failed("fix asks something that is not in the contract: %r" % prompt)
        status = self.p.wait()
        log("fix ended with exit %d" % status)
        return self.text

    @staticmethod
    def by_hand(place, text):
        host, user = place
        host = {"db1": "db", "backup1": "backup"}.get(host, host)
        log("    by hand on %s as %s: %r" % (host, user, text))
        p = on("%s:%s" % (host, user), "sh", "-c", text.strip("\n"), timeout=120)
        log("    exit %d\n%s" % (p.returncode, p.stdout))
