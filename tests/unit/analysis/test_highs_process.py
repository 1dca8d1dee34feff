"""The solver's process: it answers, is heard while it works, ends when nobody waits, and may die."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest

from micropolis_map.analysis import highs_process
from micropolis_map.analysis.facility_location import locate
from micropolis_map.analysis.highs_process import HighsProcess, Model, solve
from micropolis_map.analysis.set_reduction import reduced
from micropolis_map.analysis.siting_model import fewest, sets_of
from micropolis_map.analysis.siting_problem import SitingProblem
from micropolis_map.errors import Cancelled


def small() -> Model:
    """Choose the cheaper of two."""
    return Model(
        np.array([2.0, 1.0]), 2, np.array([1.0]), np.array([np.inf]),
        np.array([0, 2], np.int32), np.array([0, 1], np.int32), np.ones(2),
    )  # fmt: skip


def hard(seed: int = 0) -> Model:
    """A set cover that takes HiGHS long."""
    member = np.random.default_rng(seed).random((400, 160)) < 0.06
    row, column = np.nonzero(member)
    start = np.append(0, np.cumsum(np.bincount(row, minlength=400))).astype(np.int32)
    some = np.bincount(row, minlength=400) > 0
    return Model(
        np.ones(160), 160, some * 1.0, np.full(400, np.inf), start, column.astype(np.int32), np.ones(row.size)
    )


def test_it_answers_and_the_process_is_kept_for_the_next_question():
    first = solve(small(), 10.0, print)
    kept = list(highs_process._IDLE)
    second = solve(small(), 10.0, print)
    assert first is not None
    assert (first["status"], first["sites"], first["value"]) == ("Optimal", [1], 1.0)
    assert second == first
    assert kept == highs_process._IDLE


def test_who_stops_ends_the_process_at_once():
    before = time.monotonic()
    seen: list[dict] = []

    def stop(said: dict) -> None:
        seen.append(said)
        raise Cancelled("stopped", "start again")

    with pytest.raises(Cancelled):
        solve(hard(), 600.0, stop)
    assert seen
    assert time.monotonic() - before < 300.0
    assert all(child.is_alive for child in highs_process._IDLE)


def test_a_time_limit_holds_with_what_was_heard():
    for limit_s in (1.0, 10.0, 100.0):  # a busy machine finds its first sites later
        heard: list[dict] = []
        answer = solve(hard(1), limit_s, heard.append)
        assert answer is None or answer["status"] == "Time limit reached"
        if any(said.get("sites") for said in heard):
            break
    assert any(said.get("sites") for said in heard)
    assert any("bound" in said for said in heard)


def test_a_process_that_dies_leaves_the_question_open():
    child = HighsProcess()
    os.kill(child._process.pid, signal.SIGKILL)
    child._process.wait()
    assert child.answer(small(), 5.0, print) is None
    child.end()


def test_without_a_solver_good_sites_come_with_an_honest_gap(monkeypatch):
    monkeypatch.setattr(highs_process, "_taken", lambda: None)
    rng = np.random.default_rng(3)
    cost = np.hypot(*(rng.random((400, 1, 2)) - rng.random((1, 60, 2))).transpose(2, 0, 1)) * 3600.0
    demand, candidate = np.indices(cost.shape).reshape(2, -1)
    for objective in ("coverage", "p-median", "equity"):
        problem = SitingProblem(demand, candidate, cost.ravel(), np.ones(400), 60, 6, 500.0)
        found = locate(problem, objective)
        assert found.sites.size == 6
        assert found.is_proven or found.gap is not None
        assert found.is_proven == (found.gap == 0.0)


def test_fewer_sets_and_sites_pose_the_same_question():
    rng = np.random.default_rng(1)
    for _ in range(60):
        member = rng.random((rng.integers(2, 25), rng.integers(2, 10))) < rng.uniform(0.2, 0.7)
        member = member[member.any(axis=1)]
        sets = sets_of(*np.nonzero(member), member.shape[1])
        fewer, stand_for = reduced(sets, member.shape[1])
        assert len(fewer) <= len(sets)
        before = fewest(sets, member.shape[1], 10.0, None).sites
        after = fewest(fewer, stand_for.size, 10.0, None).sites
        assert before is not None
        assert after is not None
        assert before.size == after.size
        assert member[:, stand_for[after]].any(axis=1).all()
