"""What each edge costs a profile, in whole milliseconds, in each direction.

Costs are added up along an edge in floating point and rounded once at each of its points: an edge's cost
is off by at most 0.5 ms, 0.7 mm of walking, and so is each point on it. Whole numbers make searches fast
and answers the same on every machine. An edge without length costs 1 ms, so that walks never stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.kernels import BACKWARD, DEAD_END, FORWARD, NODE
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import Passage, Profile
from micropolis_map.analysis.slope import relative_speed
from micropolis_map.analysis.tag_numbers import incline_of

RISER_M = 0.17  # height of a step: "2 risers + 1 tread = 63 cm" (Blondel) with a tread of 29 cm

Ints = NDArray[np.int32]
PART = 16_384
"""Junctions whose labels and arcs (about 41 bytes a junction) fit the second-level cache of one core."""
NEVER = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Graph:
    """Arcs by the node they are followed from.

    Attributes
    ----------
    first : int32[n + 1]
    arc : int64[k]
        Cost in ms in the high 32 bits, the node it leads to in the low 31, and between them `DEAD_END`:
        from that node leads no other edge.
    edge : int32[k]
        The edge it runs along.
    longest : int
        The dearest arc in ms.
    """

    first: Ints
    arc: NDArray[np.int64]
    edge: Ints
    longest: int

    @property
    def part_size(self) -> int:
        """How many nodes a part of the graph has, that fits a core's own cache; the last may have fewer."""
        nodes = self.first.size - 1
        parts = max(-(-nodes // PART), 1)
        return max(-(-nodes // parts), 1)

    @cached_property
    def crossing(self) -> tuple[Ints, NDArray[np.int64]]:
        """The arcs that lead from one part to another, with the nodes they start from."""
        tail = np.repeat(np.arange(self.first.size - 1, dtype=np.int32), np.diff(self.first))
        crosses = tail // self.part_size != (self.arc & NODE) // self.part_size
        return tail[crosses], self.arc[crosses]


class Around(NamedTuple):
    """The edges at each junction, for a search in one direction.

    Attributes
    ----------
    own_first, own_edge : int32[n + 1], int32[m]
        The edges that run from junction ``v``: ``own_edge[own_first[v]:own_first[v + 1]]``.
    far_first, far_edge
        Those that run to it.
    place : int32[m]
        Where each edge stands in ``own_edge``.
    reach_ms : int32[n, 2]
        The most a search from ``v`` pays for the last point inside one of its own edges, and for the other
        end of one that runs to it; edges that it cannot follow are dear in the first, left out in the second.
    """

    own_first: Ints
    own_edge: Ints
    far_first: Ints
    far_edge: Ints
    place: Ints
    reach_ms: Ints


@dataclass(frozen=True)
class Impedance:
    """What the network costs a profile.

    Attributes
    ----------
    network, profile, certain_only
        What it was made of.
    edge_passage : uint8[m]
        `profiles.Passage` of each edge, whatever `certain_only`.
    edge_pass : uint8[m]
        Bits `FORWARD` (from → to) and `BACKWARD`: the directions that may be walked here.
    forward, backward : int32[p]
        Milliseconds from the edge's ``from`` node to each of its points, and from the point back to it.
    """

    network: WalkNetwork
    profile: Profile
    certain_only: bool
    edge_passage: NDArray[np.uint8]
    edge_pass: NDArray[np.uint8]
    forward: Ints
    backward: Ints

    @cached_property
    def out(self) -> Graph:
        """The graph for searches from an origin along the direction of walking."""
        return self._graph(reverse=False)

    @cached_property
    def into(self) -> Graph:
        """The reversed graph: for searches from a spot to everybody who walks there."""
        same = self.backward is self.forward and not self.network.edge_oneway.any()
        return self.out if same else self._graph(reverse=True)

    @cached_property
    def around_out(self) -> Around:
        """The edges at each junction, for searches on `out`."""
        return self._around(FORWARD, self.forward, BACKWARD, self.backward)

    @cached_property
    def around_into(self) -> Around:
        """The edges at each junction, for searches on `into`."""
        return self._around(BACKWARD, self.backward, FORWARD, self.forward)

    def _around(self, go: int, there: Ints, come: int, back: Ints) -> Around:
        network = self.network
        ends = (network.edge_first, network.edge_from, network.edge_to, self.edge_pass)
        return Around(*_around(network.nodes, ends, (go, there, come, back)))

    def _graph(self, *, reverse: bool) -> Graph:
        network = self.network
        last = network.edge_first[1:] - 1
        there = np.maximum(self.forward[last], 1)
        back = np.maximum(self.backward[last], 1)
        go = (self.edge_pass & FORWARD) > 0
        come = (self.edge_pass & BACKWARD) > 0
        if reverse:
            there, back, go, come = back, there, come, go
        tail, head = network.edge_from, network.edge_to
        dead_end = (
            np.bincount(tail, minlength=network.nodes) + np.bincount(head, minlength=network.nodes) == 1
        )
        first, arc, edge = _adjacency(tail, head, there, back, go, come, dead_end)
        return Graph(first, arc, edge, int((arc >> 32).max(initial=1)))


@njit(cache=True, nogil=True)
def _adjacency(
    tail: Ints,
    head: Ints,
    there: Ints,
    back: Ints,
    go: NDArray[np.bool_],
    come: NDArray[np.bool_],
    dead_end: NDArray[np.bool_],
) -> tuple[Ints, NDArray[np.int64], Ints]:
    nodes = dead_end.size
    first = np.zeros(nodes + 1, np.int32)
    for e in range(tail.size):
        if go[e]:
            first[tail[e] + 1] += 1
        if come[e]:
            first[head[e] + 1] += 1
    for v in range(nodes):
        first[v + 1] += first[v]
    fill = first[:-1].copy()
    arc = np.empty(first[nodes], np.int64)
    edge = np.empty(first[nodes], np.int32)
    for e in range(tail.size):
        if go[e]:
            k = fill[tail[e]]
            arc[k] = (np.int64(there[e]) << 32) | (DEAD_END if dead_end[head[e]] else 0) | head[e]
            edge[k] = e
            fill[tail[e]] += 1
        if come[e]:
            k = fill[head[e]]
            arc[k] = (np.int64(back[e]) << 32) | (DEAD_END if dead_end[tail[e]] else 0) | tail[e]
            edge[k] = e
            fill[head[e]] += 1
    return first, arc, edge


@njit(cache=True, nogil=True)
def _around(nodes, ends, costs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    edge_first, tail, head, passes = ends
    go, there, come, back = costs
    own_first, far_first = np.zeros(nodes + 1, np.int32), np.zeros(nodes + 1, np.int32)
    reach_ms = np.zeros((nodes, 2), np.int32)
    for e in range(tail.size):
        own_first[tail[e] + 1] += 1
        far_first[head[e] + 1] += 1
        last = edge_first[e + 1] - 1
        if last - edge_first[e] > 1:  # points between its two ends
            reach = there[last - 1] if passes[e] & go else NEVER
            reach_ms[tail[e], 0] = max(reach_ms[tail[e], 0], reach)
        if passes[e] & come:
            reach_ms[head[e], 1] = max(reach_ms[head[e], 1], back[last], 1)
    for v in range(nodes):
        own_first[v + 1] += own_first[v]
        far_first[v + 1] += far_first[v]
    own_next, far_next = own_first[:-1].copy(), far_first[:-1].copy()
    own_edge, far_edge, place = np.empty_like(tail), np.empty_like(tail), np.empty_like(tail)
    for e in range(tail.size):
        place[e] = own_next[tail[e]]
        own_edge[place[e]] = e
        own_next[tail[e]] += 1
        far_edge[far_next[head[e]]] = e
        far_next[head[e]] += 1
    return own_first, own_edge, far_first, far_edge, place, reach_ms


def impedance(network: WalkNetwork, profile: Profile, *, certain_only: bool = False) -> Impedance:
    """Return what every edge of `network` costs `profile`.

    A segment costs ``length / (speed · f(slope))`` where heights are known (`slope.SLOPE_FUNCTIONS`),
    else ``length / speed``. A staircase costs ``length / speed`` plus the profile's rate per metre
    climbed: the height is ``step_count`` × 17 cm, else the difference in height of its ends, else
    unknown and then nothing is added. Which end is up says ``incline``, else the heights; where neither
    does, each direction climbs half.

    Parameters
    ----------
    certain_only
        Leave out edges of which the tags do not say that they are passable.
    """
    passages = np.array([profile.passage(tags) for tags in network.rows], dtype=np.uint8)
    passage = passages[network.edge_row] if passages.size else np.zeros(0, dtype=np.uint8)
    open_ = passage >= (Passage.PASSABLE if certain_only else Passage.UNKNOWN)
    oneway = network.edge_oneway
    edge_pass = (open_ & (oneway >= 0)) * FORWARD + (open_ & (oneway <= 0)) * BACKWARD
    forward, backward = _point_costs(network, profile)
    return Impedance(network, profile, certain_only, passage, edge_pass.astype(np.uint8), forward, backward)


def _point_costs(network: WalkNetwork, profile: Profile) -> tuple[Ints, Ints]:
    length = np.empty(network.point_along_m.size)
    np.subtract(network.point_along_m[1:], network.point_along_m[:-1], out=length[:-1])
    length[network.edge_first[1:] - 1] = 0.0
    level_ms = length / profile.speed_m_s * 1000.0
    climb_up, climb_down = _climb(network)
    steps = np.flatnonzero((climb_up > 0.0) | (climb_down > 0.0))
    sloped = network.has_heights and profile.slope != "level"
    if not sloped and steps.size == 0:
        one = _accumulate(network, level_ms)
        return one, one
    there, back = level_ms, level_ms.copy()
    if sloped:
        rise = np.diff(network.point_height_m.astype(np.float64), append=0.0)
        slope = np.divide(rise, length, out=np.zeros_like(rise), where=(length > 0.0) & np.isfinite(rise))
        slope[_on_steps(network)] = 0.0
        there = level_ms / relative_speed(profile.slope, slope)
        back = level_ms / relative_speed(profile.slope, -slope)
    for e in steps:
        points = slice(network.edge_first[e], network.edge_first[e + 1])
        share = length[points] / max(float(length[points].sum()), 1e-9)
        rate_ms = profile.steps_s_per_metre_climbed * 1000.0
        there[points] += share * climb_up[e] * rate_ms
        back[points] += share * climb_down[e] * rate_ms
    return _accumulate(network, there), _accumulate(network, back)


def _accumulate(network: WalkNetwork, cost_ms: NDArray[np.float64]) -> Ints:
    added: Ints = _sums(network.edge_first, cost_ms)
    return added


@njit(cache=True, nogil=True)
def _sums(edge_first: Ints, cost_ms: NDArray[np.float64]) -> Ints:
    """Return the cost from each edge's first point to each of its points, rounded there."""
    rounded = np.empty(cost_ms.size, np.int32)
    for e in range(edge_first.size - 1):
        total = 0.0
        for i in range(edge_first[e], edge_first[e + 1]):
            rounded[i] = np.rint(total)
            total += cost_ms[i]
    return rounded


def _steps_rows(network: WalkNetwork) -> NDArray[np.bool_]:
    return np.array([tags.get("highway") == "steps" for tags in network.rows], dtype=np.bool_)


def _on_steps(network: WalkNetwork) -> NDArray[np.bool_]:
    """Return which points start a segment of a staircase."""
    starts: NDArray[np.bool_] = np.repeat(_steps_rows(network)[network.edge_row], np.diff(network.edge_first))
    return starts


def _climb(network: WalkNetwork) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the metres climbed on each staircase going from → to, and to → from; 0 elsewhere."""
    up, down = np.zeros(network.edges), np.zeros(network.edges)
    if network.edges == 0:
        return up, down
    for e in np.flatnonzero(_steps_rows(network)[network.edge_row]):
        rise = float(network.point_height_m[network.edge_first[e + 1] - 1]) - float(
            network.point_height_m[network.edge_first[e]]
        )
        tagged = float(network.edge_steps[e]) * RISER_M
        height = tagged if np.isfinite(tagged) else abs(rise)
        if np.isfinite(height):
            share = _share_up(network.rows[network.edge_row[e]].get("incline", ""), rise)
            up[e], down[e] = height * share, height * (1.0 - share)
    return up, down


def _share_up(incline: str, rise: float) -> float:
    """Return 1 where a staircase climbs along its direction, 0 where it descends, else a half."""
    number = incline_of(incline)
    if incline == "up" or (number or 0.0) > 0.0:
        return 1.0
    if incline == "down" or (number or 0.0) < 0.0:
        return 0.0
    return 0.5 if not np.isfinite(rise) or rise == 0.0 else float(rise > 0.0)
