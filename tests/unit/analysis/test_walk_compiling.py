"""A fresh machine compiles once, and is told so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import time
from micropolis_map.analysis.compiling import compile_kernels, is_compiled
said = []
assert not is_compiled()
begun = time.process_time()
compile_kernels(lambda share, message: said.append(message))
print(time.process_time() - begun)
assert "compiling" in said[0]
assert is_compiled()
said.clear()
compile_kernels(lambda share, message: said.append(message))
assert not said
"""


@pytest.mark.slow
def test_the_first_run_says_that_it_compiles(tmp_path):
    fresh = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=fresh, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 40.0  # processor seconds on a busy machine; a quiet one takes under 20
