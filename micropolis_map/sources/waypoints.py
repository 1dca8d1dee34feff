"""The points of a GPX file one by one, where each is a stop, a spot or a home: not lines as in an import."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate, number
from micropolis_map.sources.vector_file import VectorFile
from micropolis_map.workers.pool import FILE, READERS


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
    from micropolis_map.sources.place_files.gpx_points import points_in  # noqa: PLC0415 - a heavy package

    waypoints, on_routes, tracks = READERS.run(points_in, path, limits=FILE)
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
        told = Sentence.counted(
            "{file}: its {n} waypoint is read, its routes and tracks are not",
            "{file}: its {n} waypoints are read, its routes and tracks are not",
            n=len(waypoints),
            file=path.name,
        )
        notes = (told,)
    elif not waypoints:
        told = Sentence.counted(
            "{file}: the {n} point of its routes is read",
            "{file}: the {n} points of its routes are read",
            n=len(found),
            file=path.name,
        )
        notes = (told,)
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
