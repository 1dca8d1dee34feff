"""What a test may need that not every machine has, and what is said where it is missing.

``MICROPOLIS_NEEDS`` is a list with commas of the needs that must be met here: a test that needs one of them
and does not find it fails, and so does a test that skips for anything that is no need. A test skips for
whatever is missing and not in the list, and the run ends with how many did and how to get it. Without the
variable nothing has to be there. ``.ci/run`` lists what it installed and the real data where it lies.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest

VARIABLE = "MICROPOLIS_NEEDS"


@dataclass(frozen=True)
class Need:
    """Something outside the repository.

    Attributes
    ----------
    words
        What it is called in a sentence.
    how
        How to get it, as a piece of a sentence that stands in brackets.
    """

    words: str
    how: str


NEEDS = {
    "real-data": Need(
        "the real data",
        "files of real towns in ../shared/data, or in the folder that MICROPOLIS_TEST_DATA names: "
        "docs/real-data.md says where they come from",
    ),
    "postgres": Need(
        "PostgreSQL with PostGIS",
        "set MICROPOLIS_TEST_POSTGRES to the URL of a database to fill and empty, such as "
        "postgresql+psycopg://user@host/database",
    ),
    "chromium": Need(
        "chromium", "apt install chromium, or set MICROPOLIS_CHROMIUM to the path of a Chrome that is there"
    ),
    "nginx": Need("nginx and openssl", "apt install nginx-light openssl"),
    "oapif": Need("a GDAL with the driver OAPIF", "pip install pyogrio from its wheel, not from its source"),
}
"""Every need by its name in `VARIABLE`."""


def required(environ: Mapping[str, str]) -> frozenset[str] | None:
    """Return the names in `VARIABLE`, None where it is not set.

    Raises
    ------
    pytest.UsageError
        If a name is none of `NEEDS`.
    """
    if VARIABLE not in environ:
        return None
    names = frozenset(name.strip() for name in environ[VARIABLE].split(",")) - {""}
    if unknown := sorted(names - set(NEEDS)):
        raise pytest.UsageError(
            f"{VARIABLE} names {', '.join(map(repr, unknown))}, which no test needs; "
            f"it is a list with commas of {', '.join(NEEDS)}"
        )
    return names


def missing(need: str, what: str) -> NoReturn:
    """End a test, or the fixture it stands on, because `need` is not met.

    Parameters
    ----------
    need
        One of `NEEDS`.
    what
        What was looked for and not found, with its value.

    Raises
    ------
    pytest.fail.Exception
        If `need` must be met here.
    pytest.skip.Exception
        Otherwise, with `need` as an attribute.
    """
    reason = f"{what}: {NEEDS[need].how}"
    if need in (required(os.environ) or ()):
        pytest.fail(f"{reason} ({VARIABLE} says that {need} is here)", pytrace=False)
    skip = pytest.skip.Exception(reason)
    skip.need = need
    raise skip


def not_tried(needs: Mapping[str, int]) -> list[str]:
    """Return a line for each need that was not met, by how many tests skipped for it.

    >>> not_tried({"chromium": 1})[0]
    'Not tried: 1 test needs chromium (apt install chromium, or set MICROPOLIS_CHROMIUM to the path of ...
    """
    return [
        f"Not tried: {count} {'test needs' if count == 1 else 'tests need'} "
        f"{NEEDS[need].words} ({NEEDS[need].how})"
        for need in NEEDS
        if (count := needs.get(need, 0))
    ]


def pytest_configure() -> None:
    """Refuse a wrong list before any test runs."""
    required(os.environ)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Write the need into the report of a test that skipped for it; any other skip may be a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        # The workers of xdist send reports home as plain values, exceptions as text.
        report.need = getattr(call.excinfo and call.excinfo.value, "need", None)
        if report.need is None:
            _fail_if_listed(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Do the same for a whole file that skips."""
    report = yield
    if report.skipped:
        _fail_if_listed(report)
    return report


def _fail_if_listed(report: pytest.TestReport | pytest.CollectReport) -> None:
    if required(os.environ) is not None:
        report.outcome = "failed"
        report.longrepr = (
            f"{report.nodeid} skipped for none of {', '.join(NEEDS)}, which {VARIABLE} does not allow: "
            f"{report.longrepr}"
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, Any, Any]:
    """Say what was not tried, after pytest's own summary and before its closing line."""
    result = yield
    skipped = Counter(getattr(report, "need", None) for report in terminalreporter.stats.get("skipped", ()))
    for line in not_tried(skipped):
        terminalreporter.write_line(line, yellow=True)
    return result
