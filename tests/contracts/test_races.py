"""Every "first", "last", "free" and "once": looked at and written in one transaction, on both databases."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "tours"))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "pinning"))

import sqlalchemy as sa
from pinning_builders import ADMINISTRATOR, ORGANISER, a_submission, published, secret
from races import at_once, refused
from run_store_contract import a_run
from tour_senders import document

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.account import Account
from micropolis_map.domain.community import Community
from micropolis_map.domain.guided_walk import GuidedWalk, waiting_numbers
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.secret import hashed
from micropolis_map.domain.walk_report import Survey
from micropolis_map.errors import Conflict, NotAllowed, TooMany
from micropolis_map.services import (
    guided_walks,
    media,
    moderating,
    openid,
    pinning,
    signing_in,
    taking_care,
    touring_suggesting,
    walk_feedback,
)
from micropolis_map.services.touring_suggesting import TourSubmission
from micropolis_map.settings import Settings
from micropolis_map.stores.people_tables import TOKEN

PASSWORD = "correct horse battery"
MANY = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def application(tmp_path, request):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    application = build_application(
        Settings.read({"MICROPOLIS_DATA": str(tmp_path), "MICROPOLIS_DATABASE_URL": url})
    )
    application.community_store.save(Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22)))
    return application


@pytest.fixture
def desk(application):
    return application.participation


def test_the_places_of_a_walk_go_to_as_many_as_there_are(desk):
    walk = GuidedWalk(
        "w-1", "wawer", "t", "2099-01-01T10:00:00Z", "Europe/Warsaw", 60, "Gate", "Ola", 3,
        created="2026-01-01T00:00:00Z", updated="2026-01-01T00:00:00Z",
    )  # fmt: skip
    desk.walks.put(walk)

    def come(number: int):
        asked = guided_walks.SignUp("w-1", f"sign-up-{number:012d}", secret(f"walker{number}"), f"N{number}")
        return lambda: guided_walks.sign_up(desk, asked)

    standings = at_once([come(number // 2) for number in range(2 * MANY)])  # each of them sends it twice
    seats = desk.walks.seats("w-1")
    assert len(seats) == MANY
    numbers = waiting_numbers(seats, 3)
    assert sorted(numbers.values()) == [0, 0, 0, *range(1, MANY - 2)]
    assert all(numbers[one.seat.id] == one.waiting for one in standings)


def test_one_is_the_first_administrator(desk):
    token = signing_in.setup_link(desk)
    answers = at_once(
        [lambda n=n: signing_in.set_up(desk, token, f"ada{n}", "Ada", PASSWORD) for n in range(4)]
    )
    assert len(refused(answers)) == 3
    assert [one.role for one in desk.accounts.accounts()] == ["administrator"]


def test_a_link_made_before_there_was_an_administrator_makes_no_second_one(desk):
    signing_in.set_up(desk, signing_in.setup_link(desk), "ada", "Ada", PASSWORD)
    moment = desk.moment()
    desk.accounts.add_token(hashed("late"), "setup", "", moment, "2099-01-01T00:00:00Z")
    with pytest.raises(NotAllowed):
        signing_in.set_up(desk, "late", "eve", "Eve", PASSWORD)


def test_one_link_of_several_made_at_once_works_and_once(desk, application):
    account, _ = signing_in.invite(desk, LOCAL_ADMINISTRATOR, "ola", "Ola", "organiser", ("wawer",))
    links = at_once([lambda: signing_in.invite_again(desk, LOCAL_ADMINISTRATOR, account.id)] * 4)
    with application.database.reading() as connection:
        kept = connection.execute(sa.select(TOKEN.c.hash).where(TOKEN.c.kind == "invitation")).scalars().all()
    assert len(kept) == 1
    spent = at_once(
        [lambda link=link: signing_in.accept_invitation(desk, link, PASSWORD) for link in links * 2]
    )
    assert len(refused(spent)) == 7


def test_two_administrators_who_close_each_others_password_leave_one(desk):
    ada = signing_in.set_up(desk, signing_in.setup_link(desk), "ada", "Ada", PASSWORD)
    bea, link = signing_in.invite(desk, ada.actor, "bea", "Bea", "administrator")
    signing_in.accept_invitation(desk, link, PASSWORD)
    answers = at_once(
        [
            lambda: signing_in.invite_again(desk, ada.actor, bea.id),
            lambda: signing_in.invite_again(desk, bea.actor, ada.id),
        ]
    )
    assert len(refused(answers)) == 1
    assert [one.has_password for one in desk.accounts.accounts()].count(True) == 1


def test_whoever_lost_the_right_since_they_were_recognised_changes_no_account(desk):
    """The service asks in the transaction that writes, not the actor of a moment before."""
    ada = signing_in.set_up(desk, signing_in.setup_link(desk), "ada", "Ada", PASSWORD)
    bea, link = signing_in.invite(desk, ada.actor, "bea", "Bea", "administrator")
    bea = signing_in.accept_invitation(desk, link, PASSWORD)
    for lost in (replace(bea, active=False), replace(bea, role="planner")):
        signing_in.change_account(desk, ada.actor, lost)
        before = desk.accounts.accounts()
        for does in (
            lambda: signing_in.change_account(desk, bea.actor, bea),
            lambda: signing_in.change_account(desk, bea.actor, replace(ada, active=False)),
            lambda: signing_in.invite(desk, bea.actor, "eve", "Eve", "administrator"),
            lambda: signing_in.invite_again(desk, bea.actor, ada.id),
            lambda: openid.forget_identity(desk, bea.actor, ada.id),
        ):
            with pytest.raises(NotAllowed):
                does()
        assert desk.accounts.accounts() == before
    assert signing_in.change_account(desk, LOCAL_ADMINISTRATOR, bea).active


def test_a_password_that_was_closed_while_it_was_looked_at_opens_nothing(desk, monkeypatch):
    ada = signing_in.set_up(desk, signing_in.setup_link(desk), "ada", "Ada", PASSWORD)
    right = signing_in._is_right

    def closed_meanwhile(kept: str, password: str) -> bool:
        answer = right(kept, password)
        signing_in.invite_again(desk, LOCAL_ADMINISTRATOR, ada.id)
        return answer

    monkeypatch.setattr(signing_in, "_is_right", closed_meanwhile)
    with pytest.raises(NotAllowed):
        signing_in.sign_in(desk, "ada", PASSWORD)


def test_a_login_is_one_accounts(desk):
    added = at_once(
        [lambda n=n: desk.accounts.add(Account(f"id{n}", "ola", "Ola", "organiser")) for n in range(MANY)]
    )
    assert len(refused(added)) == MANY - 1


def test_a_limit_holds_for_what_comes_at_once(desk, monkeypatch):
    monkeypatch.setattr(pinning, "LIMITS", {"submit": (3, 3600.0)})
    answers = at_once([lambda: pinning.limit(desk, "192.0.2.1", "submit")] * MANY)
    assert sum(isinstance(answer, TooMany) for answer in answers) == MANY - 3


def test_what_is_sent_several_times_at_once_is_there_once_and_decided_once(desk):
    one = a_submission()
    receipts = at_once([lambda: pinning.submit(desk, one)] * MANY)
    assert [receipt.new for receipt in receipts].count(True) == 1
    decided = at_once(
        [
            lambda: moderating.approve(desk, ORGANISER, one.id),
            lambda: moderating.reject(desk, ORGANISER, one.id, "spam"),
            lambda: moderating.approve(desk, ORGANISER, one.id),
        ]
    )
    assert len([answer for answer in decided if not isinstance(answer, Conflict)]) >= 1
    state = desk.proposals.get(one.id).state
    assert len(desk.places.places()) == (1 if state == "approved" else 0)
    assert len(desk.revisions.entries(receipts[0].proposal.place_id)) == len(desk.places.places())


def test_a_photo_sent_several_times_at_once_is_one_file(desk):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    sending = media.Sending("wawer", "submission-with-a-photo", secret())
    received = at_once([lambda: media.add_photo(desk, sending, out.getvalue())] * 4)
    assert len({one.medium.id for one in received}) == 1
    assert len(desk.media.all()) == 1
    assert list(desk.photos.ids()) == [received[0].medium.id]


def test_a_device_has_one_open_report_of_a_place(desk):
    _, place = published(desk)
    told = [
        lambda n=n: taking_care.report(desk, "wawer", place.id, "wrong", f"Words {n}", secret())
        for n in range(6)
    ]
    assert refused(at_once(told)) == []
    assert len(desk.care.reports("wawer")) == 1


def test_a_change_of_a_walk_sent_twice_at_once_is_one_revision(desk):
    stops = tuple(published(desk, feature=_at(n))[1].id for n in range(3))

    def sent(number: int, name: str, tour_id: str = "", base: int = 0):
        number_text = f"walk-submission-{number:06d}"
        tour = document(name, stops)
        return TourSubmission(number_text, secret(), "wawer", tour, tour_id, base, seconds=60.0)

    first = at_once([lambda: touring_suggesting.suggest(desk, sent(1, "Round"))] * 4)
    assert [one.new for one in first].count(True) == 1
    tour_id = first[0].shared.id
    again = at_once([lambda: touring_suggesting.suggest(desk, sent(2, "Rounder", tour_id, 1))] * 4)
    assert [one.new for one in again].count(True) == 1
    assert len(desk.tours.find(tour_id).revisions) == 2


def test_a_result_kept_twice_at_once_is_kept_once(application):
    def same(kept, new):
        return kept.inputs == new.inputs

    kept = at_once([lambda n=n: application.run_store.add(a_run(f"run{n}"), same) for n in range(MANY)])
    assert len(application.run_store.of_community("wawer")) == len({run.id for run in kept}) == 1


def test_a_report_stands_in_one_decision_and_the_file_knows_all(desk, tmp_path):
    def survey(number: int, *obstacles: str) -> Survey:
        street, day = f"Street {number}", "2026-11-21"
        return Survey(f"s{number}", "wawer", "kerb", number, street, 21.15, 52.22, obstacles, 3, day)

    def decide(one: Survey):
        return lambda: walk_feedback.decide(desk, ADMINISTRATOR, tmp_path, one, "accepted")

    overlapping = at_once([decide(survey(n, "a", f"b{n}")) for n in range(4)])
    assert len(refused(overlapping)) == 3
    assert refused(at_once([decide(survey(10 + n, f"c{n}")) for n in range(MANY)])) == []
    written = json.loads((tmp_path / "surveys.geojson").read_text(encoding="utf-8"))["features"]
    assert len(written) == len(desk.walk_reports.surveys("wawer")) == MANY + 1


def _at(number: int):
    one = a_submission().feature
    return {**one, "geometry": {"type": "Point", "coordinates": [21.15 + number / 100, 52.22]}}
