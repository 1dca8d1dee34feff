"""Sheets in every alphabet we have fonts for; what has none says so."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from pdf_reading import pages

from micropolis_map.domain.place import Place
from micropolis_map.services.paper_letters import (
    begins_leftward,
    legible,
    loses_letters,
    pick_legible,
    runs_leftward,
)
from micropolis_map.services.reporting_paper import writable
from micropolis_map.services.touring_paper import Paper
from micropolis_map.services.touring_poster import place_poster

ARABIC = "المكتبة القديمة"
HEBREW = "הספרייה הישנה"
CHINESE = "公園の図書館"


def poster(**names: str) -> bytes:
    place = Place("x", "demo", "historical", names, {"type": "Point", "coordinates": [17.2, 55.7]})
    return place_poster(place, "en", "https://example.org")


def letters(pdf: bytes) -> str:
    """The first page's text without the forms letters take in a word and without blanks."""
    return unicodedata.normalize("NFKC", pages(pdf)[0]).replace(" ", "")


@pytest.mark.parametrize(("lang", "name"), [("ar", ARABIC), ("he", HEBREW)])
def test_what_runs_from_right_to_left_is_on_the_poster(lang: str, name: str) -> None:
    found = letters(poster(**{lang: name}))
    assert set(name.replace(" ", "")) <= set(found)
    assert "cannotbeprinted" not in found


def test_letters_of_arabic_are_joined() -> None:
    """The middle beh of a word is another, narrower glyph than three alone."""
    joined, apart = (ink_width(text) for text in ("ببب", "ب ب ب"))
    assert 0 < joined < apart * 0.8


def test_a_line_from_right_to_left_stands_to_the_right() -> None:
    sheet = Paper("x", "ar")
    sheet.add_page()
    sheet.write_line(HEBREW, 20.0)
    box = ink(sheet.content())
    assert box[0] > 300
    assert box[2] > 520


def test_another_language_is_taken_where_only_that_can_be_printed() -> None:
    found = letters(poster(en=CHINESE, da="Parkens bibliotek"))
    assert "Parkensbibliotek" in found
    assert "cannotbeprinted" not in found


def test_letters_without_a_font_are_told() -> None:
    found = letters(poster(ja=CHINESE))
    assert "cannotbeprinted" in found
    assert loses_letters(CHINESE)
    assert pick_legible({"ja": CHINESE}, "pl") == CHINESE


def test_legible() -> None:
    assert legible("Cafe\u0301 \u202eevil\u202c") == "Café evil"
    assert legible("🌳 Park") == " Park"
    assert legible(f"{CHINESE} {CHINESE} Park") == "… Park"
    assert legible("Zażółć\nВулиця") == "Zażółć\nВулиця"
    assert not loses_letters("Wait … for it 🌳")
    assert (runs_leftward(f"Old {ARABIC}"), begins_leftward(f"Old {ARABIC}")) == (True, False)
    assert begins_leftward(f"12 {HEBREW} Old")


def test_reports_name_districts_in_their_letters() -> None:
    assert writable(f"{ARABIC} 1") == f"{ARABIC} 1"


def ink(pdf: bytes) -> tuple[int, int, int, int]:
    """Where the first page is not white, in points: left, top, right, bottom."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("L")
    box = picture.point(lambda shade: 255 * (shade < 128)).getbbox()
    assert box is not None
    return box


def ink_width(text: str) -> int:
    sheet = Paper("x", "ar")
    sheet.add_page()
    sheet.write_line(text, 40.0)
    left, _, right, _ = ink(sheet.content())
    return right - left
