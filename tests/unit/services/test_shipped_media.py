"""The invented town's pictures and recording come with it, once, and only where a place shows them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.domain.permission import Actor
from micropolis_map.domain.place_geojson import feature_to_place, read_features
from micropolis_map.domain.proposal import media_of
from micropolis_map.domain.then_and_now import then_and_now
from micropolis_map.errors import NotFound
from micropolis_map.services import media
from micropolis_map.services.shipped_media import take_in_shipped
from micropolis_map.services.verifying import verify
from micropolis_map.settings import Settings
from micropolis_map.stores.photos import SIZES
from micropolis_map.stores.recordings import bare
from tools.demo_town.pictures import PICTURES
from tools.demo_town.pictures import SIZES as DRAWN

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "data" / "media"
FILE = ROOT / "data" / "places.geojson"
LIGHTHOUSE, HARBOUR = "demo-amberoe-fyr", "demo-havnekontoret"
DAY, VOICE = "p-amberoe-lighthouse-by-day", "a-amberoe-glass-wiping-sunday"
ANYBODY = Actor()


@pytest.fixture
def app(tmp_path: Path) -> Application:
    shutil.copy(FILE, tmp_path / "places.geojson")
    shutil.copytree(SHIPPED, tmp_path / "media")
    return build_application(Settings(data=tmp_path))


def _places():
    features = read_features(FILE.read_text(encoding="utf-8"), FILE.name)[0]
    return {feature["id"]: feature_to_place(feature) for feature in features}


def test_what_is_shipped_is_small_and_what_places_show() -> None:
    files = [file for file in SHIPPED.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 300_000
    assert all(file.stat().st_size <= 60_000 for file in files)
    photos, recordings = media_of(_places().values())
    drawn = {photo for pictures in PICTURES.values() for photo in pictures}
    assert photos == drawn
    assert recordings == {VOICE}
    there = {str(file.relative_to(SHIPPED)) for file in files}
    named = {f"{place}/{p}-{size}.webp" for place, many in PICTURES.items() for p in many for size in DRAWN}
    assert there == named | {f"{LIGHTHOUSE}/{VOICE}.ogg"}


def test_the_pictures_are_those_that_the_tool_draws() -> None:
    for place, pictures in PICTURES.items():
        for photo, draw in pictures.items():
            with Image.open(SHIPPED / place / f"{photo}-320.webp") as kept:
                before = kept.convert("RGB").resize((96, 64))
            now = draw().image.resize((96, 64))
            differ = [abs(a - b) for a, b in zip(before.tobytes(), now.tobytes(), strict=True)]
            assert sum(differ) / len(differ) < 6, photo


def test_the_recording_is_its_sound_alone() -> None:
    data = (SHIPPED / LIGHTHOUSE / f"{VOICE}.ogg").read_bytes()
    assert bare("ogg", data) == data


def test_all_of_them_say_that_no_camera_and_no_voice_made_them() -> None:
    places = _places()
    for place in places.values():
        for photo in (*place.photos, *(one for story in place.stories for one in story.photos)):
            assert photo.credit == "Drawn by a program for the demo town; not a photo"
            assert photo.licence == "CC0-1.0"
            assert set(photo.alt) == {"en", "pl", "da", "it", "uk"}
    told = [story for story in places[LIGHTHOUSE].stories if story.audio]
    assert [story.audio for story in told] == [VOICE]
    assert (
        told[0].transcript
        == f"(Read by the synthetic voice of espeak-ng; nobody's voice was recorded.) {told[0].text}"
    )


def test_the_town_shows_a_gallery_a_recording_and_then_and_now() -> None:
    places = _places()
    assert len(places[LIGHTHOUSE].photos) == 3
    sides = then_and_now(places[HARBOUR])
    assert sides is not None
    assert [one.year for one in sides.then] == [1954]
    assert [one.photo.id for one in sides.now] == ["p-amberoe-harbour-today"]


def test_a_fresh_database_has_them_and_everybody_may_see_them(app: Application) -> None:
    for size in SIZES:
        data, public = media.photo(app.participation, ANYBODY, DAY, size)
        assert public
        assert data[8:12] == b"WEBP"
    path, media_type, public = media.recording(app.participation, ANYBODY, VOICE)
    assert (media_type, public) == ("audio/ogg", True)
    assert path.read_bytes() == (SHIPPED / LIGHTHOUSE / f"{VOICE}.ogg").read_bytes()
    app.publishing.mirror_now()
    assert verify(app.participation, app.database, app.publishing)["problems"] == []


def test_a_second_start_takes_nothing_in_and_reads_no_place(app: Application) -> None:
    class Untouched:
        def get(self, place_id: str) -> None:
            raise AssertionError(place_id)

    folder = app.settings.data / "media"
    assert take_in_shipped(replace(app.participation, places=Untouched()), folder) == 0


def test_what_is_lost_comes_back_and_what_no_place_shows_does_not(app: Application) -> None:
    desk, folder = app.participation, app.settings.data / "media"
    desk.photos.remove(DAY)
    assert take_in_shipped(desk, folder) == 2
    place = app.place_store.get(LIGHTHOUSE)
    app.place_store.put(replace(place, photos=place.photos[1:]), expected_revision=place.revision)
    desk.photos.remove(DAY)
    assert take_in_shipped(desk, folder) == 0
    with pytest.raises(NotFound):
        desk.photos.read(DAY, 320)


def test_of_a_hidden_place_nobody_else_sees_them(app: Application) -> None:
    place = app.place_store.get(LIGHTHOUSE)
    app.place_store.put(replace(place, status="hidden"), expected_revision=place.revision)
    for ask in (
        lambda: media.photo(app.participation, ANYBODY, DAY, 320),
        lambda: media.recording(app.participation, ANYBODY, VOICE),
    ):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{DAY}-960.webp", b"not a picture"),
        (f"{DAY}-320.webp", b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40),
        (f"{VOICE}.ogg", b""),
    ],
)
def test_a_damaged_file_is_left_out_and_the_rest_comes(
    tmp_path: Path, name: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copy(FILE, tmp_path / "places.geojson")
    shutil.copytree(SHIPPED, tmp_path / "media")
    (tmp_path / "media" / LIGHTHOUSE / name).write_bytes(content)
    (tmp_path / "media" / LIGHTHOUSE / "p-nobody-shows-this-picture-320.webp").write_bytes(content)
    (tmp_path / "media" / "no-such-place").mkdir()
    (tmp_path / "media" / "no-such-place" / name).write_bytes(b"")
    desk = build_application(Settings(data=tmp_path)).participation
    assert name in caplog.text
    assert "nobody-shows" not in caplog.text
    assert desk.photos.read("p-amberoe-harbour-today", 320)
    assert not (tmp_path / "photos" / "p-" / "p-nobody-shows-this-picture").exists()
