"""What commands write: results to stdout; messages, progress and errors to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from micropolis_map import figures
from micropolis_map.ports import Progress as TellProgress
from micropolis_map.ports import silent
from micropolis_map.services.walk_engine import make_ready

PAPER_WIDTH = 160
"""Columns of tables that go into a file or another program."""


def fail(message: str, exit_code: int) -> int:
    """Write the one line ``error: …`` and return `exit_code`."""
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return exit_code


def tell(message: str) -> None:
    """Write a message for people."""
    sys.stderr.write(f"{message}\n")


def tell_if_compiling() -> None:
    """Compile the walk engine where that was never done, and say so: else it looks as if nothing happened."""
    make_ready(lambda share, message: tell(message) if share == 0.0 else None)


def print_json(value: Mapping[str, Any]) -> None:
    """Write one JSON object."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def print_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a table; the keys of the first row are its header."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else PAPER_WIDTH).print(table)


def _cell(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return figures.as_it_is(value)
    return "" if value is None else str(value)


@contextmanager
def progress_bar() -> Iterator[TellProgress]:
    """Give a progress to tell; it is drawn where somebody looks at it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def tell(share: float, message: str) -> None:
            bar.update(task, completed=share, description=message)

        yield tell
