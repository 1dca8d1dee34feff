"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data; skips with a reason where it is missing, fails in CI."""
    folder = Path(os.environ.get("MICROPOLIS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"no real data at {folder}: set MICROPOLIS_TEST_DATA to a copy of shared/data"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI every service is there: a skip is a failure."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be skipped: {item.nodeid}: {report.longrepr}"
