"""walmedic walk over pipes, inside a lab: every command is run, every box ticked, every choice made that walmedic points to. Once, while a command
that changes something runs, walmedic is killed without a word, and the next walk must go on there."""
import re
import subprocess
import time

from dialogue import Dialogue
from inlab import LAB_ON, PLACE, Failed, log, on


class Walk(Dialogue):
    def __init__(self, runbook, choices, answers, kill=True):
        self.runbook, self.choices, self.kill, self.was_killed = runbook, list(choices), kill, False
        self.failed = []
        self.begin(answers)

    def begin(self, answers):
        self.answers, self.text, self.seen, self.asked = answers, "", 0, {}
        self.p = subprocess.Popen([LAB_ON, PLACE["console"], "walmedic", "walk", self.runbook, "main"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)

    def end_at_once(self):
        """kill -9 in the midst of a command; the lab's console host has one walmedic."""
        time.sleep(0.3)
        on("console", "pkill", "-KILL", "-x", "walmedic")
        self.p.wait(timeout=30)
        log("    killed in the midst of a command")
        self.was_killed, self.kill = True, False
        self.begin(self.answers)

    def choose(self, block):
        seen = re.search(r"^ +(\d+) +.*<- walmedic sees this now", block, re.M)
        if seen:
            return seen.group(1)
        if not self.choices:
            raise Failed("walmedic sees none of the choices: %s" % block[-600:])
        return self.choices.pop(0)

    def answer(self, keys, block, number):
        self.asked[number] = self.asked.get(number, 0) + 1
        if "failed: r runs it again" in block:
            self.failed.append(number)
        if self.asked[number] > 1 and "the number" not in keys:
            return "s it did not work" if self.asked[number] < 4 else "q"
        if "r run" in keys:
            return "r"
        if "the number" in keys:
            return self.choose(block)
        return "" if "Enter read" in keys else "d by hand"

    def run(self, seconds):
        end = time.time() + seconds
        while True:
            prompt, block = self.read(end)
            for line in block.splitlines():
                log("    | " + line)
            if prompt is None:
                break
            step = re.search(r"step (\d+) of \d+ \[(.*)\] > $", prompt)
            typed = re.search(r'type "([^"]*)" to run this > $', prompt)
            value = re.search(r"value for (\S+) \[(.*)\] > $", prompt)
            if step:
                self.say(self.answer(step.group(2), block, step.group(1)))
            elif typed:
                self.say(typed.group(1))
            elif value:
                self.say(self.answers.get(value.group(1), ""))
            elif prompt.endswith("[y/N] > "):
                self.say("y")
                if self.kill and "run this?" in prompt:
                    self.end_at_once()
            else:
                raise Failed("walk asks something that is not in the contract: %r" % prompt)
        status = self.p.wait()
        log("walk ended with exit %d" % status)
        if self.failed:
            raise Failed("%s: steps failed: %s" % (self.runbook, " ".join(self.failed)))
        if status or "walked to its end" not in self.text:
            raise Failed("%s was not walked to its end" % self.runbook)
        if self.was_killed and "it goes on where it was" not in self.text:
            raise Failed("%s began again after it was killed" % self.runbook)
        return self.text
