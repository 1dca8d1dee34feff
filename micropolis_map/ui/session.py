"""One visitor's session: the wired application, the view, and the address kept equal to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.domain.community import Community
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.settings import Settings
from micropolis_map.ui import language
from micropolis_map.ui.view_state import ViewState

VIEW = "mm_view"
WRITTEN = "mm_written"
PAGE = "mm_page"
FIRST = "demo"
"""The community shown to a visitor who did not ask for one: it is complete without internet."""


@st.cache_resource(show_spinner=False)
def _application(settings: Settings) -> Application:
    return build_application(settings)


def application() -> Application:
    """Return the wired application, one for all sessions."""
    return _application(Settings.read(os.environ))


def communities() -> CommunityStore:
    """Return where communities live."""
    return application().community_store


def places() -> PlaceStore:
    """Return where places live."""
    return application().place_store


def view() -> ViewState:
    """Return what the visitor looks at."""
    stored = st.session_state.get(VIEW)
    return stored if isinstance(stored, ViewState) else ViewState()


def change(**fields: Any) -> None:
    """Change the view because the visitor did something on the page; for callbacks."""
    st.session_state[VIEW] = replace(view(), **fields)


def speak() -> None:
    """Speak the visitor's language before anything is named: of the last click, else of the address."""
    stored = view().lang if VIEW in st.session_state else ""
    language.use(stored or ViewState.parse(st.query_params.to_dict()).lang)


def begin(page: str) -> ViewState:
    """Return the view at the start of a run on `page`: the last click or the address, whichever is newer.

    The address is newer when the visitor went back or forth, to one that is not what we wrote last. Any other
    run may bring an old one, which the browser had before it heard of what we wrote.
    On a page the visitor switched to, the view is taken along.
    """
    query = st.query_params.to_dict()
    switched = st.session_state.get(PAGE) not in {None, page}
    if VIEW not in st.session_state or (
        _went_back() and not switched and query != st.session_state.get(WRITTEN)
    ):
        st.session_state[VIEW] = ViewState.parse(query)
    elif switched and query:
        given = ViewState.parse(query).query()
        st.session_state[VIEW] = ViewState.parse(view().query() | given)
    st.session_state[PAGE] = page
    language.use(view().lang)
    return view()


def _went_back() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write_address(fields: Sequence[str]) -> None:
    """Write the view into the address, so that a copied address opens it; only the parameters `fields`.

    A page with a map that is tapped writes it before the map, which forgets a tap as soon as it hears that
    it was taken: the address then has it.
    """
    wanted = {name: value for name, value in view().query().items() if name in fields}
    st.session_state[WRITTEN] = wanted  # first: whoever goes back at once breaks this run off
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def known_slugs() -> Sequence[str]:
    """Return the communities' slugs, the first one to show in front."""
    slugs = communities().slugs()
    return sorted(slugs, key=lambda slug: (slug != FIRST, slug))


def is_loaded() -> bool:
    """Return whether the streets of the community looked at are loaded; needs no `begin` before."""
    if VIEW in st.session_state:
        asked = view().community
    else:
        asked = ViewState.parse(st.query_params.to_dict()).community
    slugs = known_slugs()
    slug = asked if asked in slugs else next(iter(slugs), "")
    return bool(slug) and communities().current_build(slug) is not None


def community() -> Community:
    """Return the community looked at; where the address names none we know, the first one.

    Raises
    ------
    NotFound
        There is no community at all.
    """
    slugs = known_slugs()
    if not slugs:
        raise NotFound(mark("there is no community yet"), mark("add one on the Data page"))
    slug = view().community
    if slug not in slugs:
        slug = slugs[0]
        st.session_state[VIEW] = replace(view(), community=slug)
    return communities().get(slug)
