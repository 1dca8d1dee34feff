"""A tour as a booklet: the map on one page, the way in words, then a page in large print for each stop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from micropolis_map.domain.text import LANGUAGES
from micropolis_map.domain.tour import Stop
from micropolis_map.i18n import mark, translation
from micropolis_map.services.flat_places import printable
from micropolis_map.services.paper_letters import loses_letters, pick_legible
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_paper import ACCENT, MARGIN_MM, SOFT, Paper
from micropolis_map.services.touring_poster import LETTERS_MISSING
from micropolis_map.services.touring_sheet_map import Window, draw_map, square_of
from micropolis_map.services.touring_words import figures_words, twin_words

THE_WAY = mark("The way")
NOT_LOADED = mark("The streets are not known here: the lines are straight, the walk is longer.")
STOP_OF = mark("Stop {n} of {all}")
ON_THE_MAP = mark("on the map: {square}")
READ_MORE = mark("Scan to read on, and to tell what you know.")
SCAN_WHERE = mark("Scan to see where it is.")
MAP_BOX = (MARGIN_MM + 4.0, 62.0, 210.0 - 2 * MARGIN_MM - 4.0, 205.0)
QR_MM = 42.0

Say = Callable[[str], str]


def booklet(plan: TourPlan, name: str, build: Path | None, address: str = "") -> bytes:
    """Return the booklet as PDF, in the plan's language.

    Parameters
    ----------
    build
        Folder of the community's build: what is drawn below the walk; None without one.
    address
        Of the site: then QR codes open a stop's stories there; without it they hold the stop's position.
    """
    lang = plan.request.lang if plan.request.lang in LANGUAGES else "en"
    say = translation(lang).gettext
    paper = Paper(
        printable(name), lang, footer_text=" · ".join(filter(None, ("Micropolis Map", plan.credit)))
    )
    _map_page(paper, plan, name, build, say)
    _way_page(paper, plan, say)
    for number in range(len(plan.stops)):
        _stop_page(paper, plan, number, address, say)
    return paper.content()


def _map_page(paper: Paper, plan: TourPlan, name: str, build: Path | None, say: Say) -> None:
    paper.add_page()
    paper.write_line(printable(name), 24.0, bold=True)
    paper.write_line(figures_words(plan, plan.request.lang), 13.0)
    if not plan.loaded:
        paper.write_line(say(NOT_LOADED), 12.0, colour=SOFT)
    paper.set_auto_page_break(auto=False)  # a drawing never starts a new page
    draw_map(paper, plan, build, MAP_BOX)
    paper.set_auto_page_break(auto=True, margin=MARGIN_MM + 4.0)


def _way_page(paper: Paper, plan: TourPlan, say: Say) -> None:
    paper.add_page()
    paper.write_line(say(THE_WAY), 22.0, bold=True)
    paper.ln(3.0)
    for direction in plan.directions:
        metres = f"   {direction.length_m:.0f} m" if direction.length_m >= 1.0 and not direction.stop else ""
        paper.write_line(printable(f"{direction.text}{metres}"), 14.0, bold=bool(direction.stop))
        paper.ln(1.0)
    for line in twin_words(plan, plan.request.lang):
        paper.ln(2.0)
        paper.write_line(printable(line), 13.0, colour=SOFT)


def _stop_page(paper: Paper, plan: TourPlan, number: int, address: str, say: Say) -> None:
    stop, lang = plan.stops[number], plan.request.lang
    paper.add_page()
    window = Window.around(*_extent(plan), MAP_BOX)
    where = say(ON_THE_MAP).format(square=square_of(plan, window, number))
    head = say(STOP_OF).format(n=number + 1, all=len(plan.stops))
    paper.write_line(f"{head}, {where}", 13.0, colour=SOFT)
    paper.ln(2.0)
    name, about = pick_legible(stop.name, lang), pick_legible(stop.about, lang)
    paper.write_line(name or stop.id, 30.0, bold=True, colour=ACCENT)
    paper.ln(4.0)
    if about:
        paper.write_line(about, 20.0)
        paper.ln(6.0)
    if loses_letters(name) or loses_letters(about):
        paper.write_line(say(LETTERS_MISSING), 13.0, colour=SOFT)
        paper.ln(4.0)
    if paper.get_y() + QR_MM > paper.h - MARGIN_MM - 6.0:
        paper.add_page()
    y = paper.get_y()
    paper.qr(stop_address(plan, stop, address), MARGIN_MM, y, QR_MM)
    paper.set_xy(MARGIN_MM, y + QR_MM + 1.0)
    paper.write_line(say(READ_MORE if address else SCAN_WHERE), 13.0)


def stop_address(plan: TourPlan, stop: Stop, address: str) -> str:
    """Return what a stop's QR code holds: its stories' address, else its position as a ``geo:`` URI."""
    if not address:
        return f"geo:{stop.lat:.6f},{stop.lon:.6f}"
    query = urlencode({"community": plan.community, "place": stop.id, "lang": plan.request.lang})
    return f"{address.rstrip('/')}/?{query}"


def _extent(plan: TourPlan) -> tuple[list[float], list[float]]:
    lon = [p for walk in plan.walks for p in walk.lon.tolist()] + [stop.lon for stop in plan.stops]
    lat = [p for walk in plan.walks for p in walk.lat.tolist()] + [stop.lat for stop in plan.stops]
    return lon, lat
