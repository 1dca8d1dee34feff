"""Names hold nothing that is not seen, wherever they enter, and lose nothing that a script needs."""

from __future__ import annotations

import unicodedata

import pytest
from hostile_texts import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.place_geojson import feature_to_place
from micropolis_map.domain.tour_document import tour_of_document
from micropolis_map.domain.visible_text import visible
from micropolis_map.services import pinning, signing_in
from micropolis_map.services.submission import Submission, WrongFields
from micropolis_map.settings import Settings

_CODES = (0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x3164)
_CONTROLS = (*range(9), *range(11, 32), *range(127, 160))
NEVER = frozenset(map(chr, (*_CODES, *_CONTROLS)))
ENGLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f"
NEEDED = (
    "می\u200cخواهم", "نامه\u200cها", "क्\u200dष", "ශ්\u200dරී", "👩\u200d👩\u200d👧\u200d👦",
    "🏳\ufe0f\u200d🌈",
    "🧑🏽\u200d🌾",
    "Łąka w Radości", "Київ", "Ærø", "שלום", "القاهرة", "東京", "Zażółć gęślą jaźń", "e\u0301tude",
    "1\ufe0f\u20e3", ENGLAND,
)  # fmt: skip
strange = st.text(
    st.sampled_from([*NEVER, "\u200c", "\u200d", "a", "Ł", "م", "क", "्", "👩", "\U000e0067", "\n", " "])
)


@given(strange | st.text() | st.sampled_from(HOSTILE))
def test_nothing_unseen_is_left_and_again_changes_nothing(text):
    shown = visible(text)
    assert not NEVER & set(shown)
    assert visible(shown) == shown
    seen = [c for c in text if unicodedata.category(c)[0] in "LNPS" and c not in NEVER]
    assert [c for c in seen if c not in shown and c not in "\u115f\u1160\uffa0"] == []


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs"))))
def test_plain_text_stays_as_it_is(text):
    assert visible(text) == text


@pytest.mark.parametrize("text", NEEDED)
def test_what_a_script_needs_stays(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    "text", ["o\u200dak", "o\u200cak", "\u200doak", "oak\u200c", "Київ\u200d", "oak\U000e0041"]
)
def test_joiners_and_tags_that_join_nothing_go(text):
    assert visible(text).strip() in {"oak", "Київ"}


BAD = "Old\u202e \u200boak\ufeff"
GOOD = "Old oak"


def test_names_of_places_stories_and_tours_are_cleaned_where_they_are_read():
    story = {
        "id": "s1",
        "title": BAD,
        "text": "x",
        "lang": "en",
        "told_by": BAD,
        "translations": {"pl": {"title": BAD}},
    }
    photo = {"id": "p1", "alt": {"en": BAD}, "credit": BAD, "licence": BAD}
    properties = {
        "community": "wawer", "kind": "natural", "name": {"en": BAD}, "themes": [BAD], "licence": BAD,
        "opening_hours": BAD, "stories": [story], "photos": [photo],
    }  # fmt: skip
    geometry = {"type": "Point", "coordinates": [21.1, 52.2]}
    place = feature_to_place({"type": "Feature", "id": "a", "geometry": geometry, "properties": properties})
    told, shown = place.stories[0], place.photos[0]
    texts = [place.name["en"], *place.themes, place.licence, place.opening_hours, told.title, told.told_by,
             told.translations["pl"]["title"], shown.alt["en"], shown.credit, shown.licence]  # fmt: skip
    assert set(texts) == {GOOD}
    document = {"name": {"en": BAD}, "stops": [{"place": "a"}], "authors": [BAD], "licence": BAD}
    tour = tour_of_document("t", "wawer", document)
    assert {tour.name["en"], *tour.authors, tour.licence} == {GOOD}


def test_a_name_of_nothing_seen_is_no_name(tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("wawer", {"en": BAD}, centre=(21.1, 52.2)))
    assert application.community_store.get("wawer").name["en"] == GOOD
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [21.1, 52.2]},
        "properties": {"kind": "natural", "name": {"en": "\u200b\u3164\u202e"}},
    }
    sent = Submission(
        "submission-0000001", "ania-0123456789abcdefghijkl", "place", "wawer", feature, seconds=30.0
    )
    with pytest.raises(WrongFields, match="name"):
        pinning.submit(application.participation, sent)
    account, _ = signing_in.invite(
        application.participation, LOCAL_ADMINISTRATOR, "ola", BAD, "organiser", ("wawer",)
    )
    assert account.name == GOOD
