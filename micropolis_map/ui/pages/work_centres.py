"""Smart work centres: shared offices in reach on foot, the commuting they save, where the next should go."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.community import Community
from micropolis_map.domain.kept_run import KeptRun
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.walking_classes import walking_classes
from micropolis_map.services import kept_runs
from micropolis_map.services.work_centres import WorkRequest, WorkResult, assess_work_centres
from micropolis_map.ui import people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.commuting_choices import city_choice, factor_choices, work_choices
from micropolis_map.ui.components.coverage_map import class_words, map_side, map_state, swatch
from micropolis_map.ui.components.legend import legend
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.not_loaded import not_loaded
from micropolis_map.ui.components.planner_map import gain_words
from micropolis_map.ui.components.take_along import keep_button
from micropolis_map.ui.components.work_figures import (
    how_reckoned,
    next_centres,
    settlement_table,
    work_figures,
)
from micropolis_map.ui.language import _

FIELDS = ("community", "lang", "profile", "walk", "centres", "city", "commute")


def page() -> None:
    """Show the page of work centres."""
    with trouble.shown():
        community = session.community()
        masthead(
            community,
            _("Working near home in {name}").format(name=community_name(community)),
            _(
                "Shared offices in small towns: who can walk to one, how many kilometres and how much CO2 "
                "that saves, and where the next one serves most people."
            ),
        )
        if session.communities().report(community.slug) is None:
            not_loaded(community)
        else:
            _centres(community)
        session.write_address(FIELDS)


def _centres(community: Community) -> None:
    view = session.view()
    work_choices(view.work)
    city = city_choice(community, view.work)
    factor_choices(view.work.commuting)
    request = WorkRequest(
        profile=view.profile or names()[0],
        minutes=float(view.work.minutes),
        city=city,
        commuting=view.work.commuting,
        new=view.work.new,
    )
    report = session.communities().report(community.slug)
    with st.spinner(_("Looking for the best places …"), show_time=False):
        result = _assessed(
            community.slug, request, report.build_id if report else "", session.places().version()
        )
    work_figures(result)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        _map(community, result)
    with right:
        next_centres(result)
    settlement_table(result)
    keep_button(community.slug, lambda title, seen: _keep(result, title, seen))
    how_reckoned(result)


@st.cache_resource(show_spinner=False, max_entries=64)
def _assessed(
    slug: str,
    request: WorkRequest,
    build_id: str,  # noqa: ARG001 - part of the key
    version: str,  # noqa: ARG001 - part of the key
) -> WorkResult:
    return assess_work_centres(session.application(), slug, request)


def _keep(result: WorkResult, title: str, seen: str) -> KeptRun:
    return kept_runs.keep_work_centres(
        session.application(), people.actor(), result, title=title, address=seen
    )


def _map(community: Community, result: WorkResult) -> None:
    """Show the walking time to the nearest centre, and the proposed ones."""
    side = map_side(community, result.coverage, "auto")
    state: dict[str, Any] = map_state(community, side)
    for name in ("worst", "worstAreas"):
        state.pop(name)
    state["texts"] |= {
        "map": _("Map of walking times to work centres; the table below has the same figures"),
        "walk": _("{n} min to the nearest work centre"),
        "nearest": _("to the nearest work centre, on foot"),
        "walkHome": _("home, {n} min from the nearest work centre"),
        "noWay": _("no way to any work centre"),
        "spotCluster": _("work centres: {n}"),
    }
    state["sites"] = [
        {
            "number": number,
            "lon": one.site.lon,
            "lat": one.site.lat,
            "label": f"{number} · {gain_words(one.site.gained_population)}",
            "fixed": True,
        }
        for number, one in enumerate(result.next, start=1)
    ]
    with st.container(key="covmap"):
        st_folium(
            BaseMap(community.centre, community.zoom),
            key=f"workmap-{community.slug}",
            height=560,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=StateLayer(state),
        )
    title, today = _("Walking time to the nearest work centre, in minutes"), _("work centre today")
    items = [f"<li><b>{safe_text.html(title)}</b></li>"]
    items += [
        f"<li>{swatch(one)}{safe_text.html(class_words(one))}</li>"
        for one in walking_classes(result.coverage.request.minutes)
    ]
    items.append(f'<li><i class="mm-ring"></i>{safe_text.html(today)}</li>')
    if result.next:
        proposed = _("proposed work centre")
        items.append(f'<li><b class="mm-site-sign">1</b>{safe_text.html(proposed)}</li>')
    legend(items)
