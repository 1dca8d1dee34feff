"""The stops of a tour: points of a file, or places of the community by their ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from micropolis_map.domain.place import Place
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.tour import VISIT_S, Stop, Tour
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.ports import PlaceStore

VISIT_COLUMNS = {"visit_s": 1.0, "visit_min": 60.0}


def stops_of_points(points: PointSet) -> tuple[Stop, ...]:
    """Return a stop for each point; a column ``visit_s`` or ``visit_min`` says how long one stays."""
    visit = np.full(len(points), VISIT_S)
    for column, seconds in VISIT_COLUMNS.items():
        if column in points.columns and points.columns[column].dtype.kind == "f":
            given = points.columns[column].astype(np.float64) * seconds
            visit = np.where(np.isfinite(given) & (given >= 0.0), given, visit)
    names = points.name or ("",) * len(points)
    return tuple(
        Stop(point, float(lon), float(lat), {"en": name} if name else {}, visit_s=float(seconds))
        for point, lon, lat, name, seconds in zip(
            points.id, points.lon, points.lat, names, visit, strict=True
        )
    )


def stops_of_ids(store: PlaceStore, slug: str, ids: Sequence[str]) -> tuple[Stop, ...]:
    """Return the community's published places with these ids as stops.

    Raises
    ------
    InvalidInput
        One of them is not a published place of the community.
    """
    public = {place.id: place for place in store.places(slug)}
    for wanted in ids:
        if wanted not in public:
            raise InvalidInput(
                mark("there is no place {id} in {community}"),
                mark("give a file of points, or ids of its places"),
                id=repr(wanted[:128]),
                community=repr(slug),
            )
    return tuple(stop_of_place(public[wanted]) for wanted in ids)


def stop_of_place(place: Place, visit_s: float = VISIT_S) -> Stop:
    """Return the place as a stop."""
    return Stop(place.id, *place.lon_lat, place.name, place.description, visit_s)


def stops_of_tour(store: PlaceStore, tour: Tour) -> tuple[Stop, ...]:
    """Return the tour's stops that are public now, in its order.

    Raises
    ------
    NotFound
        None of them is.
    """
    public = {place.id: place for place in store.places(tour.community)}
    stops = tuple(stop_of_place(public[place], visit_s) for place, visit_s in tour.stops if place in public)
    if not stops:
        raise NotFound(
            mark("the tour {id} has no stop that is public"),
            mark("look it up in the list of tours"),
            id=repr(tour.id),
        )
    return stops
