"""A fresh machine compiles once, and is told so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os
from micropolis_map.analysis import compiling
from micropolis_map.analysis.compiling import compile_kernels, is_compiled
said = []
assert not is_compiled()
compile_kernels(lambda share, message: said.append(message))
assert "compiling" in said[0]
assert is_compiled()
said.clear()
compile_kernels(lambda share, message: said.append(message))
assert not said
for index in compiling._indexes():
    os.utime(index, (0, 0))  # as after the file was written anew, and is the same
compile_kernels()
assert is_compiled()
"""


def test_the_first_run_says_that_it_compiles(tmp_path):
    fresh = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=fresh, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
