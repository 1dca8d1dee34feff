"""What of the streets is closed to walkers for good: left out of the network, and told."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.hours import year_of
from micropolis_map.analysis.tag_spelling import spelled
from micropolis_map.analysis.timed_ways import is_on, metres_of
from micropolis_map.analysis.walkability import NOT_WALKABLE, hangs_on_hours, is_shut, is_walkable
from micropolis_map.domain.osm_extract import OsmExtract


class Closed(TypedDict):
    """Metres of ways that people could walk on but may not, and barriers of the network they cannot pass."""

    ways_m: float
    barriers: int


NOTHING_CLOSED = Closed(ways_m=0.0, barriers=0)


def closed_ways(extract: OsmExtract, on_network: NDArray[np.int64]) -> Closed:
    """Return what is closed to everybody whatever the hour; what hangs on hours `timed_ways` tells.

    Parameters
    ----------
    on_network : int64[v]
        The node indices of the network's vertices, ascending.
    """
    year = year_of(extract.timestamp)
    told = NOTHING_CLOSED.copy()
    for way, tags in enumerate(extract.way_tags):
        if "highway" not in tags or spelled(tags)["highway"] in NOT_WALKABLE:
            continue
        if not is_walkable(tags, year) and not hangs_on_hours(tags, year):
            told["ways_m"] += metres_of(extract, way)
    for node, tags in extract.node_tags.items():
        if "barrier" in tags and is_shut(tags, year) and not hangs_on_hours(tags, year):
            told["barriers"] += is_on(on_network, node)
    return told
