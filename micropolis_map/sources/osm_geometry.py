"""Lines and areas of an extract as shapely geometries in EPSG:4326, built a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.workers.mending import valid_areas

Tags = Mapping[str, str]
Ints = NDArray[np.int64]
AREA_RELATIONS = frozenset({"multipolygon", "boundary"})


@dataclass(frozen=True)
class Areas:
    """Areas side by side: closed ways and multipolygons.

    Attributes
    ----------
    ids
        ``way/5``, ``relation/7``.
    tags
    geometry : object[n]
        Valid, EPSG:4326.
    """

    ids: tuple[str, ...]
    tags: tuple[Tags, ...]
    geometry: Any

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, keep: NDArray[np.bool_]) -> Areas:
        """Return the areas at the mask `keep`."""
        index = np.flatnonzero(keep).tolist()
        ids, tags = tuple(self.ids[i] for i in index), tuple(self.tags[i] for i in index)
        return Areas(ids, tags, self.geometry[keep])


def areas_of(extract: OsmExtract, wanted: Callable[[Tags], bool]) -> Areas:
    """Return the areas whose tags are `wanted`: closed ways, then multipolygon relations.

    Ways with gaps or fewer than three corners are left out; so are ways that are rings of a wanted relation
    (one area mapped twice). Of a relation the rings that the extract holds whole make the area, those within
    others being holes.
    """
    relations = [r for r in extract.relations if r.tags.get("type") in AREA_RELATIONS and wanted(r.tags)]
    rings = {ref for r in relations for kind, ref, _ in r.members if kind == "way"}
    ways = [i for i, tags in enumerate(extract.way_tags) if tags and wanted(tags)]
    if rings:
        ids = extract.way_id[ways].tolist()
        ways = [i for i, way_id in zip(ways, ids, strict=True) if way_id not in rings]
    kept, polygons = way_polygons(extract, np.array(ways, np.int64))
    assembled = [(r, area) for r in relations if (area := _relation_area(extract, r)) is not None]
    geometry = np.empty(len(kept) + len(assembled), object)
    geometry[: len(kept)] = polygons
    geometry[len(kept) :] = [area for _, area in assembled]
    return Areas(
        ids=(
            *(f"way/{i}" for i in extract.way_id[kept].tolist()),
            *(f"relation/{r.id}" for r, _ in assembled),
        ),
        tags=(*(extract.way_tags[i] for i in kept.tolist()), *(r.tags for r, _ in assembled)),
        geometry=valid_areas(geometry),
    )


def values_of(tags: Tags, key: str) -> tuple[str, ...]:
    """Return what a key says: several values are written with semicolons between them.

    Examples
    --------
    >>> values_of({"amenity": "library; cafe"}, "amenity"), values_of({}, "amenity")
    (('library', 'cafe'), ())
    """
    text = tags.get(key, "")
    if ";" not in text:
        return (text,) if text else ()
    return tuple(value for part in text.split(";") if (value := part.strip()))


def way_polygons(extract: OsmExtract, ways: Ints) -> tuple[Ints, Any]:
    """Return those of the ways (indices) that are rings without gaps, and their polygons."""
    if not len(ways):
        return ways, np.empty(0, object)
    refs, offsets = extract.way_refs, extract.way_offsets
    start, end = offsets[ways], offsets[ways + 1]
    gaps = np.concatenate(([0], np.cumsum(refs < 0)))
    whole = (end - start >= 4) & (gaps[end] == gaps[start])
    ways, start, end = ways[whole], start[whole], end[whole]
    closed = refs[start] == refs[end - 1]
    ways, start, end = ways[closed], start[closed], end[closed]
    nodes = refs[_ranges(start, end - start)]
    coordinates = np.column_stack((extract.node_lon[nodes], extract.node_lat[nodes]))
    rings = shapely.linearrings(coordinates, indices=np.repeat(np.arange(len(ways)), end - start))
    return ways, shapely.polygons(rings)


def way_lines(extract: OsmExtract, ways: Ints) -> tuple[Ints, Any]:
    """Return the ways (indices) as lines, and of which way each is: one with gaps gives a line a piece."""
    start, counts = extract.way_offsets[ways], extract.way_offsets[ways + 1] - extract.way_offsets[ways]
    nodes = extract.way_refs[_ranges(start, counts)]
    way = np.repeat(ways, counts)
    first = np.zeros(len(nodes), np.bool_)
    first[(np.cumsum(counts) - counts)[counts > 0]] = True
    real = nodes >= 0
    number = np.cumsum(first | ~real)
    real &= np.bincount(number, weights=real)[number] >= 2
    nodes, way = nodes[real], way[real]
    if not len(nodes):
        return np.empty(0, np.int64), np.empty(0, object)
    _, head, piece = np.unique(number[real], return_index=True, return_inverse=True)
    coordinates = np.column_stack((extract.node_lon[nodes], extract.node_lat[nodes]))
    return way[head], shapely.linestrings(coordinates, indices=piece)


def ways_where(extract: OsmExtract, wanted: Callable[[Tags], bool]) -> Ints:
    """Return the indices of the ways whose tags are `wanted`."""
    return np.array([i for i, tags in enumerate(extract.way_tags) if tags and wanted(tags)], np.int64)


def nodes_where(extract: OsmExtract, wanted: Callable[[Tags], bool]) -> Ints:
    """Return the indices of the nodes whose tags are `wanted`."""
    return np.array([i for i, tags in extract.node_tags.items() if wanted(tags)], np.int64)


def _ranges(start: Ints, counts: Ints) -> Ints:
    """Return ``start[0], start[0] + 1, … (counts[0] of them), start[1], …``."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    positions: Ints = np.arange(total) + np.repeat(start - (ends - counts), counts)
    return positions


def _relation_area(extract: OsmExtract, relation: OsmRelation) -> Any:
    """Return the area that the relation's ways enclose, None where no ring is whole."""
    ways = _way_indices(extract, [ref for kind, ref, _ in relation.members if kind == "way"])
    _, lines = way_lines(extract, ways)
    area = shapely.build_area(shapely.multilinestrings(lines)) if len(lines) else None
    return None if area is None or area.is_empty else area


def _way_indices(extract: OsmExtract, ids: Sequence[int]) -> Ints:
    """Return the indices of the ways that the extract holds of those ids."""
    order = np.argsort(extract.way_id, kind="stable")  # fast: files mostly are sorted already
    sorted_ids = extract.way_id[order]
    if not len(order) or not ids:
        return np.empty(0, np.int64)
    wanted = np.array(ids, np.int64)
    position = np.minimum(np.searchsorted(sorted_ids, wanted), len(order) - 1)
    found: Ints = order[position[sorted_ids[position] == wanted]]
    return found
