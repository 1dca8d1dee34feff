"""Tags as people type them: capitals, blanks, lists, words for numbers, hours as on a notice."""

from __future__ import annotations

import pytest
from test_who_gets_through import GATE, across, passers, streets

from micropolis_map.analysis.tag_numbers import incline_of, width_of
from micropolis_map.domain.opening_hours import weekday_state


@pytest.mark.parametrize(
    ("link", "who"),
    [
        ({"access": "Private"}, ""),
        ({"access": "no;private"}, ""),
        ({"access": "private;customers"}, "asw"),
        ({"foot": " no "}, ""),
        ({"access": "NO", "foot": "Designated"}, "asw"),
        ({"access": "no", "foot": "yes; permissive"}, "asw"),
        ({"motorroad": "Yes"}, ""),
        ({"highway": "Steps"}, "a"),
        ({"wheelchair": "No"}, "as"),
        ({"surface": "Mud"}, "a"),
        ({"sac_scale": "T3+"}, "a"),
        ({"sac_scale": "mountain_hiking;demanding_mountain_hiking"}, "a"),
        ({"sac_scale": "T1-T2"}, "asw"),
        ({"barrier": "kerb", "kerb": "flush"}, "asw"),
        ({"barrier": "kerb", "kerb": "raised"}, "as"),
        ({"kerb": "raised", "kerb:height": "25 mm"}, "asw"),
        ({"kerb:height": "0.15"}, "asw"),
    ],
)
def test_ways(link, who):
    assert passers(streets(link)) == who


@pytest.mark.parametrize(
    ("node", "who"),
    [
        (GATE | {"access": "No"}, ""),
        (GATE | {"locked": "YES"}, ""),
        (GATE | {"access": "private;no", "foot": "yes "}, "asw"),
        ({"barrier": "Wall"}, ""),
        ({"barrier": "bollard;kerb"}, "as"),
        ({"barrier": "kerb", "kerb": "Lowered"}, "asw"),
        ({"barrier": "kerb", "kerb": "flush;lowered"}, "asw"),
        ({"railway": "tram_crossing", "wheelchair": "no"}, "as"),
    ],
)
def test_nodes(node, who):
    assert passers(streets(node=node)) == who


def test_belts():
    assert across(streets({"highway": "footway", "conveying": "Backward"}), "adult") == "<"
    assert across(streets({"oneway:foot": "Yes"}), "adult") == ">"


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("60 centimetres", 0.6),
        ("max. 0.6 m", 0.6),
        ("0.6m max", 0.6),
        ("0.5;0.6", 0.6),
        ("0.5..0.6", 0.6),
        ("0.6 (estimated)", 0.6),
        ("0.6 m.", 0.6),
        ("c. 0.6", 0.6),
        ("3''", 0.0762),
        ("at least 0.6", None),
        ("0.6+", None),
    ],
)
def test_widths(text, metres):
    assert width_of(text) == (None if metres is None else pytest.approx(metres))


@pytest.mark.parametrize(
    "text", ["12 percent", "±12%", "9%;12%", "9% / 12%", "max 12%", "12%?", "up (12%)", "about 12 %", "9..12"]
)
def test_inclines(text):
    assert incline_of(text) == pytest.approx(0.12)


def test_one_in_eight_and_more_than():
    assert incline_of("1 in 8") == pytest.approx(0.125)
    assert 0.12 < incline_of("more than 12%") < 0.1201
    assert 0.7999 < width_of("less than 0.8") < 0.8


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        ("Mon - Fri: 11:00 - 18:00", "closed"),
        ("11am-8pm", "closed"),
        ("8:30 a.m. - 6 p.m.", "open"),
        ("Mo-Fr 11-18; Sa 9-13", "closed"),
        ("8h-20h30", "open"),
        ("Dec 1-24", "closed"),
        ("easter -2 days-easter +1 day 08:00-18:00", "closed"),
        ("Mo-Fr when we like", "unknown"),
    ],
)
def test_hours(hours, state):
    assert weekday_state(hours, 2026) == state
