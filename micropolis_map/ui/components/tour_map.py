"""The map of a walk: its line, its stops, what is on the way; for one being made also the pins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.domain.place_filter import PlaceFilter
from micropolis_map.maps.addresses import places_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.shapes import shapes_for_script
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.walk_colours import walk_colours
from micropolis_map.services.sketched_map import sketch_told
from micropolis_map.services.town_ground import town_ground
from micropolis_map.ui import language, session
from micropolis_map.ui.components.map_taps import Tap, ever_tapped, hear, taps_state
from micropolis_map.ui.components.place_map import about, map_texts
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import MAX_STOPS

MADE = "mm_walk_made"
"""Set when a tap began or changed a walk: the page then shows the one being made."""


@dataclass(frozen=True)
class WalkShown:
    """One of several walks: its id, name, GeoJSON's address, and number on its card."""

    id: str
    name: str
    url: str
    number: int


@dataclass(frozen=True)
class Shown:
    """What the map shows.

    Attributes
    ----------
    url
        Of the walk's GeoJSON; empty: the community as it is.
    picking
        Whether a tap on a place takes it into the walk, or out.
    picks
        Ids of the places that are in, in the order of walking.
    walks
        To choose from: each is a line with its number.
    """

    url: str = ""
    picking: bool = False
    picks: tuple[str, ...] = ()
    walks: tuple[WalkShown, ...] = ()


def tour_map(community: Community, shown: Shown, name: str = "tourmap") -> None:
    """Show the walk; while one is made, the places that can be in it."""
    slug = community.slug
    report = session.communities().report(slug)
    state: dict[str, Any] = {
        "lang": language.current(),
        "background": town_ground(session.communities(), slug, language.current()),
        **about(community),
        "tour": shown.url,
        "walks": [
            {
                "id": walk.id,
                "name": walk.name,
                "url": walk.url,
                "number": walk.number,
                "colour": walk_colours(walk.number)[0],
            }
            for walk in shown.walks
        ],
        "fromOsm": bool(report) and not community.fictional,
        "texts": map_texts(community) | _texts(),
    } | sketch_told(session.communities(), slug, language.current())
    key, taps = f"{name}-{slug}", f"walk-{slug}"
    heard = shown.picking or not shown.url  # taps made before a reload may come from the map of no walk, too
    if heard:
        state["taps"] = taps_state(taps)
    if shown.picking:
        key = f"pickmap-{slug}"
        state |= {
            "picking": True,
            "picks": list(shown.picks),
            "most": MAX_STOPS,
            "keepView": len(shown.picks) > 1 and not ever_tapped(taps),
            "places": places_url(slug, PlaceFilter(), session.places().version()),
            "shapes": shapes_for_script(),
        }
    with st.container(key="tourmap"):
        told = st_folium(
            BaseMap(community.centre, community.zoom),
            key=key,
            height=600,
            use_container_width=True,
            returned_objects=["last_active_drawing"] if heard else [],
            feature_group_to_add=StateLayer(state),
            on_change=(lambda: hear(taps, st.session_state.get(key), _pick)) if heard else None,
        )
    if heard and hear(taps, told, _pick):
        st.rerun()


def picked(stops: Sequence[str], tap: Tap) -> tuple[str, ...]:
    """Return the stops after `tap`: what is put in comes last and once, at most `MAX_STOPS` in all."""
    if tap.kind == "out":
        return tuple(stop for stop in stops if stop != tap.place)
    if tap.kind == "put" and tap.place and tap.place not in stops and len(stops) < MAX_STOPS:
        return (*stops, tap.place)
    return tuple(stops)


def _pick(tap: Tap) -> None:
    if tap.kind == "walk":
        session.change(tour=tap.place)
        return
    st.session_state[MADE] = True
    session.change(stops=picked(session.view().stops, tap))


def _texts() -> dict[str, Any]:
    return {
        "map": _("Map of the walk; its stops and directions are beside it"),
        "failed": _("The walk could not be loaded. Reload the page, please."),
        "takeOut": _("{name}, in the walk; take it out"),
        "most": _("More than {n} places are too many for one walk.").format(n=MAX_STOPS),
        "comforts": {"bench": _("Bench"), "toilets": _("Toilet"), "drinking_water": _("Drinking water")},
    }
