"""The walk network: every walkable street, path, staircase and square of a community, as arrays.

Junctions are *nodes*; what lies between two of them is an *edge* that keeps every point of its geometry,
the OpenStreetMap way of every segment, and one set of tags that decide who passes. Parallel ways are
parallel edges; a barrier on a node is an edge without length. `build_walk_network` makes one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.closed_ways import NOTHING_CLOSED, Closed
from micropolis_map.analysis.metric import unwrap
from micropolis_map.analysis.timed_ways import NOTHING, Timed
from micropolis_map.errors import NotLoaded, UnreadableFile
from micropolis_map.i18n import mark

FORMAT = 1
ISLAND_M = 1000.0  # CONTRACT.md: nobody is snapped to islands of ways shorter than 1 km in all

WAY, ACROSS_SQUARE, BARRIER = 0, 1, 2
ON_GROUND, BRIDGE, TUNNEL = 0, 1, 2

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WalkNetwork:
    """Nodes, edges and their points, in spatial order; never changed once built.

    Longitudes are in one frame: within 180° of `reference_lon`, so that nothing jumps at the antimeridian
    (`frame` brings any longitude there, `metric.wrap` back). Heights are metres, nan where unknown.

    Attributes
    ----------
    node_lon, node_lat : float64[n]
        Junctions in Hilbert order.
    edge_from, edge_to : int32[m]
        Node indices; the edge's points run from the one to the other.
    edge_first : int32[m + 1]
        Edge ``e`` has the points ``edge_first[e]:edge_first[e + 1]``, both ends included.
    edge_row : int32[m]
        Index into `rows`, the tags in which the edge is uniform.
    edge_kind : uint8[m]
        `WAY`, `ACROSS_SQUARE` or `BARRIER`.
    edge_oneway : int8[m]
        0 both ways, 1 only from → to, -1 only to → from (``oneway:foot``).
    edge_steps : float32[m]
        Number of steps where tagged, else nan; 0 for an edge that is no staircase.
    edge_component : int32[m]
    point_lon, point_lat, point_along_m : float64[p]
        Geometry, and metres from the edge's first point.
    point_height_m : float32[p]
    point_osm : int64[p]
        OpenStreetMap's node id.
    point_way : int32[p]
        Index into the ways for the segment that starts here; -1 at an edge's last point.
    way_id : int64[w]
        Negative for a relation.
    way_tagset : int32[w]
        Index into `tagsets`.
    component_m : float64[c]
        Length of the ways in each component.
    meta
        JSON-able facts: ``reference_lon``, ``rows``, ``source``, ``dangling_refs``, ``heights`` …
    """

    node_lon: Floats
    node_lat: Floats
    edge_from: Ints
    edge_to: Ints
    edge_first: Ints
    edge_row: Ints
    edge_kind: NDArray[np.uint8]
    edge_oneway: NDArray[np.int8]
    edge_steps: NDArray[np.float32]
    edge_component: Ints
    point_lon: Floats
    point_lat: Floats
    point_along_m: Floats
    point_height_m: NDArray[np.float32]
    point_osm: NDArray[np.int64]
    point_way: Ints
    way_id: NDArray[np.int64]
    way_tagset: Ints
    component_m: Floats
    meta: Mapping[str, Any]

    @property
    def nodes(self) -> int:
        """Number of junctions."""
        return self.node_lon.size

    @property
    def edges(self) -> int:
        """Number of edges."""
        return self.edge_from.size

    @property
    def rows(self) -> list[dict[str, str]]:
        """The distinct sets of tags that decide who passes."""
        return list(self.meta["rows"])

    @property
    def has_heights(self) -> bool:
        """Whether an elevation model was draped over the network."""
        return bool(self.meta["heights"])

    @cached_property
    def tagsets(self) -> list[dict[str, str]]:
        """The distinct sets of tags of the ways, names included."""
        sets: Any = self.meta["tagsets"]
        return list(json.loads(Path(sets).read_text("utf-8")) if isinstance(sets, str) else sets)

    @cached_property
    def edge_length_m(self) -> Floats:
        """Length of each edge in metres."""
        return self.point_along_m[self.edge_first[1:] - 1] if self.edges else np.empty(0)

    @cached_property
    def edge_is_joined(self) -> NDArray[np.bool_]:
        """Whether points may be snapped to the edge: a way outside islands shorter than `ISLAND_M`."""
        joined: NDArray[np.bool_] = (self.component_m[self.edge_component] >= ISLAND_M) & (
            self.edge_kind == WAY
        )
        return joined

    @cached_property
    def edge_structure(self) -> NDArray[np.uint8]:
        """`ON_GROUND`, `BRIDGE` or `TUNNEL` of each edge: who is not on or in one does not join it."""
        kinds = {"bridge": BRIDGE, "tunnel": TUNNEL}
        of_row = [kinds.get(row.get("structure", ""), ON_GROUND) for row in self.rows]
        return np.array([*of_row, ON_GROUND], dtype=np.uint8)[self.edge_row]

    @property
    def timed(self) -> Timed:
        """What hangs on hours; nothing in networks built before that was looked at."""
        timed: Timed = {**NOTHING, **self.meta.get("timed", NOTHING)}
        return timed

    @property
    def closed(self) -> Closed:
        """What is closed to walkers; nothing in networks built before that was looked at."""
        closed: Closed = self.meta.get("closed", NOTHING_CLOSED)
        return closed

    def frame(self, lon: Floats) -> Floats:
        """Return `lon` in the network's frame."""
        return unwrap(lon, float(self.meta["reference_lon"]))

    def tags(self, way: int) -> dict[str, str]:
        """Return the kept tags of the way at index `way`."""
        return self.tagsets[int(self.way_tagset[way])]

    def summary(self) -> dict[str, Any]:
        """Return what there is, for reports.

        ``length_km`` is that of the ways: lines across squares are not counted. ``steps`` counts
        staircases (ways). ``largest_component_share`` is the longest component's part of ``length_km``.
        ``islands`` are the components shorter than 1 km in all, left out when points are snapped.
        """
        total = float(self.component_m.sum())
        small = self.component_m < ISLAND_M
        return {
            "nodes": self.nodes,
            "edges": self.edges,
            "points": self.point_lon.size,
            "length_km": total / 1000.0,
            "steps": int(self.meta["staircases"]),
            "components": self.component_m.size,
            "largest_component_share": float(self.component_m.max() / total) if total else 0.0,
            "islands": int(np.count_nonzero(small)),
            "islands_km": float(self.component_m[small].sum()) / 1000.0,
            "ways": self.way_id.size,
            "squares": int(self.meta["squares"]),
            "dangling_refs": int(self.meta["dangling_refs"]),
            "heights": self.has_heights,
        }

    def save(self, folder: Path) -> None:
        """Write the network into `folder`: one ``.npy`` per array and ``meta.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(self):
            if field.name != "meta":
                np.save(folder / f"{field.name}.npy", getattr(self, field.name))
        (folder / "tagsets.json").write_text(json.dumps(self.tagsets, ensure_ascii=False), "utf-8")
        meta = {**self.meta, "format": FORMAT}
        meta.pop("tagsets")
        (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")

    @classmethod
    def open(cls, folder: Path) -> WalkNetwork:
        """Return the network saved in `folder`, its arrays memory-mapped: milliseconds, whatever its size.

        Raises
        ------
        NotLoaded
            There is no network in `folder`.
        UnreadableFile
            Another version of the product wrote it, or a file is missing or damaged.
        """
        again = mark("load the community again")
        try:
            meta = json.loads((folder / "meta.json").read_text("utf-8"))
            if meta.get("format") != FORMAT:
                raise UnreadableFile(
                    mark("the walk network in {folder} has format {format}, not {wanted}"),
                    again,
                    folder=folder,
                    format=repr(meta.get("format")),
                    wanted=FORMAT,
                )
            arrays = {
                field.name: _array(folder / f"{field.name}.npy")
                for field in fields(cls)
                if field.name != "meta"
            }
        except FileNotFoundError as missing:
            if not (folder / "meta.json").exists():
                raise NotLoaded(mark("there is no walk network in {folder}"), again, folder=folder) from None
            raise UnreadableFile(
                mark("the walk network in {folder} lacks {missing}"),
                again,
                folder=folder,
                missing=repr(missing.filename),
            ) from None
        except (ValueError, EOFError) as damaged:
            if isinstance(damaged, UnreadableFile):
                raise
            raise UnreadableFile(
                mark("the walk network in {folder} is damaged ({damaged})"),
                again,
                folder=folder,
                damaged=damaged,
            ) from None
        return cls(**arrays, meta={**meta, "tagsets": str(folder / "tagsets.json")})


def _array(path: Path) -> Any:
    """Return the array in `path`, memory-mapped unless it is empty: nothing cannot be mapped.

    Mapped copy-on-write: the file stays as it is, and kernels need not be compiled again for arrays that
    may not be written to.
    """
    header_only = path.stat().st_size == 128
    return np.load(path, mmap_mode=None if header_only else "c")
