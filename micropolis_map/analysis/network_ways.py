"""The walkable ways of an extract and their segments: the raw material of the walk network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.hours import HOURS_KEYS, ORDINARY_YEAR, year_of
from micropolis_map.analysis.network import ACROSS_SQUARE, BARRIER, WAY
from micropolis_map.analysis.squares import Square, sight_lines, squares
from micropolis_map.analysis.tag_spelling import spelled
from micropolis_map.analysis.walkability import (
    PASSAGE_KEYS,
    foot_direction,
    is_obstacle,
    is_off_the_ground,
    is_shut,
    is_walkable,
    obstacle_tags,
    passage_tags,
    structure,
)
from micropolis_map.domain.osm_extract import OsmExtract

KEPT_KEYS = (
    *PASSAGE_KEYS,
    *[
        "name",
        "name:en",
        "lit",
        "crossing",
        "footway",
        "sidewalk",
        "step_count",
        "handrail",
        "ramp",
        "ramp:wheelchair",
        "bridge",
        "tunnel",
    ],
    *["level", "layer", "covered", "tactile_paving", "service", "place", "area"],
)
"""Tags of ways that are kept: who passes, and what directions and reports name."""

_ASKED = frozenset(
    [*KEPT_KEYS, *HOURS_KEYS, "kerb:height", "foot", "access", "oneway:foot", "conveying", "motorroad"]
)
"""All keys that are looked at."""

Tags = tuple[tuple[str, str], ...]
"""Keys and values, in the order of `KEPT_KEYS`."""

OBSTACLE_KEYS = ("kerb", "kerb:height", "barrier", "wheelchair", "stroller")


@dataclass
class TagSets:
    """The distinct sets of tags of the walkable ways and obstacles, in columns that grow.

    Attributes
    ----------
    year
        Whose ordinary weekdays decide what is open.
    row, tagset
        Indices into `rows` (of `PASSAGE_KEYS` and `walkability.structure`) and `tagsets` (of `KEPT_KEYS`).
    """

    year: int = ORDINARY_YEAR
    row: list[int] = field(default_factory=list)
    tagset: list[int] = field(default_factory=list)
    oneway: list[int] = field(default_factory=list)
    step_count: list[float] = field(default_factory=list)
    raised: list[bool] = field(default_factory=list)
    rows: dict[Tags, int] = field(default_factory=dict)
    tagsets: dict[Tags, int] = field(default_factory=dict)

    def add(self, tags: Mapping[str, str]) -> int:
        """Add a set and return its index."""
        tags = spelled(tags)
        kept = tuple([(key, tags[key]) for key in KEPT_KEYS if key in tags])
        self.row.append(self.row_of(passage_tags(tags) | structure(tags)))
        self.tagset.append(self.tagsets.setdefault(kept, len(self.tagsets)))
        self.oneway.append(foot_direction(tags, self.year))
        self.step_count.append(number_of_steps(tags))
        self.raised.append(is_off_the_ground(tags))
        return len(self.row) - 1

    def row_of(self, passage: Mapping[str, str]) -> int:
        """Return the index of the row of tags that decide who passes, added if new."""
        return self.rows.setdefault(tuple(passage.items()), len(self.rows))


@dataclass(frozen=True)
class Ways:
    """The walkable ways, in columns.

    Attributes
    ----------
    id : int64[w]
        Negative for a relation.
    row, tagset : int32[w]
        See `TagSets`.
    oneway : int8[w]
    step_count : float64[w]
    raised : bool[w]
    sets
        What `row` and `tagset` index.
    """

    id: NDArray[np.int64]
    row: NDArray[np.int32]
    tagset: NDArray[np.int32]
    oneway: NDArray[np.int8]
    step_count: NDArray[np.float64]
    raised: NDArray[np.bool_]
    sets: TagSets


@dataclass
class Segments:
    """Pieces between neighbouring vertices, in columns.

    Attributes
    ----------
    a, b : int64[k]
        Vertices, in the direction of the way.
    way : int32[k]
        Index into `Ways`.
    kind : uint8[k]
        `WAY`, `ACROSS_SQUARE` or `BARRIER`.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    way: NDArray[np.int32]
    kind: NDArray[np.uint8]

    def plus(self, pairs: NDArray[np.int64], way: NDArray[np.int32], kind: int) -> Segments:
        """Return these and the further segments `pairs` (int64[j, 2]) of one `kind`."""
        return Segments(
            np.concatenate([self.a, pairs[:, 0]]),
            np.concatenate([self.b, pairs[:, 1]]),
            np.concatenate([self.way, way]),
            np.concatenate([self.kind, np.full(len(pairs), kind, dtype=np.uint8)]),
        )


def number_of_steps(tags: Mapping[str, str]) -> float:
    """Return the steps of a staircase where ``step_count`` says, nan where not, 0 for other ways."""
    if tags.get("highway") != "steps":
        return 0.0
    count = tags.get("step_count", "")
    return float(count) if count.isascii() and count.isdigit() else float("nan")


def collect(extract: OsmExtract) -> tuple[Ways, Segments, int]:
    """Return the walkable ways, their segments (vertices are node indices) and the number of squares.

    References to missing nodes (-1) join nothing; a node repeated at once makes no segment.
    """
    sets = TagSets(year_of(extract.timestamp))
    set_of = _sets_of_ways(extract, sets)
    walkable = np.flatnonzero(set_of >= 0)
    mine = np.full(set_of.size, -1, dtype=np.int32)
    mine[walkable] = np.arange(walkable.size)
    way_id, way_set = extract.way_id[walkable].tolist(), set_of[walkable].tolist()
    segments = _way_segments(extract, mine)
    found = squares(extract, walkable[_may_be_squares(sets)[set_of[walkable]]].tolist(), sets.year)
    known = _sides(segments, [square for square in found if square.way < 0])
    for square in found:
        way = int(mine[square.way]) if square.way >= 0 else len(way_id)
        if square.way < 0:
            way_id.append(square.id)
            way_set.append(sets.add(square.tags))
        segments = _with_square(segments, way, known, square, sight_lines(square, extract))
    return _columns(way_id, way_set, sets), segments, len(found)


def _sets_of_ways(extract: OsmExtract, sets: TagSets) -> NDArray[np.int64]:
    """Return the index of each way's set of tags, -1 for ways nobody walks on.

    Each set is looked at once: many ways have the same tags where only those count that are looked at.
    """
    seen: dict[Tags, int] = {}
    found = []
    for tags in extract.way_tags:
        if "highway" not in tags:
            found.append(-1)
            continue
        asked = tuple([item for item in tags.items() if item[0] in _ASKED])
        index = seen.get(asked)
        if index is None:
            seen[asked] = index = sets.add(tags) if is_walkable(tags, sets.year) else -1
        found.append(index)
    return np.array(found, dtype=np.int64)


def _may_be_squares(sets: TagSets) -> NDArray[np.bool_]:
    keys = {index: key for key, index in sets.tagsets.items()}
    tags = [dict(keys[index]) for index in sets.tagset]
    return np.array([bool(t.get("area") or t.get("place")) for t in tags], dtype=np.bool_)


def _columns(way_id: list[int], way_set: list[int], sets: TagSets) -> Ways:
    at = np.array(way_set, dtype=np.int64)
    return Ways(
        id=np.array(way_id, dtype=np.int64),
        row=np.array(sets.row, dtype=np.int32)[at],
        tagset=np.array(sets.tagset, dtype=np.int32)[at],
        oneway=np.array(sets.oneway, dtype=np.int8)[at],
        step_count=np.array(sets.step_count, dtype=np.float64)[at],
        raised=np.array(sets.raised, dtype=np.bool_)[at],
        sets=sets,
    )


def _way_segments(extract: OsmExtract, mine: NDArray[np.int32]) -> Segments:
    refs = extract.way_refs
    way = np.repeat(mine, np.diff(extract.way_offsets))
    is_last = np.zeros(refs.size, dtype=np.bool_)
    is_last[extract.way_offsets[1:][np.diff(extract.way_offsets) > 0] - 1] = True
    here = np.flatnonzero((way >= 0) & ~is_last & (refs >= 0))
    here = here[(refs[here + 1] >= 0) & (refs[here + 1] != refs[here])]
    return Segments(refs[here], refs[here + 1], way[here], np.full(here.size, WAY, dtype=np.uint8))


def _sides(segments: Segments, outlined: list[Square]) -> set[tuple[int, int]]:
    """Return the segments between two corners of the squares in `outlined`."""
    if not outlined:
        return set()
    corner = np.zeros(int(max(segments.a.max(initial=0), segments.b.max(initial=0))) + 1, dtype=np.bool_)
    corners = np.concatenate([ring for square in outlined for ring in square.rings])
    corner[corners[corners < corner.size]] = True
    here = corner[segments.a] & corner[segments.b]
    return set(zip(segments.a[here].tolist(), segments.b[here].tolist(), strict=True))


def _with_square(
    segments: Segments, way: int, known: set[tuple[int, int]], square: Square, lines: NDArray[np.int64]
) -> Segments:
    if square.way < 0:  # a multipolygon's outline is walkable too, where it is not a walkable way already
        sides = np.concatenate([np.column_stack([ring[:-1], ring[1:]]) for ring in square.rings])
        new = [(a, b) not in known and (b, a) not in known for a, b in sides.tolist()]
        sides = sides[new]
        segments = segments.plus(sides, np.full(len(sides), way, dtype=np.int32), WAY)
    return segments.plus(lines, np.full(len(lines), way, dtype=np.int32), ACROSS_SQUARE)


@dataclass(frozen=True)
class _Stopping:
    """What stands on vertices: `told` decides who gets through (`obstacle_tags`), None where nobody does."""

    vertex: int
    told: Mapping[str, str] | None


def compress(
    extract: OsmExtract, ways: Ways, segments: Segments
) -> tuple[Segments, NDArray[np.int64], NDArray[np.int32]]:
    """Return the segments over vertices numbered without gaps, and with barriers as edges of their own.

    A node that may stop somebody (`is_obstacle`) is taken apart: between two segments stands a `BARRIER`
    segment without length; at a junction each of its ways meets the others through its own barrier. Where a
    node lets nobody through (`is_shut`) its ways end.

    Returns
    -------
    tuple
        Segments · ``vertex_node[v]``, the node index of each vertex · ``row[k]`` of each segment.
    """
    used = np.zeros(extract.node_id.size, dtype=np.bool_)
    used[segments.a] = used[segments.b] = True
    vertex_node = np.flatnonzero(used)
    number = np.cumsum(used, dtype=np.int64) - 1
    ends = np.concatenate([number[segments.a], number[segments.b]])
    k = segments.a.size
    row = ways.row[segments.way]
    stopping = _stopping(extract, vertex_node, ways.sets.year)
    if stopping:
        pairs, way, barrier_row, copies = _take_apart(
            ends, segments.way, stopping, ways.sets, vertex_node.size
        )
        vertex_node = np.concatenate([vertex_node, vertex_node[copies]])
        row = np.concatenate([row, barrier_row])
        segments = Segments(ends[:k], ends[k:], segments.way, segments.kind).plus(pairs, way, BARRIER)
    else:
        segments = Segments(ends[:k], ends[k:], segments.way, segments.kind)
    return segments, vertex_node, row


def _stopping(extract: OsmExtract, vertex_node: NDArray[np.int64], year: int) -> list[_Stopping]:
    tagged: list[tuple[int, Mapping[str, str] | None]] = []
    for node, tags in extract.node_tags.items():
        if tags.keys().isdisjoint(OBSTACLE_KEYS):
            continue
        told = obstacle_tags(tags)
        if is_shut(tags, year):
            tagged.append((node, None))
        elif is_obstacle(told):
            tagged.append((node, told))
    if not tagged or vertex_node.size == 0:
        return []
    nodes = np.array([node for node, _ in tagged])
    at = np.minimum(np.searchsorted(vertex_node, nodes), vertex_node.size - 1)
    return [_Stopping(int(v), tagged[i][1]) for i, v in enumerate(at) if vertex_node[v] == nodes[i]]


def _take_apart(
    ends: NDArray[np.int64],
    way_of: NDArray[np.int32],
    stopping: Iterable[_Stopping],
    sets: TagSets,
    vertices: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], list[int]]:
    """Move segment ends (in place, in `ends`) from such vertices to copies; return what joins them."""
    order = np.argsort(ends, kind="stable")
    start = np.searchsorted(ends[order], np.arange(vertices + 1))
    pairs: list[tuple[int, int]] = []
    way: list[int] = []
    row: list[int] = []
    copies: list[int] = []
    for thing in stopping:
        v = thing.vertex
        slots = order[start[v] : start[v + 1]]
        for slot in slots if slots.size > 2 and thing.told is not None else slots[1:]:
            ends[slot] = vertices + len(copies)
            copies.append(v)
            if thing.told is not None:
                pairs.append((v, vertices + len(copies) - 1))
                way.append(int(way_of[slot % way_of.size]))
                row.append(sets.row_of(thing.told))
    return (
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array(way, dtype=np.int32),
        np.array(row, dtype=np.int32),
        copies,
    )
