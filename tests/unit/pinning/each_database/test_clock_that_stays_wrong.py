"""A wrong clock that keeps going: what is asked waits for its answer, and a few stay a few."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from pinning_builders import ADMINISTRATOR, ORGANISER
from test_wrong_clock import THREE_YEARS, a_town, public

from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import (
    archiving,
    removing_towns,
    rounds,
    taking_care,
)
from micropolis_map.stores.round_store import CARE_QUESTION


def shown(desk, who=ORGANISER) -> tuple[str, int, int] | None:
    """The question as an organiser sees it: why, about how many, of how many."""
    question = archiving.question_for(desk, who, "wawer")
    return question and (question.reason, len(question.places), question.public)


def days_pass(desk, clock, days: int) -> None:
    """Rounds that look only at what is old, now and until so many days later."""
    until = clock.now + timedelta(days=days)
    archiving.archive_old(desk, rounds.begin(desk))
    while clock.now < until:
        clock.now = min(clock.now + timedelta(days=1.9), until)
        archiving.archive_old(desk, rounds.begin(desk))


def kept(desk) -> list[str]:
    """The towns something is asked about, told or not."""
    with desk.care._database.reading() as connection:
        return list(connection.execute(sa.select(CARE_QUESTION.c.community)).scalars())


def test_after_a_jump_a_small_town_waits_for_an_answer(desk, clock):
    places = 3
    a_town(desk, clock, places)
    days_pass(desk, clock, 0)
    clock.move(**THREE_YEARS)
    days_pass(desk, clock, 40)
    assert shown(desk, ADMINISTRATOR) == ("clock", places, places)
    assert archiving.question_for(desk, ORGANISER, "wawer").before == "2026-11-21T12:00:00Z"
    archiving.put_off(desk, ORGANISER, "wawer")
    days_pass(desk, clock, 29)
    assert (shown(desk), len(public(desk))) == (None, places)
    days_pass(desk, clock, 40)
    assert (shown(desk), len(public(desk))) == (("clock", places, places), places)
    assert len(archiving.archive_asked(desk, ADMINISTRATOR, "wawer").places) == places
    days_pass(desk, clock, 1)
    assert (shown(desk), public(desk), kept(desk)) == (None, {}, [])


def test_what_falls_due_later_joins_the_question(desk, clock):
    a_town(desk, clock, 3)
    clock.move(days=5)
    a_town(desk, clock, 3, "wawer", "later")
    days_pass(desk, clock, 0)
    clock.move(days=727)
    days_pass(desk, clock, 2)
    assert shown(desk) == ("clock", 3, 6)
    archiving.put_off(desk, ORGANISER, "wawer")
    days_pass(desk, clock, 31)
    assert (shown(desk), len(public(desk))) == (("clock", 6, 6), 6)
    taking_care.still_true(desk, ORGANISER, "wawer-0")
    assert shown(desk) == ("clock", 5, 6)
    days_pass(desk, clock, 4)
    assert (shown(desk), len(public(desk))) == (("clock", 5, 6), 6)


def test_the_clock_put_right_leaves_no_question_about_nothing(desk, clock):
    a_town(desk, clock, 3)
    days_pass(desk, clock, 0)
    for answered in (False, True):
        clock.move(**THREE_YEARS)
        days_pass(desk, clock, 5)
        assert shown(desk) == ("clock", 3, 3)
        if answered:
            archiving.put_off(desk, ORGANISER, "wawer")
            days_pass(desk, clock, 1)
        clock.move(days=-3 * 365)
        days_pass(desk, clock, 5)
        assert (shown(desk), len(public(desk)), kept(desk)) == (None, 3, [])


def test_put_right_it_asks_again_only_about_what_is_old_all_the_same(desk, clock):
    a_town(desk, clock, 1)
    clock.move(days=735)
    a_town(desk, clock, 1, "wawer", "young")
    days_pass(desk, clock, 0)
    clock.move(**THREE_YEARS)
    days_pass(desk, clock, 5)
    assert shown(desk) == ("clock", 2, 2)
    archiving.put_off(desk, ORGANISER, "wawer")
    clock.move(days=-3 * 365)
    days_pass(desk, clock, 5)
    assert (shown(desk), len(public(desk))) == (("clock", 1, 2), 2)


def test_a_damaged_question_is_one_and_is_asked_anew(desk, clock):
    a_town(desk, clock, 1)
    days_pass(desk, clock, 0)
    clock.move(**THREE_YEARS)
    days_pass(desk, clock, 5)
    for wrong in ({"places": "none"}, {"reason": "\x07"}, {"asked": "once"}, {"put_off": "2026-13-01"}):
        with desk.care._database.writing() as connection:
            connection.execute(sa.update(CARE_QUESTION).values(wrong))
        assert shown(desk) is None
        days_pass(desk, clock, 4)
        assert (shown(desk), len(public(desk))) == (("many", 1, 1), 1)


def test_a_hidden_town_keeps_its_question_and_an_erased_one_does_not(application, desk, clock):
    a_town(desk, clock, 2)
    days_pass(desk, clock, 0)
    clock.move(**THREE_YEARS)
    days_pass(desk, clock, 1)
    application.community_store.save(replace(application.community_store.get("wawer"), slug="other"))
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "wawer")
    days_pass(desk, clock, 5)
    removing_towns.show(application, LOCAL_ADMINISTRATOR, "wawer")
    days_pass(desk, clock, 5)
    assert (shown(desk), len(public(desk))) == (("clock", 2, 2), 2)
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "wawer")
    removing_towns.erase(application, LOCAL_ADMINISTRATOR, "wawer")
    days_pass(desk, clock, 1)
    assert kept(desk) == []


def test_one_place_each_week_is_more_than_a_few_at_once(desk, clock):
    """The clock was wrong from the first round on, or is right: nobody can tell."""
    for number in range(6):
        a_town(desk, clock, 1, "wawer", f"week-{number}")
        clock.move(days=7)
    clock.move(days=689)
    days_pass(desk, clock, 45)
    assert shown(desk) == ("many", 5, 5)
    (batch,) = archiving.batches(desk, ORGANISER, "wawer")
    assert (batch.actor, archiving.take_back(desk, ORGANISER, batch.id)) == ("caretaker", 1)
