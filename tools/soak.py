"""Run each browser test again and again while two processes burn the CPU beside it: ``make soak``.

A test that passes alone and fails here waits for a clock instead of a fact, or shows a fault that people on
a slow machine meet. Takes ``--rounds N`` (10) and whatever pytest does, such as a file or ``-k``; the last
lines name each test that did not pass every time, and how often it did. Reports are kept in
``test-results/soak`` by what was tested: whoever stops it and starts it again goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

BURNERS = 2
BROWSER = "tests/browser"
ROOT = Path(__file__).parents[1]
WHOLE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
KEPT = ROOT / "test-results" / "soak"
TESTED = ("app.py", "micropolis_map", "data", ".streamlit", "tests", "requirements-dev.txt", "pyproject.toml")


def burn() -> None:
    """Keep a processor busy for ever."""
    while True:
        pass


def folder_of_reports(chosen: list[str]) -> Path:
    """Return where reports of the product and the tests as they are now are kept, run as `chosen`."""
    known = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *TESTED]
    names = subprocess.run(known, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - constants
    digest = hashlib.sha256(repr(chosen).encode())
    for name in sorted(names.stdout.splitlines()):
        digest.update(name.encode() + (ROOT / name).read_bytes() if (ROOT / name).exists() else b"")
    return KEPT / digest.hexdigest()[:12]


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
    folder = folder_of_reports(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(BURNERS)]
    for one in burners:
        one.start()
    passed, ran = Counter[str](), Counter[str]()
    for number in range(1, options.rounds + 1):
        began, report = time.monotonic(), folder / f"{number}.xml"
        known = report.exists()
        if not known:
            part = report.with_suffix(".part")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={part}"]
            ended = subprocess.run([*command, *chosen], check=False)  # noqa: S603 - and what the developer typed
            if ended.returncode not in WHOLE:
                print(f"round {number}: pytest ended with {ended.returncode} and is not counted")
                return 2
            part.rename(report)
        now_passed, now_ran = passed_and_run(report)
        passed, ran = passed + now_passed, ran + now_ran
        took = "before" if known else f"in {(time.monotonic() - began) / 60:.1f} min"
        print(f"round {number}: {now_passed.total()} of {now_ran.total()} passed {took}", flush=True)
    fragile = [name for name in sorted(ran) if passed[name] < options.rounds]
    for name in fragile:
        print(f"{passed[name]} of {options.rounds}: {name}")
    whole = len(ran) - len(fragile)
    print(f"{whole} of {len(ran)} browser tests passed {options.rounds} of {options.rounds} times under load")
    return 1 if fragile or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
