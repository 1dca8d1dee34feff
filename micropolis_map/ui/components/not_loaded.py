"""What a page of walking times shows of a community whose streets are not loaded."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.ui import safe_text
from micropolis_map.ui.components.masthead import community_name
from micropolis_map.ui.language import _


def not_loaded(community: Community) -> None:
    """Say so, and lead to where they are loaded."""
    name = safe_text.label(community_name(community))
    with st.container(key="empty", border=True):
        st.subheader(_("The streets of {name} are not loaded yet").format(name=name))
        st.markdown(_("Walking times need the streets. Loading them takes a minute or two, and only once."))
        pages = st.session_state["mm_pages"]
        if "data" in pages:
            st.page_link(pages["data"], label=_("Load the streets"), icon=":material/download:")
