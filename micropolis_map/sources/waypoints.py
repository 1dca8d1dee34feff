"""The points of a GPX file one by one, where each is a stop, a spot or a home: not lines as in an import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate, number
from micropolis_map.sources.vector_file import VectorFile
from micropolis_map.workers.pool import FILE, READERS

Waypoint = tuple[str, str, str]
"""Longitude and latitude as the file has them, and a name."""


def read_waypoints(path: Path) -> VectorFile:
    """Return the waypoints of the GPX file at `path`, else the points of its routes; tracks are left out.

    Workers read it.

    Raises
    ------
    UnreadableFile
        It is no GPX that we read (`place_files.xml_tree.parse`).
    InvalidInput
        It has neither, or naming the point: its coordinates are no numbers or beyond the Earth's degrees.
    """
    waypoints, on_routes, tracks = READERS.run(_points, path, limits=FILE)
    found = waypoints or on_routes
    if not found:
        raise InvalidInput(
            mark("{file} has no waypoint and no point of a route ({tracks} tracks)"),
            mark("add a waypoint for each point, or give a table with lon and lat"),
            file=path.name,
            tracks=tracks,
        )
    places = [_position(path, at, lon, lat) for at, (lon, lat, _) in enumerate(found, 1)]
    notes: tuple[str, ...] = ()
    if waypoints and (tracks or on_routes):
        words = mark("{file}: its {n} waypoints are read, its routes and tracks are not")
        notes = (Sentence(words, file=path.name, n=len(waypoints)),)
    elif not waypoints:
        words = mark("{file}: the {n} points of its routes are read")
        notes = (Sentence(words, file=path.name, n=len(found)),)
    columns = {"name": [name for _, _, name in found]} if any(name for _, _, name in found) else {}
    return VectorFile(shapely.points(np.array(places)), columns, [None] * len(found), notes)


def _position(path: Path, at: int, lon: str, lat: str) -> tuple[float, float]:
    try:
        place = number(lon), number(lat)
    except NotACoordinate as error:
        raise InvalidInput(
            mark("{file}, point {at}: {why}"), mark("correct it"), file=path.name, at=at, why=error.reason
        ) from error
    if abs(place[0]) > 180 or abs(place[1]) > 90:
        raise InvalidInput(
            mark("{file}, point {at}: lon {lon}, lat {lat} is not on the Earth"),
            mark("give longitude and latitude in WGS 84"),
            file=path.name,
            at=at,
            lon=lon,
            lat=lat,
        )
    return place


def _points(path: Path) -> tuple[list[Waypoint], list[Waypoint], int]:
    """Return the waypoints, the points on routes, and how many tracks there are; for a worker."""
    from micropolis_map.sources.place_files.xml_tree import Element, parse  # noqa: PLC0415 - a heavy package

    waypoints: list[Waypoint] = []
    on_routes: list[Waypoint] = []
    tracks = [0]

    def ended(element: Element, outer: Sequence[Element]) -> bool:
        if element.name in {"wpt", "rtept"}:
            place = element.attributes.get("lon", ""), element.attributes.get("lat", "")
            (waypoints if element.name == "wpt" else on_routes).append((*place, element.words("name")))
        tracks[0] += element.name == "trk" and len(outer) == 1
        return element.name == "name"

    parse(path.read_bytes(), path, ended)
    return waypoints, on_routes, tracks[0]
