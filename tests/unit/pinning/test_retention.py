"""What was turned down or withdrawn is erased a year later; nothing else is, and nothing before."""

from __future__ import annotations

import sqlite3
from itertools import product

import pytest
import sqlalchemy as sa
from pinning_builders import (
    ORGANISER,
    a_story,
    a_submission,
    feature,
    holder,
    look_daily,
    published,
    secret,
)  # fmt: skip
from test_mine import WORDS, a_photo, on_disk, tell

from micropolis_map.errors import InvalidInput
from micropolis_map.services import forgetting, media, mine, moderating, pinning, undoing
from micropolis_map.services.media import Sending
from micropolis_map.services.retention import ERASED
from micropolis_map.settings import Settings
from micropolis_map.stores import migrations

MONTHS = 12


def erased(desk, clock) -> int:
    """How many proposals are erased within the next days."""
    before = len(desk.revisions.tombstones())
    look_daily(desk, clock)
    return len([s for s in desk.revisions.tombstones()[before:] if s.what == "proposal"])


def test_what_was_turned_down_is_erased_a_year_later_to_the_last_byte(desk, clock, tmp_path):
    name = "submission-00888888"
    sending = Sending("wawer", name, secret())
    photo = media.add_photo(desk, sending, a_photo()).medium
    told = feature(WORDS, photos=[{"id": photo.id, "alt": {"en": WORDS}}])
    pinning.submit(desk, a_submission(id=name, feature=told))
    moderating.ask(desk, ORGANISER, name, f"Why {WORDS}?")
    clock.move(days=90)
    moderating.reject(desk, ORGANISER, name, f"No {WORDS}.")
    clock.move(days=360)
    look_daily(desk, clock)
    assert mine.things(desk, holder())[0].proposal.reason == f"No {WORDS}."
    look_daily(desk, clock, 5)
    assert on_disk(tmp_path) == []
    assert mine.things(desk, holder()) == list(desk.photos.ids()) == []
    assert [(s.id, s.what, s.note) for s in desk.revisions.tombstones("wawer")] == [
        (name, "proposal", ERASED)
    ]


def test_what_was_withdrawn_goes_from_history_too_and_others_stories_stay(desk, clock, tmp_path):
    _, place = published(desk, feature=feature("Old pump"))
    tell(desk, place.id, "ewa", "hers")
    his, _ = tell(desk, place.id, "jan", WORDS)
    mine.withdraw(desk, holder("jan"), his.id)
    waiting = pinning.submit(desk, a_submission(who="jan", feature=feature("Withdrawn at once"))).proposal
    mine.withdraw(desk, holder("jan"), waiting.id)
    clock.move(days=366)
    assert erased(desk, clock) == 2
    (left,) = desk.places.places()
    assert [story.text for story in left.stories] == ["hers"]
    assert on_disk(tmp_path) == on_disk(tmp_path, "Withdrawn at once") == []


def test_a_withdrawn_place_that_an_organiser_shows_again_stays(desk, clock):
    first, place = published(desk)
    mine.withdraw(desk, holder(), first.id)
    moderating.show(desk, ORGANISER, place.id)
    clock.move(days=400)
    assert erased(desk, clock) == 1
    assert [shown.name for shown in desk.places.places()] == [{"en": "Old pump"}]


def test_a_refused_change_takes_nothing_of_the_place_with_it(desk, clock):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    changed = feature("Pump", description={"en": "Better."}, stories=[a_story("hers")])
    refused = pinning.submit(
        desk, a_submission(who="ewa", kind="edit", place_id=place.id, base_revision=1, feature=changed)
    ).proposal
    moderating.reject(desk, ORGANISER, refused.id, "Ask Jan first.")
    same = pinning.submit(
        desk, a_submission(who="jan", kind="edit", place_id=place.id, base_revision=1, feature=changed)
    ).proposal
    moderating.approve(desk, ORGANISER, same.id)
    clock.move(days=400)
    assert erased(desk, clock) == 1
    left = desk.places.get(place.id)
    assert (left.description, [story.text for story in left.stories]) == ({"en": "Better."}, ["hers"])


def test_a_photo_that_was_sent_anew_stays(desk, clock):
    sending = Sending("wawer", "submission-00999999", secret())
    photo = media.add_photo(desk, sending, a_photo()).medium
    told = feature("Pond", photos=[{"id": photo.id}])
    pinning.submit(desk, a_submission(id="submission-00999999", feature=told))
    moderating.reject(desk, ORGANISER, "submission-00999999", "Tell more.")
    again = pinning.submit(desk, a_submission(feature=told)).proposal
    clock.move(days=400)
    assert erased(desk, clock) == 1
    assert [p.id for p in moderating.approve(desk, ORGANISER, again.id).photos] == [photo.id]
    assert desk.photos.read(photo.id, 320)
    forgetting.forget(desk, holder(), [again.id])
    assert list(desk.photos.ids()) == []


def test_a_decision_that_was_taken_back_erases_nothing(desk, clock):
    before = pinning.submit(desk, a_submission()).proposal
    moderating.reject(desk, ORGANISER, before.id, "No.")
    undoing.undo(desk, ORGANISER, before)
    approved = pinning.submit(desk, a_submission(who="ewa")).proposal
    moderating.approve(desk, ORGANISER, approved.id)
    clock.move(days=1_000)
    assert erased(desk, clock) == 0
    assert desk.proposals.get(before.id).content is not None


def test_how_long_is_a_setting():
    assert Settings.read({}).keep_refused_months == MONTHS
    assert Settings.read({"MICROPOLIS_KEEP_REFUSED_MONTHS": "3"}).keep_refused_months == 3
    for wrong in ("0", "-1", "1.5", "long"):
        with pytest.raises(InvalidInput, match="MICROPOLIS_KEEP_REFUSED_MONTHS"):
            Settings.read({"MICROPOLIS_KEEP_REFUSED_MONTHS": wrong})


def test_what_was_closed_before_anybody_wrote_down_when_counts_from_the_upgrade(desk, clock, tmp_path):
    old = sa.create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with old.begin() as connection:
        migrations.migrate(connection, "old", "0005")
    with sqlite3.connect(tmp_path / "old.sqlite") as raw:
        names = [row[1] for row in raw.execute("PRAGMA table_info(proposal)")]
        marks = ",".join("?" * len(names))
        for state in ("rejected", "approved"):
            row = {"id": state, "state": state, "base_revision": 0, "result_revision": 0}
            raw.execute(f"INSERT INTO proposal VALUES ({marks})", [row.get(name, "") for name in names])
    with old.begin() as connection:
        migrations.migrate(connection, "old")
    with sqlite3.connect(tmp_path / "old.sqlite") as raw:
        closed = dict(raw.execute("SELECT state, closed FROM proposal"))
    assert closed["approved"] == ""
    assert closed["rejected"].startswith("20")


def test_what_an_older_program_emptied_and_left_waiting_is_deleted(tmp_path):
    old = sa.create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with old.begin() as connection:
        migrations.migrate(connection, "old", "0011")
    states = ("pending", "questioned", "approved", "rejected")
    with sqlite3.connect(tmp_path / "old.sqlite") as raw:
        for table, words in (("proposal", "content"), ("tour_revision", "document")):
            columns = raw.execute(f"PRAGMA table_info({table})").fetchall()
            marks = ",".join("?" * len(columns))
            for number, (state, said) in enumerate(product(states, ("", "{}"))):
                given = {"state": state, words: said, "id": f"{number}", "number": number}
                row = [given.get(name, 0 if kind == "INTEGER" else "") for _, name, kind, *_ in columns]
                raw.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    with old.begin() as connection:
        migrations.migrate(connection, "old")
    with sqlite3.connect(tmp_path / "old.sqlite") as raw:
        for query in (
            "SELECT state FROM proposal ORDER BY id",
            "SELECT state FROM tour_revision ORDER BY number",
        ):
            after = [state for (state,) in raw.execute(query)]
            assert after == [
                "deleted",
                "pending",
                "deleted",
                "questioned",
                *("approved",) * 2,
                *("rejected",) * 2,
            ]
