"""Jobs side by side, each in a lab of its own. They mostly wait for cron's minute."""
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time

from inlab import LAB, LAB_DIR


class Lanes:
    def __init__(self, jobs, logs, command, keep_going):
        self.jobs, self.logs, self.command, self.keep_going = jobs, logs, command, keep_going
        self.todo, self.done, self.running = queue.Queue(), [], set()
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.results = open(os.path.join(logs, "results.jsonl"), "a")
        for n, job in enumerate(jobs):
            self.todo.put((n, job))

    def run(self, lanes):
        """A lab dies with the thread that started it: lanes live until their labs have ended."""
        threads = [threading.Thread(target=self.lane, daemon=True) for _ in range(max(1, min(lanes, len(self.jobs))))]
        signal.signal(signal.SIGTERM, self.end)
        signal.signal(signal.SIGINT, self.end)
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return self.done

    def end(self, *_):
        self.stop.set()
        for p in list(self.running):
            p.kill()
        os.write(1, b"run: stopped\n")  # print may be what was interrupted
        os._exit(130)

    def lane(self):
        while not self.stop.is_set():
            try:
                n, job = self.todo.get_nowait()
            except queue.Empty:
                return
            start = time.time()
            path = os.path.join(self.logs, re.sub(r"[^A-Za-z0-9._+-]+", "_", job.title()) + ".log")
            status = self.one(self.command(job, n), path)
            with self.lock:
                if self.stop.is_set():
                    return
                self.tell(n, job, path, status, time.time() - start)

    def one(self, argv, path):
        with open(path, "w") as f:
            p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT)
            self.running.add(p)
            try:
                status = p.wait(timeout=1200)
            except subprocess.TimeoutExpired:
                p.kill()
                status = p.wait()
            self.running.discard(p)
        return status

    def tell(self, n, job, path, status, seconds):
        self.done.append(status)
        print("%s %d - %s (%d s)" % ("ok" if status == 0 else "not ok", n + 1, job.title(), seconds), flush=True)
        lines = open(path, errors="replace").read().splitlines()
        events = [json.loads(line[len("RESULT ") :]) for line in lines if line.startswith("RESULT {")]
        self.results.write(json.dumps({"kind": job.kind, "name": job.name, "views": job.views, "ok": status == 0, "seconds": round(seconds), "events": events}) + "\n")
        self.results.flush()
        if status:
            for line in ([line for line in lines if "FAILED" in line] or lines)[-5:]:
                print("# " + line[:400])
            print("# log: " + path, flush=True)
            if not self.keep_going:
                self.stop.set()


TICK_IN = 30  # seconds from a lab's start to its cron's first run: by then it was broken and looked at, usually


def command(job, n, build, pipeline, swift):
    argv = ["env", "LAB_QUICK_LOGINS=yes"] + (["LAB_TICK_IN=%d" % TICK_IN] if job.kind in ("fault", "heal", "pair", "chain") else [])
    argv += [LAB, "up", "--name", "run%d-%d" % (os.getpid(), n), "--pipeline", pipeline]
    if build:
        argv += ["--build", build]
    if job.kind == "kill":
        return [os.path.join(LAB_DIR, "test-kill.sh")]
    if job.kind == "keys":
        return argv + ["--fault", "cron.daemon_stopped", "--", os.path.join(LAB_DIR, "console-keys")]
    return argv + ["--", "/usr/bin/python3", os.path.join(LAB_DIR, "run"), "--inside", job.kind, job.name, job.views, "swift" if swift else ""]
