"""OpenStreetMap data as columns: what every reader of the format returns and every builder takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class OsmRelation:
    """A relation: ordered ``members`` of ``(type, id, role)``, type one of ``node way relation``."""

    id: int
    tags: Mapping[str, str]
    members: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class OsmExtract:
    """Nodes, ways and relations of an extract, in columns.

    Attributes
    ----------
    node_id : int64[n]
        Ascending, unique.
    node_lon, node_lat : float64[n]
        Degrees, EPSG:4326.
    node_tags
        Tags of the tagged nodes only, by node index (not id).
    way_id : int64[w]
    way_offsets : int64[w + 1]
        Way ``i`` has the node indices ``way_refs[way_offsets[i]:way_offsets[i + 1]]``.
    way_refs : int64[r]
        Node *indices* into ``node_id``; references to nodes the extract does not hold are left out
        and counted in `dangling_refs`; where one was inside a way, -1 marks the gap.
    way_tags
        One dict a way (possibly empty).
    relations
        Only those with tags (multipolygons, boundaries, sites …).
    source
        The file or server it came from, for people to read.
    timestamp
        ISO date of the data where the file states one, else "".
    dangling_refs
        How many references named a node that is not there.
    area
        Where the data are whole as far as anybody can tell, EPSG:4326; None where nobody can.
    """

    node_id: NDArray[np.int64]
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    node_tags: Mapping[int, Mapping[str, str]]
    way_id: NDArray[np.int64]
    way_offsets: NDArray[np.int64]
    way_refs: NDArray[np.int64]
    way_tags: tuple[Mapping[str, str], ...]
    relations: tuple[OsmRelation, ...]
    source: str = ""
    timestamp: str = ""
    dangling_refs: int = 0
    area: BaseGeometry | None = None

    def way_nodes(self, way: int) -> NDArray[np.int64]:
        """Return the node indices of the way at index `way`, gaps as -1."""
        return self.way_refs[self.way_offsets[way] : self.way_offsets[way + 1]]
