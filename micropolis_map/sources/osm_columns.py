"""From what a file lists to an `OsmExtract`: sorted, unique, references resolved; the end of every reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark

_T = TypeVar("_T", bound=np.generic)

UNKNOWN_NODE = np.iinfo(np.int64).min
"""Stands for a node whose id is no longer known (a gap of an extract that is merged again)."""


@dataclass
class OsmColumns:
    """What a file lists, in its order, duplicates included.

    Attributes
    ----------
    node_id : int64[n]
    node_lon, node_lat : float64[n]
        Degrees, EPSG:4326.
    node_tags
        Tags of the tagged nodes only, by position in `node_id`.
    way_id : int64[w]
    way_counts : int64[w]
        Number of references of each way.
    way_refs : int64[sum of way_counts]
        Node ids.
    way_tags
        One dict a way.
    """

    node_id: NDArray[np.int64]
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    node_tags: dict[int, Mapping[str, str]]
    way_id: NDArray[np.int64]
    way_counts: NDArray[np.int64]
    way_refs: NDArray[np.int64]
    way_tags: list[Mapping[str, str]]
    relations: list[OsmRelation] = field(default_factory=list)
    timestamp: str = ""


def join_columns(parts: Sequence[OsmColumns]) -> OsmColumns:
    """Return the parts' columns one after the other; the timestamp is the oldest stated one."""
    node_tags: dict[int, Mapping[str, str]] = {}
    offset = 0
    for part in parts:
        node_tags.update({offset + position: tags for position, tags in part.node_tags.items()})
        offset += len(part.node_id)
    return OsmColumns(
        node_id=_concatenate([p.node_id for p in parts], np.int64),
        node_lon=_concatenate([p.node_lon for p in parts], np.float64),
        node_lat=_concatenate([p.node_lat for p in parts], np.float64),
        node_tags=node_tags,
        way_id=_concatenate([p.way_id for p in parts], np.int64),
        way_counts=_concatenate([p.way_counts for p in parts], np.int64),
        way_refs=_concatenate([p.way_refs for p in parts], np.int64),
        way_tags=[tags for p in parts for tags in p.way_tags],
        relations=[relation for p in parts for relation in p.relations],
        timestamp=min((p.timestamp for p in parts if p.timestamp), default=""),
    )


def columns_of(extract: OsmExtract) -> OsmColumns:
    """Return the extract as columns again; its gaps become `UNKNOWN_NODE`."""
    if len(extract.node_id):
        ids = np.where(extract.way_refs < 0, UNKNOWN_NODE, extract.node_id[extract.way_refs])
    else:
        ids = np.full(len(extract.way_refs), UNKNOWN_NODE)
    return OsmColumns(
        node_id=extract.node_id,
        node_lon=extract.node_lon,
        node_lat=extract.node_lat,
        node_tags=dict(extract.node_tags),
        way_id=extract.way_id,
        way_counts=np.diff(extract.way_offsets),
        way_refs=ids,
        way_tags=list(extract.way_tags),
        relations=list(extract.relations),
        timestamp=extract.timestamp,
    )


def extract_of(columns: OsmColumns, source: str) -> OsmExtract:
    """Return the extract: nodes ascending and unique, ways and relations unique, references as indices.

    Of elements listed twice the first tagged one is kept, of ways the tagged one with the most references
    (an Overpass answer lists a node once with its tags and again bare, as part of a way). References to nodes
    that are not listed are left out at a way's ends, are -1 inside it (one for a run), and are counted.

    Raises
    ------
    InvalidInput
        There is no element at all.
    UnreadableFile
        A node lies beyond the Earth's degrees.
    """
    if not len(columns.node_id) and not len(columns.way_id) and not columns.relations:
        raise InvalidInput(
            mark("{file} holds no OpenStreetMap element at all"),
            mark("check that the area and the filter it was cut with are right, and export it again"),
            file=source,
        )
    _check_positions(columns, source)
    node_id, first = np.unique(columns.node_id, return_index=True)
    keep = _best_ways(columns)
    counts, refs = _take_ways(columns, keep)
    indices = _indices(node_id, refs)
    offsets, way_refs = _close_gaps(indices, counts)
    return OsmExtract(
        node_id=node_id,
        node_lon=columns.node_lon[first],
        node_lat=columns.node_lat[first],
        node_tags=_tags_by_index(columns, node_id),
        way_id=columns.way_id[keep],
        way_offsets=offsets,
        way_refs=way_refs,
        way_tags=tuple(columns.way_tags[i] for i in keep.tolist()),
        relations=_best_relations(columns.relations),
        source=source,
        timestamp=columns.timestamp,
        dangling_refs=int((indices < 0).sum()),
    )


def _check_positions(columns: OsmColumns, source: str) -> None:
    """Refuse nodes beyond the Earth's degrees: the file is damaged, or its coordinates are none."""
    lon, lat = columns.node_lon, columns.node_lat
    bad = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))
    if len(bad):
        i = int(bad[0])
        raise UnreadableFile(
            mark("{file} is damaged: node {node} is at {lon}, {lat}, no place on Earth"),
            mark("download or export it again"),
            file=source,
            node=columns.node_id[i],
            lon=lon[i],
            lat=lat[i],
        )


def _concatenate(parts: Sequence[NDArray[_T]], dtype: type[_T]) -> NDArray[_T]:
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.empty(0, dtype)


def _tags_by_index(columns: OsmColumns, node_id: NDArray[np.int64]) -> dict[int, Mapping[str, str]]:
    """Return the nodes' tags by index in the sorted `node_id`, in that order; the first tagged one wins."""
    positions = np.fromiter(columns.node_tags, np.int64, len(columns.node_tags))
    if not len(positions):
        return {}
    index = np.searchsorted(node_id, columns.node_id[positions])
    _, first = np.unique(index, return_index=True)
    pairs = zip(index[first].tolist(), positions[first].tolist(), strict=True)
    return {i: columns.node_tags[position] for i, position in pairs}


def _best_ways(columns: OsmColumns) -> NDArray[np.int64]:
    """Return the positions of the ways to keep, in the order of their first listing."""
    ids, first, inverse = np.unique(columns.way_id, return_index=True, return_inverse=True)
    if len(ids) == len(columns.way_id):
        return np.arange(len(ids))
    tagged = np.fromiter((bool(tags) for tags in columns.way_tags), np.bool_, len(columns.way_tags))
    positions = np.arange(len(columns.way_id))
    order = np.lexsort((positions, -columns.way_counts, ~tagged, inverse))
    _, head = np.unique(inverse[order], return_index=True)
    best: NDArray[np.int64] = order[head][np.argsort(first, kind="stable")]
    return best


def _take_ways(columns: OsmColumns, keep: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return counts and references of the ways at `keep`, in that order."""
    if len(keep) == len(columns.way_id):
        return columns.way_counts, columns.way_refs
    starts = np.cumsum(columns.way_counts) - columns.way_counts
    counts = columns.way_counts[keep]
    shift = np.repeat(starts[keep] - (np.cumsum(counts) - counts), counts)
    return counts, columns.way_refs[np.arange(counts.sum()) + shift]


def _indices(node_id: NDArray[np.int64], refs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the index of each reference in the sorted `node_id`, -1 where it is not there."""
    if not len(node_id):
        return np.full(len(refs), -1)
    index = np.minimum(np.searchsorted(node_id, refs), len(node_id) - 1)
    found: NDArray[np.int64] = np.where(node_id[index] == refs, index, -1)
    return found


def _close_gaps(
    indices: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return offsets and references without missing ends, and with one -1 for each run of missing inside."""
    offsets = np.concatenate(([0], np.cumsum(counts)))
    missing = indices < 0
    if not missing.any():
        return offsets, indices
    way = np.repeat(np.arange(len(counts)), counts)
    present = np.flatnonzero(~missing)
    first = np.full(len(counts), len(indices))
    last = np.full(len(counts), -1)
    np.minimum.at(first, way[present], present)
    np.maximum.at(last, way[present], present)
    position = np.arange(len(indices))
    inside = (position > first[way]) & (position < last[way])
    run_goes_on = np.concatenate(([False], missing[:-1]))
    keep = ~missing | (inside & ~run_goes_on)
    kept = np.bincount(way[keep], minlength=len(counts))
    return np.concatenate(([0], np.cumsum(kept))), indices[keep]


def _best_relations(relations: Iterable[OsmRelation]) -> tuple[OsmRelation, ...]:
    """Return the tagged relations, unique by id; the one with the most members wins."""
    best: dict[int, OsmRelation] = {}
    for relation in relations:
        known = best.get(relation.id)
        if relation.tags and (known is None or len(relation.members) > len(known.members)):
            best[relation.id] = relation
    return tuple(best.values())
