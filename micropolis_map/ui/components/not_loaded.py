"""What a page shows of a community whose streets are not loaded, and who can load them."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.services.town_map import has_tiles
from micropolis_map.ui import people, safe_text, session
from micropolis_map.ui.components.masthead import community_name
from micropolis_map.ui.language import _

NEED_STREETS = ("coverage", "compare", "planner", "work_centres")
"""The pages that show nothing without streets; the menu names them where they are loaded."""


def not_loaded(community: Community) -> None:
    """Say so in place of the page, and lead to where they are loaded."""
    name = safe_text.label(community_name(community))
    with st.container(key="empty", border=True):
        st.subheader(_("The streets of {name} are not loaded yet").format(name=name))
        st.markdown(_("Walking times need the streets. Loading them takes a minute or two, and only once."))
        _way_on(community)


def not_yet(community: Community) -> None:
    """Say quietly which pages wait for the streets, or that they were loaded before maps had tiles."""
    build = session.communities().current_build(community.slug)
    if build is not None:
        if not has_tiles(build) and people.may_in("load", community.slug):
            text = _("Load the streets again for the new map: this town still shows outlines only.")
            with st.container(key="nostreets"):
                st.html(f'<p class="mm-quiet">{safe_text.html(text)}</p>')
                _way_on(community)
        return
    pages = st.session_state["mm_pages"]
    titles = [str(pages[name].title) for name in NEED_STREETS if name in pages]
    text = _("The streets of {name} are not loaded yet. With them come: {pages}.").format(
        name=community_name(community), pages=", ".join(titles)
    )
    with st.container(key="nostreets"):
        st.html(f'<p class="mm-quiet">{safe_text.html(text)}</p>')
        _way_on(community)


def _way_on(community: Community) -> None:
    """Lead who may load the streets to it; tell others who can."""
    loads = people.may_in("load", community.slug)
    if not loads:
        text = _("An administrator, a planner or an organiser of the town can load them.")
        st.html(f'<p class="mm-quiet">{safe_text.html(text)}</p>')
    page = st.session_state["mm_pages"].get("data")
    if page is not None:
        label = _("Load the streets") if loads else _("What it takes")
        st.page_link(page, label=label, icon=":material/download:" if loads else ":material/info:")
