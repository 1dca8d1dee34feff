"""What stands in the way: which ramp, or which look on the spot, would change most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from micropolis_map.analysis.obstacles import Obstacle
from micropolis_map.analysis.profiles import profile
from micropolis_map.i18n import mark
from micropolis_map.services.barriers import Barriers, Question, barriers_known, question_of
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.ui import numbers, safe_text, session
from micropolis_map.ui.barrier_job import BarrierJobs
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.coverage_choices import choose_more
from micropolis_map.ui.components.live import live
from micropolis_map.ui.language import _

POLL_S = 0.7
OSM = "https://www.openstreetmap.org"
WHAT = {
    "steps": mark("Steps"),
    "footway": mark("Footway"),
    "path": mark("Path"),
    "track": mark("Track"),
    "cycleway": mark("Cycleway"),
    "pedestrian": mark("Pedestrian street"),
    "living_street": mark("Living street"),
    "residential": mark("Street"),
    "service": mark("Service way"),
    "kerb": mark("Kerb"),
}


@st.cache_resource(show_spinner=False)
def _jobs() -> BarrierJobs:
    return BarrierJobs()


def known(slug: str, request: CoverageRequest) -> Barriers | None:
    """Return the obstacles of `request` where they were found before; None also for who takes steps."""
    if not profile(request.profile).is_step_free:
        return None
    return barriers_known(question_of(session.application(), slug, request))


SHOWN = 5
"""So many of each list are on the map, and the one that was chosen."""


def for_map(found: Barriers | None, chosen: str = "") -> tuple[dict[str, Any], ...]:
    """Return the obstacles as the map's script takes them."""
    if found is None:
        return ()
    features: list[dict[str, Any]] = found.collection()["features"]
    for feature, one in zip(features, (*found.to_open, *found.to_survey), strict=True):
        said = _gain(feature["properties"]["list"], one)
        feature["properties"]["lines"] = [what_words(one), said]
    return tuple(f for f in features if f["properties"]["number"] <= SHOWN or f["id"] == chosen)


def barriers(slug: str, request: CoverageRequest) -> None:
    """Show the obstacles; where nobody looked for them yet, begin to and show how far it is."""
    st.html(safe_text.heading(2, _("What stands in the way")))
    if not profile(request.profile).is_step_free:
        st.html(
            '<p class="mm-say">'
            + safe_text.html(_("Choose who walks “By wheelchair” or “With a stroller” to see which steps and "
                               "unknown ways keep most people away."))
            + "</p>"
        )  # fmt: skip
        return
    question = question_of(session.application(), slug, request)
    found = barriers_known(question)
    if found is None:
        _searching(question)
    else:
        _lists(found)


@live(POLL_S)
def _searching(question: Question) -> None:
    job = _jobs().of(question)
    if job.done:
        if job.error is None:
            st.rerun()
        trouble.show(job.error)
        st.button(_("Try again"), key="w_barriers_again", on_click=_jobs().forget, args=(question,))
        return
    st.progress(job.share, text=_("Opening every step and unknown way in turn …"))


def _lists(found: Barriers) -> None:
    minutes = numbers.as_it_is(found.question.minutes)
    left, right = st.columns(2, gap="medium")
    with left:
        _list(
            "open",
            found.to_open,
            _("A ramp would help here"),
            _("If this alone became passable, so many people more would be within {n} minutes.").format(
                n=minutes
            ),
        )
    with right:
        _list(
            "survey",
            found.to_survey,
            _("Somebody should look here"),
            _(
                "Nobody knows whether this is passable. If it is, so many people more would be within {n} "
                "minutes for certain."
            ).format(n=minutes),
        )


def _list(which: str, found: Sequence[Obstacle], title: str, lead: str) -> None:
    st.html(f'<h3 class="mm-h3">{safe_text.html(title)}</h3><p class="mm-quiet">{safe_text.html(lead)}</p>')
    if not found:
        nothing = safe_text.html(_("Nothing: no single place changes anything."))
        st.html(f'<p class="mm-say">{nothing}</p>')
        return
    key = f"w_barriers_{which}"
    st.dataframe(
        barrier_frame(found),
        key=key,
        hide_index=True,
        width="stretch",
        row_height=40,
        height=min(40 * (len(found) + 1) + 4, 364),
        on_select=lambda: _chosen(which, key),
        selection_mode="single-row",
        column_config={
            _("On OpenStreetMap"): st.column_config.LinkColumn(
                _("On OpenStreetMap"), display_text=r"org/(.*)$"
            )
        },
    )


def barrier_frame(found: Sequence[Obstacle]) -> pd.DataFrame:
    """Return a row for each obstacle, with the address of what OpenStreetMap knows of it."""
    return pd.DataFrame(
        [
            {
                "№": number,
                _("What"): what_words(one),
                _("People"): round(one.gained_population),
                _("Length, m"): round(one.length_m),
                _("On OpenStreetMap"): f"{OSM}/{one.osm_type}/{one.osm_id}",
            }
            for number, one in enumerate(found, start=1)
        ]
    )


def what_words(one: Obstacle) -> str:
    """Return what an obstacle is, with its name where it has one."""
    kind = one.tags.get("highway") or one.tags.get("barrier") or ""
    what = _(WHAT[kind]) if kind in WHAT else _("Way") if one.osm_type != "node" else _("Barrier")
    name = one.tags.get("name", "")
    return f"{what}: {name}" if name else what


def _gain(which: str, one: Obstacle) -> str:
    said = {
        "open": _("passable, it brings {n} people near"),
        "survey": _("known to be passable, it brings {n} people near for certain"),
    }
    return said[which].format(n=numbers.count(one.gained_population))


def _chosen(which: str, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    choose_more(obstacle=f"{which}-{rows[0] + 1}" if rows else "")
