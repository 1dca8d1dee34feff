"""Which people count, and which places: each once, and those asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput
from micropolis_map.services.meeting_spots import Pinned, SpotChoice, choose_spots, twins
from micropolis_map.services.people_groups import columns_of, groups_of, people_at

METRE = 1 / 111_195  # of latitude, degrees


def homes(**columns):
    return PointSet(
        ("a", "b"), np.zeros(2), np.zeros(2), np.array([3.0, 5.0]),
        columns={name: np.array(values, dtype=np.float64) for name, values in columns.items()},
    )  # fmt: skip


def test_groups_are_those_the_columns_count():
    assert groups_of(homes()) == ("all",)
    both = homes(age_0_14=[1, 0], age_65_plus=[0, 2], what=[0, 0])
    assert groups_of(both) == ("all", "older", "children")
    assert people_at(both, "older").tolist() == [0, 2]
    assert people_at(both, "children").tolist() == [1, 0]
    assert people_at(both, "all").tolist() == [3, 5]


def test_nobody_is_counted_twice():
    ages = homes(age_65_74=[1, 1], age_75_plus=[2, 2], age_80_plus=[9, 9], age_15_64=[7, 7], age_0_4=[4, 4])
    assert columns_of(ages, "older") == ("age_65_74", "age_75_plus")
    assert people_at(ages, "older").tolist() == [3, 3]
    assert columns_of(homes(age_0_14=[1, 1], age_0_17=[2, 2]), "children") == ("age_0_17",)
    assert columns_of(homes(seniors=[1, 1], elderly=[2, 2]), "older") == ("seniors",)


def test_a_group_nobody_counted_is_an_error():
    with pytest.raises(InvalidInput, match="'older'"):
        people_at(homes(), "older")
    with pytest.raises(InvalidInput, match="no group"):
        people_at(homes(), "cats")


def spots(*rows):
    names, activities, metres, step_free, hours = zip(*rows, strict=True)
    columns = {
        "what": [f"amenity={a}" for a in activities],
        "activity": activities,
        "step_free": step_free,
        "opening_hours": hours,
    }
    return PointSet(
        tuple(f"node/{i}" for i in range(len(rows))), np.zeros(len(rows)), 50 + np.array(metres) * METRE,
        name=names, columns={key: np.array(values, np.str_) for key, values in columns.items()},
    )  # fmt: skip


def pin(name, activity, metres, *names):
    return Pinned("pin", 0.0, 50 + metres * METRE, name, activity, names=names)


LIBRARY = ("Biblioteket Kompasset", "library", 0, "yes", "Sa 10:00-12:00")


@pytest.mark.parametrize(
    ("pinned", "same"),
    [
        (pin("The Compass Library", "library", 10, "Biblioteket Kompasset"), True),
        (pin("Kompasset", "library", 20), True),
        (pin("Biblioteket Kompasset", "culture_centre", 10), True),
        (pin("Biblioteket Kompasset", "library", 40), False),
        (pin("The Tool Library", "sports", 10), False),
        (pin("Another Reading Room Entirely", "library", 15), False),
        (pin("Another Reading Room Entirely", "library", 1), True),
    ],
)
def test_a_pinned_place_that_is_in_openstreetmap_too_is_one_spot(pinned, same):
    assert twins(spots(LIBRARY), [pinned]).tolist() == [0 if same else -1]


def test_a_nameless_spot_of_the_same_kind_is_the_pinned_place_and_none_is_taken_twice():
    two = [pin("The North Café", "cafe", 5), pin("The Other Café", "cafe", 12)]
    assert twins(spots(("", "cafe", 0, "unknown", "")), two).tolist() == [0, -1]


def test_what_nobody_knows_is_a_state_of_its_own():
    there = spots(
        LIBRARY,
        ("Closed", "library", 100, "yes", "Mo 10:00-12:00"),
        ("Untold", "library", 200, "yes", ""),
        ("Steps", "library", 300, "no", "Sa 10:00-12:00"),
        ("Nobody looked", "library", 400, "unknown", "Sa 10:00-12:00"),
        ("Café", "cafe", 500, "yes", "24/7"),
    )
    choice = SpotChoice(("library",), step_free=True, open_at="Sa 10:00")
    chosen = choose_spots(there, choice, 2026)
    assert chosen.used.name == ("Biblioteket Kompasset",)
    assert chosen.unknown.name == ("Untold", "Nobody looked")
    assert len(choose_spots(there, SpotChoice(), 2026).used) == 6
    assert choose_spots(there, SpotChoice(("amenity=cafe",)), 2026).used.name == ("Café",)


def test_a_place_of_two_kinds_counts_for_each():
    there = spots(LIBRARY, ("Café", "cafe", 500, "yes", "24/7"))
    also = np.array(["amenity=community_centre;local_activity_place", ""])
    there = replace(there, columns={**there.columns, "also": also})
    for kind in ("library", "amenity=community_centre", "local_activity_place"):
        assert len(choose_spots(there, SpotChoice((kind,)), 2026).used) == 1
    assert len(choose_spots(there, SpotChoice(("culture_centre",)), 2026).used) == 0
