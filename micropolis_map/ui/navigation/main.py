"""The pages' frame: navigation, style, language. Streamlit runs this script for every visitor's click.

It does not lie beside ``ui/pages``: Streamlit takes a folder ``pages`` beside its script for a list of
scripts, and the first visitor who opens ``/coverage`` after a start would get an empty page.
"""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage as Page

from micropolis_map.domain.permission import may
from micropolis_map.maps.shapes import style_variables
from micropolis_map.ui import people, session
from micropolis_map.ui.components.trouble import shown
from micropolis_map.ui.language import _
from micropolis_map.ui.pages import (
    about,
    accounts,
    compare,
    coverage,
    data,
    explore,
    guided_walks,
    import_export,
    moderation,
    planner,
    runs,
    sign_in,
    tours,
    work_centres,
)

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
    with people.same_person():
        _page()


def _page() -> None:
    st.html(f"<style>{style_variables()}{_frame_words()}</style>")
    st.logo(str(STATIC / "logo.svg"), size="large")
    pages = {
        "explore": st.Page(explore.page, title=_("Explore"), icon=":material/map:", default=True),
        **_street_pages(),
        "tours": st.Page(tours.page, title=_("Walks"), icon=":material/hiking:", url_path="tours"),
        "data": st.Page(data.page, title=_("Data"), icon=":material/database:", url_path="datasets"),
        "about": st.Page(about.page, title=_("About"), icon=":material/info:", url_path="about"),
        **_desk_pages(),
    }
    st.session_state["mm_pages"] = pages
    chosen = st.navigation(list(pages.values()), position="top")
    session.begin(chosen.url_path)
    with shown():
        if people.without_account():
            sign_in.no_account()
        link = next((name for name in sign_in.LINKS if st.query_params.get(name)), "")
        if link:
            sign_in.one_time_link(link, st.query_params[link])
        else:
            chosen.run()


def _street_pages() -> dict[str, Page]:
    """Return the pages that need streets; the menu names them where the town has any."""
    pages = [
        ("coverage", coverage.page, _("Coverage"), "directions_walk"),
        ("compare", compare.page, _("Compare"), "compare_arrows"),
        ("planner", planner.page, _("Next café"), "add_location_alt"),
        ("work_centres", work_centres.page, _("Work centres"), "work"),
    ]
    loaded = session.is_loaded()
    return {
        name: st.Page(
            page,
            title=title,
            icon=f":material/{icon}:",
            url_path=name,
            visibility="visible" if loaded else "hidden",
        )
        for name, page, title, icon in pages
    }


def _desk_pages() -> dict[str, Page]:
    """Return the pages for those who look after the map; their addresses lead others to the way in."""
    decides, manages = people.decides(), may(people.actor(), "manage_accounts")
    plans = any(people.may_in("plan", slug) for slug in session.known_slugs())
    desk = [
        (decides, "moderation", moderation.page, _("Moderation"), "rule", "moderation"),
        (decides, "guided_walks", guided_walks.page, _("Guided walks"), "groups", "guided_walks"),
        (plans, "runs", runs.page, _("Results"), "bookmarks", "results"),
        (decides, "import_export", import_export.page, _("Import and export"), "swap_vert", "import_export"),
        (manages, "accounts", accounts.page, _("Accounts"), "group", "accounts"),
    ]
    return {
        **{
            name: st.Page(
                page,
                title=title,
                icon=f":material/{icon}:",
                url_path=path,
                visibility="visible" if shows else "hidden",
            )
            for shows, name, page, title, icon, path in desk
        },
        "sign_in": st.Page(
            sign_in.page,
            title=_("You") if people.signed_in() else _("Sign in"),
            icon=":material/person:",
            url_path="sign_in",
        ),
    }


def _frame_words() -> str:
    """Return the words that the style sheet puts on Streamlit's own buttons, in the reader's language."""
    words = {"more": _("More"), "menu": _("Menu"), "upload": _("Choose a file")}
    said = (f"--mm-{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in words.items())
    return f":root {{ {' '.join(said)} }}"


main()
