"""From what a file lists to an `OsmExtract`: sorted, unique, references resolved; the end of every reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.osm_editions import Ints, dated, is_newer, newest

_T = TypeVar("_T", bound=np.generic)

UNKNOWN_NODE = -(1 << 63)
"""Stands for a node that a file does not name: a gap."""
MADE_BELOW = -(1 << 61)
"""Ids below were made from a place (`place_ids`); editors number new elements -1, -2 …"""
_NORTHS = 1_800_000_001
"""Latitudes 1e-7 degrees apart, from pole to pole."""
Bounds = tuple[float, float, float, float]


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
    node_edition, way_edition : int64[n], int64[w]
        See `osm_editions`; None where the file names neither versions nor times.
    relation_edition
        One for each relation, or none at all.
    gone
        Editions in which elements were deleted, by type and id.
    bounds
        Boxes the file says it was cut to: west, south, east, north in degrees.
    """

    node_id: Ints
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    node_tags: dict[int, Mapping[str, str]]
    way_id: Ints
    way_counts: Ints
    way_refs: Ints
    way_tags: list[Mapping[str, str]]
    relations: list[OsmRelation] = field(default_factory=list)
    timestamp: str = ""
    node_edition: Ints | None = None
    way_edition: Ints | None = None
    relation_edition: list[int] = field(default_factory=list)
    gone: dict[tuple[str, int], int] = field(default_factory=dict)
    bounds: list[Bounds] = field(default_factory=list)


def join_columns(parts: Sequence[OsmColumns]) -> OsmColumns:
    """Return the parts' columns one after the other; the timestamp is the oldest stated one."""
    node_tags: dict[int, Mapping[str, str]] = {}
    gone: dict[tuple[str, int], int] = {}
    offset = 0
    for part in parts:
        node_tags.update({offset + position: tags for position, tags in part.node_tags.items()})
        offset += len(part.node_id)
        for element, edition in part.gone.items():
            gone[element] = max(edition, gone.get(element, 0))
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
        node_edition=_concatenate([_editions(p.node_edition, len(p.node_id)) for p in parts], np.int64),
        way_edition=_concatenate([_editions(p.way_edition, len(p.way_id)) for p in parts], np.int64),
        relation_edition=[e for p in parts for e in (p.relation_edition or [0] * len(p.relations))],
        gone=gone,
        bounds=[box for p in parts for box in p.bounds],
    )


def join_files(parts: Sequence[OsmColumns]) -> OsmColumns:
    """Return the columns of several files as one; their order does not matter.

    An element without a time of its own is as old as its file. Of listings that are equally new, those of one
    file (always the same one) go first.
    """
    aged = [
        replace(
            part,
            node_edition=dated(_editions(part.node_edition, len(part.node_id)), part.timestamp),
            way_edition=dated(_editions(part.way_edition, len(part.way_id)), part.timestamp),
            relation_edition=dated(
                np.array(part.relation_edition or [0] * len(part.relations), np.int64), part.timestamp
            ).tolist(),
        )
        for part in parts
    ]
    return join_columns(sorted(aged, key=_fingerprint) if len(aged) > 1 else aged)


def place_id(lon: float, lat: float) -> int:
    """Return `place_ids` of one place."""
    east = round((min(max(lon, -180.0), 180.0) + 180.0) * 1e7)
    north = round((min(max(lat, -90.0), 90.0) + 90.0) * 1e7)
    return UNKNOWN_NODE + 1 + east * _NORTHS + north


def place_ids(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Ints:
    """Return an id for each place on Earth, equal for places less than 1 cm apart; all below `MADE_BELOW`.

    For ways that are written without the ids of their nodes: streets that cross have a place in common.
    """
    east = np.rint((np.clip(np.nan_to_num(lon), -180, 180) + 180.0) * 1e7).astype(np.int64)
    north = np.rint((np.clip(np.nan_to_num(lat), -90, 90) + 90.0) * 1e7).astype(np.int64)
    ids: Ints = UNKNOWN_NODE + 1 + east * _NORTHS + north
    return ids


def extract_of(columns: OsmColumns, source: str, area: BaseGeometry | None = None) -> OsmExtract:
    """Return the extract: nodes ascending and unique, ways and relations unique, references as indices.

    Of elements listed several times the newest edition is kept (`osm_editions.newest`); among equals the
    tagged one, of ways and relations the one with the most references (an Overpass answer lists a node once
    with its tags and again bare, as part of a way). Elements whose newest edition is their deletion are left
    out. References to nodes that are not listed are left out at a way's ends, are -1 inside it (one for a
    run), and are counted.

    Parameters
    ----------
    area
        Where the data are whole, EPSG:4326; None where nobody knows.

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
    listed_id, listed_refs = _adopted(columns)
    nodes = _best_nodes(columns, listed_id)
    node_id = listed_id[nodes]
    keep = _best_ways(columns)
    counts, refs = _take_ways(columns, keep, listed_refs)
    indices = _indices(node_id, refs)
    offsets, way_refs = _close_gaps(indices, counts)
    return OsmExtract(
        node_id=node_id,
        node_lon=columns.node_lon[nodes],
        node_lat=columns.node_lat[nodes],
        node_tags=_tags_by_index(columns, nodes),
        way_id=columns.way_id[keep],
        way_offsets=offsets,
        way_refs=way_refs,
        way_tags=tuple(columns.way_tags[i] for i in keep.tolist()),
        relations=_best_relations(columns),
        source=source,
        timestamp=columns.timestamp,
        dangling_refs=int((indices < 0).sum()),
        area=area,
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


def _editions(edition: Ints | None, count: int) -> Ints:
    return np.zeros(count, np.int64) if edition is None else edition


def _fingerprint(columns: OsmColumns) -> bytes:
    """Return what differs between columns that differ, to bring files into one order."""
    digest = sha256(columns.timestamp.encode())
    for array in (columns.node_id, columns.node_lon, columns.node_lat, columns.way_id, columns.way_counts):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(columns.way_refs.tobytes())
    for tags in (*columns.way_tags, *columns.node_tags.values(), *columns.relations):
        digest.update(repr(tags).encode("utf-8", "backslashreplace"))
    return digest.digest()


def _adopted(columns: OsmColumns) -> tuple[Ints, Ints]:
    """Return the ids of the nodes and of the references; who was made from a place is the node listed there.

    So a way without ids meets the kerbs and gates on it, and the ways of a file with ids.
    """
    made = columns.node_id < MADE_BELOW
    if not made.any() or made.all():
        return columns.node_id, columns.way_refs
    place = place_ids(columns.node_lon[~made], columns.node_lat[~made])
    order = np.argsort(place, kind="stable")
    place, real = place[order], columns.node_id[~made][order]

    def listed(ids: Ints) -> Ints:
        at = np.minimum(np.searchsorted(place, ids), len(place) - 1)
        return np.where((ids < MADE_BELOW) & (place[at] == ids), real[at], ids)

    return listed(columns.node_id), listed(columns.way_refs)


def _best_nodes(columns: OsmColumns, ids: Ints) -> Ints:
    """Return the positions of the nodes to keep, ascending by id."""
    edition = _editions(columns.node_edition, len(ids))
    tagged = np.zeros(len(ids), np.bool_)
    tagged[np.fromiter(columns.node_tags, np.int64, len(columns.node_tags))] = True
    keep = _without_gone("node", newest(ids, edition, tagged), ids, edition, columns.gone)
    ordered: Ints = keep[np.argsort(ids[keep], kind="stable")]
    return ordered


def _tags_by_index(columns: OsmColumns, nodes: Ints) -> dict[int, Mapping[str, str]]:
    """Return the tags of the nodes at these positions, by index in `nodes`."""
    if not columns.node_tags:
        return {}
    tagged = np.isin(nodes, np.fromiter(columns.node_tags, np.int64, len(columns.node_tags)))
    return {i: columns.node_tags[int(nodes[i])] for i in np.flatnonzero(tagged).tolist()}


def _best_ways(columns: OsmColumns) -> Ints:
    """Return the positions of the ways to keep, in the order of their first listing."""
    edition = _editions(columns.way_edition, len(columns.way_id))
    tagged = np.fromiter((bool(tags) for tags in columns.way_tags), np.bool_, len(columns.way_tags))
    keep = newest(columns.way_id, edition, tagged, columns.way_counts)
    return _without_gone("way", keep, columns.way_id, edition, columns.gone)


def _without_gone(
    kind: str, keep: Ints, ids: Ints, edition: Ints, gone: Mapping[tuple[str, int], int]
) -> Ints:
    """Return the positions without elements that were deleted after the edition there is."""
    if not any(name == kind for name, _ in gone):
        return keep
    stays = [
        not is_newer(gone.get((kind, number), 0), age)
        for number, age in zip(ids[keep].tolist(), edition[keep].tolist(), strict=True)
    ]
    return keep[np.array(stays, np.bool_)]


def _take_ways(columns: OsmColumns, keep: Ints, refs: Ints) -> tuple[Ints, Ints]:
    """Return counts and references of the ways at `keep`, in that order."""
    if np.array_equal(keep, np.arange(len(columns.way_id))):
        return columns.way_counts, refs
    starts = np.cumsum(columns.way_counts) - columns.way_counts
    counts = columns.way_counts[keep]
    shift = np.repeat(starts[keep] - (np.cumsum(counts) - counts), counts)
    return counts, refs[np.arange(counts.sum()) + shift]


def _indices(node_id: Ints, refs: Ints) -> Ints:
    """Return the index of each reference in the sorted `node_id`, -1 where it is not there."""
    if not len(node_id):
        return np.full(len(refs), -1)
    index = np.minimum(np.searchsorted(node_id, refs), len(node_id) - 1)
    found: Ints = np.where(node_id[index] == refs, index, -1)
    return found


def _close_gaps(indices: Ints, counts: Ints) -> tuple[Ints, Ints]:
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


def _best_relations(columns: OsmColumns) -> tuple[OsmRelation, ...]:
    """Return the newest edition of each relation, those with tags."""
    relations = columns.relations
    ids = np.fromiter((relation.id for relation in relations), np.int64, len(relations))
    edition = np.array(columns.relation_edition or [0] * len(relations), np.int64)
    tagged = np.fromiter((bool(relation.tags) for relation in relations), np.bool_, len(relations))
    members = np.fromiter((len(relation.members) for relation in relations), np.int64, len(relations))
    keep = newest(ids, edition, tagged, members)
    keep = _without_gone("relation", keep, ids, edition, columns.gone)
    return tuple(relations[i] for i in keep.tolist() if relations[i].tags)
