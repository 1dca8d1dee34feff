"""Data: what is loaded for a community, how old it is and from where; load it, or add another community."""

from __future__ import annotations

import streamlit as st

from micropolis_map.ui import safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.hidden_towns import hidden_towns
from micropolis_map.ui.components.load_forms import NEW_NAME, load_forms, slug_of
from micropolis_map.ui.components.load_report import load_report
from micropolis_map.ui.components.loading_progress import loading_job, loading_progress, other_loadings
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.town_requests import town_was_added
from micropolis_map.ui.language import _

FIELDS = ("community", "lang")


def page() -> None:
    """Show the Data page."""
    with trouble.shown():
        community = session.community()
        name = community_name(community)
        masthead(
            community, _("Data of {name}").format(name=name), _("What the figures and the map are made from.")
        )
        busy = _loading(community.slug)
        report = session.communities().report(community.slug)
        st.html(safe_text.heading(2, _("What is loaded")))
        if report is None:
            st.markdown(
                _(
                    "Nothing yet. Places and stories are on the map all the same; walking figures "
                    "need streets."
                )
            )
        else:
            load_report(report)
        if not busy:
            load_forms(community, again=report is not None)
        hidden_towns(community)
        if "import_export" in st.session_state["mm_pages"]:
            st.page_link(
                st.session_state["mm_pages"]["import_export"],
                label=_("Take the places along, or bring others in"),
                icon=":material/swap_vert:",
            )
        session.write_address(FIELDS)


def _loading(slug: str) -> bool:
    """Show the loading that runs or has ended; once a community is added, go there.

    A community that could not be added is not there to go to: what went wrong is said here.
    """
    started = str(st.session_state.get("mm_loading", slug))
    if started != slug and loading_job(started) is None:
        st.session_state.pop("mm_loading")
        started = slug
    busy = loading_progress(started)
    other_loadings(started)
    if not busy and started != slug and started in session.known_slugs():
        st.session_state.pop("mm_loading")
        st.session_state.pop(NEW_NAME, None)
        town_was_added(lambda name: slug_of(name) == started)
        session.change(community=started)
        st.rerun()
    return busy
