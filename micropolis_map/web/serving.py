"""Starts the server: the same as ``streamlit run app.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from micropolis_map.errors import NotFound
from micropolis_map.settings import Settings

APP = Path(__file__).resolve().parents[2] / "app.py"


def serve(settings: Settings, port: int = 8501, address: str = "localhost") -> int:
    """Run the server until it is stopped; return its exit code.

    The working directory does not matter. The server runs in a process of its own, so that Streamlit starts
    exactly as from its command line; what stops this process (Ctrl+C, SIGTERM) stops it too.

    Raises
    ------
    NotFound
        ``app.py`` is not beside the package.
    """
    if not APP.is_file():
        raise NotFound(f"{str(APP)!r} is missing", "run Micropolis Map from its checkout")
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP),
        "--server.port", str(port),
        "--server.address", address,
        "--server.headless", "true",
        "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    environ = {**os.environ, **environment(settings)}
    if os.name == "posix":
        os.execve(sys.executable, command, environ)  # noqa: S606 - our own command, no shell
    return subprocess.run(command, env=environ, check=False).returncode  # noqa: S603 - our own command


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables from which `Settings.read` makes these settings in another process."""
    python_path = os.pathsep.join(filter(None, (str(APP.parent), os.environ.get("PYTHONPATH", ""))))
    return {
        "PYTHONPATH": python_path,
        "MICROPOLIS_DATA": str(settings.data.resolve()),
        "MICROPOLIS_DATABASE_URL": settings.database_url,
        "MICROPOLIS_OVERPASS_URL": settings.overpass_url,
        "MICROPOLIS_NOMINATIM_URL": settings.nominatim_url,
        "MICROPOLIS_HTTP_TIMEOUT_S": str(settings.http_timeout_s),
        "MICROPOLIS_HTTP_RETRIES": str(settings.http_retries),
    }
