"""Putting old places away: a few by itself, many or by a doubtful clock only when an organiser says so."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.place import Place
from micropolis_map.services.participation import Participation
from micropolis_map.services.rounds import Round
from micropolis_map.services.taking_care import CARETAKER, Freshnesses
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.round_store import Batch, Question, Reason

ARCHIVED = "nobody said within two years that it is still true"
SHARE, FLOOR = 0.05, 3
"""What a round archives by itself of a community's public places at most; the floor is for small ones."""
APART = timedelta(days=3)
"""Two rounds this far apart must find a place due."""
PUT_OFF = timedelta(days=30)
_SHOWN_BATCHES = 5


def at_once(public: int) -> int:
    """Return how many of so many public places may be archived together without asking.

    Examples
    --------
    >>> [at_once(n) for n in (0, 40, 79, 80, 1_000)]
    [3, 3, 3, 4, 50]
    """
    return max(FLOOR, int(public * SHARE))


def archive_old(desk: Participation, this: Round) -> list[str]:
    """Archive places nobody found true for two years, or ask the organisers; return the archived ids.

    Nothing of a community is archived when the clock jumped or more than `at_once` of its places are due.
    `found_true` and `take_back` reverse it.
    """
    known = Freshnesses(desk)
    everything = desk.places.places()
    public = Counter(place.community for place in everything)
    due = {place.id: place for place in everything if known.of(place) == "archive"}
    ripe = set(this.ripe("archive", due, APART))
    asked = desk.rounds.questions()
    archived: list[str] = []
    for community in sorted({place.community for place in due.values()} | asked.keys()):
        mine = [place for place in due.values() if place.community == community]
        if not mine:
            desk.rounds.drop_question(community)
            continue
        question = asked.get(community)
        if question and _is_put_off(question, this):
            continue
        if reason := _doubt(this, len(mine), public[community]):
            desk.rounds.ask(_question(this, community, reason, mine, public[community]))
            continue
        if question and question.reason == "many":
            desk.rounds.drop_question(community)
        if some := [place for place in mine if place.id in ripe]:
            batch = Batch(secrets.token_hex(8), community, CARETAKER, iso(this.now))
            archived += desk.rounds.archive(batch, some, Note(CARETAKER, ARCHIVED, iso(this.now))).places
    return archived


def question_for(desk: Participation, actor: Actor, community: str) -> Question | None:
    """Return what is asked about the community, with the places it is still about; None when nothing is."""
    require(actor, "hide", Subject(community))
    question = desk.rounds.questions().get(community)
    if question is None or question.put_off:
        return None
    places = tuple(place.id for place in _still_due(desk, question))
    return replace(question, places=places) if places else None


def archive_asked(desk: Participation, actor: Actor, community: str) -> Batch | None:
    """Archive the places that are asked about, on an organiser's word; None when nothing is asked."""
    require(actor, "hide", Subject(community))
    question = desk.rounds.questions().get(community)
    if question is None:
        return None
    by = f"{actor.role}:{actor.account_id}"[:60]
    batch = Batch(secrets.token_hex(8), community, by, desk.moment())
    return desk.rounds.archive(batch, _still_due(desk, question), Note(by, ARCHIVED, desk.moment()))


def put_off(desk: Participation, actor: Actor, community: str) -> None:
    """Archive nothing of the community and ask again in `PUT_OFF`."""
    require(actor, "hide", Subject(community))
    question = desk.rounds.questions().get(community)
    if question is not None:
        desk.rounds.ask(replace(question, put_off=iso(desk.now() + PUT_OFF)))


def batches(desk: Participation, actor: Actor, community: str) -> Sequence[Batch]:
    """Return the last batches that were archived together and not taken back, the newest first."""
    require(actor, "hide", Subject(community))
    return desk.rounds.batches(community, _SHOWN_BATCHES)


def take_back(desk: Participation, actor: Actor, batch_id: str) -> int:
    """Put the places of a batch back on the map; return how many nobody had changed since."""
    batch = desk.rounds.batch(batch_id)
    require(actor, "hide", Subject(batch.community))
    by = f"{actor.role}:{actor.account_id}"[:60]
    return desk.rounds.take_back(batch_id, Note(by, "took the archiving back", desk.moment()))


def _doubt(this: Round, due: int, public: int) -> Reason | None:
    if this.jumped:
        return "clock"
    return "many" if due > at_once(public) else None


def _question(this: Round, community: str, reason: Reason, places: Sequence[Place], public: int) -> Question:
    before = iso(this.before) if this.before else ""
    return Question(community, reason, iso(this.now), before, public, tuple(place.id for place in places))


def _is_put_off(question: Question, this: Round) -> bool:
    """Return whether an organiser still has time: not when the clock moved behind the question itself."""
    return bool(question.put_off) and question.asked <= iso(this.now) < question.put_off


def _still_due(desk: Participation, question: Question) -> list[Place]:
    known, asked = Freshnesses(desk), frozenset(question.places)
    return [
        place
        for place in desk.places.places(question.community)
        if place.id in asked and known.of(place) == "archive"
    ]
