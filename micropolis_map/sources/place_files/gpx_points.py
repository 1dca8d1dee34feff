"""The points of a GPX file one by one; its own module, so that the template of workers has imported it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from micropolis_map.sources.place_files.xml_tree import Element, parse

Waypoint = tuple[str, str, str]
"""Longitude and latitude as the file has them, and a name."""


def points_in(path: Path) -> tuple[list[Waypoint], list[Waypoint], int]:
    """Return the waypoints, the points on routes, and how many tracks there are.

    Raises
    ------
    UnreadableFile
        As `parse`.
    """
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
