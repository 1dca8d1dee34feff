"""VTIMEZONE beside the zones as IANA has them, and beside those that are published."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from micropolis_map.services.calendar_zones import zone_component

FIRST, LAST = date(2025, 10, 1), date(2028, 4, 20)
WITHOUT_RULE = ("Africa/Casablanca", "Asia/Gaza", "Africa/Cairo")


def offset_at(zone, moment: datetime) -> timedelta:
    """Read the component as RFC 5545, 3.6.5, says: the latest change before, each in the time before it."""
    found = []
    for part in zone.walk():
        if part.name == "VTIMEZONE":
            continue
        before = part.TZOFFSETFROM
        local = (moment + before).replace(tzinfo=None)
        begins = [part.DTSTART]
        if "RRULE" in part:
            begins.append(
                rrulestr(part["RRULE"].to_ical().decode(), dtstart=part.DTSTART).before(local, inc=True)
            )
        listed = part.get("RDATE", [])
        begins += [
            leaf.dt for tree in (listed if isinstance(listed, list) else [listed]) for leaf in tree.dts
        ]
        found += [(one - before, part.TZOFFSETTO) for one in begins if one and one <= local]
    return max(found)[1]


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Warsaw", "Europe/Dublin", "America/New_York", "America/Nuuk", "Asia/Jerusalem", "Asia/Tokyo",
        "Australia/Lord_Howe", "America/Sao_Paulo", *WITHOUT_RULE,
    ],
)  # fmt: skip
def test_a_calendar_reads_the_clocks_of_the_zone(name):
    component, zone = zone_component(name, FIRST, LAST), ZoneInfo(name)
    moment = datetime(2026, 11, 5, tzinfo=UTC)  # walks are that long after the first day
    while moment.date() < LAST:
        assert offset_at(component, moment) == moment.astimezone(zone).utcoffset(), moment
        moment += timedelta(minutes=30 * 37)  # every hour of the day comes in turn
    for day in range(1, 32):  # and each half hour of the spring in which clocks change
        for half in range(48):
            moment = datetime(2027, 3, day, tzinfo=UTC) + timedelta(minutes=30 * half)
            assert offset_at(component, moment) == moment.astimezone(zone).utcoffset(), moment


@pytest.mark.parametrize(
    ("name", "published"),
    [  # tzurl.org and Outlook; the day a rule begins is ours
        (
            "Europe/Warsaw",
            {
                "DAYLIGHT": ("T020000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "+0100", "+0200"),
                "STANDARD": ("T030000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "+0200", "+0100"),
            },
        ),
        (
            "America/New_York",
            {
                "DAYLIGHT": ("T020000", "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "-0500", "-0400"),
                "STANDARD": ("T020000", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11", "-0400", "-0500"),
            },
        ),
        (
            "Europe/Dublin",
            {
                "DAYLIGHT": ("T010000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "+0000", "+0100"),
                "STANDARD": ("T020000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "+0100", "+0000"),
            },
        ),
    ],
)
def test_a_zone_repeats_by_the_rule_that_is_published(name, published):
    zone = zone_component(name, FIRST, LAST)
    parts = [part for part in zone.walk() if part.name != "VTIMEZONE"]
    told = {
        part.name: (
            f"T{part.DTSTART:%H%M%S}",
            part["RRULE"].to_ical().decode(),
            *(str(part[field].to_ical()) for field in ("TZOFFSETFROM", "TZOFFSETTO")),
        )
        for part in parts
    }
    assert (len(parts), told) == (2, published)
    assert b"RDATE" not in zone.to_ical()


@pytest.mark.parametrize("name", WITHOUT_RULE)
def test_a_zone_without_one_rule_has_its_changes(name):
    told = zone_component(name, FIRST, LAST).to_ical()
    assert b"RDATE" in told
    assert b"RRULE" not in told
