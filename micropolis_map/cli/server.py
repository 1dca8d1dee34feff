"""Commands about the server and what it holds."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from micropolis_map.cli.options import AsJson, Data, application_of, settings_of
from micropolis_map.cli.terminal import print_json, print_rows
from micropolis_map.domain.text import pick
from micropolis_map.errors import NotAllowed

APP = Path(__file__).resolve().parents[2] / "app.py"
"""The server's script beside the package."""


def serve(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    address: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    data: Data = None,
) -> int:
    """Start the server, the same as ``streamlit run app.py``."""
    settings = settings_of(context, data)
    if port is not None:
        _check_free(address or "", port)
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
    command += ["--browser.gatherUsageStats=false"]
    command += [f"--server.port={port}"] if port is not None else []
    command += [f"--server.address={address}"] if address else []
    environment = os.environ | {"MICROPOLIS_DATA": str(settings.data.resolve())}
    os.chdir(APP.parent)  # where .streamlit/config.toml lies
    if os.name == "posix":
        os.execve(sys.executable, command, environment)  # noqa: S606 - our own command; signals reach it
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def _check_free(address: str, port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address, port))
        except OSError as error:
            raise NotAllowed(
                f"cannot listen on port {port} of {address or 'this machine'!r}: {error.strerror}",
                "stop the program that uses it or give another --port or --address",
            ) from None


def communities(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the communities and whether their walk network is loaded."""
    application = application_of(context, data)
    rows: list[dict[str, Any]] = []
    for slug in application.community_store.slugs():
        community = application.community_store.get(slug)
        report = application.community_store.report(slug)
        rows.append(
            {
                "slug": slug,
                "name": pick(community.name, "en", community.languages)[0],
                "country": community.country,
                "districts": report.districts if report else len(community.districts),
                "loaded": report is not None,
            }
        )
    if as_json:
        print_json({"communities": rows})
    else:
        print_rows(rows)
