"""The pages' frame: navigation, style, language. Streamlit runs this script for every visitor's click.

It does not lie beside ``ui/pages``: Streamlit takes a folder ``pages`` beside its script for a list of
scripts, and the first visitor who opens ``/coverage`` after a start would get an empty page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from micropolis_map.maps.shapes import style_variables
from micropolis_map.ui import session
from micropolis_map.ui.components.trouble import shown
from micropolis_map.ui.language import _
from micropolis_map.ui.pages import about, coverage, data, explore

STATIC = Path(__file__).parents[2] / "web" / "static"


def main() -> None:
    """Show the page the visitor is on."""
    st.set_page_config(
        page_title="Micropolis Map",
        page_icon=str(STATIC / "icon.svg"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    session.speak()
    st.html(f"<style>{style_variables()}{_page_style()}</style>")
    st.logo(str(STATIC / "logo.svg"), size="large")
    pages = {
        "explore": st.Page(explore.page, title=_("Explore"), icon=":material/map:", default=True),
        "coverage": st.Page(
            coverage.page, title=_("Coverage"), icon=":material/directions_walk:", url_path="coverage"
        ),
        "data": st.Page(data.page, title=_("Data"), icon=":material/database:", url_path="datasets"),
        "about": st.Page(about.page, title=_("About"), icon=":material/info:", url_path="about"),
    }
    st.session_state["mm_pages"] = pages
    chosen = st.navigation(list(pages.values()), position="top")
    session.begin(chosen.url_path)
    with shown():
        chosen.run()


@st.cache_resource(show_spinner=False)
def _page_style() -> str:
    return (STATIC / "css" / "page.css").read_text(encoding="utf-8")


main()
