"""Comparing answers, and timing two ways to them under the same load."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Disagreement(Exception):
    """Two libraries gave different answers to one question."""


def race(ours: Callable[[], object], peer: Callable[[], object], *, most: int = 15) -> tuple[float, float]:
    """Return the medians of both, run in turn so that both meet the same load; 10 s in all, at least once.

    What is short is repeated within its turn, and the turn counts as its mean.
    """
    times: tuple[list[float], list[float]] = ([], [])
    while len(times[0]) < most and sum(times[0]) + sum(times[1]) < 10.0:
        for work, seconds in zip((ours, peer), times, strict=True):
            begun, runs = time.perf_counter(), 0
            while runs == 0 or (time.perf_counter() - begun < 0.02 and runs < 20):
                work()
                runs += 1
            seconds.append((time.perf_counter() - begun) / runs)
    return float(np.median(times[0])), float(np.median(times[1]))


def agree(task: str, ours: NDArray[Any], theirs: NDArray[Any], *, within: float) -> None:
    """Raise `Disagreement` unless both reach the same and differ by at most `within`."""
    same = np.isfinite(ours) == np.isfinite(theirs)
    both = np.isfinite(ours) & np.isfinite(theirs)
    worst = float(np.abs(ours[both] - theirs[both]).max(initial=0.0))
    if not same.all() or worst > within:
        raise Disagreement(f"{task}: {np.count_nonzero(~same)} reached by one only, worst difference {worst}")
