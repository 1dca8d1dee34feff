"""Tags as people type them: capitals, blanks, lists, words for numbers, hours as on a notice."""

from __future__ import annotations

import pytest
from test_who_gets_through import GATE, across, passers, streets

from micropolis_map.analysis.tag_numbers import incline_of, width_of
from micropolis_map.domain.hours_as_written import in_syntax
from micropolis_map.domain.opening_hours import can_be_read, weekday_state


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
        ({"highway": "footway;steps"}, "a"),
        ({"highway": "track;path"}, "asw"),
        ({"highway": "construction;footway"}, ""),
        ({"foot:conditional": "no (Mo-Fr 08:00-17:00)"}, ""),
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
        ({"kerb": "lowered;raised"}, "as"),
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


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        ("PH off", "open"),
        ("SH off", "open"),
        ("SH Mo-Fr off", "open"),
        ("Dec 24-26 off", "open"),
        ("Nov-Mar: closed", "open"),
        ("Mo off", "open"),
        ("22:00-06:00 off", "open"),
        ("Mo-Fr off", "closed"),
        ("09:00-12:00 off", "closed"),
        ("off", "closed"),
        ('closed "for repairs"', "closed"),
        ("PH 10:00-12:00", "closed"),
        ("closed; Sa 10:00-12:00", "closed"),
        ("Su 10:00-12:00, PH off", "closed"),
    ],
)
def test_what_only_says_when_it_is_shut_is_open_at_other_times(hours, state):
    assert weekday_state(hours, 2026) == state


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("11-18 Uhr", "11:00-18:00"),
        ("Mo\u2014Fr 8:00 to 18:00", "Mo-Fr 8:00-18:00"),
        ("daily 8\u201318", "Mo-Su 8:00-18:00"),
        ("8-18 daily", "Mo-Su 8:00-18:00"),
        ("Weekdays 7am till 7pm", "Mo-Fr 07:00-19:00"),
        ("Open 24 hours", "24/7"),
        ("0800-1800", "08:00-18:00"),
        ("8:00-18", "8:00-18:00"),
        ("Mo-Fr 8-18 / Sa 9-13", "Mo-Fr 8:00-18:00; Sa 9:00-13:00"),
        ("Sa+So 10-16 Uhr", "Sa,Su 10:00-16:00"),
        ("Mo - Do 8:00 - 16:00, Fr 8 bis 12 Uhr", "Mo-Th 8:00-16:00, Fr 8:00-12:00"),
        ("pn.-pt. 8.00-18.00, niedz. i \u015bwi\u0119ta nieczynne", "Mo-Fr 8:00-18:00, Su,PH off"),
        ("Mo-Fr od 8 do 18", "Mo-Fr 8:00-18:00"),
        ("od \u015bwitu do zmierzchu", "dawn-dusk"),
        ("man-fre kl. 8 til 16, l\u00f8rdag lukket", "Mo-Fr 8:00-16:00, Sa off"),
        ("lun-mar dalle 8 alle 20", "Mo-Tu 8:00-20:00"),
        ("lundi au vendredi de 8h \u00e0 18h30", "Mo-Fr 8:00-18:30"),
        ("\u043f\u043d-\u043f\u0442 \u0437 9 \u0434\u043e 18", "Mo-Fr 9:00-18:00"),
    ],
)
def test_hours_as_on_a_door_in_several_languages(written, meant):
    assert in_syntax(written) == meant


@pytest.mark.parametrize("text", ["do 8-18", "so 10-12", "ma 9-17", "8-18 in summer", "not on Sundays"])
def test_hours_that_may_mean_two_things_are_not_read(text):
    assert not can_be_read(text)
    assert weekday_state(text, 2026) == "unknown"
