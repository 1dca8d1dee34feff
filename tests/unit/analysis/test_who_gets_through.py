"""Two streets and one link between them: who gets across, by the tags of the link or of a node on it.

The kinds are those of issue 12: gates, kerbs, escalators, motorroads, hours, mountain paths, numbers in tags.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from extracts import extract_of
from toy_city import lon_lat
from walks import Walks

from micropolis_map.analysis.network import BARRIER
from micropolis_map.analysis.tag_numbers import incline_of, kerb_height_of, width_of

LEFT, RIGHT = (0, 7), (4, 7)
PROFILES = ("adult", "stroller", "wheelchair")


def streets(link=None, node=None, timestamp="2026-05-01T00:00:00Z"):
    """A street to the left and one to the right, 2 km long each, and a bent lane from one to the other."""
    spots = {1: (0, -10), 2: (0, 0), 3: (0, 10), 4: (4, -10), 5: (4, 1), 6: (4, 10), 7: (2, 1.5)}
    ways = [
        (1, [1, 2, 3], {"highway": "tertiary"}),
        (2, [4, 5, 6], {"highway": "tertiary"}),
        (3, [2, 7, 5], {"highway": "path", **(link or {})}),
    ]
    extract = extract_of({i: lon_lat(x, y) for i, (x, y) in spots.items()}, ways, {7: node} if node else None)
    return replace(extract, timestamp=timestamp)


def across(extract, who):
    """Whether `who` gets from the left to the right, and back: ">", "<", "<>" or ""."""
    walks = Walks(extract, who)
    there = math.isfinite(walks.metres(lon_lat(*LEFT), lon_lat(*RIGHT)))
    back = math.isfinite(walks.metres(lon_lat(*RIGHT), lon_lat(*LEFT)))
    return "<" * back + ">" * there


def passers(extract):
    """Who of adult, stroller and wheelchair gets across both ways, by their first letters."""
    return "".join(who[0] for who in PROFILES if across(extract, who) == "<>")


GATE = {"barrier": "swing_gate"}


@pytest.mark.parametrize(
    ("node", "who"),
    [
        (GATE, "asw"),
        (GATE | {"access": "private"}, ""),
        (GATE | {"access": "no", "bicycle": "yes"}, ""),
        (GATE | {"foot": "no"}, ""),
        (GATE | {"foot": "private", "access": "yes"}, ""),
        (GATE | {"access": "private", "foot": "designated"}, "asw"),
        (GATE | {"access": "no", "foot": "permissive"}, "asw"),
        (GATE | {"access": "private", "foot": "customers"}, ""),
        (GATE | {"access": "customers"}, "asw"),
        (GATE | {"locked": "yes"}, ""),
        (GATE | {"locked": "yes", "foot": "yes"}, "asw"),
        (GATE | {"locked": "no", "access": "private"}, ""),
        ({"barrier": "wall"}, ""),
        ({"barrier": "wall", "foot": "yes"}, ""),
        ({"barrier": "no", "access": "no"}, "asw"),
        ({"entrance": "yes", "access": "private"}, "asw"),
        ({"barrier": "cycle_barrier", "access": "no", "foot": "yes"}, "as"),
        (GATE | {"opening_hours": "Mo-Fr 07:00-19:00"}, "asw"),
        (GATE | {"opening_hours": "Sa-Su 07:00-19:00"}, ""),
        (GATE | {"locked": "no", "locked:conditional": "yes @ (08:00-12:00)"}, ""),
        (GATE | {"access": "private", "access:conditional": "yes @ (sunrise-sunset)"}, "asw"),
    ],
)
def test_gates_and_walls_close_a_way_to_everybody_by_the_rule_of_ways(node, who):
    assert passers(streets(node=node)) == who


@pytest.mark.parametrize(
    ("node", "who"),
    [
        ({"barrier": "kerb"}, "as"),
        ({"barrier": "kerb", "kerb": "lowered"}, "asw"),
        ({"barrier": "kerb", "kerb": "flush"}, "asw"),
        ({"barrier": "kerb", "kerb": "no"}, "asw"),
        ({"barrier": "kerb", "kerb": "yes"}, "asw"),
        ({"barrier": "kerb", "kerb": "raised"}, "as"),
        ({"kerb": "rolled"}, "as"),
        ({"barrier": "kerb", "kerb": "rolled", "wheelchair": "yes"}, "asw"),
        ({"barrier": "kerb", "kerb": "regular"}, "as"),
        ({"barrier": "kerb", "kerb": "regular", "kerb:height": "3 cm"}, "asw"),
        ({"barrier": "kerb", "kerb:height": "0.02"}, "asw"),
        ({"barrier": "kerb", "kerb:height": "0.12"}, "as"),
        ({"kerb": "lowered", "kerb:height": "6 cm"}, "as"),
        ({"kerb": "lowered", "wheelchair": "no"}, "as"),
    ],
)
def test_the_kerb_decides_over_the_barrier(node, who):
    assert passers(streets(node=node)) == who


@pytest.mark.parametrize(
    ("node", "who"),
    [
        ({"public_transport": "stop_position", "wheelchair": "no"}, "asw"),
        ({"highway": "bus_stop", "wheelchair": "no", "stroller": "no"}, "asw"),
        ({"shop": "bakery", "entrance": "main", "wheelchair": "no"}, "asw"),
        ({"traffic_calming": "table", "wheelchair": "no"}, "asw"),
        ({"highway": "crossing", "wheelchair": "no"}, "as"),
        ({"crossing": "traffic_signals", "highway": "traffic_signals", "wheelchair": "no"}, "as"),
        ({"railway": "level_crossing", "stroller": "no"}, "aw"),
        ({"barrier": "bollard", "wheelchair": "no"}, "as"),
        ({"barrier": "bollard", "wheelchair": "limited"}, "asw"),
    ],
)
def test_a_no_on_a_node_counts_only_where_the_node_is_in_the_way(node, who):
    assert passers(streets(node=node)) == who


@pytest.mark.parametrize(
    ("link", "directions"),
    [
        ({"highway": "steps", "conveying": "forward"}, ">"),
        ({"highway": "steps", "conveying": "backward"}, "<"),
        ({"highway": "footway", "conveying": "forward", "oneway": "yes"}, ">"),
        ({"highway": "footway", "conveying": "yes"}, "<>"),
        ({"highway": "steps", "conveying": "reversible"}, "<>"),
        ({"conveying": "yes", "oneway:foot": "-1"}, "<"),
        ({"conveying": "forward", "conveying:conditional": "backward @ (06:00-12:00)"}, "<"),
    ],
)
def test_escalators_and_moving_walks_go_one_way(link, directions):
    assert across(streets(link), "adult") == directions


@pytest.mark.parametrize(
    ("link", "who"),
    [
        ({"highway": "primary", "motorroad": "yes"}, ""),
        ({"highway": "primary", "motorroad": "yes", "foot": "designated"}, "asw"),
        ({"highway": "primary", "motorroad": "no"}, "asw"),
        ({"highway": "ladder"}, "a"),
        ({"highway": "via_ferrata", "wheelchair": "yes"}, "a"),
        ({"ladder": "yes"}, "a"),
        ({"sac_scale": "mountain_hiking"}, "asw"),
        ({"sac_scale": "demanding_mountain_hiking"}, "a"),
        ({"sac_scale": "difficult_alpine_hiking", "wheelchair": "yes"}, "a"),
        ({"incline": "14"}, "as"),
        ({"incline": "-9 - -16%"}, "a"),
        ({"incline": "1:12"}, "asw"),
        ({"width": "<80 cm"}, "as"),
        ({"width": "1'8\""}, "a"),
        ({"width": "0.5-0.9"}, "asw"),
    ],
)
def test_motorroads_climbs_slopes_and_widths(link, who):
    assert passers(streets(link)) == who


@pytest.mark.parametrize(
    ("link", "who"),
    [
        ({"access": "no", "foot:conditional": "yes @ (07:00-21:00)"}, "asw"),
        ({"access": "no", "foot:conditional": "yes @ (Sa,Su 00:00-24:00)"}, ""),
        ({"foot:conditional": "no @ (21:00-07:00)"}, "asw"),
        ({"foot": "yes", "foot:conditional": "no @ (Mo-Fr 08:00-16:00; SH off)"}, ""),
        ({"foot:conditional": "no @ Mo-Fr 08:00-16:00; Sa 10:00-12:00"}, ""),
        ({"foot:conditional": "no @ (06:00-22:00); yes @ (09:00-11:00)"}, "asw"),
        ({"access": "private", "access:conditional": "yes @ (Tu-Su 12:00-19:00; Th 12:00-21:00)"}, ""),
        ({"access": "private", "access:conditional": "no @ (20:00-06:00); yes"}, "asw"),
        ({"access:conditional": "no @ snow"}, "asw"),
        ({"access": "no", "foot:conditional": "Yes @ (06:00-22:00);"}, "asw"),
        ({"access": "no", "foot:conditional": "no @ (22:00-06:00), yes @ (06:00-22:00)"}, "asw"),
        ({"access": "no", "foot:conditional": "yes @ (Mo-Fr) AND (06:00-22:00)"}, "asw"),
        ({"access": "no", "foot:conditional": "yes @ ((sunrise-00:30)-(sunset+00:30))"}, "asw"),
        ({"access": "no", "foot:conditional": "yes@06:00-22:00"}, "asw"),
        ({"access:conditional": "no @ (08:00-18:00 AND weight>3.5)"}, "asw"),
        ({"access:conditional": "no @ (2024 Jun 1 - 2024 Sep 30)"}, "asw"),
        ({"access": "no", "foot:conditional": "yes @ (Apr-Oct)"}, "asw"),
        ({"motorroad:conditional": "yes @ (07:00-19:00)"}, ""),
        ({"opening_hours": "06.00-22.00"}, "asw"),
        ({"opening_hours": "Mo-Sa 07:00-20:00"}, "asw"),
        ({"opening_hours": "Mo-Fr 22:00-05:00; Sa-Su 00:00-24:00"}, ""),
        ({"opening_hours": "when the sun shines"}, "asw"),
        ({"opening_hours": '08:00-18:00 "by appointment"'}, "asw"),
        ({"highway": "motorway", "foot:conditional": "yes @ (Mo-Su)"}, ""),
    ],
)
def test_what_is_open_at_ten_on_an_ordinary_weekday_counts(link, who):
    assert passers(streets(link)) == who


def test_hours_are_asked_in_the_year_of_the_data():
    works = {"access:conditional": "no @ (2024 Jan 1 - 2024 Nov 30)"}
    assert passers(streets(works, timestamp="2024-05-01")) == ""
    assert passers(streets(works, timestamp="")) == "asw"


LANE_M = 2 * (100 * np.hypot(2.0, 1.5) + 100 * np.hypot(2.0, 0.5)) / 2


@pytest.mark.parametrize(
    ("link", "open_m", "closed_m"),
    [
        ({}, 0.0, 0.0),
        ({"foot:conditional": "no @ (22:00-06:00)"}, LANE_M, 0.0),
        ({"access": "no", "foot:conditional": "yes @ (Su)"}, 0.0, LANE_M),
        ({"opening_hours": "Mo-Fr 18:00-20:00"}, 0.0, LANE_M),
        ({"opening_hours": "24/7"}, 0.0, 0.0),
        ({"foot": "no", "access:conditional": "no @ (22:00-06:00)"}, 0.0, 0.0),
        ({"foot:conditional": "designated @ (22:00-06:00)"}, 0.0, 0.0),
    ],
)
def test_the_metres_that_hang_on_hours_are_counted(link, open_m, closed_m):
    timed = Walks(streets(link)).network.timed
    assert timed["open_m"] == pytest.approx(open_m, rel=1e-3)
    assert timed["closed_m"] == pytest.approx(closed_m, rel=1e-3)
    assert timed["open_gates"] == timed["closed_gates"] == 0


def test_gates_with_hours_are_counted():
    assert Walks(streets(node=GATE | {"opening_hours": "Su"})).network.timed["closed_gates"] == 1
    assert Walks(streets(node=GATE | {"opening_hours": "Mo-Fr"})).network.timed["open_gates"] == 1
    assert Walks(streets(node=GATE | {"opening_hours": "24/7"})).network.timed["open_gates"] == 0


def test_behind_a_shut_gate_lies_an_island_and_no_edge_leads_there():
    extract = extract_of(
        {1: lon_lat(0, 0), 2: lon_lat(12, 0), 3: lon_lat(12, 2), 4: lon_lat(12, 8)},
        [(1, [1, 2], {"highway": "tertiary"}), (2, [2, 3, 4], {"highway": "service"})],
        {3: GATE | {"access": "private"}},
    )
    walks = Walks(extract)
    assert not np.count_nonzero(walks.network.edge_kind == BARRIER)
    assert walks.network.summary()["islands"] == 1
    assert walks.snap(lon_lat(12, 3)).gap_m[0] == pytest.approx(100.0, abs=0.01)


def test_a_shut_gate_at_a_crossing_ends_each_of_its_ways():
    spots = {1: lon_lat(-12, 0), 2: lon_lat(0, 0), 3: lon_lat(12, 0), 4: lon_lat(0, 12)}
    ways = [(1, [1, 2, 3], {"highway": "track"}), (2, [2, 4], {"highway": "track"})]
    walks = Walks(extract_of(spots, ways, {2: {"barrier": "gate", "access": "no"}}))
    ends = [lon_lat(-10, 0), lon_lat(10, 0), lon_lat(0, 10)]
    assert np.isfinite(walks.matrix(ends, ends)).tolist() == np.eye(3, dtype=bool).tolist()


RISES = {
    "7": 0.07,
    "7 %": 0.07,
    "-7,5%": -0.075,
    "~7%": 0.07,
    "5–7%": 0.07,
    "70‰": 0.07,
    "1:10": 0.1,
    "-1:10": -0.1,
    "7% down": -0.07,
    "45 degrees": 1.0,
    "up": None,
    "7% or so": None,
    "": None,
    "%": None,
}


@pytest.mark.parametrize(("text", "rise"), RISES.items())
def test_inclines_in_every_spelling(text, rise):
    assert incline_of(text) == (None if rise is None else pytest.approx(rise))


WIDTHS = {
    "1.5": 1.5,
    "1,5 m": 1.5,
    "90cm": 0.9,
    "900 mm": 0.9,
    "3'": 0.9144,
    "3 ft 6 in": 1.0668,
    "3'6\"": 1.0668,
    '36"': 0.9144,
    "~0.9": 0.9,
    "60-90 cm": 0.9,
    "≤ 0.9 m": 0.9,
    "3 m 6": None,
    "wide": None,
    ">0.9": None,
    "": None,
    "3 parsecs": None,
}


@pytest.mark.parametrize(("text", "metres"), WIDTHS.items())
def test_widths_in_every_spelling(text, metres):
    assert width_of(text) == (None if metres is None else pytest.approx(metres))


def test_bounds_are_strict_and_kerbs_are_low():
    assert width_of("<0.8") < 0.8 < incline_of(">80%")
    assert [kerb_height_of(text) for text in ("3", "0.03", "1.5 cm", "low")] == [0.03, 0.03, 0.015, None]
