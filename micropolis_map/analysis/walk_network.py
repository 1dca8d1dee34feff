"""Build the walk network from OpenStreetMap columns: straight to arrays, no graph objects in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.closed_ways import closed_ways
from micropolis_map.analysis.drape import drape
from micropolis_map.analysis.metric import segment_length_m, unwrap
from micropolis_map.analysis.network import WAY, WalkNetwork
from micropolis_map.analysis.network_ways import Segments, Ways, collect, compress
from micropolis_map.analysis.timed_ways import timed_ways
from micropolis_map.analysis.topology import (
    components,
    find_junctions,
    hilbert_key,
    in_order,
    sort_order,
    trace_chains,
)
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.ports import Progress, silent

__all__ = ["Elevation", "WalkNetwork", "build_walk_network"]

Elevation = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
"""Heights in metres (nan for unknown) at longitudes and latitudes in degrees."""


@dataclass(frozen=True)
class Vertices:
    """Where the segments' ends are; longitudes in one frame, heights nan where unknown."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    height_m: NDArray[np.float64]
    osm: NDArray[np.int64]


@dataclass(frozen=True)
class _Chains:
    """Edges as strings of vertices; ``segment`` leads from each vertex to the next, -1 at the end."""

    first: NDArray[np.int32]
    vertex: NDArray[np.int32]
    segment: NDArray[np.int32]
    along_m: NDArray[np.float64]


def build_walk_network(
    extract: OsmExtract, *, elevation: Elevation | None = None, progress: Progress = silent
) -> WalkNetwork:
    """Return the walk network of `extract`; an extract without walkable ways gives an empty one.

    Walkable is what `walkability.is_walkable` says; at a node that `walkability.is_shut` ways end. A gap in a
    way (a node the extract does not hold) joins nothing. Squares are crossed along the lines on
    which their corners see each other. Vertices where two segments with the same tags meet become points of
    one edge.

    Parameters
    ----------
    elevation
        Called once with the longitudes and latitudes of all vertices.
    progress
        Told the stages.
    """
    progress(0.0, "streets")
    ways, raw, square_count = collect(extract)
    segments, vertex_node, row = compress(extract, ways, raw)
    reference = float(extract.node_lon[vertex_node[0]]) if vertex_node.size else 0.0
    lon, lat = unwrap(extract.node_lon[vertex_node], reference), extract.node_lat[vertex_node]
    length = segment_length_m(lon[segments.a], lat[segments.a], lon[segments.b], lat[segments.b])
    heights = np.full(lon.size, np.nan)
    if elevation is not None and lon.size:
        progress(0.4, "heights")
        terrain = np.asarray(elevation(extract.node_lon[vertex_node], lat), dtype=np.float64)
        heights = drape(
            terrain, segments.a, segments.b, length, ways.raised[segments.way] & (segments.kind == WAY)
        )
    progress(0.6, "junctions")
    on_network = np.unique(vertex_node)
    meta = {
        "reference_lon": reference,
        "rows": [dict(row) for row in ways.sets.rows],
        "tagsets": [dict(tags) for tags in ways.sets.tagsets],
        "squares": square_count,
        "staircases": int(np.count_nonzero(ways.step_count != 0.0)),
        "dangling_refs": extract.dangling_refs,
        "heights": elevation is not None,
        "timed": timed_ways(extract, on_network),
        "closed": closed_ways(extract, on_network),
        "source": extract.source,
        "timestamp": extract.timestamp,
    }
    return join_segments(
        ways, segments, row, length, Vertices(lon, lat, heights, extract.node_id[vertex_node]), meta
    )


def join_segments(
    ways: Ways,
    segments: Segments,
    row: NDArray[np.int32],
    length_m: NDArray[np.float64],
    vertices: Vertices,
    meta: dict[str, Any],
) -> WalkNetwork:
    """Return the network of these segments: strung into edges, in spatial order, with its components.

    Parameters
    ----------
    row, length_m
        Of each segment: the index of the tags that decide who passes, and metres.
    meta
        What becomes ``WalkNetwork.meta``.
    """
    a, b = segments.a.astype(np.int32), segments.b.astype(np.int32)
    directed = _directed(ways)
    on = find_junctions(vertices.lon.size, a, b, _classes(segments, row, directed))
    first, vertex, segment = trace_chains(on, a, b)
    ends = (vertex[first[:-1]], vertex[first[1:] - 1])
    node_vertex, node_key = _nodes(vertices, ends)
    node_of = np.full(vertices.lon.size, -1, dtype=np.int32)
    node_of[node_vertex] = np.arange(node_vertex.size)
    key = np.minimum(node_key[node_of[ends[0]]], node_key[node_of[ends[1]]])
    head_segment = segment[first[:-1]]
    flip = (a[head_segment] != ends[0]) & directed[segments.way[head_segment]]
    chains = _Chains(*in_order((first, vertex, segment), sort_order(key), flip, length_m))
    return _assemble(ways, segments, row, length_m, vertices, (chains, node_vertex, node_of), meta)


def _nodes(
    vertices: Vertices, ends: tuple[NDArray[np.int32], NDArray[np.int32]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the vertices at which chains end in spatial order, and their places along the Hilbert curve."""
    is_end = np.zeros(vertices.lon.size, dtype=np.bool_)
    is_end[ends[0]] = is_end[ends[1]] = True
    node_vertex = np.flatnonzero(is_end)
    key = hilbert_key(vertices.lon[node_vertex], vertices.lat[node_vertex])
    order = sort_order(key)
    return node_vertex[order], key[order]


def _directed(ways: Ways) -> NDArray[np.bool_]:
    """Return which ways differ by direction or by themselves: one-way, inclined, staircases."""
    inclined = np.array(["incline" in dict(row) for row in ways.sets.rows], dtype=np.bool_)
    directed: NDArray[np.bool_] = (ways.oneway != 0) | (ways.step_count != 0.0) | inclined[ways.row]
    return directed


def _classes(segments: Segments, row: NDArray[np.int32], directed: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return a class for each segment; only segments of one class are strung together."""
    rows, ways = int(row.max(initial=0)) + 1, directed.size
    by_way = rows + segments.way
    kind_class = rows + ways + np.arange(segments.a.size)
    plain = np.where(directed[segments.way], by_way, row) if ways else row
    return np.where(segments.kind == WAY, plain, kind_class).astype(np.int32)


def _assemble(
    ways: Ways,
    segments: Segments,
    row: NDArray[np.int32],
    length: NDArray[np.float64],
    vertices: Vertices,
    strung: tuple[_Chains, NDArray[np.int64], NDArray[np.int32]],
    meta: dict[str, Any],
) -> WalkNetwork:
    chains, node_vertex, node_of = strung
    first, last = chains.first[:-1], chains.first[1:] - 1
    head_segment = chains.segment[first]
    way, kind = segments.way[head_segment], segments.kind[head_segment]
    edge_length = chains.along_m[last]
    tail, head = node_of[chains.vertex[first]], node_of[chains.vertex[last]]
    component = components(node_vertex.size, tail, head)[tail]
    on_way = kind == WAY
    way_length = np.bincount(
        segments.way, np.where(segments.kind == WAY, length, 0.0), minlength=len(ways.id)
    )
    share = edge_length / np.maximum(way_length[way], 1e-9)
    steps = np.where(on_way, ways.step_count[way] * share, 0.0)
    count = int(component.max(initial=-1)) + 1
    segment_way = np.append(segments.way, np.int32(-1))
    return WalkNetwork(
        node_lon=vertices.lon[node_vertex],
        node_lat=vertices.lat[node_vertex],
        edge_from=tail,
        edge_to=head,
        edge_first=chains.first,
        edge_row=row[head_segment],
        edge_kind=kind,
        edge_oneway=np.where(on_way, ways.oneway[way], 0).astype(np.int8),
        edge_steps=steps.astype(np.float32),
        edge_component=component,
        point_lon=vertices.lon[chains.vertex],
        point_lat=vertices.lat[chains.vertex],
        point_along_m=chains.along_m,
        point_height_m=vertices.height_m[chains.vertex].astype(np.float32),
        point_osm=vertices.osm[chains.vertex],
        point_way=segment_way[chains.segment],
        way_id=ways.id,
        way_tagset=ways.tagset,
        component_m=np.bincount(component, np.where(on_way, edge_length, 0.0), count).astype(np.float64),
        meta=meta,
    )
