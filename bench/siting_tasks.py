"""Siting, ours alone, on seeded random towns: `python -m bench.siting_tasks`.

Walking times are straight lines in a unit square, weights 1–99; an answer is timed from the sparse pairs to
the proof. PEERS: 5,000 × 500 × 10 maximal covering took spopt 16.2 s, p-median 500 × 100 × 5 7.9 s, and the
textbook p-median model 173 s for 2,000 × 200 × 5.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from micropolis_map.analysis.facility_location import locate
from micropolis_map.analysis.siting_problem import SitingProblem

TASKS = (
    ("coverage", 2_000, 200, 5),
    ("coverage", 5_000, 500, 10),
    ("p-median", 500, 100, 5),
    ("p-median", 2_000, 200, 5),
    ("equity", 500, 100, 5),
)
NEAR_S = 360.0
ACROSS_S = 3600.0


def town(objective: str, homes: int, sites: int, new: int, seed: int = 1) -> SitingProblem:
    """Return a random town; for coverage only pairs within the threshold, as siting asks for them."""
    rng = np.random.default_rng(seed)
    home, site = rng.random((homes, 2)), rng.random((sites, 2))
    cost = np.hypot(*(home[:, None] - site[None]).transpose(2, 0, 1)) * ACROSS_S
    kept = cost <= (NEAR_S if objective == "coverage" else np.inf)
    demand, candidate = np.nonzero(kept)
    weight = rng.integers(1, 100, homes).astype(float)
    return SitingProblem(demand, candidate, cost[kept], weight, sites, new, NEAR_S)


def main() -> None:
    """Print one JSON object a task: median seconds of three runs, and whether it was proven."""
    for objective in ("coverage", "p-median", "equity"):
        locate(town(objective, 50, 10, 2), objective)  # compile first
    for objective, homes, sites, new in TASKS:
        problem, seconds = town(objective, homes, sites, new), []
        for _ in range(3):
            begun = time.perf_counter()
            found = locate(problem, objective)
            seconds.append(time.perf_counter() - begun)
        row = {
            "task": f"{objective} {homes} × {sites} × {new}",
            "seconds": round(float(np.median(seconds)), 3),
        }
        sys.stdout.write(json.dumps(row | {"proven": found.is_proven, "gap": found.gap}) + "\n")


if __name__ == "__main__":
    main()
