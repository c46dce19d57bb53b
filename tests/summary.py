#!/usr/bin/python3
"""Counts the tests of `make check`: cmocka's lines, TAP-like lines of scripts, and programs that died.
Prints the failures, then "PASSED FAILED SKIPPED"."""
import pathlib
import re
import sys

passed = failed = skipped = 0
for trs in sorted(pathlib.Path(sys.argv[1]).rglob("*.trs")):
    result = re.search(r":test-result: (\w+)", trs.read_text(errors="replace"))
    log = trs.with_suffix(".log").read_text(errors="replace")
    ok = len(re.findall(r"^\[       OK \]|^ok\b(?!.*# skip)", log, re.M))
    bad = len(re.findall(r"^not ok\b", log, re.M)) + len(set(re.findall(r"^\[  FAILED  \] (\w+)$", log, re.M)))
    skip = len(re.findall(r"^\[  SKIPPED \]|^ok\b.*# skip", log, re.M)) // 1
    verdict = result.group(1) if result else "ERROR"
    if verdict in ("FAIL", "ERROR") and not bad:
        bad = 1
    if verdict == "PASS" and not ok and not skip:
        ok = 1
    if verdict == "SKIP" and not skip:
        skip = 1
    if bad:
        print(f"FAILED  {trs.with_suffix('')}")
        print("\n".join("    " + line for line in log.splitlines() if re.search(
            r"ERROR|FAILED|error|not ok|LINE|Sanitizer|SUMMARY|Assert", line))[:3000])
    passed, failed, skipped = passed + ok, failed + bad, skipped + skip
print(passed, failed, skipped)
