"""What the benches in a browser share: the product served as people run it, and the ear for long tasks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("MICROPOLIS_CHROMIUM", "/usr/bin/chromium")
MOST_MS = 200.0
"""No task of a map's scripts may hold the page longer."""
WATCH = """
window.mmLong = [];
new PerformanceObserver(list => {
  for (const task of list.getEntries()) {
    if (["self", "multiple-contexts"].includes(task.name)) mmLong.push(task.duration);
  }
}).observe({ type: "longtask", buffered: true });
"""


def load(data: Path, *words: str) -> None:
    """Load a town into `data` as ``micropolis load`` does."""
    command = [sys.executable, "-m", "micropolis_map", "load", *words]
    environ = os.environ | {"MICROPOLIS_DATA": str(data)}
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=sys.stderr)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve `data` while the block runs; what is yielded is the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"MICROPOLIS_DATA": str(data)}, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server does not answer")
