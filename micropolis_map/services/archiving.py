"""Putting old places away: very few by itself, more or by a doubtful clock only when an organiser says so."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from micropolis_map.domain.freshness import iso, moment_of
from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.place import Place
from micropolis_map.services.participation import Participation
from micropolis_map.services.rounds import Round
from micropolis_map.services.taking_care import CARETAKER, Freshnesses
from micropolis_map.stores.damage import is_moment
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.round_store import Batch, Question, Reason

ARCHIVED = "nobody said within two years that it is still true"
ONE_IN = 20
"""Of a community's public places rounds archive at most one in so many `LATELY` without asking, or one."""
LATELY = timedelta(days=30)
APART = timedelta(days=3)
"""Two rounds this far apart must find a place due."""
PUT_OFF = timedelta(days=30)
_SHOWN_BATCHES = 5


def without_asking(public: int) -> int:
    """Return how many of so many public places may be archived `LATELY` without asking.

    Examples
    --------
    >>> [without_asking(n) for n in (1, 3, 39, 40, 79, 1_000)]
    [1, 1, 1, 2, 3, 50]
    """
    return max(1, public // ONE_IN)


def archive_old(desk: Participation, this: Round) -> list[str]:
    """Archive places nobody found true for two years, or ask the organisers; return the archived ids.

    Nothing of a community is archived when the clock jumped, when with what rounds archived `LATELY` it would
    be more than `without_asking`, and while something is asked about it: what is due joins the question.
    A question ends by an answer, or when nothing of its community is due any more.
    `found_true` and `take_back` reverse it.
    """
    known = Freshnesses(desk)
    everything = desk.places.places()
    public = Counter(place.community for place in everything)
    due = {place.id: place for place in everything if known.of(place) == "archive"}
    ripe = set(this.ripe("archive", due, APART))
    asked, unanswered = desk.rounds.questions(), desk.rounds.asked_about()
    lately = _archived_lately(desk, this)
    archived: list[str] = []
    towns = {place.community for place in due.values()}
    for community in sorted(towns):
        mine = [place for place in due.values() if place.community == community]
        gone = lately[community]
        too_many = gone + len(mine) > without_asking(gone + public[community])
        if this.jumped or too_many or community in unanswered:
            _ask(desk, this, asked.get(community), mine, public[community])
        elif some := [place for place in mine if place.id in ripe]:
            batch = Batch(secrets.token_hex(8), community, CARETAKER, iso(this.now))
            archived += desk.rounds.archive(batch, some, Note(CARETAKER, ARCHIVED, iso(this.now))).places
    # A hidden town is not looked at: what is asked about it waits until it is shown.
    for community in unanswered.intersection(desk.communities.slugs()) - towns:
        desk.rounds.drop_question(community)
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


def _archived_lately(desk: Participation, this: Round) -> Counter[str]:
    """Return how many places of each community rounds archived `LATELY` without asking.

    A moment soon after now counts, too: the clock was put right meanwhile. So does one that cannot be read.
    """
    found: Counter[str] = Counter()
    for community, recorded, places in desk.rounds.archived_by(CARETAKER):
        if not is_moment(recorded) or abs(this.now - moment_of(recorded, this.now)) < LATELY:
            found[community] += places
    return found


def _ask(
    desk: Participation, this: Round, open_one: Question | None, due: Sequence[Place], public: int
) -> None:
    """Ask about all that is due; what is asked already keeps its reason until the clock jumps again."""
    if open_one and _is_put_off(open_one, this):
        return
    ids = tuple(place.id for place in due)
    if open_one and not this.jumped:
        question = replace(open_one, public=public, places=ids, put_off="")
    else:
        before, reason = iso(this.before) if this.before else "", _reason(this)
        question = Question(due[0].community, reason, iso(this.now), before, public, ids)
    if question != open_one:
        desk.rounds.ask(question)


def _reason(this: Round) -> Reason:
    return "clock" if this.jumped else "many"


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
