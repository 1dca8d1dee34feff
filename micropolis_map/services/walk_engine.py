"""Whether the walk engine is compiled on this machine, and compiling it while nobody waits.

Its kernels are compiled at first use and kept beside the code. That takes a while, so people are told.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from micropolis_map.analysis.compiling import SECONDS, compile_kernels, is_compiled, load_kernels
from micropolis_map.ports import Progress, silent

ROOT = Path(__file__).parents[2]
"""The folder with the package, so that it is found however the server was started."""

__all__ = ["SECONDS", "compile_apart", "is_compiled", "load_engine", "make_ready"]


def make_ready(tell: Progress = silent) -> None:
    """Compile the walk engine unless it is; `tell` hears of it only if that must be done."""
    compile_kernels(tell)


def compile_apart() -> None:
    """Compile the walk engine unless it is, in a process of its own and of low priority; wait for it."""
    if not is_compiled():
        command = [sys.executable, "-m", "micropolis_map.analysis.compiling"]
        subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - our own module


def load_engine() -> None:
    """Take the compiled walk engine from where it is kept, so that the first walk need not."""
    if is_compiled():
        load_kernels()
