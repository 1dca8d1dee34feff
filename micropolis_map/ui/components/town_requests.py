"""Asking for a town on the Data page; for administrators, what was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from micropolis_map.domain.secret import new_secret
from micropolis_map.domain.town_request import TownRequest
from micropolis_map.errors import MicropolisError
from micropolis_map.services import town_requests
from micropolis_map.services.town_requests import LONGEST, TownWish
from micropolis_map.ui import language, people, safe_text
from micropolis_map.ui.components.site_address import site_address
from micropolis_map.ui.language import _

OPENED, SENT, SAID = "mm_town_form", "mm_town_sent", "mm_town_said"
STARTED = "mm_town_started"
"""The request whose town is being added, in the session of the administrator who began it."""


def ask_for_town() -> None:
    """Show the form by which anybody asks for a town, and the private link once it was sent."""
    st.subheader(_("Ask for your town"))
    link = st.session_state.get(SENT)
    if link:
        st.success(
            _("Thank you. An administrator looks at it. With this private link you see what became of it:")
        )
        st.code(f"{site_address()}/mine#{link}", language=None, wrap_lines=True)
        st.button(_("All right"), key="w_town_seen", on_click=lambda: st.session_state.pop(SENT))
        return
    st.session_state.setdefault(OPENED, (new_secret(), new_secret(), time.monotonic()))
    st.markdown(_("Is it not on the map yet? No account is needed; only administrators read what you write."))
    _trouble()
    with st.form("town_form", border=False):
        st.text_input(_("Town, district or village"), key="w_town", max_chars=LONGEST["town"])
        st.text_input(_("Country or region"), key="w_town_where", max_chars=LONGEST["where"])
        st.text_area(_("What for?"), key="w_town_why", max_chars=LONGEST["why"], height=90)
        st.text_input(
            _("How can we answer you? (optional)"), key="w_town_contact", max_chars=LONGEST["contact"]
        )
        st.form_submit_button(_("Ask for it"), key="w_town_ask", type="primary", on_click=_ask)


def asked_for() -> None:
    """Show an administrator the towns that wait, and those declined, of which that can be undone."""
    waiting = town_requests.requests(people.desk(), people.actor())
    st.subheader(_("Towns that people ask for"))
    _trouble()
    if not waiting:
        st.markdown(_("Nobody waits. Whoever may not add a town asks for it on this page."))
    for one in waiting:
        with st.container(border=True, key=f"town_{one.id}"):
            _facts(one)
            with st.container(horizontal=True):
                st.button(
                    _("Start loading"), key=f"w_town_start_{one.id}", type="primary",
                    on_click=_start, args=(one,), help=_("Fills in the form above."),
                )  # fmt: skip
                st.button(
                    _("It is on the map"), key=f"w_town_done_{one.id}", on_click=_do,
                    args=(lambda one=one: town_requests.finish(people.desk(), people.actor(), one.id),),
                )  # fmt: skip
            with st.form(f"decline_{one.id}", border=False):
                st.text_input(
                    _("Why not? Whoever asked reads it."), key=f"w_town_reason_{one.id}",
                    max_chars=LONGEST["reason"],
                )  # fmt: skip
                st.form_submit_button(
                    _("Decline"), key=f"w_town_decline_{one.id}", on_click=_decline, args=(one,)
                )
    declined = town_requests.requests(people.desk(), people.actor(), "declined")
    if declined:
        with st.expander(_("Declined")):
            for one in declined:
                _facts(one)
                st.button(
                    _("Undo"), key=f"w_town_undo_{one.id}", icon=":material/undo:", on_click=_do,
                    args=(lambda one=one: town_requests.undo(people.desk(), people.actor(), one.id),),
                )  # fmt: skip


def town_was_added(is_called: Callable[[str], bool]) -> None:
    """Answer the request that this session started, where the town it has just added is called so."""
    request_id, name = st.session_state.pop(STARTED, ("", ""))
    if request_id and is_called(name):
        _do(lambda: town_requests.finish(people.desk(), people.actor(), request_id))


def _facts(one: TownRequest) -> None:
    st.markdown(f"**{safe_text.label(one.name)}**")
    st.text("\n".join(line for line in (one.why, one.contact, one.reason) if line))


def _ask() -> None:
    def ask() -> None:
        state = st.session_state
        request_id, secret, opened = state[OPENED]
        town, where, why, contact = (
            str(state[f"w_town{name}"]) for name in ("", "_where", "_why", "_contact")
        )
        wish = TownWish(request_id, secret, town, where, why, contact, seconds=time.monotonic() - opened)
        town_requests.ask(people.desk(), wish, people.address())
        state[SENT] = secret
        state.pop(OPENED)

    _do(ask)


def _start(one: TownRequest) -> None:
    st.session_state["w_new_name"] = one.name
    st.session_state[STARTED] = one.id, one.name


def _decline(one: TownRequest) -> None:
    reason = str(st.session_state[f"w_town_reason_{one.id}"])
    _do(lambda: town_requests.decline(people.desk(), people.actor(), one.id, reason))


def _do(work: Callable[[], object]) -> None:
    try:
        work()
    except MicropolisError as error:
        st.session_state[SAID] = language.told(error)


def _trouble() -> None:
    said = st.session_state.pop(SAID, "")
    if said:
        st.warning(safe_text.label(said))
