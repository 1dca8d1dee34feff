"""A poster to hang where the story happened: what it is, a QR code that opens it, one to leave one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote, urlencode

import shapely

from micropolis_map.domain.place import Place
from micropolis_map.domain.text import LANGUAGES, LangText
from micropolis_map.domain.tour import Tour
from micropolis_map.i18n import mark, translation
from micropolis_map.services.paper_frame import Frame
from micropolis_map.services.paper_frame import Place as Box
from micropolis_map.services.paper_letters import loses_letters, pick_legible
from micropolis_map.services.paper_map import WHITE, Ground, PaperMap
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_paper import ACCENT, MARGIN_MM, SOFT, Paper
from micropolis_map.services.touring_sheet_map import ROUTE, draw_walk_map

PLACE_HAS_A_STORY = mark("This place has a story")
WALK_HERE = mark("A walk through this neighbourhood")
READ = mark("Read and listen")
LEAVE = mark("Leave your own story")
WALK = mark("Walk it: map, stories, a way without steps")
PIN_ALONG = mark("You know a place? Pin it")
LETTERS_MISSING = mark("… stands for letters that cannot be printed here: scan to read them.")
PAPERS = {"A4": 1.0, "A3": 2.0**0.5}
"""Formats, and how much larger than on A4 everything is."""
LONGEST, BESIDE_MAP = 420, 260
LEAST_MAP_MM = 45.0
AROUND_M = 420.0
"""What a place's map shows at least across."""
MAP_PX_MM = 0.26
"""A poster is read from farther away than a page."""
MARK_MM = 4.2


def place_poster(
    place: Place, lang: str, address: str, paper: str = "A4", ground: Ground | None = None
) -> bytes:
    """Return the poster of a place as PDF: QR codes open its stories in `lang` and the form to add one.

    Parameters
    ----------
    ground
        What the map of its surroundings is drawn from; None: a poster without a map.

    Raises
    ------
    StoreUnavailable
        The town's map is damaged.
    """
    root = address.rstrip("/")
    story = urlencode({"community": place.community, "place": place.id, "lang": lang})
    own = urlencode({"place": place.id, "lang": lang})
    codes = ((READ, f"{root}/?{story}"), (LEAVE, f"{root}/pin/{quote(place.community, safe='')}?{own}"))
    draw = None if ground is None else partial(_draw_surroundings, place=place, ground=ground, lang=lang)
    return _poster(PLACE_HAS_A_STORY, (place.name, place.description), lang, codes, paper, draw)


def tour_poster(
    tour: Tour,
    lang: str,
    address: str,
    paper: str = "A4",
    ground: Ground | None = None,
    plan: TourPlan | None = None,
) -> bytes:
    """Return the poster of a tour as PDF: QR codes open the walk in `lang` and the form to pin a place.

    Parameters
    ----------
    ground, plan
        What its map is drawn from, and the walk on it; without either a poster without a map.

    Raises
    ------
    StoreUnavailable
        The town's map is damaged.
    """
    root, query = address.rstrip("/"), urlencode({"lang": lang})
    walk = f"{root}/walk/{quote(tour.id, safe='')}?{query}"
    codes = ((WALK, walk), (PIN_ALONG, f"{root}/pin/{quote(tour.community, safe='')}?{query}"))
    draw = None if ground is None or plan is None else partial(_draw_walk, plan=plan, ground=ground)
    return _poster(WALK_HERE, (tour.name, tour.about), lang, codes, paper, draw)


Codes = tuple[tuple[str, str], tuple[str, str]]
"""What stands below each QR code, and the address in it; the first is the larger one."""
Draw = Callable[[Paper, Box, float], None]
"""Draws a map into a box of a sheet that is so much larger than A4."""


def _poster(
    head: str, about: tuple[LangText, LangText], lang: str, codes: Codes, paper: str, draw: Draw | None
) -> bytes:
    say = translation(lang if lang in LANGUAGES else "en").gettext
    name, text = (pick_legible(texts, lang) for texts in about)
    big = PAPERS[paper]
    sheet = Paper(name, lang, paper)
    sheet.set_auto_page_break(auto=False)
    sheet.add_page()
    sheet.set_fill_color(*ACCENT)
    sheet.rect(0.0, 0.0, sheet.w, 12.0 * big, style="F")
    sheet.set_y((28.0 if draw is None else 19.0) * big)
    sheet.write_line(say(head), (22.0 if draw is None else 15.0) * big, colour=SOFT, align="C")
    sheet.ln((4.0 if draw is None else 1.5) * big)
    _write_about(sheet, name, text, big, longest=LONGEST if draw is None else BESIDE_MAP)
    if loses_letters(name) or loses_letters(text):
        sheet.ln(3.0 * big)
        sheet.write_line(say(LETTERS_MISSING), 13.0 * big, colour=SOFT, align="C")
    large, small = (side * big for side in ((88.0, 60.0) if draw is None else (62.0, 44.0)))
    foot = sheet.h - (MARGIN_MM + 22.0 if draw is None else MARGIN_MM + 9.0) * big
    if draw is not None:
        top = sheet.get_y() + 4.0 * big
        height = foot - large - 3.0 * big - top
        if height >= LEAST_MAP_MM * big:
            draw(sheet, (MARGIN_MM, top, sheet.w - 2 * MARGIN_MM, height), big)
            sheet.set_auto_page_break(auto=False)
    gap = (sheet.w - 2 * MARGIN_MM - large - small) / 2
    _code(sheet, codes[0], say, (MARGIN_MM + gap / 2, foot, large), big)
    _code(sheet, codes[1], say, (MARGIN_MM + gap * 1.5 + large, foot, small), big)
    return sheet.content()


def _write_about(sheet: Paper, name: str, text: str, big: float, longest: int) -> None:
    is_alone = longest == LONGEST
    points = (44.0 if len(name) <= 40 else 32.0) if is_alone else (36.0 if len(name) <= 40 else 24.0)
    sheet.write_line(name, points * big, bold=True, align="C")
    sheet.ln((5.0 if is_alone else 2.5) * big)
    sheet.write_line(shortened(text, longest), (16.0 if is_alone else 13.0) * big, align="C")


def _draw_walk(sheet: Paper, box: Box, big: float, *, plan: TourPlan, ground: Ground) -> None:
    draw_walk_map(sheet, plan, ground, box, px_mm=MAP_PX_MM * big)


def _draw_surroundings(
    sheet: Paper, box: Box, big: float, *, place: Place, ground: Ground, lang: str
) -> None:
    """Draw the streets around a place with a mark where it is; where none are known, the whole town."""
    lon, lat = place.lon_lat
    px_mm, least_m = MAP_PX_MM * big, AROUND_M
    frame = Frame.around([lon], [lat], box, least_m=least_m, px_mm=px_mm)
    if ground.file is None and ground.drawn is not None and len(ground.drawn):
        west, south, east, north = shapely.total_bounds(ground.drawn.geometry).tolist()
        frame = Frame.around([lon, west, east], [lat, south, north], box, px_mm=px_mm)
    x, y = frame.at((lon, lat))
    page = PaperMap(sheet, frame, ground, lang, marks=[shapely.Point(x, y).buffer(MARK_MM * big)])
    page.draw_ground()
    page.draw_names()
    for radius, colour in ((MARK_MM, WHITE), (MARK_MM * 0.82, ROUTE), (MARK_MM * 0.3, WHITE)):
        sheet.set_fill_color(*colour)
        sheet.circle(x, y, radius=radius * big, style="F")
    page.draw_edge()


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
