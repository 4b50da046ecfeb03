"""The tally of test runs: ``tally.py RESULTS.xml...``.

Ends with 1 if a test failed, if one that needs real parts was skipped, or if a run
left no results. Needs nothing but Python.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

#: The runs whose tests meet real parts: services, databases, a browser.
REAL = {"browser", "functional"}


def main(files: list[str]) -> int:
    counts = Counter({"passed": 0, "failed": 0, "skipped": 0})
    refused = False
    for file in map(Path, files):
        if not file.is_file():
            print(f"{file}: no results: the tests did not run")
            refused = True
            continue
        found = Counter[str]()
        for case in ET.parse(file).iter("testcase"):
            outcome = _outcome(case)
            found[outcome] += 1
            skip = case.find("skipped")
            if skip is not None:
                name = f"{case.get('classname')}.{case.get('name')}"
                print(f"skipped: {name}: {skip.get('message')}")
        if found["skipped"] and file.stem in REAL:
            print(f"A {file.stem} test was skipped: its real parts must be there.")
            refused = True
        counts += found
    print(
        ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped"))
    )
    return 1 if refused or counts["failed"] else 0


def _outcome(case: ET.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
