"""A poster to hang where the story happened: what it is, and a QR code that opens it."""

from __future__ import annotations

from urllib.parse import urlencode

from micropolis_map.domain.place import Place
from micropolis_map.domain.text import LANGUAGES, LangText, pick
from micropolis_map.domain.tour import Tour
from micropolis_map.i18n import mark, translation
from micropolis_map.services.flat_places import printable
from micropolis_map.services.touring_paper import ACCENT, MARGIN_MM, SOFT, Paper

PLACE_HAS_A_STORY = mark("This place has a story")
WALK_HERE = mark("A walk through this neighbourhood")
SCAN = mark("Scan to read and to listen. You know more? Leave your story too.")
SCAN_WALK = mark("Scan to see the walk, its length and its step-free variant.")
PAPERS = {"A4": 1.0, "A3": 2.0**0.5}
"""Formats, and how much larger than on A4 everything is."""
LONGEST = 420


def place_poster(place: Place, lang: str, address: str, paper: str = "A4") -> bytes:
    """Return the poster of a place as PDF; its QR code opens the place's stories in `lang`."""
    query = urlencode({"community": place.community, "place": place.id, "lang": lang})
    words = (PLACE_HAS_A_STORY, SCAN)
    return _poster(words, (place.name, place.description), lang, f"{address.rstrip('/')}/?{query}", paper)


def tour_poster(tour: Tour, lang: str, address: str, paper: str = "A4") -> bytes:
    """Return the poster of a tour as PDF; its QR code opens the tour in `lang`."""
    query = urlencode({"community": tour.community, "tour": tour.id, "lang": lang})
    words = (WALK_HERE, SCAN_WALK)
    return _poster(words, (tour.name, tour.about), lang, f"{address.rstrip('/')}/tours?{query}", paper)


def _poster(
    words: tuple[str, str], about: tuple[LangText, LangText], lang: str, link: str, paper: str
) -> bytes:
    say = translation(lang if lang in LANGUAGES else "en").gettext
    name, text = (printable(pick(texts, lang)[0]) for texts in about)
    big = PAPERS[paper]
    sheet = Paper(name, lang, paper)
    sheet.set_auto_page_break(auto=False)
    sheet.add_page()
    sheet.set_fill_color(*ACCENT)
    sheet.rect(0.0, 0.0, sheet.w, 12.0 * big, style="F")
    sheet.set_y(30.0 * big)
    sheet.write_line(say(words[0]), 22.0 * big, colour=SOFT, align="C")
    sheet.ln(4.0 * big)
    sheet.write_line(name, (44.0 if len(name) <= 40 else 32.0) * big, bold=True, align="C")
    sheet.ln(5.0 * big)
    sheet.write_line(shortened(text), 16.0 * big, align="C")
    size = 92.0 * big
    sheet.qr(link, (sheet.w - size) / 2, sheet.h - MARGIN_MM - size - 30.0 * big, size)
    sheet.set_xy(MARGIN_MM, sheet.h - MARGIN_MM - 28.0 * big)
    sheet.write_line(say(words[1]), 16.0 * big, bold=True, align="C")
    sheet.ln(1.5 * big)
    sheet.write_line(link, 9.0 * big, colour=SOFT, align="C")
    return sheet.content()


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return `text` up to the last whole sentence within `longest` characters, else to the last word.

    Examples
    --------
    >>> shortened("A well. It gave water to all.", 12)
    'A well.'
    """
    if len(text) <= longest:
        return text
    head = text[:longest]
    end = max(head.rfind(mark_) for mark_ in (". ", "! ", "? "))
    if end > 0 or head.endswith("."):
        return head[: end + 1] if end > 0 else head
    return f"{head[: head.rfind(' ')]} …"
