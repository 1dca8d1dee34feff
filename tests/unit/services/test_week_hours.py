"""Whether a place is open in an ordinary week."""

from __future__ import annotations

import pytest

from micropolis_map.domain.opening_hours import CLOSED, OPEN, UNKNOWN, WeekHour, state_at
from micropolis_map.errors import InvalidInput

SATURDAY_TEN = WeekHour.parse("Sa 10:00")


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        ("24/7", OPEN),
        ("Sa 10:00-12:00", OPEN),
        ("Sa 09:00-10:00", CLOSED),
        ("Mo-Fr 09:00-18:00", CLOSED),
        ("Apr-Oct Sa 10:00-18:00", OPEN),
        ("Jun-Aug Sa 10:00-18:00", CLOSED),
        ("PH off; Mo-Su 09:00-17:00", OPEN),
        ("sunrise-sunset", OPEN),
        ("Fr 20:00-11:00", OPEN),
        ('Sa 10:00-12:00 "members only"', UNKNOWN),
        ('"by appointment"', UNKNOWN),
        ("Sa unknown", UNKNOWN),
        ("open when we are there", UNKNOWN),
        ("", UNKNOWN),
        ("Mo " * 200, UNKNOWN),
        ("Mo–Su 09:00–17:00", OPEN),
        ("Mo-Su 09:00-17:00;", OPEN),
        ("SH Mo-Su 09:00-17:00", CLOSED),
        ("PH Sa 09:00-17:00", CLOSED),
        ("Mo-Sa SH 09:00-17:00", CLOSED),
        ("Sa 09:00-12:00; SH Mo-Su off", OPEN),
        ("Sa,SH 09:00-12:00", OPEN),
        ('SH Sa 10:00-12:00 "for children; and others"', UNKNOWN),
        ("24/7; Sa 09:00-11:00 off", CLOSED),
        ("Fr 22:00-26:00", CLOSED),
        (";", UNKNOWN),
    ],
)
def test_an_ordinary_week(hours, state):
    assert state_at(hours, SATURDAY_TEN, 2026) == state


@pytest.mark.parametrize("text", ["Sa 10:00", "sa 10", "Sa-10", "SA10:00"])
def test_an_hour_may_be_written_in_several_ways(text):
    assert str(WeekHour.parse(text)) == "Sa 10:00"


@pytest.mark.parametrize("text", ["", "Sa", "Sa 24:00", "Sa 10:61", "Xy 10:00", "10:00", "Sa 10:00; drop"])
def test_what_is_no_hour_of_the_week_is_said(text):
    with pytest.raises(InvalidInput, match="no hour of the week"):
        WeekHour.parse(text)
