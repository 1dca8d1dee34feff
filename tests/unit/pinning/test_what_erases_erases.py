"""Whatever erases words leaves none of their bytes in the database's file, its log or its index."""

from __future__ import annotations

import random
import re
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pinning_builders import (
    ADMINISTRATOR,
    ORGANISER,
    a_story,
    a_submission,
    feature,
    holder,
    look_daily,
    published,
    secret,
)
from recordings import webm

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from run_store_contract import a_run
from tour_store_contract import a_shared, a_tour
from walk_store_contract import a_seat, a_walk, an_obstacle

from micropolis_map.domain.walk_report import WalkReport
from micropolis_map.services import (
    forgetting,
    guided_walks,
    media,
    moderating,
    pinning,
    taking_care,
    touring_authors,
    town_requests,
    undoing,
    walk_feedback,
)
from micropolis_map.services.media import Sending
from micropolis_map.stores.care_store import Report
from micropolis_map.stores.run_store import SqlRunStore

WEBM = webm()
WORDS = "Xylophonic-grandmother-words"
NOW = "2026-11-21T12:00:00Z"


@pytest.fixture
def bystander(application, tmp_path):
    """Another connection, as of another visitor: without one SQLite removes its log at each end."""
    application.database.integrity()
    connection = sqlite3.connect(tmp_path / "micropolis.sqlite", isolation_level=None)
    connection.execute("SELECT * FROM meta").fetchall()
    yield connection
    connection.close()


def files_with(folder: Path, words: str = WORDS) -> list[str]:
    found = {path.name for path in folder.glob("micropolis.sqlite*") if words.encode() in path.read_bytes()}
    return sorted(found)


def a_report(desk):
    _, place = published(desk)
    report = taking_care.report(desk, "wawer", place.id, "other", WORDS, secret("phone"))
    return lambda: moderating.close_report(desk, ORGANISER, report.id)


def a_report_written_anew(desk):
    _, place = published(desk)
    taking_care.report(desk, "wawer", place.id, "other", WORDS, secret("phone"))
    return lambda: taking_care.report(desk, "wawer", place.id, "other", "Better.", secret("phone"))


def a_walk_s_report(desk):
    desk.walk_reports.add_report(WalkReport("r" * 16, "t", "wawer", "", 30, WORDS, NOW))
    return lambda: walk_feedback.close(desk, ORGANISER, "r" * 16)


def an_obstacle_in_the_way(desk):
    obstacle = an_obstacle(1, community="wawer", words=WORDS)
    desk.walk_reports.add_obstacle(obstacle)
    return lambda: walk_feedback.close(desk, ORGANISER, obstacle.id)


def somebody_s_seat(desk):
    desk.walks.put(a_walk(community="wawer"))
    guided_walks.sign_up(desk, guided_walks.SignUp("w-one", "s" * 16, secret(), WORDS, WORDS))
    return lambda: guided_walks.give_back(desk, secret(), "s" * 16)


def who_came(desk):
    desk.walks.put(a_walk("w-two", community="wawer"))
    desk.walks.sign_up(replace(a_seat(1, "w-two"), name=WORDS, contact=WORDS))
    return lambda: desk.walks.forget_people(["w-two"], NOW)


def a_deleted_place(desk):
    sent, _ = published(desk, feature=feature(WORDS, description={"en": WORDS}))
    return lambda: forgetting.forget(desk, holder(), [sent.id])


def a_corrected_place(desk):
    sent = pinning.submit(desk, a_submission(feature=feature(WORDS))).proposal
    again = a_submission(kind="edit", place_id=sent.place_id, feature=feature("Without a name"))
    return lambda: pinning.submit(desk, again)


def a_reason_taken_back(desk):
    sent = pinning.submit(desk, a_submission()).proposal
    moderating.reject(desk, ORGANISER, sent.id, WORDS)
    return lambda: undoing.undo(desk, ORGANISER, sent)


def a_photo_nobody_shows(desk):
    """With a recording beside it, whose sound stands for the words."""
    sending = Sending("wawer", "submission-00777777", secret())
    kept = media.add_audio(desk, sending, WEBM).medium
    told = feature(stories=[a_story(WORDS, audio=kept.id)])
    sent = pinning.submit(desk, a_submission(id="submission-00777777", feature=told)).proposal
    return lambda: forgetting.forget(desk, holder(), [sent.id])


def a_wish_for_a_town(desk):
    wish = town_requests.TownWish("t" * 20, secret(), "Annecy", "France", WORDS, WORDS, 30.0)
    town_requests.ask(desk, wish)
    return lambda: town_requests.take_back(desk, holder(), "t" * 20)


def a_declined_wish(desk):
    wish = town_requests.TownWish("d" * 20, secret("ewa"), "Annecy", "France", WORDS, "", 30.0)
    town_requests.ask(desk, wish)
    town_requests.decline(desk, ADMINISTRATOR, "d" * 20, WORDS)
    return lambda: desk.town_requests.erase_decided(["d" * 20], NOW)


def a_refused_place(desk):
    sent = pinning.submit(desk, a_submission(feature=feature(WORDS))).proposal
    moderating.reject(desk, ORGANISER, sent.id, f"No {WORDS}.")
    desk.now.move(days=400)
    return lambda: look_daily(desk, desk.now)


def yesterdays_salt(desk):
    desk.care.salt("2026-11-21", WORDS)
    return lambda: desk.care.salt("2026-11-22", "fresh")


def an_own_tour(desk, about, tour_id="wawer-walk-one"):
    shared = a_shared(tour_id, community="wawer", revisions=(), keys=())
    told = replace(a_shared().revisions[0], tour=a_tour(about={"en": about}))
    key = replace(a_shared().keys[0], key=next(iter(holder().keys)))
    desk.tours.add(replace(shared, revisions=(told,), keys=(key,)))
    return shared.id


def a_deleted_tour(desk):
    tour_id = an_own_tour(desk, WORDS)
    return lambda: touring_authors.delete_tour(desk, holder(), tour_id)


def a_co_author(desk):
    tour_id = an_own_tour(desk, "A walk.", "wawer-walk-two")
    touring_authors.invite(desk, holder(), tour_id, secret("ewa"), WORDS)
    return lambda: touring_authors.uninvite(desk, holder(), tour_id, 1)


def a_kept_result(desk):
    runs = SqlRunStore(desk.care._database)
    runs.add(a_run(title=WORDS))
    runs.set_deleted("one", NOW)
    return lambda: runs.erase(["one"], NOW)


KINDS = [
    a_report, a_report_written_anew, a_walk_s_report, an_obstacle_in_the_way, somebody_s_seat, who_came,
    a_deleted_place, a_corrected_place, a_refused_place, a_deleted_tour, a_co_author, a_kept_result,
    yesterdays_salt, a_reason_taken_back, a_photo_nobody_shows, a_wish_for_a_town, a_declined_wish,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_byte_is_left(desk, bystander, tmp_path, kind):
    erase = kind(desk)
    assert files_with(tmp_path) != []
    erase()
    assert bystander.execute("SELECT count(*) FROM meta").fetchone()[0]
    assert files_with(tmp_path) == []


def test_nor_of_many_that_grew_beside_each_other(desk, bystander, tmp_path):
    """Pages split and join while rows come and go: no page keeps what was moved off it."""
    chance = random.Random(7)
    waiting: list[str] = []
    for number in range(160):
        words = f"W{number:05d}X" * chance.randrange(1, 140)
        report = Report(f"{chance.random()}", "p", "wawer", f"d{number}", "other", words, NOW)
        waiting.append(desk.care.report(report).id)
        if chance.random() < 0.6:
            desk.care.close_report(waiting.pop(chance.randrange(len(waiting))), "org", NOW)
    open_words = {report.text[:7] for report in desk.care.reports()}
    assert open_words
    found = {
        word.decode()
        for path in tmp_path.glob("micropolis.sqlite*")
        for word in re.findall(rb"W\d{5}X", path.read_bytes())
    }
    assert found == open_words


def test_who_reads_an_older_state_holds_it_up_until_the_next_change(desk, bystander, tmp_path, monkeypatch):
    monkeypatch.setattr("micropolis_map.stores.database.Database.scrub.__defaults__", (0.05,))
    close = a_report(desk)
    bystander.execute("BEGIN")
    assert bystander.execute("SELECT count(*) FROM report").fetchone() == (1,)
    close()
    assert files_with(tmp_path) != []
    bystander.execute("ROLLBACK")
    desk.care.confirm("p", "d", NOW)
    assert files_with(tmp_path) == []
