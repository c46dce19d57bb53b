#!/usr/bin/python3
"""What the laboratory is driven by, without a laboratory: the data files, the choice of jobs, the page of what is covered."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
import data
import selection
from inlab import Answer


def written(text):
    f = tempfile.NamedTemporaryFile("w", delete=False)
    f.write(text)
    f.close()
    return f.name


class Data(unittest.TestCase):
    faults = data.faults()

    def refused(self, read, text):
        path = written(text)
        with self.assertRaises(data.BadData) as e:
            read(self.faults, path)
        os.unlink(path)
        return str(e.exception)

    def test_every_fault_says_what_it_is_and_names_known_causes(self):
        causes = set(data.causes())
        self.assertGreater(len(causes), 150)
        for name, f in self.faults.items():
            self.assertTrue(f["sentence"], name)
            self.assertIn(f["pipeline"], ("", "both", "push", "stream"), name)
            seen_as = {*f["cause_console"].split(), *f["cause_barman"].split(), f["advice"]} - {"none", ""}
            self.assertTrue(seen_as, name)
            for cause in (*seen_as, *f["also_ok"].split()):
                self.assertIn(cause, causes, name)

    def test_pairs_and_chains_name_known_causes(self):
        causes = set(data.causes())
        for group in (data.pairs(self.faults), data.chains(self.faults)):
            for name, one in group.items():
                for view in data.VIEWS:
                    self.assertLessEqual(set(one["roots"][view]), causes, name)
        for name, one in data.chains(self.faults).items():
            for folded in one["folded"].values():
                self.assertLessEqual({cause for cause, _ in folded.values()}, causes, name)

    def test_there_are_enough_of_them(self):
        self.assertGreaterEqual(len(data.pairs(self.faults)), 40)
        self.assertGreaterEqual(sum(p["heal"] for p in data.pairs(self.faults).values()), 10)
        self.assertGreaterEqual(len(data.chains(self.faults)), 20)

    def test_bad_lines_are_refused_with_their_place(self):
        self.assertIn(":2: no such fault: no.such", self.refused(data.pairs, "# a comment\nslot.missing no.such\n"))
        self.assertIn("twice", self.refused(data.pairs, "slot.missing pg.refused\nslot.missing pg.refused\n"))
        self.assertIn("what is", self.refused(data.pairs, "slot.missing pg.refused hael\n"))
        self.assertIn("no such fault", self.refused(data.chains, "no.such wal\n\ta b c\n"))
        self.assertIn("not PROBE", self.refused(data.chains, "slot.missing wal\n\ta b\n"))
        self.assertIn("no action", self.refused(data.chains, "slot.missing\n\ta b c\n"))
        self.assertIn("no second link", self.refused(data.chains, "slot.missing wal\n"))

    def test_each_set_up_has_its_job(self):
        import setup_jobs
        self.assertEqual(list(setup_jobs.JOBS), list(data.SETUPS))
        self.assertIn(selection.ALWAYS, data.SETUPS)
        for name, (pipeline, say) in data.SETUPS.items():
            self.assertIn(pipeline, ("bare", "both", "push", "stream"), name)
            self.assertTrue(say, name)

    def test_each_action_of_a_chain_exists(self):
        with open(os.path.join(HERE, "lib", "chain.sh")) as f:
            text = f.read()
        for name, chain in data.chains(self.faults).items():
            for action in chain["then"]:
                self.assertIn("\nthen_%s()" % action, text, name)


class Selection(unittest.TestCase):
    catalogue = selection.Catalogue()
    views = list(data.VIEWS)

    def test_the_parts_are_everything_and_each_fits(self):
        everything = self.catalogue.everything(self.views)
        parts = selection.parts_of(everything)
        together = []
        for n in range(1, parts + 1):
            part = selection.part_of(everything, n)
            self.assertLessEqual(selection.cost(part), (selection.PART_MINUTES + 2) * 60 * selection.LANES)
            together += [(j.kind, j.name) for j in part]
        self.assertEqual(sorted(together), sorted((j.kind, j.name) for j in everything))

    def test_the_views_take_turns_in_healing(self):
        faults = [j for j in self.catalogue.everything(self.views) if j.kind == "fault"]
        from_barman = [j for j in faults if j.views.startswith("barman")]
        self.assertGreater(len(from_barman), len(faults) / 3)
        for j in from_barman:
            self.assertEqual(self.catalogue.faults[j.name]["cause_barman"], self.catalogue.faults[j.name]["cause_console"])
        twice = [j for j in self.catalogue.everything(self.views, True) if j.kind in ("fault", "heal")]
        self.assertEqual(len([j for j in twice if j.kind == "fault"]), len(faults))
        self.assertGreater(len(twice), 1.5 * len(faults))

    def test_a_check_names_its_part_and_repeats_it(self):
        parts = selection.parts_of(self.catalogue.everything(self.views))
        jobs, say = selection.check_jobs(self.catalogue, self.views, None)
        part = selection.part_by_head(parts)
        self.assertIn("--part %d" % part, say)
        again, _ = selection.check_jobs(self.catalogue, self.views, part)
        self.assertEqual([(j.kind, j.name) for j in jobs], [(j.kind, j.name) for j in again])
        names = [(j.kind, j.name) for j in jobs]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn(("healthy", "healthy"), names)
        self.assertIn(("setup", selection.ALWAYS), names)
        with self.assertRaises(data.BadData):
            selection.check_jobs(self.catalogue, self.views, parts + 1)

    def test_what_changed_is_chosen(self):
        asked, selection.changed_files = selection.changed_files, lambda: [
            "tests/lab/faults/pg.silent.fault", "remedies/catalogue/slot.lost.md", "README.md"]
        try:
            jobs, of = selection.changed_jobs(self.catalogue, self.views)
        finally:
            selection.changed_files = asked
        names = [j.name for j in jobs]
        self.assertEqual(names[:2], ["pg.silent", "pg.silent"])
        self.assertIn("slot.lost", names)
        self.assertNotIn("cron.daemon_stopped", names)
        self.assertGreaterEqual(of, len(jobs))


class Asserting(unittest.TestCase):
    def answer(self, causes, status=2, probes=(), urgent=True):
        a = Answer.__new__(Answer)
        a.causes, a.status, a.probes = causes, status, list(probes)
        a.roots = [{"cause": c, "state": "fail", "urgency_seconds": 60 * i if urgent else None, "unblocks": len(causes) - i} for i, c in enumerate(causes)]
        return a

    def test_only_the_expected_causes_in_their_order_pass(self):
        self.assertIsNone(self.answer(["a", "b"]).wrong_roots(["a", "b"], []))
        self.assertIsNone(self.answer(["a", "c"]).wrong_roots(["a"], ["c"]))
        for causes in ([], ["b", "a"], ["a"], ["a", "b", "c"]):
            self.assertIsNotNone(self.answer(causes).wrong_roots(["a", "b"], []))
        self.assertIsNotNone(self.answer(["a"], status=0).wrong_roots(["a"], []))

    def test_two_that_nothing_tells_apart_stand_in_either_order(self):
        self.assertIsNone(self.answer(["b", "a"], urgent=False).wrong_roots(["a", "b"], []))
        self.assertIsNotNone(self.answer(["b", "c"], urgent=False).wrong_roots(["a", "b"], []))

    def test_a_fold_names_cause_and_explaining_probe(self):
        a = self.answer(["x"], probes=[{"id": "p", "state": "fail", "cause": "c", "explained_by": "q"}])
        self.assertEqual(a.wrong_folds({"p": ("c", "q")}), [])
        for folded in ({"p": ("c", "r")}, {"p": ("d", "q")}, {"other": ("c", "q")}):
            self.assertEqual(len(a.wrong_folds(folded)), 1)


class Coverage(unittest.TestCase):
    def coverage(self, *argv):
        return subprocess.run(["/usr/bin/python3", os.path.join(HERE, "coverage"), *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_results_become_words(self):
        sys.path.insert(0, HERE)
        from importlib.machinery import SourceFileLoader
        page = SourceFileLoader("coverage", os.path.join(HERE, "coverage")).load_module()
        def record(kind, name, ok, *events):
            return json.dumps({"kind": kind, "name": name, "ok": ok, "events": events}) + "\n"
        def named(view, when="at once", ok=True):
            return {"what": "named", "view": view, "when": when, "ok": ok}
        def healed(view):
            return {"what": "healed", "view": view}
        both, later = (named("barman"), named("console")), (named("console", "after cron's run"), named("barman", "after cron's run"))
        path = written(record("fault", "wrong", False, *both, named("barman", ok=False)) +
                       record("fault", "whole", True, *both, *later, healed("console")) + record("heal", "whole", True, named("barman"), healed("barman")) +
                       record("fault", "stuck", False, *both, *later) + record("chain", "quick", True, *both) + record("fault", "kept", True, *both) +
                       record("setup", "new", True, {"what": "set up", "answers": 7, "seconds": 44}) + record("setup", "resumed", False, {"what": "killed", "times": 9}))
        known = page.merge({"other": ["console", "-"], "kept": ["console, barman", "console"]}, page.read_results([path]))
        os.unlink(path)
        # of the faults one whose name is that of a cause which is tested on replies as well
        twofold = next(c for c, *_ in page.elsewhere() if c in data.faults())
        names = [twofold] + [next(iter(group)) for group in (data.pairs(data.faults()), data.chains(data.faults()))]
        page.PAGE = written(page.page({n: ["console (at once)", "barman"] for n in names}))
        kept = page.earlier()
        os.unlink(page.PAGE)
        self.assertEqual([kept[n] for n in names], [["console (at once)", "barman"]] * 3)
        self.assertEqual(known, {"other": ["console", "-"], "kept": ["console, barman", "console"], "wrong": ["console, **not** barman", "-"],
                                 "whole": ["console, barman", "console, barman"], "stuck": ["console, barman", "**not** console"],
                                 "new": ["yes", "7 answers, 44 s"], "resumed": ["**no**", "killed 9 times"],
                                 "quick": ["console, barman (at once)", "-"]})


class Told(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        print("ok - " + test.id())

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print("not ok - " + test.id())

    def addError(self, test, err):
        super().addError(test, err)
        print("not ok - " + test.id())


if __name__ == "__main__":
    unittest.main(testRunner=unittest.TextTestRunner(resultclass=Told, verbosity=0))
