"""Hiding the town one looks at, showing it again, erasing it: for administrators, on the Data page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import may
from micropolis_map.errors import MicropolisError
from micropolis_map.services import removing_towns
from micropolis_map.ui import language, people, safe_text, session
from micropolis_map.ui.components.loading_progress import loading_jobs
from micropolis_map.ui.components.masthead import community_name
from micropolis_map.ui.language import _

SAID = "mm_hidden_said"


def hidden_towns(community: Community) -> None:
    """Offer to hide the town, and list the hidden ones; nothing for who may not."""
    if not may(people.actor(), "remove_town"):
        return
    with st.container(border=True, key="hidden"):
        st.subheader(_("Hide or erase a town"))
        kind, said = st.session_state.pop(SAID, ("", ""))
        if said:
            (st.success if kind == "done" else st.warning)(safe_text.label(said))
        name = community_name(community)
        st.markdown(
            _("A hidden town is on no page, map, feed or file. All of it is kept: show it again below.")
        )
        st.button(
            _("Hide {name}").format(name=safe_text.label(name)), key="w_hide_town",
            icon=":material/visibility_off:", on_click=_hide, args=(community.slug, name),
        )  # fmt: skip
        for slug, state in removing_towns.hidden(session.application(), people.actor()).items():
            _hidden(slug, state.name)


def _hidden(slug: str, name: str) -> None:
    st.markdown(_("**{name}** is hidden.").format(name=safe_text.label(name)))
    with st.container(horizontal=True):
        st.button(_("Show it again"), key=f"w_show_{slug}", on_click=_show, args=(slug, name))
        st.button(
            _("Erase it for good"), key=f"w_erase_{slug}", icon=":material/delete_forever:",
            on_click=_erase, args=(slug, name),
            help=_(
                "Its streets, places, stories, photos, walks and what people sent are gone then, and nobody "
                "looks after it any more. Only a backup has them."
            ),
        )  # fmt: skip


def _hide(slug: str, name: str) -> None:
    def hide() -> str:
        removing_towns.hide(session.application(), people.actor(), slug)
        loading_jobs().stop(slug, people.actor())
        return _("{name} is hidden. You can show it again.").format(name=name)

    _do(hide)


def _show(slug: str, name: str) -> None:
    def show() -> str:
        removing_towns.show(session.application(), people.actor(), slug)
        return _("{name} is shown again.").format(name=name)

    _do(show)


def _erase(slug: str, name: str) -> None:
    def erase() -> str:
        removing_towns.erase(session.application(), people.actor(), slug)
        return _("{name} is erased.").format(name=name)

    _do(erase)


def _do(work: Callable[[], str]) -> None:
    try:
        st.session_state[SAID] = ("done", work())
    except MicropolisError as error:
        st.session_state[SAID] = ("refused", language.told(error))
