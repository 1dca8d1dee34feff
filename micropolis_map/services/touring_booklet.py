"""A walk as a booklet of A5 pages: the map, then two to four stops a page with their stories and the way.

Two of its pages side by side fill a sheet of A4; a printer's "booklet" folds them into a little book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from micropolis_map.domain.text import LANGUAGES
from micropolis_map.domain.tour import Stop
from micropolis_map.i18n import mark, translation
from micropolis_map.services.flat_places import printable
from micropolis_map.services.paper_map import Ground
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_booklet_stops import (
    BETWEEN_MM,
    LONGEST_NAME,
    Block,
    Heights,
    Told,
    block_of,
    draw_block,
    shared_out,
)
from micropolis_map.services.touring_comforts import Comforts
from micropolis_map.services.touring_paper import ACCENT, SOFT, Paper
from micropolis_map.services.touring_poster import shortened
from micropolis_map.services.touring_sheet_map import draw_signs_legend, draw_walk_map
from micropolis_map.services.touring_words import figures_words, twin_words

NOT_LOADED = mark("The streets are not known here: the lines are straight, the walk is longer.")
READ_MORE = mark("Scan to read on, and to tell what you know.")
SCAN_WHERE = mark("Scan to see where it is.")
STOPS_OF = mark("Stops {first} to {last} of {all}")
STOP_OF = mark("Stop {n} of {all}")
GOOD_TO_KNOW = mark("Good to know")
BENCHES, TOILETS = mark("Benches beside the way: {n}"), mark("Toilets near the way: {n}")
WATER = mark("Drinking water near the way: {n}")
PRINTING = mark(
    "To print this: the pages are A5. Choose “booklet” in the printer's window (A4, both sides, short edge) "
    "and fold, or two pages on a sheet."
)
MARGIN_MM = 11.0
WIDTH_MM, HEIGHT_MM = 148.0 - 2 * MARGIN_MM, 210.0
TOP_MM, FOOT_MM = 10.0, 199.0
"""Where a page's content begins and ends; below stands its foot."""
LEAST_MAP_MM, MOST_MAP_MM = 62.0, 118.0
HEAD_MM = 6.0

Say = Callable[[str], str]


@dataclass(frozen=True)
class BookletFacts:
    """What a booklet shows beside the walk itself.

    Attributes
    ----------
    stories
        What is told at a stop, by its id.
    comforts
        Benches, toilets and water beside the line; None where they are not known.
    """

    ground: Ground = field(default_factory=Ground)
    stories: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)
    comforts: Comforts | None = None


def booklet(plan: TourPlan, name: str, facts: BookletFacts, address: str = "") -> bytes:
    """Return the booklet as PDF, in the plan's language.

    Parameters
    ----------
    address
        Of the site: then QR codes open a stop's stories there; without it they hold the stop's position.

    Raises
    ------
    StoreUnavailable
        The town's map is damaged.
    """
    lang = plan.request.lang if plan.request.lang in LANGUAGES else "en"
    say = translation(lang).gettext
    name = shortened(printable(name), LONGEST_NAME)
    foot = " · ".join(filter(None, (shortened(name, 60), "Micropolis Map", plan.credit)))
    paper = Paper(name, lang, "A5", foot, margin_mm=MARGIN_MM)
    paper.c_margin = 0.0  # texts begin where the maps' edge is
    _cover(paper, plan, name, facts, say)
    heights = Heights(paper)
    blocks, shared = _on_pages(heights, plan, facts, address)
    for numbers in shared:
        some = {number: (blocks[number], heights.of(blocks[number])) for number in numbers}
        _stops_page(paper, plan, some, facts, say(READ_MORE if address else SCAN_WHERE))
    _last_page(paper, plan, facts, say)
    return paper.content()


def _on_pages(
    heights: Heights, plan: TourPlan, facts: BookletFacts, address: str
) -> tuple[list[Block], list[list[int]]]:
    """Return the stops' blocks and which stand together; shorter ones where else a stop would stand alone."""
    room = FOOT_MM - TOP_MM - HEAD_MM - LEAST_MAP_MM
    for most_mm in (room / 2 - BETWEEN_MM, room / 3 - BETWEEN_MM):
        blocks = [
            block_of(
                heights,
                plan,
                number,
                facts.stories.get(stop.id, ()),
                stop_address(plan, stop, address),
                most_mm,
            )
            for number, stop in enumerate(plan.stops)
        ]
        shared = shared_out([heights.of(block) for block in blocks], room)
        if all(len(numbers) > 1 for numbers in shared):
            break
    return blocks, shared


def stop_address(plan: TourPlan, stop: Stop, address: str) -> str:
    """Return what a stop's QR code holds: its stories' address, else its position as a ``geo:`` URI."""
    if not address:
        return f"geo:{stop.lat:.6f},{stop.lon:.6f}"
    query = urlencode({"community": plan.community, "place": stop.id, "lang": plan.request.lang})
    return f"{address.rstrip('/')}/?{query}"


def _cover(paper: Paper, plan: TourPlan, name: str, facts: BookletFacts, say: Say) -> None:
    paper.add_page()
    paper.set_fill_color(*ACCENT)
    paper.rect(0.0, 0.0, paper.w, 4.0, style="F")
    paper.set_y(TOP_MM)
    paper.write_line(name, 23.0 if len(name) <= 60 else 16.0, bold=True)
    paper.ln(1.0)
    paper.write_line(figures_words(plan, plan.request.lang), 9.5, colour=SOFT)
    if not plan.loaded:
        paper.write_line(say(NOT_LOADED), 9.0, colour=SOFT)
    top = min(paper.get_y() + 2.5, FOOT_MM - LEAST_MAP_MM)
    draw_walk_map(paper, plan, facts.ground, (MARGIN_MM, top, WIDTH_MM, FOOT_MM - top))


def _stops_page(
    paper: Paper, plan: TourPlan, blocks: Mapping[int, tuple[Block, float]], facts: BookletFacts, hint: str
) -> None:
    """Write a page of blocks with their heights (by the stop's number) below a map of the way to them."""
    numbers = list(blocks)
    paper.add_page()
    _page_head(paper, plan, numbers, hint)
    text_mm = sum(height + BETWEEN_MM for _, height in blocks.values())
    top = TOP_MM + HEAD_MM
    map_mm = min(max(FOOT_MM - top - text_mm, LEAST_MAP_MM), MOST_MAP_MM)
    place = (MARGIN_MM, top, WIDTH_MM, map_mm)
    draw_walk_map(paper, plan, facts.ground, place, shown=numbers, comforts=facts.comforts)
    free = max(0.0, FOOT_MM - top - map_mm - text_mm) / (len(blocks) + 1)
    y = top + map_mm + BETWEEN_MM + min(free, 6.0)
    paper.set_auto_page_break(auto=False)
    for block, height in blocks.values():
        draw_block(paper, block, y)
        y += height + BETWEEN_MM + min(free, 6.0)
    paper.set_auto_page_break(auto=True, margin=MARGIN_MM + 4.0)


def _page_head(paper: Paper, plan: TourPlan, numbers: list[int], hint: str) -> None:
    """Write which stops these are, and at the right what the codes are for."""
    count, say = len(plan.stops), translation(plan.request.lang).gettext
    told = say(STOP_OF).format(n=numbers[0] + 1, all=count)
    if len(numbers) > 1:
        told = say(STOPS_OF).format(first=numbers[0] + 1, last=numbers[-1] + 1, all=count)
    paper.set_xy(MARGIN_MM, TOP_MM - 2.0)
    paper.write_line(told, 9.5, bold=True, colour=ACCENT)
    paper.set_xy(MARGIN_MM + WIDTH_MM * 0.4, TOP_MM - 1.6)
    paper.write_line(hint, 7.5, colour=SOFT, align="R", width=WIDTH_MM * 0.6)


def _last_page(paper: Paper, plan: TourPlan, facts: BookletFacts, say: Say) -> None:
    """Write the step-free variant, what is beside the way, and how to print the booklet."""
    paper.add_page()
    paper.set_y(TOP_MM)
    paper.write_line(say(GOOD_TO_KNOW), 15.0, bold=True, colour=ACCENT)
    paper.ln(2.0)
    for line in twin_words(plan, plan.request.lang):
        paper.write_line(printable(line), 10.0)
        paper.ln(1.5)
    if facts.comforts is not None:
        counted = (BENCHES, "bench"), (TOILETS, "toilets"), (WATER, "drinking_water")
        told = [say(words).format(n=facts.comforts.count(kind)) for words, kind in counted]
        paper.write_line(" · ".join(told), 10.0)
        paper.ln(2.0)
        draw_signs_legend(paper, facts.comforts, MARGIN_MM, paper.get_y(), plan.request.lang)
        paper.ln(6.0)
    for note in plan.notes:
        paper.write_line(printable(note), 10.0)
        paper.ln(1.5)
    paper.write_line(say(PRINTING), 9.0, colour=SOFT)
