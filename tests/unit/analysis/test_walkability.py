"""Which ways people walk on (CONTRACT.md)."""

from __future__ import annotations

import pytest

from micropolis_map.analysis.walkability import foot_direction, is_square, is_walkable

RULE = [
    ({"highway": "footway"}, True),
    ({"highway": "cycleway"}, True),
    ({"highway": "cycleway", "foot": "designated"}, True),
    ({"highway": "trunk"}, True),
    ({"highway": "motorway"}, False),
    ({"highway": "motorway_link", "foot": "yes"}, False),
    ({"highway": "raceway"}, False),
    ({"highway": "busway"}, False),
    ({"highway": "construction"}, False),
    ({"highway": "elevator"}, False),
    ({"highway": "no"}, False),
    ({"highway": "residential", "foot": "no"}, False),
    ({"highway": "residential", "foot": "use_sidepath"}, False),
    ({"highway": "residential", "foot": "private"}, False),
    ({"highway": "service", "access": "private"}, False),
    ({"highway": "service", "access": "no"}, False),
    ({"highway": "service", "access": "private", "foot": "yes"}, True),
    ({"highway": "service", "access": "no", "foot": "designated"}, True),
    ({"highway": "service", "access": "no", "foot": "permissive"}, True),
    ({"highway": "service", "access": "no", "foot": "customers"}, False),
    ({"highway": "service", "access": "destination"}, True),
    ({"highway": "steps", "oneway": "yes"}, True),
    ({"route": "ferry"}, False),
    ({"railway": "platform"}, False),
    ({}, False),
]


@pytest.mark.parametrize(("tags", "walkable"), RULE)
def test_the_rule_of_the_contract(tags, walkable):
    assert is_walkable(tags) is walkable


def test_only_oneway_foot_is_one_way_for_walkers():
    assert foot_direction({"oneway": "yes"}) == 0
    assert foot_direction({"oneway:foot": "yes"}) == 1
    assert foot_direction({"oneway:foot": "-1"}) == -1
    assert foot_direction({"oneway:foot": "no"}) == 0


def test_a_square_is_drawn_as_an_area():
    assert is_square({"highway": "pedestrian", "area": "yes"})
    assert is_square({"highway": "pedestrian", "type": "multipolygon"})
    assert not is_square({"highway": "pedestrian"})
    assert not is_square({"highway": "pedestrian", "area": "no"})
    assert not is_square({"highway": "service", "area": "yes"})
