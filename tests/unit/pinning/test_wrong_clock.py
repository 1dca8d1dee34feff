"""Whatever the clock says: no map is emptied and nothing is erased without an organiser or without time."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pinning_builders import (
    ADMINISTRATOR,
    ANIN_ORGANISER,
    ELSEWHERE,
    ORGANISER,
    PLANNER,
    Clock,
    a_submission,
    feature,
    holder,
    look_daily,
    secret,
)  # fmt: skip

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place
from run_store_contract import a_run
from walk_store_contract import a_walk

from micropolis_map.domain.community import Community
from micropolis_map.domain.freshness import iso, months_since
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, RESIDENT
from micropolis_map.errors import NotAllowed, NotFound, TooMany
from micropolis_map.services import (
    archiving,
    guided_walks,
    mine,
    moderating,
    pinning,
    rounds,
    signing_in,
    taking_care,
)
from micropolis_map.services.caretaking import Caretaker
from micropolis_map.services.participation import Participation
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.round_store import CARE_DUE, CARE_ROUND
from micropolis_map.stores.run_store import SqlRunStore

THREE_YEARS = {"days": 3 * 365}
STEPS = [timedelta(hours=6), timedelta(days=1), timedelta(days=1.9), timedelta(hours=-5)]
STEPS += [timedelta(days=days) for days in (2, 30, 740, 1_100, -2, -740, -1_100)]
_numbers = count()


def a_town(desk, clock, places: int, community: str = "wawer", name: str = "") -> None:
    """A town whose places were all found true today."""
    ids = [f"{name or community}-{n}" for n in range(places)]
    told = [a_place(one, community=community, created="", updated="") for one in ids]
    desk.revisions.put_many(told, Note("import", "", iso(clock.now)))


def public(desk, community: str = "wawer") -> dict[str, str]:
    """The public places with what they say."""
    return {place.id: repr(replace(place, revision=1)) for place in desk.places.places(community)}


def erasable(desk, clock) -> None:
    """A refused proposal, somebody on a walk, a deleted result: each is erased some time later."""
    sent = pinning.submit(desk, a_submission(feature=feature("Refused"))).proposal
    moderating.reject(desk, ORGANISER, sent.id, "No.")
    starts = iso(clock.now + timedelta(hours=2))
    desk.walks.put(a_walk(community="wawer", starts=starts))
    guided_walks.sign_up(desk, guided_walks.SignUp("w-one", "s" * 16, secret(), "Zuzanna"))
    runs = SqlRunStore(desk.care._database)
    runs.add(a_run())
    runs.set_deleted("one", iso(clock.now))


def left(desk) -> set[str]:
    """What of `erasable` is there."""
    found = {"refused" for thing in mine.things(desk, holder()) if thing.proposal.content}
    found |= {"walker" for seat in desk.walks.seats("w-one") if seat.name}
    try:
        SqlRunStore(desk.care._database).get("one")
    except NotFound:
        return found
    return found | {"result"}


def test_three_years_ahead_archives_and_erases_nothing_and_says_so(desk, clock):
    a_town(desk, clock, 40)
    erasable(desk, clock)
    before = public(desk)
    caretaker = Caretaker(desk, 12, SqlRunStore(desk.care._database))
    caretaker.look()
    clock.move(**THREE_YEARS)
    caretaker.look()
    assert public(desk) == before
    assert left(desk) == {"refused", "walker", "result"}
    question = archiving.question_for(desk, ORGANISER, "wawer")
    assert (question.reason, len(question.places), question.public) == ("clock", 40, 40)
    assert (question.before, question.asked) == ("2026-11-21T12:00:00Z", "2029-11-20T12:00:00Z")
    clock.move(days=-3 * 365, hours=6)
    caretaker.look()
    assert archiving.question_for(desk, ORGANISER, "wawer") is None
    assert public(desk) == before
    assert left(desk) == {"refused", "walker", "result"}


@pytest.mark.parametrize("damaged", ["\x00\x07", "2026-13-45", "0001-01-01T00:00:00+23:00", ""])
def test_a_damaged_moment_of_the_last_round_is_a_jump_and_the_next_is_none(desk, clock, damaged):
    a_town(desk, clock, 3)
    caretaker = Caretaker(desk)
    caretaker.look()
    clock.move(days=740)
    look_daily(desk, clock, 2)
    with desk.care._database.writing() as connection:
        connection.execute(sa.update(CARE_ROUND).values(moment=damaged))
        connection.execute(sa.update(CARE_DUE).values(since=damaged))
    clock.move(hours=6)
    caretaker.look()
    assert len(public(desk)) == 3
    with desk.care._database.reading() as connection:
        kept = connection.execute(sa.select(CARE_DUE.c.since)).scalars().all()
        assert set(kept) | {connection.execute(sa.select(CARE_ROUND.c.moment)).scalar_one()} == {
            iso(clock.now)
        }


def test_what_was_counted_under_a_clock_that_was_ahead_keeps_nobody_waiting(desk, clock):
    clock.now = clock.now.replace(hour=1)
    most, _ = pinning.LIMITS["submit"]

    def as_often_as_one_may() -> int:
        for done in range(most + 1):
            try:
                pinning.limit(desk, "192.0.2.1", "submit")
            except TooMany:
                return done
        return most + 1

    clock.move(hours=20)
    assert as_often_as_one_may() == most
    clock.move(hours=-20)
    assert as_often_as_one_may() == most


def test_a_session_opened_under_a_clock_that_was_ahead_lives_no_longer_than_others(desk, clock):
    account, _ = signing_in.invite(desk, ADMINISTRATOR, "ola", "Ola", "administrator", (), ())
    clock.now += timedelta(days=365)
    later = signing_in.open_session(desk, account)
    assert signing_in.actor_of_session(desk, later)
    clock.now -= timedelta(days=365)
    assert signing_in.actor_of_session(desk, later) is None
    link = signing_in.invite_again(desk, LOCAL_ADMINISTRATOR, account.id)
    clock.now -= timedelta(minutes=5)  # as clocks are put right every day
    assert signing_in.accept_invitation(desk, link, "a long enough sentence").login == "ola"


def test_first_started_with_a_wrong_clock_it_asks_too(desk, clock):
    """Nothing is kept of rounds before this version, or the database was restored."""
    a_town(desk, clock, 40)
    clock.move(**THREE_YEARS)
    look_daily(desk, clock, 10)
    assert len(public(desk)) == 40
    assert archiving.question_for(desk, ORGANISER, "wawer").reason == "many"


def test_with_time_everything_due_is_erased(desk, clock):
    erasable(desk, clock)
    steps = [(1, {"refused", "walker", "result"}), (1, {"refused", "result"}), (27, {"refused", "result"})]
    for days, there in [*steps, (5, {"refused"}), (328, {"refused"}), (5, {"refused"}), (5, set())]:
        if days > 5:
            clock.move(days=days)
        else:
            look_daily(desk, clock, days)
        assert left(desk) == there


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    story=st.lists(st.tuples(st.sampled_from(STEPS), st.sets(st.sampled_from("abc"))), max_size=10),
    days=st.sampled_from([1, 3]),
)
def test_ripe_is_only_what_two_rounds_found_due_with_no_jump_between(desk, clock, story, days):
    """Two independent answers: the kept dates, and looking through the whole story each time."""
    kind, apart = f"kind-{next(_numbers)}", timedelta(days=days)
    clock.now = Clock().now
    told: list[tuple[bool, object, set[str]]] = []
    desk.rounds.begin(iso(clock.now), lambda _: True)
    for step, due in story:
        clock.now += step
        this = rounds.begin(desk)
        assert this.jumped == (abs(step) >= timedelta(days=2))
        told.append((this.jumped, clock.now, due))
        expected = set()
        for one in due:
            for at in range(len(told) - 1, -1, -1):
                jumped, then, found = told[at]
                if one not in found:
                    break
                first = then
                if jumped:
                    break
            if clock.now - first >= apart:
                expected.add(one)
        assert set(this.ripe(kind, due, apart)) == expected


@dataclass
class Town:
    """What a town must look like by any clock, told by somebody who saw the whole story."""

    desk: Participation
    clock: Clock
    slug: str
    recorded: dict[str, datetime] = field(default_factory=dict)
    found_true: dict[str, datetime] = field(default_factory=dict)
    gone: list[tuple[datetime, set[str]]] = field(default_factory=list)
    """When rounds archived what without asking, and nobody took it back."""

    @property
    def there(self) -> set[str]:
        return {place.id for place in self.desk.places.places(self.slug)}

    @property
    def due(self) -> set[str]:
        now = self.clock.now
        last = {
            one: max(self.recorded[one], self.found_true.get(one, self.recorded[one])) for one in self.there
        }
        return {one for one, at in last.items() if months_since(at, now) >= 24}

    @property
    def asked(self) -> set[str] | None:
        question = archiving.question_for(self.desk, ADMINISTRATOR, self.slug)
        assert question is None or question.public == len(self.there)
        return set(question.places) if question else None

    def look(self) -> set[str]:
        """A round; what it archived is gone, and at most one in twenty within a month, or one."""
        there = self.there
        archiving.archive_old(self.desk, rounds.begin(self.desk))
        went = there - self.there
        self.gone += [(self.clock.now, went)] if went else []
        lately = sum(len(some) for at, some in self.gone if abs(self.clock.now - at) < timedelta(days=30))
        assert not went or lately <= max(1, (lately + len(self.there)) // 20)
        return went

    def answer(self, answer: str) -> None:
        if answer == "archive":
            archiving.archive_asked(self.desk, ADMINISTRATOR, self.slug)
        elif answer == "put off":
            archiving.put_off(self.desk, ADMINISTRATOR, self.slug)
        elif answer == "take back":
            for batch in archiving.batches(self.desk, ADMINISTRATOR, self.slug):
                archiving.take_back(self.desk, ADMINISTRATOR, batch.id)
                self.recorded |= dict.fromkeys(batch.places, self.clock.now)
                self.gone = [(at, some) for at, some in self.gone if some != set(batch.places)]
        elif answer == "true" and self.there:
            taking_care.still_true(self.desk, ADMINISTRATOR, min(self.there))
            self.found_true[min(self.there)] = self.clock.now


ANSWERS = ["", "", "", "archive", "put off", "take back", "true"]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.sampled_from([1, 2, 30]), min_size=1, max_size=3),
    story=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(ANSWERS)), min_size=4, max_size=20),
)
def test_by_any_clock_only_an_answer_archives_more_than_a_few_or_after_a_jump(desk, clock, sizes, story):
    slug = f"town-{next(_numbers)}"
    desk.communities.save(Community(slug, {"en": slug}, centre=(9.7, 55.5)))
    clock.now = Clock().now
    town = Town(desk, clock, slug)
    for number, size in enumerate(sizes):
        a_town(desk, clock, size, slug, f"{slug}-{number}")
        town.recorded |= {f"{slug}-{number}-{n}": clock.now for n in range(size)}
        clock.move(days=9)
    desk.rounds.begin(iso(clock.now), lambda _: True)
    since, quiet_until = None, None  # of the question: when it was asked, until when it is put off
    for step, answer in [*story, (timedelta(days=740), ""), *[(timedelta(days=1.9), "")] * 3]:
        jumped = abs(step) >= rounds.JUMP
        clock.now += step
        went = town.look()
        assert not (went and (jumped or since))
        if since and quiet_until and not since <= clock.now < quiet_until:
            quiet_until = None
        if not town.due:
            since, quiet_until = None, None
        elif (jumped and not quiet_until) or (not since and town.asked):
            since = clock.now
        assert (slug in desk.rounds.asked_about()) == (since is not None)
        assert town.asked == (town.due if since and not quiet_until else None)
        town.answer(answer)
        if answer == "archive":
            since, quiet_until = None, None
        if since and answer == "put off":
            quiet_until = clock.now + archiving.PUT_OFF
    for place in desk.places.places(slug):
        desk.places.put(replace(place, status="hidden"))


@pytest.mark.parametrize(("due", "of", "asked"), [(1, 3, False), (2, 3, True), (2, 40, False), (3, 59, True)])
def test_one_in_twenty_or_one_goes_by_itself_and_more_is_asked_about(desk, clock, due, of, asked):
    a_town(desk, clock, due)
    clock.move(days=300)
    a_town(desk, clock, 20, "demo")
    a_town(desk, clock, of - due, "wawer", "new")
    clock.move(days=435)
    look_daily(desk, clock)
    assert len(public(desk)) == (of if asked else of - due)
    assert (archiving.question_for(desk, ORGANISER, "wawer") is not None) == asked
    assert len(public(desk, "demo")) == 20


def test_a_town_that_falls_due_on_one_day_goes_when_an_organiser_says_so_and_comes_back(desk, clock):
    a_town(desk, clock, 100)
    before = public(desk)
    clock.move(days=735)
    look_daily(desk, clock)
    question = archiving.question_for(desk, ORGANISER, "wawer")
    assert (question.reason, len(question.places), question.public) == ("many", 100, 100)
    batch = archiving.archive_asked(desk, ORGANISER, "wawer")
    assert (len(batch.places), public(desk)) == (100, {})
    assert archiving.question_for(desk, ORGANISER, "wawer") is None
    assert archiving.batches(desk, ORGANISER, "wawer") == [batch]
    back = moderating.show(desk, ORGANISER, "wawer-7")
    moderating.hide(desk, ORGANISER, back.id, "It is private.")
    assert archiving.take_back(desk, ORGANISER, batch.id) == 99
    assert archiving.take_back(desk, ORGANISER, batch.id) == 0
    moderating.show(desk, ORGANISER, "wawer-7")
    assert public(desk) | {"wawer-7": ""} == before | {"wawer-7": ""}
    assert archiving.batches(desk, ORGANISER, "wawer") == []
    look_daily(desk, clock, 8)
    assert len(public(desk)) == 100


def test_what_a_round_archived_by_itself_is_taken_back_as_one(desk, clock):
    a_town(desk, clock, 2)
    clock.move(days=300)
    a_town(desk, clock, 38, "wawer", "new")
    before = public(desk)
    clock.move(days=435)
    look_daily(desk, clock)
    (batch,) = archiving.batches(desk, ADMINISTRATOR, "wawer")
    assert (batch.actor, len(batch.places), len(public(desk))) == ("caretaker", 2, 38)
    assert archiving.take_back(desk, ADMINISTRATOR, batch.id) == 2
    assert public(desk) == before
    with pytest.raises(NotFound):
        archiving.take_back(desk, ADMINISTRATOR, "nothing")


def test_put_off_it_is_asked_a_month_later(desk, clock):
    a_town(desk, clock, 40)
    clock.move(days=735)
    look_daily(desk, clock)
    archiving.put_off(desk, ORGANISER, "wawer")
    clock.move(days=24)
    look_daily(desk, clock)
    assert archiving.question_for(desk, ORGANISER, "wawer") is None
    look_daily(desk, clock, 3)
    assert archiving.question_for(desk, ORGANISER, "wawer").reason == "many"
    assert len(public(desk)) == 40


def test_only_who_looks_after_the_whole_town_answers(desk, clock):
    a_town(desk, clock, 40)
    clock.move(days=735)
    look_daily(desk, clock)
    batch = archiving.archive_asked(desk, ORGANISER, "wawer")
    for actor in (RESIDENT, PLANNER, ELSEWHERE, ANIN_ORGANISER, holder()):
        for ask in (archiving.question_for, archiving.archive_asked, archiving.put_off, archiving.batches):
            with pytest.raises(NotAllowed):
                ask(desk, actor, "wawer")
        with pytest.raises(NotAllowed):
            archiving.take_back(desk, actor, batch.id)
    assert public(desk) == {}
