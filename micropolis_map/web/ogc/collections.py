"""The collections: which of our things are in each, as they are public now.

They are read through the services and stores that the pages ask, anew whenever something changed; nothing is
copied to another place. Only what everybody may see is in them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from micropolis_map.bootstrap import Application
from micropolis_map.domain.geometry import DECIMALS, canonical_geometry
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_filter import plain
from micropolis_map.domain.place_geojson import place_to_feature
from micropolis_map.domain.text import pick
from micropolis_map.services.meeting_spots import Pinned, activity_spots, pinned_spots
from micropolis_map.services.opened import Build, as_loaded
from micropolis_map.services.public_place import is_public
from micropolis_map.stores.districts_geojson import write_districts
from micropolis_map.web.ogc.fields import Field
from micropolis_map.web.ogc.properties import DISTRICT_FIELDS, PLACE_FIELDS, SPOT_FIELDS, TOUR_FIELDS
from micropolis_map.web.ogc.published import Feature, Published, moment_of
from micropolis_map.web.ogc.tours import tour_reader

_KEPT = 8
"""States of a collection that are kept: a few languages, and the one before while it is still being read."""
_SPOT_COLUMNS = ("activity", "tag", "label", "step_free", "opening_hours")


@dataclass(frozen=True, eq=False)
class Collection:
    """One kind of thing.

    Attributes
    ----------
    read
        Returns what is in it now, its titles in a language.
    extent
        Whether its description says where and when its features are. To say it of tours all their ways would
        have to be found first.
    """

    name: str
    title: str
    about: str
    fields: Mapping[str, Field]
    read: Callable[[str], Published]
    extent: bool = True


def collections_of(application: Application) -> Mapping[str, Collection]:
    """Return the collections by name, in the order they are shown."""
    tours = tour_reader(application)
    all_of = (
        Collection(
            "places",
            "Places",
            "Spots that residents pinned, with their stories: the features of data/places.geojson.",
            PLACE_FIELDS,
            _kept(lambda lang: _places(application, lang), application.place_store.version),
        ),
        Collection(
            "tours",
            "Tours",
            "Walks from place to place, as the lines that are walked.",
            TOUR_FIELDS,
            _kept(tours, lambda: _tours_version(application)),
            extent=False,
        ),
        Collection(
            "districts",
            "Districts",
            "The quarters of the communities.",
            DISTRICT_FIELDS,
            _kept(lambda _: _districts(application), lambda: _districts_version(application)),
        ),
        Collection(
            "activity_spots",
            "Activity spots",
            "Where people meet inside the communities, OpenStreetMap's and the pinned ones, each once.",
            SPOT_FIELDS,
            _kept(lambda _: _spots(application), lambda: _spots_version(application)),
        ),
    )
    return {collection.name: collection for collection in all_of}


def _kept(read: Callable[[str], Iterable[Feature]], version: Callable[[], str]) -> Callable[[str], Published]:
    """Return `read`, asked again only when `version` changed."""

    @lru_cache(maxsize=_KEPT)
    def state(lang: str, version: str) -> Published:  # noqa: ARG001 - the version renews it
        return Published(read(lang))

    return lambda lang: state(lang, version())


# ---- places ----


def _places(application: Application, lang: str) -> Iterator[Feature]:
    for place in application.place_store.places():
        if is_public(place):
            yield _place(place, lang)


def _place(place: Place, lang: str) -> Feature:
    feature = place_to_feature(place)
    flat = {
        "title": pick(place.name, lang)[0],
        "step_free": str(place.access.get("step_free", "unknown")),
        "period_from": place.period.start if place.period else None,
        "period_to": place.period.end if place.period else None,
    }
    properties = feature["properties"] | {name: value for name, value in flat.items() if value is not None}
    return Feature(place.id, feature["geometry"], properties, moment_of(place.updated))


# ---- what depends on the builds ----


def _builds(application: Application) -> list[tuple[str, str]]:
    """Return the communities with the folder of their current build, empty without one."""
    store = application.community_store
    return [(slug, str(store.current_build(slug) or "")) for slug in store.slugs()]


def _tours_version(application: Application) -> str:
    return repr((application.tour_store.version(), application.place_store.version(), _builds(application)))


def _districts_version(application: Application) -> str:
    store = application.community_store
    return repr([(slug, build or write_districts(store.get(slug))) for slug, build in _builds(application)])


def _spots_version(application: Application) -> str:
    return repr((application.place_store.version(), _builds(application)))


def _districts(application: Application) -> Iterator[Feature]:
    for slug, _ in _builds(application):
        seen: dict[str, int] = {}
        for district in as_loaded(application.community_store, slug).districts:
            token = _token(district.name)
            seen[token] = seen.get(token, 0) + 1
            again = f"-{seen[token]}" if seen[token] > 1 else ""
            properties = {
                "community": slug,
                "name": district.name,
                "approximate": district.approximate,
                "centre_lon": round(district.centre[0], DECIMALS),
                "centre_lat": round(district.centre[1], DECIMALS),
            }
            geometry = canonical_geometry(district.geometry, f"district {district.name!r}")
            yield Feature(f"{slug}.{token}{again}", geometry, properties)


def _token(name: str) -> str:
    """Return the name for an address: letters a-z, digits and hyphens; of another script, a short hash."""
    token = re.sub(r"[^a-z0-9]+", "-", plain(name)).strip("-")
    return token or hashlib.sha256(name.encode()).hexdigest()[:10]


def _spots(application: Application) -> Iterator[Feature]:
    changed = {place.id: moment_of(place.updated) for place in application.place_store.places()}
    for slug, folder in _builds(application):
        pinned = {spot.id: spot for spot in pinned_spots(application.place_store, slug)}
        if not folder:
            yield from (_pinned_spot(slug, spot, changed.get(spot.id)) for spot in pinned.values())
            continue
        points = activity_spots(Build(slug, Path(folder)), tuple(pinned.values()))
        columns = {name: points.columns[name].tolist() for name in _SPOT_COLUMNS}
        beyond = points.columns["beyond"].tolist()
        for n, spot in enumerate(points.id):
            if beyond[n]:
                continue  # the next town's
            at = _point(float(points.lon[n]), float(points.lat[n]))
            facts = {name: values[n] for name, values in columns.items()}
            own = spot in pinned
            spot_id = spot if own else f"{slug}.{spot.replace('/', '.')}"
            properties = _spot(slug, points.name[n], facts, spot, own=own)
            yield Feature(spot_id, at, properties, changed.get(spot) if own else None)


def _pinned_spot(slug: str, spot: Pinned, changed: datetime | None) -> Feature:
    facts = {
        "activity": spot.what,
        "tag": "",
        "label": spot.what.replace("_", " "),
        "step_free": spot.step_free,
        "opening_hours": spot.opening_hours,
    }
    properties = _spot(slug, spot.name, facts, spot.id, own=True)
    return Feature(spot.id, _point(spot.lon, spot.lat), properties, changed)


def _spot(slug: str, name: str, facts: Mapping[str, str], spot_id: str, *, own: bool) -> dict[str, Any]:
    return {
        "community": slug,
        "name": name,
        **facts,
        "activity": facts["activity"] or None,
        "source": "residents" if own else "OpenStreetMap",
        "place" if own else "osm_id": spot_id,
    }


def _point(lon: float, lat: float) -> Mapping[str, Any]:
    return {"type": "Point", "coordinates": [round(lon, DECIMALS), round(lat, DECIMALS)]}
