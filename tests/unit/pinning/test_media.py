"""Photos and recordings: before or after the submission, for whom they may be, and never for long alone."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from pinning_builders import ELSEWHERE, ORGANISER, a_story, a_submission, feature, holder, secret
from recordings import mp4, ogg, webm

from micropolis_map.domain.permission import RESIDENT
from micropolis_map.domain.place import Photo
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from micropolis_map.services import forgetting, media, moderating, pinning, rounds, taking_care
from micropolis_map.services.media import Sending
from micropolis_map.stores.audio import AudioStore
from micropolis_map.stores.recordings import bare

ID = "submission-photos1"
WEBM, OGG, MP4 = webm(), ogg(), mp4()


def a_photo(colour: str = "red", **save) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG", **save)
    return out.getvalue()


def sending(submission: str = ID, who: str = "ania", **more) -> Sending:
    return Sending("wawer", submission, secret(who), **more)


def may_see(desk, actor, photo_id: str) -> bool:
    try:
        media.photo(desk, actor, photo_id, 320)
    except NotFound:
        return False
    return True


def test_a_photo_is_its_authors_and_organisers_until_it_is_published(desk):
    photo = media.add_photo(desk, sending(), a_photo()).medium
    seen = {"author": holder(), "organiser": ORGANISER, "elsewhere": ELSEWHERE, "all": RESIDENT}
    seen["other"] = holder("ewa")

    def who():
        return {name for name, actor in seen.items() if may_see(desk, actor, photo.id)}

    assert who() == {"author"}
    proposal = pinning.submit(desk, a_submission(id=ID, feature=feature(photos=[{"id": photo.id}]))).proposal
    assert who() == {"author", "organiser"}
    place = moderating.approve(desk, ORGANISER, proposal.id)
    assert who() == set(seen)
    assert media.photo(desk, RESIDENT, photo.id, 320)[1] is True
    moderating.hide(desk, ORGANISER, place.id, "look")
    assert who() == {"author", "organiser"}
    assert media.photo(desk, ORGANISER, photo.id, 320)[1] is False


def test_the_same_bytes_again_are_the_same_photo(desk):
    first, again = (media.add_photo(desk, sending(), a_photo()).medium for _ in range(2))
    other = media.add_photo(desk, sending(), a_photo("blue")).medium
    assert first == again != other
    assert len(list(desk.photos.ids())) == 2


def test_who_was_told_to_wait_and_does_not_costs_no_look_at_the_database(desk, clock, monkeypatch):
    mine = sending(address="192.0.2.7")
    first = media.add_photo(desk, mine, a_photo())
    for _ in range(pinning.LIMITS["media"][0] - 1):
        pinning.limit(desk, mine.address, "media")
    assert media.add_photo(desk, mine, a_photo()) == first  # nobody was refused yet
    with pytest.raises(TooMany) as told:
        media.add_photo(desk, mine, a_photo("blue"))
    with monkeypatch.context() as nowhere:
        nowhere.setattr(type(desk.proposals), "find", _no_look)
        nowhere.setattr(type(desk.media), "of_submission", _no_look)
        with pytest.raises(TooMany):
            media.add_photo(desk, mine, a_photo("blue"))
    assert media.add_photo(desk, sending(address="192.0.2.8"), a_photo()) == first
    clock.move(seconds=told.value.retry_after_s + 1)
    assert media.add_photo(desk, mine, a_photo()) == first


def _no_look(*_: object) -> None:
    raise AssertionError("the database was asked")


def test_at_most_five(desk):
    for colour in ("red", "green", "blue", "black", "yellow"):
        media.add_photo(desk, sending(), a_photo(colour))
    with pytest.raises(Conflict, match="5"):
        media.add_photo(desk, sending(), a_photo("white"))
    assert len(list(desk.photos.ids())) == 5


def test_sent_after_the_words_it_is_added_by_itself(desk):
    pinning.submit(desk, a_submission(id=ID, feature=feature(stories=[a_story()])))
    received = media.add_photo(desk, sending(alt="A red pump", lang="en"), a_photo())
    assert received.attached
    assert media.add_photo(desk, sending(alt="A red pump"), a_photo()).medium == received.medium
    audio = media.add_audio(desk, sending(), OGG)
    content = desk.proposals.get(ID).content
    assert [(photo.id, photo.alt) for photo in content.photos] == [(received.medium.id, {"en": "A red pump"})]
    assert content.stories[0].audio == audio.medium.id
    moderating.approve(desk, ORGANISER, ID)
    with pytest.raises(Conflict, match="decided"):
        media.add_photo(desk, sending(), a_photo("green"))


def test_a_photo_of_a_story_goes_to_the_story(desk):
    place = moderating.approve(desk, ORGANISER, pinning.submit(desk, a_submission()).proposal.id)
    told = {"type": "Feature", "properties": {"stories": [a_story()]}}
    pinning.submit(desk, a_submission(id=ID, who="ewa", kind="story", place_id=place.id, feature=told))
    photo = media.add_photo(desk, sending(who="ewa"), a_photo()).medium
    content = desk.proposals.get(ID).content
    assert content.photos == ()
    assert [p.id for p in content.stories[-1].photos] == [photo.id]


def test_nobody_sends_for_anothers_submission_or_uses_their_photo(desk):
    pinning.submit(desk, a_submission(id=ID))
    with pytest.raises(NotAllowed):
        media.add_photo(desk, sending(who="eve"), a_photo())
    photo = media.add_photo(desk, sending(), a_photo()).medium
    with pytest.raises(InvalidInput):
        pinning.submit(desk, a_submission(who="eve", feature=feature(photos=[{"id": photo.id}])))
    assert list(desk.photos.ids()) == [photo.id]


def test_a_photo_tells_where_it_was_taken_once_and_keeps_nothing(desk, tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 13.0, 12.0), 3: "E", 4: (21.0, 9.0, 0.0)})
    received = media.add_photo(desk, sending(), a_photo(exif=exif))
    assert received.gps == (21.15, 52.22)
    data = desk.photos.read(received.medium.id, 1920)
    assert b"Exif" not in data
    assert b"EXIF" not in data


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"GIF89a" + bytes(50), WEBM])
def test_what_is_no_photo_leaves_nothing(desk, data):
    with pytest.raises(InvalidInput):
        media.add_photo(desk, sending(), data)
    assert desk.media.of_submission(ID) == list(desk.photos.ids()) == []


def test_recordings_are_told_by_their_content(tmp_path):
    store = AudioStore(tmp_path)
    for data, kind in ((WEBM, "audio/webm"), (OGG, "audio/ogg"), (MP4, "audio/mp4")):
        path, media_type = store.find(store.add(data))
        assert media_type == kind
        assert path.read_bytes() == bare(kind.removeprefix("audio/"), data) != data
    for data in (b"", b"ID3" + bytes(100), b"<html>webm", a_photo(), bytes(4) + b"ftypqt  "):
        with pytest.raises(InvalidInput, match="recording"):
            store.add(data)
    with pytest.raises(InvalidInput, match="MB"):
        store.add(WEBM + bytes(10_000_000))
    with pytest.raises(InvalidInput, match="damaged at byte"):
        store.add(MP4[:-1])
    with pytest.raises(NotFound):
        store.find("../../etc/passwd")
    for audio_id in list(store.ids()):
        store.remove(audio_id)
        store.remove(audio_id)
    assert list(store.ids()) == []


def removed(desk) -> int:
    """How many files a round of now deletes."""
    this = rounds.begin(desk)
    return taking_care.remove_orphans(desk, this) + taking_care.remove_strays(desk, this)


def test_orphans_go_after_a_day_and_others_stay(desk, clock):
    used = media.add_photo(desk, sending(), a_photo()).medium
    pinning.submit(desk, a_submission(id=ID, feature=feature(photos=[{"id": used.id}])))
    media.add_photo(desk, sending("submission-forgotten"), a_photo("blue"))
    media.add_audio(desk, sending("submission-forgotten"), WEBM)
    assert removed(desk) == 0
    clock.move(hours=23)
    assert removed(desk) == 0
    clock.move(hours=2)
    assert removed(desk) == 2
    assert list(desk.photos.ids()) == [used.id]
    assert list(desk.audio.ids()) == []
    moderating.approve(desk, ORGANISER, ID)
    for _ in range(3):
        clock.move(days=1)
        assert removed(desk) == 0


def test_files_that_a_killed_server_left_go_after_a_day_and_others_stay(desk, clock):
    """Killed between a file and its record, or in the middle of writing."""
    used = media.add_photo(desk, sending(), a_photo()).medium
    pinning.submit(desk, a_submission(id=ID, feature=feature(photos=[{"id": used.id}])))
    imported = desk.photos.add(a_photo("green"), "x").id
    bench = pinning.submit(desk, a_submission(id="submission-imports", feature=feature("Bench"))).proposal
    shown = replace(bench.content, photos=(Photo(imported),), status="published")
    desk.places.put(replace(shown, id="imported"))
    left = desk.photos.add(a_photo("red"), "x").id
    said = desk.audio.add(WEBM)
    half = desk.photos.path(f"p{'h' * 24}", 320)
    half.parent.mkdir(parents=True)
    half.with_name(".320.webp.x1").write_bytes(b"half a photo")
    everything = {used.id, imported, left, said, half.parent.name}
    assert written_at(desk, clock.now - timedelta(days=400)) == everything
    assert removed(desk) == 0
    clock.move(hours=25)
    assert removed(desk) == 0  # older than the first record: perhaps another database's
    written_at(desk, clock.now - timedelta(hours=23))
    assert removed(desk) == 0
    clock.move(hours=2)
    assert removed(desk) == 0  # found a moment ago
    clock.move(hours=24)
    assert removed(desk) == 3
    assert written_at(desk, clock.now) == {used.id, imported}
    assert not half.parent.exists()
    assert removed(desk) == 0


def test_a_server_killed_while_something_is_taken_back_deletes_the_rest_a_day_later(desk, clock, monkeypatch):
    taken = media.add_photo(desk, sending(), a_photo()).medium
    sent = pinning.submit(desk, a_submission(id=ID, feature=feature(photos=[{"id": taken.id}]))).proposal
    with monkeypatch.context() as patch:
        patch.setattr(type(desk.photos), "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            forgetting.forget(desk, holder(), [sent.id])
    assert desk.proposals.get(sent.id).content is None
    assert list(desk.photos.ids()) == [taken.id]
    assert removed(desk) == 0
    clock.move(hours=25)
    assert removed(desk) == 1
    assert list(desk.photos.ids()) == []
    assert desk.media.find(taken.id) is None


def killed(*_):
    raise KeyboardInterrupt


def written_at(desk, moment):
    """The ids of all files, each of which is from now on as old as `moment`."""
    found = {name for store in (desk.photos, desk.audio) for name, _ in store.written()}
    for store in (desk.photos, desk.audio):
        for file in store._folder.rglob("*"):
            os.utime(file, (moment.timestamp(), moment.timestamp()))
    return found
