"""Guided walks: an organiser announces one, people sign up without an account, whoever waits moves up.

Who has a place follows from the order of signing up alone (`domain.guided_walk.waiting_numbers`): a walk is
never overbooked, and a place that is given back is the next one's at that moment.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.guided_walk import GuidedWalk, Seat, waiting_numbers
from micropolis_map.domain.permission import Actor, Subject, may, require
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import Conflict, InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.ports import TourStore
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import limit
from micropolis_map.services.rounds import Round
from micropolis_map.services.time_zones import check_zone
from micropolis_map.services.touring_suggesting import district_of_tour
from micropolis_map.stores.walk_store import no_walk

MOST_PLACES, MOST_MINUTES = 200, 720
LONGEST = {"meeting": 300, "guide": 100, "note": 1_000, "name": 80, "contact": 200}
MOST_SEATS = 5
"""That one address may take on a walk within a day, and at most half of its places: others come, too."""
TWO_AT_HOME = 2
"""Two people of one household may always ask, if only to wait."""
FORGOTTEN_AFTER = timedelta(days=1)
"""So long after the end of a walk the guide may still write to who was there."""
LOST_AFTER = timedelta(days=30)
"""So long there is to mend a walk that cannot be read."""
SHOWN_AFTER = timedelta(days=90)
"""So long calendars keep a walk that is over."""

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class Announcement:
    """What an organiser writes; `starts` is ``YYYY-MM-DDTHH:MM`` by the clocks of `zone`."""

    tour_id: str
    starts: str
    zone: str
    minutes: int
    meeting: str
    guide: str
    places: int
    languages: tuple[str, ...] = ("en",)
    step_free: bool = False
    note: str = ""


@dataclass(frozen=True)
class SignUp:
    """What somebody who wants to come sends.

    Attributes
    ----------
    id
        Made by the sender: 16 to 64 letters, digits, ``-`` and ``_``; sending it twice is signing up once.
    secret
        The private key that gives the seat back, made by the sender; only its hash is kept.
    contact
        May be empty; seen by organisers only and erased after the walk.
    """

    walk_id: str
    id: str
    secret: str
    name: str
    contact: str = ""


@dataclass(frozen=True)
class Standing:
    """A seat and how it stands: `waiting` is 0 with a place, else the number on the waiting list."""

    walk: GuidedWalk
    seat: Seat
    waiting: int


@dataclass(frozen=True)
class Occupancy:
    """How full a walk is; nobody is named."""

    taken: int
    free: int
    waiting: int


def may_guide(
    desk: Participation, tours: TourStore | None, actor: Actor, community: str, tour_id: str
) -> bool:
    """Return whether the actor may guide walks along the tour: who looks after the district it begins in.

    Without `tours`, or where the tour is gone, only who looks after the whole community.
    """
    return may(actor, "guide", _subject(desk, tours, community, tour_id))


def announce(
    desk: Participation, tours: TourStore, actor: Actor, community: str, told: Announcement
) -> GuidedWalk:
    """Announce a walk along a published tour of the community.

    Raises
    ------
    NotAllowed
        The actor organises nothing there; of one district: the tour begins in another.
    NotFound
        There is no such published tour in the community.
    InvalidInput
        Something is missing, too long, or the time is past or does not exist there.
    """
    require(actor, "guide", _subject(desk, tours, community, told.tour_id))
    _check_tour(tours, community, told.tour_id)
    now = desk.moment()
    walk = GuidedWalk(
        id=f"w-{secrets.token_hex(8)}", community=community, created=now, updated=now, **_checked(desk, told)
    )
    return desk.walks.put(walk)


def change(
    desk: Participation, tours: TourStore, actor: Actor, walk: GuidedWalk, told: Announcement
) -> GuidedWalk:
    """Change what was announced; whoever signed up keeps their turn.

    Raises
    ------
    Conflict
        Somebody changed it since `walk` was read.
    """
    for tour_id in (walk.tour_id, told.tour_id):
        require(actor, "guide", _subject(desk, tours, walk.community, tour_id))
    _check_tour(tours, walk.community, told.tour_id)
    changed = replace(walk, **_checked(desk, told))
    return _again(desk, changed)


def cancel(desk: Participation, actor: Actor, walk: GuidedWalk, tours: TourStore | None = None) -> GuidedWalk:
    """Call the walk off; calendars say so."""
    require(actor, "guide", _subject(desk, tours, walk.community, walk.tour_id))
    return _again(desk, replace(walk, state="cancelled"))


def revive(desk: Participation, actor: Actor, walk: GuidedWalk, tours: TourStore | None = None) -> GuidedWalk:
    """Take the cancelling back."""
    require(actor, "guide", _subject(desk, tours, walk.community, walk.tour_id))
    return _again(desk, replace(walk, state="announced"))


def upcoming(desk: Participation, community: str, tour_id: str = "") -> Sequence[GuidedWalk]:
    """Return the walks that are not over, the next one first; those called off too."""
    now = desk.now()
    walks = desk.walks.walks(community, since=iso(now - timedelta(minutes=MOST_MINUTES)))
    return [walk for walk in walks if walk.ends > now and tour_id in {"", walk.tour_id}]


def in_calendar(desk: Participation, community: str) -> Sequence[GuidedWalk]:
    """Return the walks a calendar shows: those to come, and those of the last `SHOWN_AFTER`."""
    return desk.walks.walks(community, since=iso(desk.now() - SHOWN_AFTER))


def open_walk(desk: Participation, walk_id: str) -> GuidedWalk:
    """Return the walk; `NotFound` without one, or where its community is not shown."""
    walk = desk.walks.get(walk_id)
    if walk.community not in desk.communities.slugs():
        raise no_walk(walk_id)
    return walk


def occupancy(desk: Participation, walk: GuidedWalk) -> Occupancy:
    """Return how full the walk is."""
    waiting = waiting_numbers(desk.walks.seats(walk.id), walk.places)
    queue = sum(number > 0 for number in waiting.values())
    taken = len(waiting) - queue
    return Occupancy(taken, walk.places - taken, queue)


def people(
    desk: Participation, actor: Actor, walk: GuidedWalk, tours: TourStore | None = None
) -> list[tuple[Seat, int]]:
    """Return who comes and who waits, in their order, with their number on the waiting list."""
    require(actor, "guide", _subject(desk, tours, walk.community, walk.tour_id))
    seats = desk.walks.seats(walk.id)
    waiting = waiting_numbers(seats, walk.places)
    return [(seat, waiting[seat.id]) for seat in seats if seat.id in waiting]


def sign_up(desk: Participation, asked: SignUp, address: str = "") -> Standing:
    """Sign somebody up; the same id sent again is the same seat.

    Raises
    ------
    NotFound
        There is no such walk.
    Conflict
        It was called off, or it has begun.
    InvalidInput
        No name, or something too long.
    TooMany
        Too much from this address, in all or on this walk.
    """
    key = hashed(check_secret(asked.secret))
    if not _ID.fullmatch(asked.id):
        raise InvalidInput(
            mark("sign-up id {id} is not valid"),
            mark("use 16 to 64 of A-Z a-z 0-9 - _"),
            id=repr(asked.id[:80]),
        )
    limit(desk, address, "sign_up")
    walk = open_walk(desk, asked.walk_id)
    known = {seat.id for seat in desk.walks.seats(walk.id)}
    if asked.id not in known:  # the same seat asked for again is one
        most = min(MOST_SEATS, max(TWO_AT_HOME, (walk.places + 1) // 2))
        limit(desk, address, "seat", of=walk.id, most=most)
    name, contact = _text("name", asked.name, required=True), _text("contact", asked.contact)
    now = desk.now()

    def check(walk: GuidedWalk) -> None:
        if walk.state == "cancelled":
            raise Conflict(mark("this walk was called off"), mark("choose another walk"))
        if walk.begins <= now:
            raise Conflict(mark("this walk has begun"), mark("choose another walk"))

    wanted = Seat(asked.id, asked.walk_id, name, contact, key, iso(now))
    seat, seats = desk.walks.sign_up(wanted, check)
    walk = desk.walks.get(asked.walk_id)
    return Standing(walk, seat, waiting_numbers(seats, walk.places).get(seat.id, 0))


def standings(desk: Participation, secret: str, walk_id: str = "") -> list[Standing]:
    """Return the seats taken with this private key that still hold, on one walk or on all."""
    held = []
    for seat in desk.walks.seats_of(hashed(check_secret(secret))):
        if seat.cancelled or walk_id not in {"", seat.walk_id}:
            continue
        walk = desk.walks.get(seat.walk_id)
        held.append(Standing(walk, seat, waiting_numbers(desk.walks.seats(walk.id), walk.places)[seat.id]))
    return held


def give_back(desk: Participation, secret: str, seat_id: str, walk_id: str = "") -> GuidedWalk:
    """Give a seat back, of this walk or of any; also of one that is not shown any more. Return the walk.

    Name and contact are erased at once, and the next one moves up.

    Raises
    ------
    NotFound
        The key holds no such seat.
    """
    key, of_walk = desk.walks.held(seat_id[:64])
    if key != hashed(check_secret(secret)) or walk_id not in {"", of_walk}:
        raise NotFound(mark("this key holds no such seat"), mark("open your private link again"))
    desk.walks.give_back(seat_id[:64], desk.moment())
    return desk.walks.get(of_walk)


def forget_people(desk: Participation, this: Round) -> int:
    """Erase who came on walks that a round `FORGOTTEN_AFTER` ago found over; return of how many.

    Those of a walk that cannot be read `LOST_AFTER`: nobody knows when it is over.
    """
    known = {walk.id: walk for walk in desk.walks.walks()}
    named = desk.walks.with_names()
    over = [one for one in named if one in known and known[one].ends <= this.now]
    ripe = this.ripe("walkers", over, FORGOTTEN_AFTER)
    ripe += this.ripe("lost walkers", named - known.keys(), LOST_AFTER)
    return desk.walks.forget_people(ripe, desk.moment()) if ripe else 0


def _subject(desk: Participation, tours: TourStore | None, community: str, tour_id: str) -> Subject:
    """Return the community and the district in which the tour begins, for the rules."""
    if tours is None:
        return Subject(community)
    try:
        return Subject(community, district_of_tour(desk, tours.get(tour_id)))
    except NotFound:
        return Subject(community)


def _again(desk: Participation, walk: GuidedWalk) -> GuidedWalk:
    return desk.walks.put(replace(walk, sequence=walk.sequence + 1, updated=desk.moment()))


def _check_tour(tours: TourStore, community: str, tour_id: str) -> None:
    if tours.get(tour_id).community != community:
        raise NotFound(
            mark("there is no tour {id} in {community}"),
            mark("choose one of its tours"),
            id=repr(tour_id[:128]),
            community=repr(community),
        )


def _checked(desk: Participation, told: Announcement) -> dict[str, Any]:
    starts = _moment(told.starts, told.zone)
    if starts <= desk.now():
        raise InvalidInput(
            mark("the walk would begin at {time}, which is past"),
            mark("choose a later time"),
            time=told.starts,
        )
    if not 1 <= told.places <= MOST_PLACES:
        raise InvalidInput(mark("{n} places"), mark("give 1 to {most}"), n=told.places, most=MOST_PLACES)
    if not 5 <= told.minutes <= MOST_MINUTES:
        raise InvalidInput(
            mark("a walk of {n} minutes"), mark("give 5 to {most}"), n=told.minutes, most=MOST_MINUTES
        )
    unknown = [lang for lang in told.languages if lang not in LANGUAGES]
    if unknown or not told.languages:
        raise InvalidInput(
            mark("the languages are {languages}"),
            mark("choose of {known}"),
            languages=list(told.languages),
            known=", ".join(LANGUAGES),
        )
    return {
        "tour_id": told.tour_id,
        "starts": iso(starts),
        "zone": told.zone,
        "minutes": told.minutes,
        "meeting": _text("meeting", told.meeting, required=True),
        "guide": _text("guide", told.guide, required=True),
        "places": told.places,
        "languages": tuple(dict.fromkeys(told.languages)),
        "step_free": told.step_free,
        "note": _text("note", told.note),
    }


def _moment(text: str, zone: str) -> datetime:
    """Return the moment by the clocks of `zone`; of an hour that comes twice in autumn the first."""
    clock = check_zone(zone)
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            mark("the start is {text}"), mark("write it as 2026-12-24T14:00"), text=repr(text[:40])
        ) from None
    moment = local.replace(tzinfo=clock).astimezone(UTC)
    if moment.astimezone(clock).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise InvalidInput(
            mark("{time} does not exist in {zone}: clocks change"),
            mark("choose another time"),
            time=text[:40],
            zone=zone,
        )
    return moment


def _text(field: str, text: str, *, required: bool = False) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        raise InvalidInput(mark("{field} holds control characters"), mark("write plain text"), field=field)
    text = text if field == "note" else visible(text)
    text = " ".join(text.split()) if field in {"name", "contact", "guide"} else text.strip()
    if required and not text:
        raise InvalidInput(mark("{field} is empty"), mark("write something"), field=field)
    if len(text) > LONGEST[field]:
        raise InvalidInput(
            mark("{field} has {n} characters"),
            mark("write at most {most}"),
            field=field,
            n=len(text),
            most=LONGEST[field],
        )
    return text
