"""A tour as a file to take along, by its ending."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark, translation
from micropolis_map.services.assessing import Deps
from micropolis_map.services.paper_ground import paper_ground_of
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_booklet import BookletFacts, booklet
from micropolis_map.services.touring_booklet_stops import Told, stories_of
from micropolis_map.services.touring_comforts import comforts_near
from micropolis_map.services.touring_xml import DECIMALS, gpx_text, kml_text
from micropolis_map.stores.files import write_whole
from micropolis_map.workers.pool import WORKERS

TOUR_OF = mark("A walk in {community}")


def tour_geojson(plan: TourPlan, name: str) -> dict[str, Any]:
    """Return a FeatureCollection: the walk, a line for each part, then the stops in order.

    Lines have ``role: "walk"``, ``straight`` and figures; stops ``role: "stop"``, ``number``, ``name``.
    """
    walks = [
        {
            "type": "Feature",
            "geometry": {
                "type": "LineString",
                "coordinates": [
                    [round(lon, DECIMALS), round(lat, DECIMALS)]
                    for lon, lat in zip(walk.lon.tolist(), walk.lat.tolist(), strict=True)
                ],
            },
            "properties": {
                "role": "walk",
                "to": walk.destination.id,
                "straight": walk.straight,
                "length_m": round(walk.length_m, 1),
                "walking_s": round(walk.cost_s, 1),
                "steps": None if walk.straight else walk.staircases,
            },
        }
        for walk in plan.walks
    ]
    stops = [
        {
            "type": "Feature",
            "id": stop.id,
            "geometry": {"type": "Point", "coordinates": [stop.lon, stop.lat]},
            "properties": {
                "role": "stop",
                "number": number,
                "name": pick(stop.name, plan.request.lang)[0] or stop.id,
                "about": pick(stop.about, plan.request.lang)[0],
                "visit_s": stop.visit_s,
            },
        }
        for number, stop in enumerate(plan.stops, start=1)
    ]
    about = {key: value for key, value in plan.as_json().items() if key != "directions"}
    return {
        "type": "FeatureCollection",
        "features": [*walks, *stops],
        "micropolis": {"schema": 1, "name": name, "attribution": plan.credit, "tour": about},
    }


def _geojson_bytes(plan: TourPlan, name: str, _deps: Deps, _address: str) -> bytes:
    return json.dumps(tour_geojson(plan, name), ensure_ascii=False, allow_nan=False).encode()


def _gpx_bytes(plan: TourPlan, name: str, _deps: Deps, _address: str) -> bytes:
    return gpx_text(plan, name).encode()


def _kml_bytes(plan: TourPlan, name: str, _deps: Deps, _address: str) -> bytes:
    return kml_text(plan, name).encode()


def _pdf_bytes(plan: TourPlan, name: str, deps: Deps, address: str) -> bytes:
    return WORKERS.run(booklet, plan, name, booklet_facts(deps, plan), address)


def booklet_facts(deps: Deps, plan: TourPlan) -> BookletFacts:
    """Return what the booklet of `plan` shows beside the walk: the town's map, public stories, benches."""
    ground = paper_ground_of(deps.community_store, plan.community)
    return BookletFacts(ground, public_stories(deps, plan), comforts_near(deps.community_store, plan))


def public_stories(deps: Deps, plan: TourPlan) -> dict[str, tuple[Told, ...]]:
    """Return what everybody may read at the stops of `plan`, by the stop's id."""
    public = {place.id: place for place in deps.place_store.places(plan.community)}
    return {
        stop.id: stories_of(public[stop.id], plan.request.lang) for stop in plan.stops if stop.id in public
    }


FORMATS: Mapping[str, tuple[str, Callable[[TourPlan, str, Deps, str], bytes]]] = {
    ".gpx": ("application/gpx+xml", _gpx_bytes),
    ".kml": ("application/vnd.google-earth.kml+xml", _kml_bytes),
    ".geojson": ("application/geo+json", _geojson_bytes),
    ".pdf": ("application/pdf", _pdf_bytes),
}
"""The media type and the writer of each ending."""


def check_ending(path: Path) -> None:
    """Raise InvalidInput where a tour has no form for the file's ending."""
    if path.suffix.lower() not in FORMATS:
        raise InvalidInput(f"a tour cannot be written as {path.name!r}", f"end it in {', '.join(FORMATS)}")


def tour_bytes(deps: Deps, plan: TourPlan, ending: str, name: str = "", address: str = "") -> bytes:
    """Return the tour in the form of `ending`.

    Parameters
    ----------
    name
        The tour's, in the plan's language; empty: named after its community.
    address
        Of the site, such as ``https://map.example.org``: for QR codes; empty leaves them out.

    Raises
    ------
    Busy
        Too many sheets are being drawn.
    """
    if not name:
        community = deps.community_store.get(plan.community)
        called = pick(community.name, plan.request.lang)[0] or plan.community
        name = translation(plan.request.lang).gettext(TOUR_OF).format(community=called)
    return FORMATS[ending][1](plan, name, deps, address)


def write_tour(deps: Deps, plan: TourPlan, path: Path) -> None:
    """Write the tour to `path`, whole or not at all.

    Raises
    ------
    InvalidInput
        A tour has no form for the file's ending.
    StoreUnavailable
        The file cannot be written there.
    """
    check_ending(path)
    write_whole(path, tour_bytes(deps, plan, path.suffix.lower()))
