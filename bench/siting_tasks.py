"""Siting beside spopt with the same solver: `python -m bench.siting_tasks`, or `python -m bench siting`.

Walking times are straight lines in a unit square, weights 1–99. Both start from the same dense matrix of
walking times and end with the proof. The answers are compared before anything is timed. Where the textbook
model takes minutes, spopt is stopped after `MOST_S`, and ours is timed until the gap it shows is `CLOSE`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.facility_location import Siting, locate
from micropolis_map.analysis.siting_problem import SitingProblem
from micropolis_map.errors import Cancelled

PROVEN = (
    ("coverage", 2_000, 200, 5),
    ("coverage", 5_000, 500, 10),
    ("p-median", 500, 100, 5),
)
CLOSELY = (("p-median", 2_000, 200, 5),)
NEAR_S = 360.0
ACROSS_S = 3600.0
CLOSE = 0.02
MOST_S = 60.0
PEER = "spopt with HiGHS"
WORDS = {"coverage": "maximal covering", "p-median": "p-median"}

Floats = NDArray[np.float64]


def town(homes: int, sites: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Return a random town: walking times by home and site, and the homes' people."""
    rng = np.random.default_rng(seed)
    home, site = rng.random((homes, 2)), rng.random((sites, 2))
    cost = np.hypot(*(home[:, None] - site[None]).transpose(2, 0, 1)) * ACROSS_S
    return cost, rng.integers(1, 100, homes).astype(float)


def problem_of(objective: str, cost: Floats, people: Floats, new: int) -> SitingProblem:
    """Return our problem of a dense matrix; for coverage only pairs within the threshold."""
    kept = cost <= (NEAR_S if objective == "coverage" else np.inf)
    demand, candidate = np.nonzero(kept)
    return SitingProblem(demand, candidate, cost[kept], people, cost.shape[1], new, NEAR_S)


def ours(objective: str, cost: Floats, people: Floats, new: int) -> Siting:
    """Return our answer, from the matrix to the proof."""
    return locate(problem_of(objective, cost, people, new), objective)


def ours_closely(objective: str, cost: Floats, people: Floats, new: int) -> Siting:
    """Return our first answer whose gap is at most `CLOSE`."""
    found: list[Siting] = []

    def better(siting: Siting) -> None:
        found.append(siting)
        if siting.gap is not None and siting.gap <= CLOSE:
            raise Cancelled("near enough")

    with suppress(Cancelled):  # then the last one told is the answer
        found.append(locate(problem_of(objective, cost, people, new), objective, better=better))
    return found[-1]


def theirs(objective: str, cost: Floats, people: Floats, new: int, seconds: float | None = None) -> float:
    """Return the value of spopt's answer."""
    import pulp  # only in the peers' environment
    from spopt.locate import MCLP, PMedian

    solver = pulp.HiGHS(msg=False, timeLimit=seconds)
    if objective == "coverage":
        model = MCLP.from_cost_matrix(cost, people, NEAR_S, new)
        model.solve(solver, results=False)
        return float(pulp.value(model.problem.objective))
    model = PMedian.from_cost_matrix(cost, people, new)
    model.solve(solver, results=False)
    return float(pulp.value(model.problem.objective) or np.nan)


def timed(work: Callable[[], Any], most: int) -> tuple[float, Any]:
    """Return the median seconds of `most` runs, and the last answer."""
    seconds = []
    for _ in range(most):
        begun = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - begun)
    return float(np.median(seconds)), answer


def row(
    objective: str, shape: tuple[int, int, int], words: str, ours_s: float, peer: tuple[str, float]
) -> None:
    """Print a comparison."""
    homes, sites, new = shape
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    line = {
        "task": f"{WORDS[objective]}, {words}",
        "graph": f"random town, {homes:,} homes × {sites} sites × {new}",
        "ours_s": ours_s,
        "peer": peer[0],
        "peer_s": peer[1],
        "ratio": peer[1] / ours_s,
        "peak_mb": round(peak, 1),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Compare, then time; stop where the answers differ."""
    for objective in WORDS:
        ours(objective, *town(50, 10), 2)  # compile first
    for objective, homes, sites, new in PROVEN:
        cost, people = town(homes, sites)
        peer_s, value = timed(lambda: theirs(objective, cost, people, new), 1)  # noqa: B023 - called at once
        ours_s, found = timed(lambda: ours(objective, cost, people, new), 3)  # noqa: B023
        if not found.is_proven or not np.isclose(found.value, value, rtol=1e-6):
            raise SystemExit(f"{objective} {homes} × {sites} × {new}: ours {found.value}, spopt {value}")
        row(objective, (homes, sites, new), "proven", ours_s, (PEER, peer_s))
    for objective, homes, sites, new in CLOSELY:
        cost, people = town(homes, sites)
        ours_s, found = timed(lambda: ours_closely(objective, cost, people, new), 3)  # noqa: B023
        peer_s, value = timed(lambda: theirs(objective, cost, people, new, MOST_S), 1)  # noqa: B023
        if found.gap is None or found.gap > CLOSE or value < found.bound * (1 - 1e-6):
            raise SystemExit(f"{objective} {homes} × {sites} × {new}: gap {found.gap}, spopt {value}")
        words = f"gap shown ≤ {CLOSE:.0%}"
        row(objective, (homes, sites, new), words, ours_s, (f"{PEER}, stopped at {MOST_S:g} s", peer_s))


if __name__ == "__main__":
    main()
