"""Stories with their languages, photos and recordings; the time slider; photos then and now."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))

from place_builders import a_place

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.decades import Decade
from micropolis_map.domain.place import Period, Photo, Story
from micropolis_map.domain.then_and_now import then_and_now
from micropolis_map.settings import Settings
from micropolis_map.ui.components.time_slider import chosen_years

OLD, NEW, OTHER = Photo("old-photo"), Photo("new-photo", {"en": "A library"}, "Ben"), Photo("other-photo")


def told(story_id: str, about: str, year: int | None, *photos: Photo, **more) -> Story:
    return Story(
        story_id, f"Title {story_id}", f"Text {story_id}", "da", about=about, year=year, photos=photos, **more
    )


@pytest.fixture
def place(data):
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))
    first = application.place_store.places("demo")[0]
    stories = (
        told(
            "a", "past", 1910, OLD, audio="a" + "x" * 24, transcript="It stood <b>white</b>.",
            translations={"en": {"title": "When it was new", "text": "It stood white."}},
        ),
        told("b", "present", 2024, NEW),
    )  # fmt: skip
    return application.place_store.put(replace(first, stories=stories, photos=(OTHER,)))


def text_of(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_a_story_is_read_in_the_readers_language_with_the_original_one_tap_away(explore, place):
    app = explore(place=place.id, lang="en")
    assert not app.exception
    assert "When it was new" in text_of(app)
    assert "Text a" in text_of(app)
    assert any("original in Dansk" in expander.label for expander in app.expander)


def test_recordings_play_and_their_words_are_shown_as_text(explore, place):
    shown = text_of(explore(place=place.id, lang="en"))
    assert f'src="/audio/a{"x" * 24}"' in shown
    assert "&lt;b&gt;white&lt;/b&gt;" in shown
    assert '/photos/new-photo/960.webp" alt=""' in shown or 'alt="A library"' in shown


def test_both_photos_and_the_ways_to_take_part_are_there(explore, place):
    app = explore(place=place.id)
    assert len(app.get("bidi_component")) == 1
    shown = text_of(app)
    assert f"/pin/demo?place={place.id}" in shown
    assert f"/pin/demo/place/{place.id}" in shown


def test_then_is_the_oldest_and_now_the_newest():
    stories = (
        told("a", "past", 1930, Photo("p30")),
        told("b", "past", 1910, OLD),
        told("c", "present", 2020, NEW),
    )
    place = a_place(photos=(OTHER,), stories=stories)
    found = then_and_now(place)
    assert [one.photo.id for one in found.then] == ["old-photo", "p30"]
    assert [one.photo.id for one in found.now] == ["other-photo", "new-photo"]


def test_without_a_photo_of_both_times_there_is_nothing_to_compare():
    assert then_and_now(a_place(stories=(told("a", "past", 1910, OLD),))) is None
    assert then_and_now(a_place(photos=(NEW,))) is None
    two = then_and_now(a_place(stories=(told("a", "past", 1910, OLD), told("b", "past", 1960, NEW))))
    assert [one.photo.id for one in two.now] == ["new-photo"]


def test_moving_a_thumb_filters_the_list(explore):
    app = explore(community="demo")
    slider = app.select_slider(key="w_years")
    low, high = slider.value
    slider.set_value((low, 1940)).run()
    assert not app.exception
    address = app.query_params["years"]
    assert (address[0] if isinstance(address, list) else address) == "..1949"
    app.button(key="w_all_years").click().run()
    assert "years" not in app.query_params
    assert app.select_slider(key="w_years").value == (low, high)


BARS = tuple(Decade(start, Period(start, start + 9), 1, 1) for start in (1900, 1910, 1920))


@pytest.mark.parametrize(
    ("thumbs", "years"),
    [((1900, 1920), ""), ((1910, 1920), "1910.."), ((1900, 1910), "..1919"), ((1910, 1910), "1910..1919")],
)
def test_thumbs_at_the_ends_leave_the_years_open(thumbs, years):
    assert chosen_years(thumbs, BARS) == years
