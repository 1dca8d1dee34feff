"""What of the network hangs on hours: ways and gates that are open at some hours only."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.hours import HOURS_KEYS, unread, year_of
from micropolis_map.analysis.metric import segment_length_m, unwrap
from micropolis_map.analysis.tag_spelling import spelled
from micropolis_map.analysis.walkability import NOT_WALKABLE, hangs_on_hours, is_shut, is_walkable
from micropolis_map.domain.osm_extract import OsmExtract


class Timed(TypedDict):
    """Metres of ways, and gates on the network, with hours: open at ten on an ordinary weekday, or closed.

    What has hours that nobody can read counts as open; `unread` says how many such ways and gates there are,
    `unread_m` the metres of the ways, `example` what stands on one of them.
    """

    open_m: float
    closed_m: float
    open_gates: int
    closed_gates: int
    unread: int
    unread_m: float
    example: str


NOTHING = Timed(open_m=0.0, closed_m=0.0, open_gates=0, closed_gates=0, unread=0, unread_m=0.0, example="")


def timed_ways(extract: OsmExtract, on_network: NDArray[np.int64]) -> Timed:
    """Return what hangs on hours.

    Parameters
    ----------
    on_network : int64[v]
        The node indices of the network's vertices, ascending.
    """
    year = year_of(extract.timestamp)
    told = NOTHING.copy()
    for way, tags in enumerate(extract.way_tags):
        if HOURS_KEYS.isdisjoint(tags) or spelled(tags).get("highway", "no") in NOT_WALKABLE:
            continue
        walked = is_walkable(tags, year)
        text = unread(tags) if walked else ""
        if text or hangs_on_hours(tags, year):
            metres = metres_of(extract, way)
            told["open_m" if walked else "closed_m"] += metres
            told["unread_m"] += metres if text else 0.0
            _count(told, text)
    for node, tags in extract.node_tags.items():
        if "barrier" not in tags or HOURS_KEYS.isdisjoint(tags):
            continue
        shut = is_shut(tags, year)
        text = "" if shut else unread(tags)
        if not text and not hangs_on_hours(tags, year):
            continue
        if is_on(on_network, node):
            told["closed_gates" if shut else "open_gates"] += 1
            _count(told, text)
    return told


def _count(told: Timed, text: str) -> None:
    if text:
        told["unread"] += 1
        told["example"] = told["example"] or text


def is_on(network: NDArray[np.int64], node: int) -> bool:
    """Return whether the node is one of the network's vertices, whose indices ascend."""
    at = int(np.searchsorted(network, node))
    return at < network.size and int(network[at]) == node


def metres_of(extract: OsmExtract, way: int) -> float:
    """Return the length of the way at index `way` on the ground, as far as its nodes are there."""
    nodes = extract.way_nodes(way)
    a, b = nodes[:-1], nodes[1:]
    known = (a >= 0) & (b >= 0)
    a, b = a[known], b[known]
    if not a.size:
        return 0.0
    lat, reference = extract.node_lat, float(extract.node_lon[a[0]])
    ends = (unwrap(extract.node_lon[a], reference), lat[a], unwrap(extract.node_lon[b], reference), lat[b])
    return float(segment_length_m(*ends).sum())
