"""A poster to hang where the story happened: what it is, a QR code that opens it, one to leave one's own."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

from micropolis_map.domain.place import Place
from micropolis_map.domain.text import LANGUAGES, LangText
from micropolis_map.domain.tour import Tour
from micropolis_map.i18n import mark, translation
from micropolis_map.services.paper_letters import loses_letters, pick_legible
from micropolis_map.services.touring_paper import ACCENT, MARGIN_MM, SOFT, Paper

PLACE_HAS_A_STORY = mark("This place has a story")
WALK_HERE = mark("A walk through this neighbourhood")
READ = mark("Read and listen")
LEAVE = mark("Leave your own story")
WALK = mark("Walk it: map, stories, a way without steps")
PIN_ALONG = mark("You know a place? Pin it")
LETTERS_MISSING = mark("… stands for letters that cannot be printed here: scan to read them.")
PAPERS = {"A4": 1.0, "A3": 2.0**0.5}
"""Formats, and how much larger than on A4 everything is."""
LONGEST = 420


def place_poster(place: Place, lang: str, address: str, paper: str = "A4") -> bytes:
    """Return the poster of a place as PDF: QR codes open its stories in `lang` and the form to add one."""
    root = address.rstrip("/")
    story = urlencode({"community": place.community, "place": place.id, "lang": lang})
    own = urlencode({"place": place.id, "lang": lang})
    codes = ((READ, f"{root}/?{story}"), (LEAVE, f"{root}/pin/{quote(place.community, safe='')}?{own}"))
    return _poster(PLACE_HAS_A_STORY, (place.name, place.description), lang, codes, paper)


def tour_poster(tour: Tour, lang: str, address: str, paper: str = "A4") -> bytes:
    """Return the poster of a tour as PDF: QR codes open the walk in `lang` and the form to pin a place."""
    root, query = address.rstrip("/"), urlencode({"lang": lang})
    walk = f"{root}/walk/{quote(tour.id, safe='')}?{query}"
    codes = ((WALK, walk), (PIN_ALONG, f"{root}/pin/{quote(tour.community, safe='')}?{query}"))
    return _poster(WALK_HERE, (tour.name, tour.about), lang, codes, paper)


Codes = tuple[tuple[str, str], tuple[str, str]]
"""What stands below each QR code, and the address in it; the first is the larger one."""


def _poster(head: str, about: tuple[LangText, LangText], lang: str, codes: Codes, paper: str) -> bytes:
    say = translation(lang if lang in LANGUAGES else "en").gettext
    name, text = (pick_legible(texts, lang) for texts in about)
    big = PAPERS[paper]
    sheet = Paper(name, lang, paper)
    sheet.set_auto_page_break(auto=False)
    sheet.add_page()
    sheet.set_fill_color(*ACCENT)
    sheet.rect(0.0, 0.0, sheet.w, 12.0 * big, style="F")
    sheet.set_y(28.0 * big)
    sheet.write_line(say(head), 22.0 * big, colour=SOFT, align="C")
    sheet.ln(4.0 * big)
    sheet.write_line(name, (44.0 if len(name) <= 40 else 32.0) * big, bold=True, align="C")
    sheet.ln(5.0 * big)
    sheet.write_line(shortened(text), 16.0 * big, align="C")
    if loses_letters(name) or loses_letters(text):
        sheet.ln(3.0 * big)
        sheet.write_line(say(LETTERS_MISSING), 13.0 * big, colour=SOFT, align="C")
    large, small = 88.0 * big, 60.0 * big
    gap = (sheet.w - 2 * MARGIN_MM - large - small) / 2
    foot = sheet.h - MARGIN_MM - 22.0 * big
    _code(sheet, codes[0], say, (MARGIN_MM + gap / 2, foot, large), big)
    _code(sheet, codes[1], say, (MARGIN_MM + gap * 1.5 + large, foot, small), big)
    return sheet.content()


def _code(
    sheet: Paper,
    code: tuple[str, str],
    say: Callable[[str], str],
    box: tuple[float, float, float],
    big: float,
) -> None:
    """Draw a QR code whose foot stands at `box` (left, foot, size in mm), with its words below."""
    words, link = code
    left, foot, size = box
    sheet.qr(link, left, foot - size, size)
    sheet.set_xy(left, foot + 1.5 * big)
    sheet.write_line(
        say(words), (16.0 if size > 70.0 * big else 13.0) * big, bold=True, align="C", width=size
    )
    sheet.set_x(left)
    sheet.write_line(link.partition("://")[2], 7.0 * big, colour=SOFT, align="C", width=size)


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
