"""Commuting saved: the laws of the formula, and one case worked out by hand."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyproj import Geod

from micropolis_map.analysis.commuting import LIMITS, Commuting, check_commuting, great_circle_m, savings
from micropolis_map.errors import InvalidInput

PEOPLE = some.lists(some.floats(0, 500), min_size=1, max_size=6)
SHARES = some.floats(0, 1)
GROWING = ("days_a_week", "weeks_a_year", "employed", "to_the_city", "teleworkable", "uptake", "detour")


@some.composite
def commutings(draw):
    car = draw(SHARES)
    values = {name: draw(some.floats(low, high)) for name, (low, high) in LIMITS.items()}
    return Commuting(**{**values, "by_car": car, "by_public_transport": (1.0 - car) * draw(SHARES)})


def far(people):
    return np.linspace(1_000.0, 40_000.0, len(people))


@given(PEOPLE, commutings())
def test_no_days_save_nothing(people, commuting):
    saved = savings(np.array(people), far(people), replace(commuting, days_a_week=0.0))
    assert (saved.days, saved.desks, saved.person_km, saved.vehicle_km, saved.co2_kg) == (0, 0, 0, 0, 0)


@given(PEOPLE, commutings(), some.floats(0.1, 3.5))
def test_it_is_linear_in_days(people, commuting, days):
    one = savings(np.array(people), far(people), replace(commuting, days_a_week=days))
    two = savings(np.array(people), far(people), replace(commuting, days_a_week=2.0 * days))
    assert two.person_km == pytest.approx(2.0 * one.person_km)
    assert two.co2_kg == pytest.approx(2.0 * one.co2_kg)


@given(PEOPLE, commutings(), some.sampled_from(GROWING), SHARES)
def test_more_of_anything_never_saves_less(people, commuting, name, part):
    low, high = LIMITS[name]
    value = getattr(commuting, name)
    less = replace(commuting, **{name: low + (value - low) * part})
    assert low <= getattr(less, name) <= value <= high
    now, before = (savings(np.array(people), far(people), one) for one in (commuting, less))
    assert before.person_km <= now.person_km * (1 + 1e-12)
    assert before.co2_kg <= now.co2_kg * (1 + 1e-12)


@given(PEOPLE, commutings(), SHARES)
def test_fewer_cars_on_the_way_never_cost_more_co2(people, commuting, part):
    cleaner = replace(commuting, by_car=commuting.by_car * part)
    fuller = replace(commuting, people_per_car=commuting.people_per_car * (1 + part))
    now = savings(np.array(people), far(people), commuting)
    assert savings(np.array(people), far(people), cleaner).co2_kg <= now.co2_kg * (1 + 1e-12)
    if fuller.people_per_car <= LIMITS["people_per_car"][1]:
        assert savings(np.array(people), far(people), fuller).co2_kg <= now.co2_kg * (1 + 1e-12)


@given(PEOPLE, PEOPLE, commutings())
def test_two_villages_save_what_each_of_them_saves(here, there, commuting):
    both = savings(np.array(here + there), np.concatenate([far(here), far(there)]), commuting)
    parts = [savings(np.array(people), far(people), commuting) for people in (here, there)]
    for field in fields(both):
        assert getattr(both, field.name) == pytest.approx(sum(getattr(p, field.name) for p in parts))


def test_a_case_by_hand():
    # 100 people, half employed, all to the city, half teleworkable, a fifth of 2 days there, 40 weeks:
    # 100 · 0.5 · 0.5 · 0.2 · 2 · 40 = 400 days; 20 km · 1.5 · 2 = 60 km a day: 24,000 km
    asked = Commuting(2, 40, 0.5, 1, 0.5, 0.2, 1.5, 0.5, 0.25, 1.25, 200, 60)
    saved = savings(np.array([60.0, 40.0]), np.array([20_000.0, 20_000.0]), asked)
    assert saved.days == pytest.approx(400)
    assert saved.desks == pytest.approx(2)
    assert saved.person_km == pytest.approx(24_000)
    assert saved.vehicle_km == pytest.approx(9_600)
    assert saved.co2_kg == pytest.approx(9_600 * 0.2 + 6_000 * 0.06)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("days_a_week", 8.0),
        ("days_a_week", math.nan),
        ("detour", 0.9),
        ("people_per_car", 0.0),
        ("by_car", 0.9),
    ],
)
def test_impossible_factors_are_refused(name, value):
    asked = replace(Commuting(), **{name: value})
    with pytest.raises(InvalidInput):
        check_commuting(asked)


def test_distances_agree_with_the_geodesic():
    geod = Geod(ellps="WGS84")
    for lon, lat in [(17.2, 55.7), (21.0, 52.2), (-51.2, -30.0), (179.9, 0.0)]:
        true = geod.inv(lon, lat, lon + 0.3, lat + 0.2)[2]
        ours = great_circle_m(np.array([lon]), np.array([lat]), lon + 0.3, lat + 0.2)[0]
        assert ours == pytest.approx(true, rel=0.006)


def test_every_factor_has_limits_and_a_default_inside():
    assert set(LIMITS) == {field.name for field in fields(Commuting)}
    check_commuting(Commuting())
