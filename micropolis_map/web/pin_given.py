"""What an address tells the pin page beforehand: where the place is and what it is called.

===========================  ===========================================================================
parameter                    meaning
===========================  ===========================================================================
``osm``                      ``node/5``, ``way/7``, ``relation/9``: a meeting place of the town's own data,
                             from which name, position and activity are taken
``name``                     else the name, at most 200 letters
``lon``, ``lat``             else the position in degrees; both, or none
``activity``                 else what people do there
===========================  ===========================================================================

What makes no sense counts as not given. Only what the town's own data say is told as OpenStreetMap's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from micropolis_map.bootstrap import Application
from micropolis_map.domain.community import Community
from micropolis_map.domain.place import ACTIVITIES
from micropolis_map.domain.visible_text import visible
from micropolis_map.i18n import mark
from micropolis_map.services import opened
from micropolis_map.services.known_spots import MAX_NAME, OSM_ID, spot_of
from micropolis_map.services.opened import Build

FROM_OSM = mark(
    "Name and spot are OpenStreetMap's. Look whether they are right; what you tell about it is yours."
)
FROM_PLAN = mark("Name and spot are those of the invented map. Look whether they are right.")
SOURCE = "Name and position: © OpenStreetMap contributors, ODbL 1.0, {id}"
"""What is kept with the place; it is the same in every language, as a licence is."""

Given = Mapping[str, Any]


def given(application: Application, community: Community, query: Mapping[str, str]) -> Given | None:
    """Return what the address tells of the place: ``name at activity osm source``; None where nothing."""
    return _of_town(application, community, query.get("osm", "")) or _told(query)


def said(community: Community, told: Given | None) -> str:
    """Return the sentence that says where it comes from, "" where the address itself tells it."""
    if told is None or not told["osm"]:
        return ""
    return FROM_PLAN if community.fictional else FROM_OSM


def _of_town(application: Application, community: Community, osm_id: str) -> Given | None:
    folder = application.community_store.current_build(community.slug)
    if folder is None or not OSM_ID.fullmatch(osm_id):
        return None
    spots = opened.osm_spots_of(Build(community.slug, folder))
    number = spot_of(spots, osm_id)
    if number is None:
        return None
    name = spots.name[number] if spots.name else ""
    activity = str(spots.columns["activity"][number])
    at = [round(float(spots.lon[number]), 6), round(float(spots.lat[number]), 6)]
    source = "" if community.fictional else SOURCE.format(id=osm_id)
    return _as_given(name, at, activity, osm_id, source)


def _told(query: Mapping[str, str]) -> Given | None:
    at = _position(query.get("lon", ""), query.get("lat", ""))
    name = query.get("name", "")
    if not at and not visible(name).strip():
        return None
    return _as_given(name, at, query.get("activity", ""), "", "")


def _as_given(name: str, at: list[float] | None, activity: str, osm: str, source: str) -> Given:
    return {
        "name": " ".join(visible(name[: 4 * MAX_NAME]).split())[:MAX_NAME],
        "at": at,
        "activity": activity if activity in ACTIVITIES else "",
        "osm": osm,
        "source": source,
    }


def _position(lon: str, lat: str) -> list[float] | None:
    try:
        at = [float(lon[:24]), float(lat[:24])]
    except ValueError:
        return None
    if not all(map(math.isfinite, at)) or abs(at[0]) > 180 or abs(at[1]) > 90:
        return None
    return [round(at[0], 6), round(at[1], 6)]
