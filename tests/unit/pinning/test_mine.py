"""Withdrawing, and deleting until nothing is left: not in a table, not in a file, not in free pages."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pinning_builders import ORGANISER, a_story, a_submission, feature, holder, published, secret
from recordings import webm

from micropolis_map.domain.place_geojson import collection
from micropolis_map.errors import Conflict, NotAllowed
from micropolis_map.services import forgetting, history, media, mine, moderating, pinning
from micropolis_map.services.media import Sending

WEBM = webm()
WORDS = "Xylophonic-grandmother-words"


def a_photo(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def on_disk(folder, text: str = WORDS) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


def tell(desk, place_id, who, text):
    told = {"type": "Feature", "properties": {"stories": [a_story(text)]}}
    receipt = pinning.submit(desk, a_submission(who=who, kind="story", place_id=place_id, feature=told))
    return receipt.proposal, moderating.approve(desk, ORGANISER, receipt.proposal.id)


def test_withdrawn_before_a_decision_it_leaves_the_queue(desk):
    proposal = pinning.submit(desk, a_submission()).proposal
    with pytest.raises(NotAllowed):
        mine.withdraw(desk, holder("ewa"), proposal.id)
    assert mine.withdraw(desk, holder(), proposal.id).state == "withdrawn"
    assert moderating.queue(desk, ORGANISER) == []
    with pytest.raises(Conflict):
        moderating.approve(desk, ORGANISER, proposal.id)


def test_withdrawn_after_it_leaves_the_map_and_stays_its_authors(desk):
    proposal, _ = published(desk)
    mine.withdraw(desk, holder(), proposal.id)
    mine.withdraw(desk, holder(), proposal.id)
    assert desk.places.places() == []
    (thing,) = mine.things(desk, holder())
    assert (thing.place.status, thing.place.revision) == ("withdrawn", 2)


def test_withdrawing_takes_ones_own_story_only(desk):
    proposal, place = published(desk, feature=feature(stories=[a_story("mine")]))
    tell(desk, place.id, "ewa", "hers")
    mine.withdraw(desk, holder(), proposal.id)
    (left,) = desk.places.places()
    assert [story.text for story in left.stories] == ["hers"]


def test_withdrawing_a_change_undoes_it(desk):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    changed = feature("Pump", description={"en": "Better."}, stories=[a_story("hers")])
    edit = a_submission(who="ewa", kind="edit", place_id=place.id, base_revision=1, feature=changed)
    proposal = pinning.submit(desk, edit).proposal
    moderating.approve(desk, ORGANISER, proposal.id)
    mine.withdraw(desk, holder("ewa"), proposal.id)
    left = desk.places.get(place.id)
    assert (left.description, left.stories, left.revision) == ({"en": "Plain."}, (), 3)


def test_deleting_leaves_nothing_but_a_tombstone(desk, application, tmp_path):
    sending = Sending("wawer", "submission-00777777", secret())
    photo = media.add_photo(desk, sending, a_photo()).medium
    audio = media.add_audio(desk, sending, WEBM).medium
    story = a_story(WORDS, audio=audio.id, told_by=f"told-by-{WORDS}")
    described = feature(
        WORDS, description={"en": WORDS}, stories=[story], photos=[{"id": photo.id, "alt": {"en": WORDS}}]
    )
    proposal, place = published(desk, id="submission-00777777", feature=described)
    moderating.set_status(desk, ORGANISER, place.id, "hidden", "look again")
    moderating.show(desk, ORGANISER, place.id)
    application.publishing.mirror_now()
    assert "places.geojson" in on_disk(tmp_path)
    assert any(name.startswith("micropolis.sqlite") for name in on_disk(tmp_path))

    with pytest.raises(NotAllowed):
        forgetting.forget(desk, holder("ewa"), [proposal.id])
    assert forgetting.forget(desk, holder(), [proposal.id]) == 1
    application.publishing.mirror_now()

    assert on_disk(tmp_path) == []
    assert on_disk(tmp_path, "21.15,52.22") == []
    assert desk.places.places() == mine.things(desk, holder()) == []
    assert list(desk.photos.ids()) == list(desk.audio.ids()) == []
    stones = {(stone.what, stone.id, stone.note) for stone in desk.revisions.tombstones("wawer")}
    assert stones == {
        ("proposal", proposal.id, "deleted by its author"),
        ("place", place.id, "deleted by its author"),
    }
    assert {entry.place.name["en"] for entry in history.history(desk, ORGANISER, place.id)} == {
        "deleted by its author"
    }


def test_what_was_deleted_does_not_come_back_from_an_old_file_or_history(desk, application, tmp_path):
    proposal, place = published(desk, feature=feature(WORDS))
    old_file = collection([place], "2099-01-01T00:00:00Z").replace("2026-11-21", "2099-01-01")
    forgetting.forget(desk, holder(), [proposal.id])
    application.publishing.path.write_text(old_file, encoding="utf-8")
    application.publishing.mirror_now()
    assert on_disk(tmp_path) == []
    with pytest.raises(Conflict, match="deleted"):
        history.restore(desk, ORGANISER, place.id, 1)
    with pytest.raises(Conflict, match="deleted"):
        moderating.show(desk, ORGANISER, place.id)
    assert application.place_store.put_many([place]) == 0
    with pytest.raises(Conflict):
        pinning.submit(desk, a_submission(int(proposal.id[-8:]), feature=feature(WORDS)))


def test_others_stories_stay_on_the_place_of_somebody_who_left(desk, tmp_path):
    proposal, place = published(
        desk, feature=feature("Old pump", description={"en": WORDS}, stories=[a_story(WORDS)])
    )
    tell(desk, place.id, "ewa", "hers")
    forgetting.forget(desk, holder(), [proposal.id])
    (left,) = desk.places.places()
    assert (left.name, left.description, left.geometry) == ({"en": "Old pump"}, {}, place.geometry)
    assert [story.text for story in left.stories] == ["hers"]
    assert on_disk(tmp_path) == []
    assert [t.what for t in desk.revisions.tombstones()] == ["proposal"]


def test_a_story_goes_and_the_place_stays_as_it_was(desk, tmp_path):
    _, place = published(desk, feature=feature(stories=[a_story("mine")]))
    told, _ = tell(desk, place.id, "ewa", WORDS)
    tell(desk, place.id, "jan", "his")
    forgetting.forget(desk, holder("ewa"), [told.id])
    (left,) = desk.places.places()
    assert [story.text for story in left.stories] == ["mine", "his"]
    assert on_disk(tmp_path) == []


def test_a_change_is_undone_where_nobody_wrote_over_it(desk, tmp_path):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}, website="https://a.org"))
    changed = feature(WORDS, description={"en": WORDS}, website="https://b.org")
    edit = a_submission(who="ewa", kind="edit", place_id=place.id, base_revision=1, feature=changed)
    proposal = pinning.submit(desk, edit).proposal
    moderating.approve(desk, ORGANISER, proposal.id)
    from dataclasses import replace

    current = desk.places.get(place.id)
    moderating.revise(desk, ORGANISER, replace(current, website="https://c.org"), 2)
    forgetting.forget(desk, holder("ewa"), [proposal.id])
    left = desk.places.get(place.id)
    assert (left.name, left.description, left.website) == (
        {"en": "Pump"},
        {"en": "Plain."},
        "https://c.org",
    )
    assert on_disk(tmp_path) == []


def test_a_waiting_story_of_others_is_cleaned_too(desk, tmp_path):
    proposal, place = published(desk, feature=feature("Old pump", description={"en": WORDS}))
    told = {"type": "Feature", "properties": {"stories": [a_story("hers")]}}
    waiting = pinning.submit(
        desk, a_submission(who="ewa", kind="story", place_id=place.id, feature=told)
    ).proposal
    forgetting.forget(desk, holder(), [proposal.id])
    assert on_disk(tmp_path) == []
    kept = moderating.approve(desk, ORGANISER, waiting.id)
    assert [story.text for story in kept.stories] == ["hers"]
    assert kept.description == {}


def test_everything_of_a_key_at_once(desk):
    first, _ = published(desk)
    second = pinning.submit(desk, a_submission()).proposal
    assert forgetting.forget(desk, holder(), [first.id, second.id]) == 2
    assert mine.things(desk, holder()) == []
    assert [stone.what for stone in desk.revisions.tombstones()].count("proposal") == 2


def test_an_unknown_thing_is_no_more_open_than_that_of_somebody_else(desk):
    with pytest.raises(NotAllowed):
        forgetting.forget(desk, holder(), ["submission-unknown"])
