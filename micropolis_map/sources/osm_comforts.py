"""What makes a walk easy: benches, toilets and drinking water, from OpenStreetMap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import shapely

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.sources.osm_geometry import Tags, areas_of, nodes_where, values_of
from micropolis_map.sources.osm_spots import CLOSED, STEP_FREE

Comfort = Literal["bench", "toilets", "drinking_water"]
COMFORTS: tuple[Comfort, ...] = ("bench", "toilets", "drinking_water")


def comfort_kind(tags: Tags) -> Comfort | None:
    """Return what comfort a feature is, None when it is none or not for everybody.

    A tap, a well or a fountain counts where it is tagged ``drinking_water=yes``.
    """
    if tags.get("access") in CLOSED:
        return None
    amenities = values_of(tags, "amenity")
    if "drinking_water" in amenities or tags.get("drinking_water") == "yes":
        return None if tags.get("drinking_water") == "no" else "drinking_water"
    return next((kind for kind in COMFORTS if kind in amenities), None)


def comforts_of(extract: OsmExtract) -> PointSet:
    """Return the benches, toilets and drinking water of the extract; areas stand at a point inside them.

    Returns
    -------
    PointSet
        ids ``node/123``, ``way/5``; columns ``kind``, ``step_free`` (from ``wheelchair``, else ``unknown``),
        ``opening_hours``, ``fee``.
    """
    nodes = nodes_where(extract, lambda tags: comfort_kind(tags) is not None)
    areas = areas_of(extract, lambda tags: comfort_kind(tags) is not None)
    inside = shapely.point_on_surface(areas.geometry)
    tags: Sequence[Tags] = [extract.node_tags[i] for i in nodes.tolist()] + list(areas.tags)
    columns: Mapping[str, Sequence[str]] = {
        "kind": [comfort_kind(t) or "" for t in tags],
        "step_free": [STEP_FREE.get(t.get("wheelchair", ""), "unknown") for t in tags],
        "opening_hours": [t.get("opening_hours", "") for t in tags],
        "fee": [t.get("fee", "") for t in tags],
    }
    return PointSet(
        id=(*(f"node/{i}" for i in extract.node_id[nodes].tolist()), *areas.ids),
        lon=np.concatenate((extract.node_lon[nodes], shapely.get_x(inside))),
        lat=np.concatenate((extract.node_lat[nodes], shapely.get_y(inside))),
        name=tuple(t.get("name", "") for t in tags),
        columns={name: np.array(values, np.str_) for name, values in columns.items()},
        source=f"OpenStreetMap ({extract.source})",
    )
