"""The one-time link that a server without an administrator prints in its terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from micropolis_map.bootstrap import Application
from micropolis_map.errors import MicropolisError
from micropolis_map.services.signing_in import LINK_HOURS, setup_link
from micropolis_map.settings import below

_DEFAULT_PORT = "8501"


def announce_setup_link(application: Application) -> None:
    """Print where the first administrator is made; nothing when there is one, or the store cannot tell.

    It goes to standard error and to no log: logs are kept and read by others. What stands behind the ``#`` of
    an address is sent to no server, so it is in no log of a proxy and in no ``Referer`` either.
    """
    try:
        token = setup_link(application.participation)
    except MicropolisError as error:
        sys.stderr.write(f"error: {error}\n")
        return
    if token is not None:
        port = port_of(sys.orig_argv, os.environ)
        address = f"{application.settings.public_url or f'http://localhost:{port}'}{below('/sign_in')}#setup={token}"
        sys.stderr.write(
            "\n  Nobody looks after this map yet. Open this link once to become its administrator\n"
            f"  (it works for {LINK_HOURS} hours; a restart prints a fresh one):\n\n  {address}\n\n"
        )
        sys.stderr.flush()


def port_of(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the port Streamlit was told to listen on (it hides its own arguments from ``sys.argv``)."""
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name in {"--server.port", "--port"}:
            following = arguments[number + 1] if number + 1 < len(arguments) else ""
            return value or following or _DEFAULT_PORT
    return environ.get("STREAMLIT_SERVER_PORT", _DEFAULT_PORT)
