"""The browser of the tests and the two screens they look at."""

from __future__ import annotations

import os
from pathlib import Path

SHELL = "/usr/bin/chromium-headless-shell"  # the same engine without the windows' own pages: a third less CPU
CHROMIUM = os.environ.get("MICROPOLIS_CHROMIUM") or (SHELL if Path(SHELL).exists() else "/usr/bin/chromium")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # who asks another host finds none
]
