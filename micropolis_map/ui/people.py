"""Who is signed in: by the session's cookie, or by OpenID Connect where it is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st
from streamlit import runtime
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from micropolis_map.domain.network_address import household
from micropolis_map.domain.permission import RESIDENT, Action, Actor, Subject, may
from micropolis_map.services import openid, signing_in
from micropolis_map.services.participation import Participation
from micropolis_map.settings import safe_cookie
from micropolis_map.ui import session
from micropolis_map.workers.asking import find_askers

COOKIE = "micropolis_session"
"""As the routes of ``/api/session`` set it; over https it has a safer name (`settings.safe_cookie`)."""

_SEEN: ContextVar[Actor | None] = ContextVar("seen", default=None)
"""Who a page is drawn for, while it is drawn."""


def desk() -> Participation:
    """Return the stores and the clock of everything people do to the map."""
    return session.application().participation


@contextmanager
def same_person() -> Iterator[None]:
    """Find out once who asks, so that all of a page is drawn for the same person."""
    before = _SEEN.set(_recognise())
    try:
        yield
    finally:
        _SEEN.reset(before)


def actor() -> Actor:
    """Return who asks.

    A callback or a part of a page that draws itself again runs outside of `same_person` and asks anew:
    between the page and the click the account may have been closed.
    """
    return _SEEN.get() or _recognise()


def signed_in() -> bool:
    """Return whether somebody with an account asks."""
    return bool(actor().account_id)


def session_token() -> str:
    """Return the token in the session's cookie, empty without one."""
    safe = str(st.context.cookies.get(safe_cookie(COOKIE)) or "")
    if safe or session.application().settings.public_url.startswith("https:"):
        return safe
    return str(st.context.cookies.get(COOKIE) or "")


def address() -> str:
    """Return the asker's network address for limits, an IPv6 one as its /64; empty on this machine."""
    return household(st.context.ip_address or "")


def _asker() -> str:
    """Return whose places a page's work takes: the address's, on this machine the session's."""
    context = get_script_run_ctx(suppress_warning=True)
    return (address() or f"page {context.session_id}") if context else ""


find_askers(_asker)


def scope() -> tuple[str, ...]:
    """Return the communities whose proposals the asker decides on, sorted."""
    slugs = {district.partition("/")[0] for district in actor().districts} | set(actor().communities)
    return tuple(slug for slug in session.known_slugs() if actor().role == "administrator" or slug in slugs)


def decides() -> bool:
    """Return whether the asker decides on proposals anywhere."""
    return actor().role in {"organiser", "administrator"} and bool(scope())


def may_in(action: Action, community: str) -> bool:
    """Return whether the asker may do it in the whole community."""
    return may(actor(), action, Subject(community))


def let_send(action: Action, community: str) -> None:
    """Let this session send files; a page does before it shows a field for them.

    Raises
    ------
    NotAllowed
        The asker may not do what they are for.
    """
    context = get_script_run_ctx()
    assert context is not None  # a page is being drawn
    name = context.session_id
    session.application().uploads.grant(actor(), name, action, Subject(community), lambda: _is_open(name))


def _is_open(session_id: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def has_openid() -> bool:
    """Return whether sign-in with OpenID Connect is configured (``[auth]`` in Streamlit's secrets)."""
    try:
        return "auth" in st.secrets
    except (FileNotFoundError, StreamlitAPIException):
        return False


def came_by_openid() -> bool:
    """Return whether the asker signed in with OpenID Connect rather than with a password."""
    return signed_in() and signing_in.actor_of_session(desk(), session_token()) is None


def without_account() -> bool:
    """Return whether the asker came in with OpenID Connect, but no account here fits."""
    return has_openid() and bool(st.user.is_logged_in) and not signed_in()


def account_is_taken() -> bool:
    """Return whether the account of the asker's address is known by another sign-in of the provider."""
    return without_account() and openid.is_taken(desk(), st.user.to_dict())


def _recognise() -> Actor:
    found = signing_in.actor_of_session(desk(), session_token())
    if found is None and has_openid():
        found = _of_openid()
    return found or RESIDENT


def _of_openid() -> Actor | None:
    if not st.user.is_logged_in:
        return None
    return openid.actor_of_identity(desk(), st.user.to_dict())
