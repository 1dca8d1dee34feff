"""Run the files of browser tests that failed in the last run once more: alone, each with a new server.

Two chromiums and two servers share a small machine in the whole run, and now and then one of them loses a
click. What fails here too is broken. A failure anywhere else is never tried again.

`make test` calls it after a run with failures; the last run's failures are those pytest keeps in its cache.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

FAILURES = Path(".pytest_cache/v/cache/lastfailed")
BROWSER = "tests/browser/"


def main() -> int:
    """Return 0 if only browser tests had failed and their files pass now, else 1."""
    failed = sorted(json.loads(FAILURES.read_text(encoding="utf-8"))) if FAILURES.exists() else []
    files = sorted({name.partition("::")[0] for name in failed})
    if not files or not all(name.startswith(BROWSER) for name in files):
        return 1
    print("\nFailed in the whole run, tried again alone:", *failed, sep="\n  ", flush=True)
    return pytest.main(files)


if __name__ == "__main__":
    sys.exit(main())
