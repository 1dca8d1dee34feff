"""Which stops a walk cannot lead to, and why: too far, steps in between, or no way known at all."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from micropolis_map.domain.tour import Stop
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import translation
from micropolis_map.services.touring import TourRequest, plan_tour
from micropolis_map.services.touring_reach import BARRED, FAR, GAPS, START, Lost, OutOfReach, out_of_reach

INF = np.inf


@dataclass
class Streets:
    """Streets of which only the pieces are told: points of one piece reach each other; None is far away."""

    pieces: tuple[int | None, ...]

    def snapped(self, _points):
        return SimpleNamespace(gap_m=np.array([np.nan if piece is None else 1.0 for piece in self.pieces]))

    def costs(self, _points):
        cost = np.array(
            [[60.0 if a == b and a is not None else INF for b in self.pieces] for a in self.pieces]
        )
        np.fill_diagonal(cost, 0.0)
        return cost


def lost_of(pieces, of_anybody, *, has_start=False):
    points = [Stop(START if has_start and k == 0 else f"s{k}", 0.0, 0.0) for k in range(len(pieces))]
    found = out_of_reach(Streets(pieces), points, Streets(of_anybody), has_start=has_start)
    return {one.stop.id: one.why for one in found}


@pytest.mark.parametrize(
    ("pieces", "of_anybody", "has_start", "expected"),
    [
        ((0, 0, 0), (0, 0, 0), False, {}),
        ((0, 0, 1), (0, 0, 0), False, {"s2": BARRED}),  # who takes steps gets there
        ((0, 0, 1), (0, 0, 1), False, {"s2": GAPS}),  # nobody does: no steps are to blame
        ((0, 0, None), (0, 0, None), False, {"s2": FAR}),
        ((0, 1, 1), (0, 0, 0), False, {"s0": BARRED}),  # the most that are joined stay
        ((0, 0, 1), (0, 0, 0), True, {"s2": BARRED}),
        ((0, 1, 1), (0, 0, 0), True, {START: BARRED}),  # the start, not everything else
        ((0, 1, 1), (0, 1, 1), True, {START: GAPS}),
        ((None, 0, 0), (None, 0, 0), True, {START: FAR}),
        ((0, None), (0, None), True, {"s1": FAR}),
    ],
)
def test_each_stop_that_is_lost_is_named_with_the_true_reason(pieces, of_anybody, has_start, expected):
    assert lost_of(pieces, of_anybody, has_start=has_start) == expected


def test_an_error_names_each_stop_and_speaks_the_readers_language():
    lost = (Lost(Stop("a", 0.0, 0.0, {"pl": "Młyn", "en": "Mill"}), FAR), Lost(Stop("b", 0.0, 0.0), BARRED))
    error = OutOfReach(lost, "wheelchair", "pl")
    english, _ = error.told()
    polish, todo = error.told(translation("pl").gettext)
    for words in (english, polish):
        assert "'a' (Młyn)" in words
        assert "'b'" in words
    assert "300 m" in english
    assert "schody" in polish
    assert "pomiń" in todo
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_of_many_stops_the_first_are_named_and_the_rest_counted():
    lost = tuple(Lost(Stop(f"s{k}", 0.0, 0.0), FAR) for k in range(40))
    assert "and 35 more" in str(OutOfReach(lost, "adult"))
    assert len(str(OutOfReach(lost, "adult"))) < 600


def test_a_stop_in_the_sea_and_a_start_in_the_sea_are_told_apart(town):
    here, sea = Stop("here", 17.2007, 55.6985), Stop("sea", 17.6, 55.9)
    with pytest.raises(OutOfReach, match="stop 'sea' is farther than 300 m"):
        plan_tour(town, "demo", TourRequest((here, sea)))
    with pytest.raises(InvalidInput, match="the start is farther than 300 m"):
        plan_tour(town, "demo", TourRequest((here,), start=(sea.lon, sea.lat)))
