"""What to download by hand where this server cannot reach OpenStreetMap's, and where to drop it."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.permission import may
from micropolis_map.errors import MicropolisError
from micropolis_map.services.loading_by_hand import EXTRACTS, ByHand, by_hand_of
from micropolis_map.services.outline_found import FoundPlace
from micropolis_map.ui import numbers, people, safe_text, session
from micropolis_map.ui.language import _

FOUND = "mm_outline_found"
"""Where the outline found for a community waits, with the name it was found by."""


def by_hand(slug: str) -> None:
    """Say which file to fetch on another computer, how large it is about, and where to put it."""
    try:
        hand = by_hand_of(session.application(), slug, _found_of(slug))
    except MicropolisError:
        return  # what went wrong is said already
    with st.expander(_("Get the data by hand"), icon=":material/download:", expanded=True):
        st.markdown(_("On a computer that reaches the internet:"))
        st.markdown("\n".join(f"1. {step}" for step in _steps(hand)))


def _steps(hand: ByHand) -> list[str]:
    """Return the steps as Markdown."""
    steps = []
    if hand.url:
        size = _("{n} MB").format(n=numbers.rough(hand.megabytes))
        steps.append(
            _("Download [the town's rectangle from OpenStreetMap]({url}) ({size}).").format(
                url=hand.url, size=size
            )
        )
        steps.append(
            _(
                "If that takes too long, take the smallest region around it from "
                "[download.geofabrik.de]({url}) (.osm.pbf, often some hundred MB)."
            ).format(url=EXTRACTS)
        )
    else:
        steps.append(
            _(
                "Take the smallest region around the town from [download.geofabrik.de]({url}) "
                "(.osm.pbf, often some hundred MB); give its boundary with it."
            ).format(url=EXTRACTS)
        )
    steps.append(_("Choose the file in the tab “From a file” here."))
    if may(people.actor(), "manage_accounts") and hand.folder is not None:
        where = _("Or copy it to this server as {file} and press “Load” again.")
        steps.append(where.format(file=safe_text.label(str(hand.folder / "town.osm.pbf"))))
    return steps


def _found_of(slug: str) -> FoundPlace | None:
    kept = st.session_state.get(FOUND, {}).get(slug)
    return kept[1] if kept else None
