"""A walk in words: figures, step-free variant, stops, directions, files to take along."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import streamlit as st

from micropolis_map.domain.text import pick
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_words import figures_words, twin_words
from micropolis_map.ui import language, safe_text
from micropolis_map.ui.language import _

ENDINGS = {"pdf": "PDF", "gpx": "GPX", "kml": "KML", "geojson": "GeoJSON"}


def tour_panel(plan: TourPlan, root: str, query: Mapping[str, str]) -> bool:
    """Show the walk; return whether its step-free variant is asked for on the map.

    Parameters
    ----------
    root, query
        The address of its files without their ending, and the parameters.
    """
    st.html(f'<p class="mm-walk">{safe_text.html(figures_words(plan, language.current()))}</p>')
    if not plan.loaded:
        st.info(
            _(
                "The streets of this town are not loaded: the lines are straight, as the crow flies, and "
                "the real walk is longer."
            )
        )
    with_twin = _twin(plan)
    _stops(plan)
    with st.expander(_("The way in words")):
        items = "".join(f"<li>{safe_text.html(_told(d.text, d.length_m))}</li>" for d in plan.directions)
        st.html(f"<ol>{items}</ol>")
    _files(root, query)
    return with_twin


def _told(text: str, length_m: float) -> str:
    return f"{text} · {length_m:.0f} m" if length_m >= 1.0 else text


def _twin(plan: TourPlan) -> bool:
    if plan.twin is None:
        if plan.step_free:
            st.success(_("Step-free: this walk has no steps, as far as the map knows."))
        return False
    with st.container(key="twin", border=True):
        for sentence in twin_words(plan, language.current()):
            st.markdown(safe_text.label(sentence))
        if plan.twin.plan is None:
            return False
        return st.toggle(_("Show the step-free variant on the map"), key="w_twin")


def _stops(plan: TourPlan) -> None:
    items = "".join(
        f'<li><a href="{safe_text.html(_story(plan, stop.id))}" target="_self" style="color:inherit">'
        f"{safe_text.html(pick(stop.name, language.current())[0] or stop.id)}</a></li>"
        for stop in plan.stops
    )
    st.html(f'<ol class="mm-stops">{items}</ol>')


def _story(plan: TourPlan, place: str) -> str:
    query = {"community": plan.community, "place": place, "lang": language.current()}
    return f"/?{urlencode(query)}"


def _files(root: str, query: Mapping[str, str]) -> None:
    links = " · ".join(
        f'<a href="{safe_text.html(file_address(root, ending, query))}" target="_blank" download>{name}</a>'
        for ending, name in ENDINGS.items()
    )
    label = _("Take it along:")
    st.html(f"<p>{safe_text.html(label)} {links}</p>")


def file_address(root: str, ending: str, query: Mapping[str, str]) -> str:
    """Return the address of the walk as a file."""
    return f"{quote(root, safe='/')}.{ending}?{urlencode({**query, 'lang': language.current()})}"
