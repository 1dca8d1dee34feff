"""Run each browser test again and again while two processes burn the CPU beside it: ``make soak``.

A test that passes alone and fails here waits for a clock instead of a fact, or shows a fault that people on
a slow machine meet. Takes ``--rounds N`` (10) and whatever pytest does, such as a file or ``-k``; the last
lines name each test that did not pass every time, and how often it did.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

BURNERS = 2
BROWSER = "tests/browser"


def burn() -> None:
    """Keep a processor busy for ever."""
    while True:
        pass


def passed_and_run(report: Path) -> tuple[Counter[str], Counter[str]]:
    """Return how often each test passed and ran, by pytest's report in JUnit's XML."""
    passed, ran = Counter[str](), Counter[str]()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
        name = f"{case.get('classname')}::{case.get('name')}"
        ran[name] += 1
        passed[name] += not {"failure", "error", "skipped"} & {part.tag for part in case}
    return passed, ran


def main() -> int:
    """Return 0 if every test passed in every round."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options, given = parser.parse_known_args()
    chosen = [
        *given,
        *([] if any(word.startswith(BROWSER) for word in given) else [BROWSER]),
        "-m",
        "browser",
    ]
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(BURNERS)]
    for one in burners:
        one.start()
    passed, ran = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.rounds + 1):
            began, report = time.monotonic(), Path(folder) / f"{number}.xml"
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
            subprocess.run([*command, *chosen], check=False)  # noqa: S603 - pytest and what the developer typed
            if not report.exists():
                print(f"round {number}: pytest wrote no report")
                return 2
            now_passed, now_ran = passed_and_run(report)
            passed, ran = passed + now_passed, ran + now_ran
            minutes = (time.monotonic() - began) / 60
            print(f"round {number}: {now_passed.total()} of {now_ran.total()} passed in {minutes:.1f} min")
    fragile = [name for name in sorted(ran) if passed[name] < options.rounds]
    for name in fragile:
        print(f"{passed[name]} of {options.rounds}: {name}")
    whole = len(ran) - len(fragile)
    print(f"{whole} of {len(ran)} browser tests passed {options.rounds} of {options.rounds} times under load")
    return 1 if fragile or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
