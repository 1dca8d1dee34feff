"""Sending a place, a story, a change: kept once, checked, never lost."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from pinning_builders import ORGANISER, a_story, a_submission, feature, holder, published, secret

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.secret import hashed
from micropolis_map.errors import Conflict, InvalidInput, NotFound, TooMany
from micropolis_map.services import mine, moderating, pinning
from micropolis_map.services.pinning import ChangedMeanwhile
from micropolis_map.services.submission import WrongFields
from micropolis_map.settings import Settings
from micropolis_map.stores.people_tables import ATTEMPT


def test_a_pin_is_pending_until_an_organiser_approves(desk, application):
    receipt = pinning.submit(desk, a_submission(feature=feature(stories=[a_story()])))
    assert (receipt.new, receipt.proposal.state, receipt.proposal.district) == (True, "pending", "Anin")
    assert application.place_store.places() == []
    assert [thing.proposal.id for thing in mine.things(desk, holder())] == [receipt.proposal.id]
    assert mine.things(desk, holder("ewa")) == []
    place = moderating.approve(desk, ORGANISER, receipt.proposal.id)
    assert [p.id for p in application.place_store.places()] == [place.id] == [receipt.proposal.place_id]
    assert place.stories[0].text == "We drew water here."


def test_the_secret_is_nowhere_in_the_database(desk, tmp_path):
    pinning.submit(desk, a_submission())
    files = [path.read_bytes() for path in tmp_path.glob("micropolis.sqlite*")]
    assert not any(secret().encode() in data for data in files)
    assert any(hashed(secret()).encode() in data for data in files)


def test_sending_twice_is_sending_once(desk):
    first, second = (pinning.submit(desk, a_submission(1)) for _ in range(2))
    assert (first.new, second.new) == (True, False)
    assert first.proposal == second.proposal
    moderating.approve(desk, ORGANISER, first.proposal.id)
    third = pinning.submit(desk, a_submission(1))
    assert (third.new, third.proposal.state) == (False, "approved")
    moderating.approve(desk, ORGANISER, first.proposal.id)
    assert len(desk.revisions.entries(first.proposal.place_id)) == 1


def test_the_same_id_at_once_from_many_threads_is_one_place(desk):
    receipts = []
    threads = [
        threading.Thread(target=lambda: receipts.append(pinning.submit(desk, a_submission(2))))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipt.new for receipt in receipts) == [False] * 5 + [True]
    assert len({receipt.proposal.place_id for receipt in receipts}) == 1
    assert len(moderating.queue(desk, ORGANISER)) == 1


def test_an_id_is_not_reused_for_other_words_or_by_others(desk):
    pinning.submit(desk, a_submission(3))
    with pytest.raises(Conflict, match="other words"):
        pinning.submit(desk, a_submission(3, feature=feature("Another")))
    with pytest.raises(Conflict, match="somebody else"):
        pinning.submit(desk, a_submission(3, who="ewa"))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"feature": feature("  ")}, {"name": "missing"}),
        ({"feature": feature("x" * 201)}, {"name": "too_long"}),
        ({"feature": feature("a\nb")}, {"name/en": "one_line"}),
        ({"feature": feature(description={"en": "x" * 5001})}, {"description": "too_long"}),
        ({"feature": feature(description={"en": "http://a.b " * 4})}, {"description": "too_many_links"}),
        ({"feature": {**feature(), "geometry": None}}, {"geometry": "missing"}),
        ({"feature": feature(stories=[a_story(text="", title=" ")])}, {"stories": "missing"}),
        ({"feature": feature(photos=[{"id": "pNotMineNotMineNotMine1"}])}, {"photos": "unknown"}),
        ({"honeypot": "https://cheap.example"}, {"website2": "leave_empty"}),
    ],
)
def test_what_can_be_corrected_is_named(desk, changes, fields):
    with pytest.raises(WrongFields) as caught:
        pinning.submit(desk, a_submission(**changes))
    assert caught.value.fields == fields
    assert moderating.queue(desk, ORGANISER) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 2.9},
        {"seconds": None},
        {"seconds": -5.0},
        {"secret": "short"},
        {"secret": "a" * 32},
        {"id": "x/../../etc/passwd"},
        {"kind": "crime"},
        {"feature": feature(lon=2.35, lat=48.85)},
        {"feature": feature(website="javascript:alert(1)")},
    ],
)
def test_what_cannot_be_is_refused(desk, changes):
    with pytest.raises(InvalidInput):
        pinning.submit(desk, a_submission(**changes))
    assert moderating.queue(desk, ORGANISER) == []


def test_personal_data_is_pointed_out_and_never_refused(desk):
    receipt = pinning.submit(desk, a_submission(feature=feature(description={"en": "Call 601 234 567."})))
    assert [(f.field, f.kind, f.text) for f in receipt.findings] == [
        ("description/en", "phone", "601 234 567")
    ]
    assert set(receipt.proposal.flags) == {"first_time", "personal:phone"}


def test_only_the_first_time_is_marked_as_such(desk):
    published(desk)
    assert "first_time" not in pinning.submit(desk, a_submission()).proposal.flags


def test_an_area_that_crosses_itself_is_mended(desk):
    bow = [[21.15, 52.22], [21.16, 52.23], [21.16, 52.22], [21.15, 52.23], [21.15, 52.22]]
    geometry = {"type": "Polygon", "coordinates": [bow]}
    receipt = pinning.submit(desk, a_submission(feature={**feature(), "geometry": geometry}))
    assert receipt.mended
    assert receipt.proposal.content.geometry["type"] == "MultiPolygon"
    path = {"type": "LineString", "coordinates": [[21.15, 52.22], [21.16, 52.23]]}
    assert not pinning.submit(desk, a_submission(feature={**feature(), "geometry": path})).mended


def test_a_story_goes_on_a_place_of_others(desk):
    _, place = published(desk, feature=feature(stories=[a_story()]))
    story = {"type": "Feature", "properties": {"stories": [a_story("Now it is a garden.", about="present")]}}
    told = a_submission(who="ewa", kind="story", place_id=place.id, feature=story)
    receipt = pinning.submit(desk, told)
    assert moderating.queue(desk, ORGANISER)[0].differences[0].path.startswith("stories/")
    both = moderating.approve(desk, ORGANISER, receipt.proposal.id)
    assert [story.text for story in both.stories] == ["We drew water here.", "Now it is a garden."]
    assert both.name == place.name


def test_nobody_adds_to_what_is_not_public(desk):
    receipt = pinning.submit(desk, a_submission())
    story = a_submission(who="ewa", kind="story", place_id=receipt.proposal.place_id)
    with pytest.raises(NotFound):
        pinning.submit(desk, story)
    _, place = published(desk)
    moderating.hide(desk, ORGANISER, place.id, "wrong")
    with pytest.raises(NotFound):
        pinning.submit(desk, replace(story, place_id=place.id))


def test_ones_own_waiting_place_is_corrected_in_place(desk):
    first = pinning.submit(desk, a_submission()).proposal
    moderating.ask(desk, ORGANISER, first.id, "Which pump?")
    again = a_submission(kind="edit", place_id=first.place_id, feature=feature("Old pump in Anin"))
    receipt = pinning.submit(desk, again)
    assert (receipt.proposal.id, receipt.proposal.state) == (first.id, "pending")
    assert receipt.proposal.content.name == {"en": "Old pump in Anin"}
    assert pinning.submit(desk, again).proposal == receipt.proposal
    assert len(mine.things(desk, holder())) == 1


def test_two_who_change_different_things_both_win(desk):
    _, place = published(desk, feature=feature(description={"en": "A pump."}))
    edit = {"kind": "edit", "place_id": place.id, "base_revision": 1}
    one = pinning.submit(desk, a_submission(**edit, feature=feature("Pump", description={"en": "A pump."})))
    two = pinning.submit(
        desk, a_submission(who="ewa", **edit, feature=feature("Old pump", description={"en": "Green."}))
    )
    moderating.approve(desk, ORGANISER, one.proposal.id)
    both = moderating.approve(desk, ORGANISER, two.proposal.id)
    assert (both.name, both.description, both.revision) == ({"en": "Pump"}, {"en": "Green."}, 3)


def test_two_who_change_the_same_see_both_and_lose_nothing(desk):
    _, place = published(desk, feature=feature(description={"en": "A pump."}))
    edit = {"kind": "edit", "place_id": place.id, "base_revision": 1}
    one = a_submission(**edit, feature=feature(description={"en": "Red."}))
    two = a_submission(who="ewa", **edit, feature=feature(description={"en": "Green."}))
    first, second = pinning.submit(desk, one).proposal, pinning.submit(desk, two).proposal
    moderating.approve(desk, ORGANISER, first.id)
    with pytest.raises(ChangedMeanwhile) as caught:
        moderating.approve(desk, ORGANISER, second.id)
    (clash,) = caught.value.clashes
    assert (clash.path, clash.base, clash.mine, clash.theirs) == (
        "description/en",
        "A pump.",
        "Green.",
        "Red.",
    )
    assert mine.things(desk, holder("ewa"))[0].clashes == caught.value.clashes
    late = a_submission(who="jan", **edit, feature=feature(description={"en": "Blue."}))
    with pytest.raises(ChangedMeanwhile):
        pinning.submit(desk, late)
    assert pinning.submit(desk, replace(late, keep_both=True)).new
    kept = moderating.approve(desk, ORGANISER, second.id, {"description/en": "mine"})
    assert kept.description == {"en": "Green."}
    assert [e.place.description["en"] for e in desk.revisions.entries(place.id)] == [
        "A pump.",
        "Red.",
        "Green.",
    ]


def test_duplicates_and_findings_are_told_before_sending(desk):
    _, place = published(desk, feature=feature("Old pump"))
    similar, findings = pinning.check(
        desk, "wawer", feature("Old Pump!", lon=21.1501, description={"en": "a@b.org"})
    )
    assert [p.id for p in similar] == [place.id]
    assert [f.kind for f in findings] == ["email"]
    assert pinning.check(desk, "wawer", feature("Old Pump!", lon=21.16)) == ([], [])
    assert pinning.check(desk, "wawer", feature("")) == ([], [])


def test_too_much_from_one_address_waits_and_the_salt_changes_daily(desk, clock):
    most = pinning.LIMITS["report"][0]
    for _ in range(most):
        pinning.limit(desk, "192.0.2.7", "report")
    with pytest.raises(TooMany) as caught:
        pinning.limit(desk, "192.0.2.7", "report")
    assert 0 < caught.value.retry_after_s <= 3600
    pinning.limit(desk, "192.0.2.8", "report")
    salt = desk.care.salt("2026-11-21", "fresh")
    clock.move(hours=1, seconds=1)
    pinning.limit(desk, "192.0.2.7", "report")
    clock.move(days=1)
    pinning.limit(desk, "192.0.2.7", "report")
    assert desk.care.salt("2026-11-22", "x") not in {salt, "x"}


def test_what_is_kept_of_an_address_says_nothing_of_it_and_differs_every_day_and_everywhere(
    desk, clock, application, tmp_path
):
    """Without a salt that is thrown away, hashing all four billion addresses would name the sender."""
    another = build_application(Settings(data=tmp_path / "another"))
    elsewhere = replace(another.participation, now=clock)
    kept: list[str] = []
    for _ in range(2):
        for one in (desk, elsewhere):
            pinning.limit(one, "192.0.2.7", "report")
            pinning.limit(one, "192.0.2.7", "report")
        for database in (application.database, another.database):
            with database.reading() as connection:
                (who,) = set(connection.execute(sa.select(ATTEMPT.c.who)).scalars())
                kept.append(who)
        clock.move(days=1)
    assert len(set(kept)) == 4
    assert hashed("192.0.2.7") not in kept


def test_a_repeat_is_never_limited(desk, monkeypatch):
    monkeypatch.setattr(pinning, "LIMITS", {**pinning.LIMITS, "submit": (1, 3600.0)})
    first = pinning.submit(desk, a_submission(7), "192.0.2.7")
    assert not pinning.submit(desk, a_submission(7), "192.0.2.7").new
    with pytest.raises(TooMany):
        pinning.submit(desk, a_submission(8), "192.0.2.7")
    assert first.new
