"""Guided walks as iCalendar (RFC 5545): one of them, or all of a community."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from icalendar import Calendar, Event

from micropolis_map.domain.guided_walk import GuidedWalk
from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark, translation
from micropolis_map.ports import TourStore
from micropolis_map.services.calendar_zones import zone_component

PRODUCT = "-//Micropolis Map//Guided walks//EN"
REFRESH = timedelta(hours=6)
"""How often a calendar that subscribed is asked to look again."""

ZONE_MARGIN = timedelta(days=400)
"""Before the first and after the last walk: at least one change to summer time and back."""

GUIDED, CALENDAR = mark("Guided walk: {tour}"), mark("Guided walks in {name}")
BARE = mark("Guided walk")
GUIDE, SPOKEN = mark("Guide: {name}"), mark("Languages: {languages}")
PLACES, SMOOTH = mark("Places: {n}"), mark("Step-free")
SIGN_UP = mark("Sign up, or cancel: {link}")


def calendar_of(walks: Iterable[GuidedWalk], tours: TourStore, address: str, lang: str, name: str) -> bytes:
    """Return the calendar of the walks.

    Times carry their community's zone, with its definition. A walk keeps its UID; SEQUENCE grows with each
    change; one called off stays, as CANCELLED.

    Parameters
    ----------
    address
        Scheme and host of this server, for links.
    name
        Of the calendar; empty for a single event.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if name:
        title = translation(lang).gettext(CALENDAR).format(name=name)
        calendar.add("x-wr-calname", title)
        calendar.add("name", title)
        calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT6H")
    listed = list(walks)
    for walk in listed:
        calendar.add_component(_event(walk, tours, address, lang))
    if listed:  # only the years around the walks: a zone's whole history is 100 times as long
        first, last = min(walk.begins for walk in listed), max(walk.ends for walk in listed)
        years = (first - ZONE_MARGIN).date(), (last + ZONE_MARGIN).date()
        zones = [zone_component(zone, *years) for zone in sorted(calendar.get_missing_tzids())]
        calendar.subcomponents[:0] = zones  # before the events that name them
    return bytes(calendar.to_ical())


def walk_title(walk: GuidedWalk, tours: TourStore, lang: str) -> str:
    """Return the walk's title: its tour's name, or only that it is a guided walk when the tour is gone."""
    tour = public_tour(tours, walk.tour_id)
    say = translation(lang).gettext
    if tour is None:
        return say(BARE)
    return say(GUIDED).format(tour=pick(tour.name, lang, tour.languages)[0])


def public_tour(tours: TourStore, tour_id: str) -> Tour | None:
    """Return the published tour, None without it."""
    try:
        return tours.get(tour_id)
    except NotFound:
        return None


def _event(walk: GuidedWalk, tours: TourStore, address: str, lang: str) -> Event:
    link = f"{address}/guided/{quote(walk.id)}?lang={lang}"
    event = Event()
    event.add("uid", f"{walk.id}@micropolis-map")
    event.add("dtstamp", _moment(walk.updated))
    event.add("created", _moment(walk.created))
    event.add("last-modified", _moment(walk.updated))
    event.add("sequence", walk.sequence)
    event.add("status", "CANCELLED" if walk.state == "cancelled" else "CONFIRMED")
    event.add("dtstart", walk.begins)
    # Of an hour that comes twice a calendar takes the first (RFC 5545, 3.3.5): the second is told in UTC.
    event.add("dtend", walk.ends.astimezone(UTC) if walk.ends.fold else walk.ends)
    event.add("summary", walk_title(walk, tours, lang))
    event.add("location", walk.meeting)
    event.add("description", _description(walk, link, lang))
    event.add("url", link)
    return event


def _description(walk: GuidedWalk, link: str, lang: str) -> str:
    say = translation(lang).gettext
    lines = [
        walk.note,
        say(GUIDE).format(name=walk.guide),
        say(SPOKEN).format(languages=", ".join(walk.languages)),
        say(PLACES).format(n=walk.places),
        say(SMOOTH) if walk.step_free else "",
        say(SIGN_UP).format(link=link),
    ]
    return "\n".join(line for line in lines if line)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
