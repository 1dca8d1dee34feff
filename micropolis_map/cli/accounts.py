"""The command that lets somebody in again who runs the server, when nobody else can."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from micropolis_map.cli.options import Data, application_of
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.errors import NotFound
from micropolis_map.services import signing_in
from micropolis_map.settings import below


def setup_link(
    context: typer.Context,
    login: Annotated[
        str | None,
        typer.Argument(help="Whose password to set anew; without it the first administrator's link."),
    ] = None,
    data: Data = None,
) -> None:
    """Print a one-time link's end, to open behind the server's address.

    It is ``/sign_in#setup=…`` or ``/?invited=…``.
    """
    desk = application_of(context, data).participation
    if login is None:
        token = signing_in.setup_link(desk)
        if token is None:
            raise NotFound("the map has an administrator already", "name the login whose password is lost")
        sys.stdout.write(below(f"/sign_in#setup={token}\n"))
        return
    found = desk.accounts.by_login(login)
    if found is None:
        raise NotFound(f"there is no account {login[:80]!r}", "check the login")
    invited = signing_in.invite_again(desk, LOCAL_ADMINISTRATOR, found[0].id)
    sys.stdout.write(below(f"/?invited={invited}\n"))
