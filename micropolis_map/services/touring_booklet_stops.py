"""The stops on a booklet's pages: what is told at each, how long that may be, and how pages share them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from micropolis_map.domain.place import Place, Story
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.i18n import translation
from micropolis_map.services.paper_letters import FONT, legible, loses_letters, pick_legible
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_directions import directions
from micropolis_map.services.touring_paper import ACCENT, INK, SOFT, Paper
from micropolis_map.services.touring_poster import LETTERS_MISSING, shortened
from micropolis_map.services.touring_sheet_map import DISC_MM, draw_disc, walks_to

MOST_A_PAGE = 4
BETWEEN_MM = 3.5
INDENT_MM = 8.5
QR_MM = 21.0
NAME_PT, TEXT_PT, WAY_PT = 12.5, 9.2, 7.8
LINE = 0.46
"""Millimetres of a line for each point of its letters."""
LONGEST, SHORTEST = 900, 140
LONGEST_WAY, LONGEST_NAME = 1_100, 100
"""Characters; what is longer is read by the code."""


@dataclass(frozen=True)
class Told:
    """A story as it is told in one language."""

    title: str
    text: str
    by: str = ""


@dataclass(frozen=True)
class Piece:
    """A paragraph of a block."""

    text: str
    points: float
    bold: bool = False
    colour: tuple[int, int, int] = INK


@dataclass(frozen=True)
class Block:
    """A stop as it stands on a page: number, name, the way there, what is told; its code at the right."""

    number: int
    pieces: tuple[Piece, ...]
    code: str


def stories_of(place: Place, lang: str) -> tuple[Told, ...]:
    """Return the place's stories in `lang`, written or translated; without any those in English, else one.

    A story in another language names it behind its title.
    """
    told = [_told(story, lang) for story in place.stories]
    for wanted in (lang, "en"):
        found = tuple(one for one, told_lang in told if told_lang == wanted)
        if found:
            return found
    return tuple(one for one, _ in told[:1])


def _told(story: Story, lang: str) -> tuple[Told, str]:
    """Return a story in `lang` where it is told in it, else in its own language, and which that is."""
    if story.lang == lang or lang not in story.translations:
        title = (
            story.title if story.lang == lang else f"{story.title} ({LANGUAGES.get(story.lang, story.lang)})"
        )
        return Told(title, story.text, story.told_by), story.lang
    other = story.translations[lang]
    return Told(other.get("title", story.title), other.get("text", story.text), story.told_by), lang


def block_of(
    heights: Heights, plan: TourPlan, number: int, stories: Sequence[Told], code: str, most_mm: float
) -> Block:
    """Return the block of a stop (from 0), its story shortened until it is at most `most_mm` high."""
    longest = LONGEST
    while True:
        block = Block(number, tuple(_pieces(plan, number, stories, longest)), code)
        if longest <= SHORTEST or heights.of(block) <= most_mm:
            return block
        longest = round(longest * 0.75)


def _pieces(plan: TourPlan, number: int, stories: Sequence[Told], longest: int) -> Iterator[Piece]:
    stop, lang = plan.stops[number], plan.request.lang
    say = translation(lang).gettext
    name, about = pick_legible(stop.name, lang), pick_legible(stop.about, lang)
    yield Piece(shortened(name or stop.id, LONGEST_NAME), NAME_PT, bold=True, colour=ACCENT)
    way = way_to(plan, number)
    if way:
        yield Piece(shortened(way, LONGEST_WAY), WAY_PT, colour=SOFT)
    if about:
        yield Piece(shortened(about, longest), TEXT_PT)
    left = longest - len(about)
    for story in stories:
        if left < SHORTEST / 2 or not story.text.strip():
            break
        text = shortened(story.text.strip(), left)
        if story.title.strip():
            yield Piece(shortened(story.title.strip(), LONGEST_NAME), TEXT_PT, bold=True)
        yield Piece(f"{text} ({shortened(story.by, LONGEST_NAME)})" if story.by else text, TEXT_PT)
        left -= len(story.text)
    if any(map(loses_letters, (name, about))):
        yield Piece(say(LETTERS_MISSING), WAY_PT, colour=SOFT)


def way_to(plan: TourPlan, number: int) -> str:
    """Return the way to a stop in words, in one paragraph; for the last one of a loop also the way back."""
    told = []
    for step in directions(walks_to(plan, [number]), plan.request.lang):
        if step.stop == plan.stops[number].id:
            continue
        metres = f" {step.length_m:.0f}\u00a0m" if step.length_m >= 1.0 and not step.stop else ""
        told.append(f"{step.text}{metres}")
    return " · ".join(told)


def shared_out(heights: Sequence[float], room: float) -> list[list[int]]:
    """Return which stops stand on which page, in order: few pages, evenly full, none alone if it can be.

    Parameters
    ----------
    heights
        Of the stops' blocks, in mm.
    room
        For blocks on a page, in mm; a block that is higher stands alone.

    Examples
    --------
    >>> shared_out([30.0] * 5, 120.0)
    [[0, 1, 2], [3, 4]]
    """

    @cache
    def best(first: int) -> tuple[int, int, float, tuple[int, ...]]:
        if first == len(heights):
            return 0, 0, 0.0, ()
        found = []
        for count in range(1, MOST_A_PAGE + 1):
            some = heights[first : first + count]
            used = sum(some) + BETWEEN_MM * count
            if len(some) < count or (used > room and count > 1):
                break
            pages, alone, uneven, counts = best(first + count)
            found.append((pages + 1, alone + (count == 1), uneven + (room - used) ** 2, (count, *counts)))
        return min(found, key=lambda way: (way[0] + way[1], way[2]))

    starts = [0, *itertools.accumulate(best(0)[3])]
    return [list(range(a, b)) for a, b in itertools.pairwise(starts)]


class Heights:
    """How high blocks are on a paper; what was measured once is remembered."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._known: dict[Piece, float] = {}

    def of(self, block: Block) -> float:
        """Return the height of a block in mm."""
        return max(sum(map(self._piece, block.pieces)), QR_MM)

    def _piece(self, piece: Piece) -> float:
        if piece not in self._known:
            self._paper.set_font(FONT, "B" if piece.bold else "", piece.points)
            lines = self._paper.multi_cell(
                _text_width(self._paper),
                piece.points * LINE,
                legible(piece.text),
                dry_run=True,
                output="LINES",
            )
            count = len(lines) if isinstance(lines, list) else 1
            self._known[piece] = count * piece.points * LINE + 1.0
        return self._known[piece]


def _text_width(paper: Paper) -> float:
    return float(paper.w - 2 * paper.margin_mm - INDENT_MM - QR_MM - 2.0)


def draw_block(paper: Paper, block: Block, y: float) -> None:
    """Draw a block whose top lies at `y`."""
    left = paper.margin_mm
    paper.qr(block.code, paper.w - left - QR_MM, y - 1.0, QR_MM)
    draw_disc(paper, block.number + 1, left + DISC_MM + 0.3, y + NAME_PT * LINE / 2)
    for piece in block.pieces:
        paper.set_xy(left + INDENT_MM, y)
        paper.set_font(FONT, "B" if piece.bold else "", piece.points)
        paper.set_text_color(*piece.colour)
        paper.multi_cell(
            _text_width(paper),
            piece.points * LINE,
            legible(piece.text),
            align="L",
            new_x="LMARGIN",
            new_y="NEXT",
        )
        y = paper.get_y() + 1.0
