"""A walk in words: its step-free variant, the way, files and posters to take along."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import streamlit as st

from micropolis_map.domain.tour import Tour
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_words import twin_words
from micropolis_map.settings import below
from micropolis_map.ui import language, numbers, safe_text
from micropolis_map.ui.components.site_address import site_address
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState

ENDINGS = {"pdf": "PDF", "gpx": "GPX", "kml": "KML", "geojson": "GeoJSON"}
DRAFT_FIELDS = (
    "community", "lang", "stops", "profile", "order", "first", "last", "loop", "visit", "when",
)  # fmt: skip


def tour_twin(plan: TourPlan) -> bool:
    """Show what the step-free variant costs; return whether it is asked for on the map."""
    if plan.twin is None:
        return False
    with st.container(key="twin", border=True):
        words = twin_words(plan, language.current())
        st.markdown(f"**{safe_text.label(words[0])}**")
        for sentence in words[1:]:
            st.markdown(safe_text.label(sentence))
        if plan.twin.plan is None:
            return False
        return st.toggle(_("Show the step-free variant on the map"), key="w_twin")


def way_in_words(plan: TourPlan) -> None:
    """Show the directions, folded."""
    with st.expander(_("The way in words"), icon=":material/turn_right:"):
        items = "".join(f"<li>{safe_text.html(_told(d.text, d.length_m))}</li>" for d in plan.directions)
        st.html(f"<ol>{items}</ol>")


def walk_button(tour: Tour) -> None:
    """Show the large button that opens the walker's page."""
    address = below(f"/walk/{quote(tour.id, safe='')}?lang={language.current()}")
    label = safe_text.html(_("Walk it with your phone"))
    st.html(f'<p class="mm-walkit"><a target="_self" href="{address}">{label}</a></p>')


def tour_files(root: str, query: Mapping[str, str]) -> None:
    """Show the links to the walk as files.

    Parameters
    ----------
    root, query
        The address of its files without their ending, and the parameters.
    """
    links = "".join(
        f'<a href="{safe_text.html(file_address(root, ending, query))}" target="_blank" download>{name}</a>'
        for ending, name in ENDINGS.items()
    )
    label = safe_text.html(_("Take it along:"))
    st.html(f'<p class="mm-files"><span>{label}</span> {links}</p>')


def poster_links(tour: Tour) -> None:
    """Show the links to the walk's posters."""
    root, lang = below(f"/poster/{quote(tour.id, safe='')}.pdf"), language.current()
    links = " ".join(
        f'<a href="{root}?{urlencode({"lang": lang, "paper": paper})}" target="_blank">{paper}</a>'
        for paper in ("A4", "A3")
    )
    label = safe_text.html(_("Poster with a QR code:"))
    st.html(f'<p class="mm-files"><span>{label}</span> {links}</p>')


def _told(text: str, length_m: float) -> str:
    return f"{text} · {numbers.count(length_m)} m" if length_m >= 1.0 else text


def draft_link(view: ViewState) -> str:
    """Return the address that opens the walk being made, to send to somebody."""
    query = {name: value for name, value in view.query().items() if name in DRAFT_FIELDS}
    return f"{site_address()}/tours?{urlencode(query | {'lang': language.current()})}"


def file_address(root: str, ending: str, query: Mapping[str, str]) -> str:
    """Return the address of the walk as a file."""
    return f"{quote(root, safe='/')}.{ending}?{urlencode({**query, 'lang': language.current()})}"
