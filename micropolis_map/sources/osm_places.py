"""Places that are written into ways and members instead of nodes: ``out geom``, locations on ways."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from micropolis_map.sources.osm_columns import UNKNOWN_NODE, OsmColumns, join_columns, place_id
from micropolis_map.sources.osm_editions import PLACE_ONLY

Place = tuple[int | None, float, float]
"""Id where it is written, lon, lat; nan beyond the box that was asked for."""


class Places:
    """Gathers nodes of which only the place is written, and ways that only a relation's members show."""

    def __init__(self) -> None:
        self._nodes = (array("q"), array("d"), array("d"))
        self._way_id, self._way_counts, self._refs = array("q"), array("q"), array("q")

    def node(self, number: int, lon: float, lat: float) -> None:
        """Take the place of a node."""
        self._nodes[0].append(number)
        self._nodes[1].append(lon)
        self._nodes[2].append(lat)

    def refs_of(self, places: Iterable[Place]) -> list[int]:
        """Return the ids of a way's nodes, and take their places; those without an id get one by place."""
        refs = []
        for number, lon, lat in places:
            known = lon == lon and lat == lat  # noqa: PLR0124 - not nan
            if number is None and known:
                number = place_id(lon, lat)  # noqa: PLW2901
            if number is not None and known:
                self.node(number, lon, lat)
            refs.append(UNKNOWN_NODE if number is None else number)
        return refs

    def way(self, number: int, places: Iterable[Place]) -> None:
        """Take the line of a way that is a relation's member, if it has one; its tags are not written."""
        refs = self.refs_of(places)
        if any(ref != UNKNOWN_NODE for ref in refs):
            self._way_id.append(number)
            self._way_counts.append(len(refs))
            self._refs.extend(refs)

    def added_to(self, listed: OsmColumns) -> OsmColumns:
        """Return `listed` with the places; they count only where nothing better is listed."""
        if not self._nodes[0]:
            return listed
        added = join_columns([])
        added.node_id = np.array(self._nodes[0], np.int64)
        added.node_lon, added.node_lat = np.array(self._nodes[1]), np.array(self._nodes[2])
        added.node_edition = np.full(len(added.node_id), PLACE_ONLY)
        added.way_id = np.array(self._way_id, np.int64)
        added.way_counts = np.array(self._way_counts, np.int64)
        added.way_refs = np.array(self._refs, np.int64)
        added.way_tags = [{}] * len(added.way_id)
        added.way_edition = np.full(len(added.way_id), PLACE_ONLY)
        return join_columns([listed, added])
