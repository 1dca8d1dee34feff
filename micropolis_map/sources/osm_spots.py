"""Where people meet, from OpenStreetMap; what counts is the table ``activity_spots.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.osm_geometry import Tags, areas_of, nodes_where, values_of

TABLE = Path(__file__).with_name("activity_spots.toml")
CLOSED = frozenset({"private", "no"})
STEP_FREE = {"yes": "yes", "designated": "yes", "limited": "limited", "no": "no"}
SAME_WITHIN_M = 100.0
"""A node and a building with one tag and one name, this near to each other, are one spot mapped twice."""


@dataclass(frozen=True)
class SpotKind:
    """A row of the table: see ``activity_spots.toml``."""

    key: str
    value: str
    activity: str
    label: str
    unless: tuple[tuple[str, str], ...] = ()

    @property
    def tag(self) -> str:
        """The tag as ``key=value``."""
        return f"{self.key}={self.value}"


@cache
def spot_kinds() -> tuple[SpotKind, ...]:
    """Return the table of what counts as an activity spot."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["spot"]
    return tuple(
        SpotKind(
            key=row["tag"].partition("=")[0],
            value=row["tag"].partition("=")[2],
            activity=row["activity"],
            label=row["label"],
            unless=tuple((k, v) for k, _, v in (pair.partition("=") for pair in row.get("unless", ()))),
        )
        for row in rows
    )


def kinds_of_spot(tags: Tags) -> tuple[SpotKind, ...]:
    """Return the kinds of activity spot a feature is, in the table's order; of several values each counts.

    None when it is none or closed to the public.
    """
    if tags.get("access") in CLOSED:
        return ()
    return tuple(
        kind
        for kind in spot_kinds()
        if kind.key in tags
        and kind.value in values_of(tags, kind.key)
        and not any(value in values_of(tags, key) for key, value in kind.unless)
    )


def spot_kind(tags: Tags) -> SpotKind | None:
    """Return the first of `kinds_of_spot`, None without any."""
    return next(iter(kinds_of_spot(tags)), None)


def activity_spots_of(extract: OsmExtract, boundary: BaseGeometry | None = None) -> PointSet:
    """Return the places where people meet, inside the boundary if one is given.

    Nodes, closed ways and multipolygons; areas stand at a point inside them. One that is mapped both as a
    node and as an area is there once.

    Returns
    -------
    PointSet
        ids ``node/123``, ``way/5``, ``relation/7``; columns ``what`` (``amenity=library``), ``activity`` (""
        for none), ``label``, ``also`` (tags and activities of its other kinds, semicolons between),
        ``opening_hours``, ``step_free`` (from ``wheelchair``, else ``unknown``), ``website``.
    """
    nodes = nodes_where(extract, lambda tags: spot_kind(tags) is not None)
    areas = areas_of(extract, lambda tags: spot_kind(tags) is not None)
    points = shapely.point_on_surface(areas.geometry)
    tags = [extract.node_tags[i] for i in nodes.tolist()] + list(areas.tags)
    found = _point_set(
        (*(f"node/{i}" for i in extract.node_id[nodes].tolist()), *areas.ids),
        np.concatenate((extract.node_lon[nodes], shapely.get_x(points))),
        np.concatenate((extract.node_lat[nodes], shapely.get_y(points))),
        tags,
        extract.source,
    )
    if boundary is not None:
        shapely.prepare(boundary)
        found = found.take(shapely.contains_xy(boundary, found.lon, found.lat))
    return found.take(_first_of_each(found)) if len(found) else found


def _point_set(
    ids: tuple[str, ...],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    tags: Sequence[Tags],
    source: str,
) -> PointSet:
    kinds_of = [kinds_of_spot(t) for t in tags]
    kinds = [found[0] for found in kinds_of]
    columns: Mapping[str, Sequence[str]] = {
        "what": [kind.tag for kind in kinds],
        "activity": [kind.activity for kind in kinds],
        "label": [kind.label for kind in kinds],
        "also": [_others(found) for found in kinds_of],
        "opening_hours": [t.get("opening_hours", "") for t in tags],
        "step_free": [STEP_FREE.get(t.get("wheelchair", ""), "unknown") for t in tags],
        "website": [t.get("website", t.get("contact:website", "")) for t in tags],
    }
    return PointSet(
        id=ids,
        lon=lon,
        lat=lat,
        name=tuple(t.get("name", "") for t in tags),
        columns={name: np.array(values, np.str_) for name, values in columns.items()},
        source=f"OpenStreetMap ({source})",
    )


def _others(kinds: Sequence[SpotKind]) -> str:
    """Return tags and activities of the kinds behind the first."""
    return ";".join(dict.fromkeys(text for kind in kinds[1:] for text in (kind.tag, kind.activity) if text))


def _first_of_each(spots: PointSet) -> NDArray[np.bool_]:
    """Return which spots to keep: of two near ones with the same tag and name the first."""
    centre = shapely.multipoints(np.column_stack((spots.lon, spots.lat)))
    points: Any = shapely.points(LocalProjection.around(centre).metres(spots.lon, spots.lat))
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_WITHIN_M)
    name = np.array([text.casefold() for text in spots.name], np.str_)
    what = spots.columns["what"]
    same = (one < other) & (name[one] != "") & (name[one] == name[other]) & (what[one] == what[other])
    keep = np.ones(len(spots), np.bool_)
    keep[other[same]] = False
    return keep
