"""Sign in: for organisers, planners and administrators; residents need no account."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from micropolis_map.errors import MicropolisError
from micropolis_map.services.first_steps import is_looked_after
from micropolis_map.ui import desk_words, language, people, safe_text, session
from micropolis_map.ui.components.first_steps import steps_before_the_first_account
from micropolis_map.ui.components.masthead import reader_choices
from micropolis_map.ui.components.session_form import session_form, sign_out
from micropolis_map.ui.language import _

FIELDS = ("community", "lang")
LINKS = ("setup", "invited")
"""Parameters of one-time links, each with the token it opens with."""


def page() -> None:
    """Show who is signed in, or the way in."""
    if people.signed_in():
        _head(_("You are signed in"), people.actor().name)
        _signed_in()
    elif not _is_looked_after():
        _first_account()
        if people.has_openid() or list(people.desk().accounts.accounts()):
            ways_in()
        return  # the address keeps its token until the browser has read it
    else:
        _head(
            _("Sign in"),
            _("For the people who look after the map. Reading, pinning and telling stories need no account."),
        )
        ways_in()
    session.write_address(FIELDS)


def one_time_link(mode: str, token: str) -> None:
    """Show what a one-time link opens: the first administrator's account, or an invited one's password."""
    if mode == "setup":
        _head(
            _("Look after this map"),
            _("You opened the link from the server's terminal: the first account may do everything."),
        )
        steps_before_the_first_account()
        with st.container(key="signin", border=True):
            session_form("setup", token, go_on=_with_the_steps())
    else:
        _head(_("Welcome"), _("Choose a password; after that you sign in with your login and it."))
        with st.container(key="signin", border=True):
            session_form("invited", token)


def ways_in(go_on: str = "/moderation") -> None:
    """Offer OpenID Connect where it is configured, and login and password."""
    with st.container(key="signin", border=True):
        if people.has_openid():
            st.button(
                _("Sign in with your organisation's account"),
                key="w_openid",
                type="primary",
                icon=":material/key:",
                on_click=st.login,
            )
            or_else = safe_text.html(_("Or with a password:"))
            st.html(f'<p class="mm-quiet">{or_else}</p>')
        session_form("sign_in", go_on=go_on)


def _first_account() -> None:
    """Show the form of the first account; the browser knows the token, which no server's log shall see."""
    _head(
        _("Look after this map"),
        _("Whoever opens the link from the server's terminal makes the first account; it may do everything."),
    )
    steps_before_the_first_account()
    with st.container(key="firstaccount", border=True):
        session_form("setup", go_on=_with_the_steps())


def _with_the_steps() -> str:
    """Return the address of a town's page, which shows what to do next; `/` only offers towns to choose."""
    slugs = session.known_slugs()
    return f"/?{urlencode({'community': slugs[0], 'lang': language.current()})}" if slugs else "/"


def _is_looked_after() -> bool:
    try:
        return is_looked_after(people.desk())
    except MicropolisError:
        return True  # then the way in says what is wrong


def no_account() -> None:
    """Tell somebody whom the organisation's provider let in that no account here is theirs."""
    address = str(st.user.to_dict().get("email") or "")
    with st.container(key="noaccount", border=True):
        sentence = (
            _(
                "You came in, but the account with your e-mail address belongs to another sign-in. Ask an "
                "administrator to let yours in."
            )
            if people.account_is_taken()
            else _("You came in, but no account here has your e-mail address. Ask an administrator for one.")
        )
        said = f"<p><b>{safe_text.html(sentence)}</b> {safe_text.html(address)}</p>"
        st.html(said)
        st.button(_("Sign out"), key="w_no_account", icon=":material/logout:", on_click=st.logout)


def _signed_in() -> None:
    actor = people.actor()
    scope = [*sorted(actor.districts), *sorted(actor.communities)]
    lines = [desk_words.role(actor.role), *([", ".join(scope)] if scope else [])]
    st.html("".join(f'<p class="mm-quiet">{safe_text.html(line)}</p>' for line in lines))
    with st.container(key="signout"):
        sign_out()


def _head(title: str, lead: str) -> None:
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<div class="mm-head">{safe_text.heading(1, title)}<p>{safe_text.html(lead)}</p></div>')
        with st.container(key="choosers", horizontal=True, width="content"):
            reader_choices()
