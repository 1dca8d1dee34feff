"""The command line, asked in the process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from micropolis_map import cli


def asking(data: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what runs a command on the folder `data`: its output, or its error where `code` is not 0."""

    def run(*words: object, code: int = 0) -> str:
        found = cli.main([*map(str, words), "--data", str(data)])
        out, err = capsys.readouterr()
        assert found == code, err
        return out if code == 0 else err

    return run
