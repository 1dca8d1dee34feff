"""The forms that sign somebody in or out; the browser sends them to our own routes, which set the cookie."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from micropolis_map.services.signing_in import MIN_PASSWORD
from micropolis_map.settings import below
from micropolis_map.ui import language, people
from micropolis_map.ui.components.own_part import own_part
from micropolis_map.ui.language import _

Mode = Literal["sign_in", "setup", "invited", "end"]

_ADDRESSES: dict[Mode, str] = {
    "sign_in": "/api/session",
    "setup": "/api/session/setup",
    "invited": "/api/session/invited",
    "end": "/api/session/end",
}


def session_form(mode: Mode, token: str = "", go_on: str = "/moderation") -> None:
    """Show the form of `mode`; when it succeeded the browser opens `go_on`.

    Parameters
    ----------
    token
        Of the one-time link, where the mode is ``setup`` or ``invited``; without it the browser takes that of
        ``setup`` from behind the ``#`` of its address, which is sent to nobody and lands in no log.
    """
    own_part(
        "session_form",
        f"session_form_{mode}",
        {
            "mode": mode,
            "address": below(_ADDRESSES[mode]),
            "given": {"token": token} if token else {},
            "secret": "setup" if mode == "setup" and not token else "",
            "next": below(go_on),
            "fields": _fields(mode),
            "texts": _texts(mode),
            "lang": language.current(),
        },
    )


def sign_out() -> None:
    """Offer to sign out; who came by OpenID Connect leaves through Streamlit."""
    if people.came_by_openid():
        st.button(_("Sign out"), key="w_sign_out", icon=":material/logout:", on_click=st.logout)
    else:
        session_form("end", go_on="/")


def _fields(mode: Mode) -> list[dict[str, str]]:
    login = {"name": "login", "type": "text", "autocomplete": "username"}
    name = {"name": "name", "type": "text", "autocomplete": "name"}
    new = {
        "name": "password",
        "type": "password",
        "autocomplete": "new-password",
        "hint": _("At least {n} characters; three or four words are easy to keep in mind.").format(
            n=MIN_PASSWORD
        ),
    }
    old = {"name": "password", "type": "password", "autocomplete": "current-password"}
    return {"sign_in": [login, old], "setup": [login, name, new], "invited": [new], "end": []}[mode]


def _texts(mode: Mode) -> dict[str, Any]:
    submit = {
        "sign_in": _("Sign in"),
        "setup": _("Become the administrator"),
        "invited": _("Keep this password"),
        "end": _("Sign out"),
    }
    refused = {
        "sign_in": _("Login or password is wrong. Try again, or ask an administrator for a new link."),
        "setup": _("This link is spent or too old. Restart the server: it prints a new one."),
        "invited": _("This link is spent or too old. Ask an administrator for a new one."),
        "end": "",
    }
    return {
        "login": _("E-mail address or login"),
        "name": _("Your name, as other organisers see it"),
        "password": _("Password") if mode == "sign_in" else _("New password"),
        "submit": submit[mode],
        "no_secret": _("Open the link that the server printed in its terminal: it lets you in once."),
        "empty": _("Please fill in every field."),
        "failed": _("The server did not answer. Try again, please."),
        "status404": refused[mode],
    }
