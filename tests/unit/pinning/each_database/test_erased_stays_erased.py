"""What was erased since a backup was made does not come back with it, by whatever act, on each database."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from pinning_builders import a_submission, feature, holder, look_daily, secret
from test_forgetting_everywhere import rows_with
from test_mine import on_disk
from test_what_erases_erases import (
    KINDS,
    NOW,
    WORDS,
    a_co_author,
    a_corrected_place,
    a_refused_place,
    an_own_tour,
    yesterdays_salt,
)
from tour_store_contract import a_shared
from walk_store_contract import a_seat, a_walk

from micropolis_map.domain.walk_report import WalkReport
from micropolis_map.errors import MicropolisError
from micropolis_map.services import forgetting, mine, pinning, touring_authors, town_requests
from micropolis_map.services.backing_up import back_up, restore
from micropolis_map.services.verifying import verify
from micropolis_map.stores.database import Database

STORES = Path(__file__).parents[4] / "micropolis_map" / "stores"
ERASE = {"erasing", "scrub"}
ELSEWHERE = {"erase_town"}
"""A town goes by its files, too: tests/unit/web/test_hidden_towns.py."""


def put_away(application, path):
    return back_up(application.participation, application.database, path)


def brought_back(application, path):
    return restore(application.participation, application.database, application.publishing, path)


def erasing_functions() -> set[str]:
    """The functions of the stores that erase."""
    return {
        function.name
        for module in STORES.glob("*.py")
        for function in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ERASE
    } - {"erasing", "writing"}


@pytest.fixture
def driven(monkeypatch):
    """The functions that asked the database to erase."""
    names: set[str] = set()
    for name in ERASE:
        real = getattr(Database, name)

        def asked(self, *given, real=real, **named):
            names.add(sys._getframe(1).f_code.co_name)
            return real(self, *given, **named)

        monkeypatch.setattr(Database, name, asked)
    return names


def test_whatever_erases_is_undone_by_no_older_backup(settings, application, desk, tmp_path, driven):
    acts = [kind(desk) for kind in sorted(KINDS, key=(a_refused_place, yesterdays_salt).__contains__)]
    told = {table.partition(":")[0] for table in rows_with(settings, WORDS)}
    assert told >= {"place", "proposal", "report", "walk_report", "walk_obstacle", "walk_seat", "kept_run"}
    assert told >= {"tour_revision", "tour_key", "town_request", "meta"}
    put_away(application, tmp_path / "old.zip")
    with ZipFile(tmp_path / "old.zip") as archive:
        assert WORDS not in archive.read("tables/meta.jsonl").decode()
        assert WORDS in archive.read("tables/report.jsonl").decode()
    for act in acts:
        act()
    application.publishing.mirror_now()
    assert rows_with(settings, WORDS) == on_disk(settings.data) == []
    assert driven >= erasing_functions() - ELSEWHERE

    now = brought_back(application, tmp_path / "old.zip")
    assert now["forgotten"] >= len(KINDS) - 1  # the salt is in no backup
    application.publishing.mirror_now()
    assert rows_with(settings, WORDS) == on_disk(settings.data) == []
    assert list(desk.audio.ids()) == []
    assert verify(desk, application.database, application.publishing)["problems"] == []

    # A backup of the restored state knows it as well, and so does a server that has nothing else.
    put_away(application, tmp_path / "again.zip")
    for path in (tmp_path / "again.zip", tmp_path / "old.zip"):
        assert brought_back(application, path)["forgotten"] >= 0
        assert rows_with(settings, WORDS) == on_disk(settings.data) == []


def test_what_was_corrected_comes_back_as_it_was_corrected(application, desk, tmp_path):
    a_corrected_place(desk)()
    corrected = desk.proposals.of_author(holder().keys)[0]
    put_away(application, tmp_path / "whole.zip")
    again = a_submission(kind="edit", place_id=corrected.place_id, feature=feature("Better still"))
    pinning.submit(desk, again)
    brought_back(application, tmp_path / "whole.zip")
    (kept,) = mine.things(desk, holder())
    assert (kept.proposal.state, kept.proposal.content.name) == ("pending", {"en": "Better still"})


def test_somebody_who_may_again_stays(application, desk, tmp_path):
    a_co_author(desk)()
    tour_id = desk.tours.of_community("wawer")[0].id
    touring_authors.invite(desk, holder(), tour_id, secret("ewa"), "Ewa")
    put_away(application, tmp_path / "whole.zip")
    brought_back(application, tmp_path / "whole.zip")
    assert [key.role for key in desk.tours.find(tour_id).keys] == ["author", "co-author"]


def everything_sent_again(desk):
    """What a browser's outbox may send once more, of what was erased meanwhile."""
    wish = town_requests.TownWish("t" * 20, secret(), "Annecy", "France", WORDS, WORDS, 30.0)
    desk.walks.put(a_walk(community="wawer"))
    return [
        lambda: pinning.submit(desk, a_submission(777_777, feature=feature(WORDS))),
        lambda: town_requests.ask(desk, wish),
        lambda: desk.walks.sign_up(replace(a_seat(1), name=WORDS)),
        lambda: desk.walk_reports.add_report(WalkReport("r" * 16, "t", "wawer", "", 30, WORDS, NOW)),
        lambda: an_own_tour(desk, WORDS),
    ]


def test_nor_does_it_come_back_by_being_sent_again(settings, application, desk, tmp_path):
    sending = everything_sent_again(desk)
    put_away(application, tmp_path / "before.zip")
    for send in sending:
        send()
    forgetting.forget(desk, holder(), ["submission-00777777"])
    town_requests.take_back(desk, holder(), "t" * 20)
    desk.walks.give_back(a_seat(1).id, NOW)
    desk.walk_reports.close("r" * 16, NOW)
    touring_authors.delete_tour(desk, holder(), a_shared("wawer-walk-one").id)
    brought_back(application, tmp_path / "before.zip")
    refused = 0
    for send in sending:
        try:
            send()
        except MicropolisError:
            refused += 1
    assert refused == len(sending) - 1  # the report is taken, and kept nowhere
    assert rows_with(settings, WORDS) == []
    look_daily(desk, desk.now)
    assert rows_with(settings, WORDS) == []
