"""The parts of a report on paper: headings, key figures, tables, bars and a line chart."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from fpdf.enums import StrokeCapStyle

from micropolis_map.services.flat_places import printable
from micropolis_map.services.paper_letters import FONT, paper_letters
from micropolis_map.services.touring_paper import ACCENT, INK, MARGIN_MM, SOFT, Paper

Colour = tuple[int, int, int]
WIDTH_MM = 210.0 - 2 * MARGIN_MM
RULE: Colour = (206, 200, 188)
PAPER: Colour = (250, 247, 240)
BAND: Colour = (243, 239, 230)
WHITE: Colour = (255, 255, 255)
ROW_MM = 7.2


def rgb(colour: str) -> Colour:
    """Return ``#rrggbb`` as three numbers.

    Examples
    --------
    >>> rgb("#fee838")
    (254, 232, 56)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def writable(text: str) -> str:
    """Return `text` in the letters our fonts have: others lose their accents, else become ``?``.

    Examples
    --------
    >>> writable("CO₂ Łódź ấ 東")
    'CO2 Łódź â ?'
    """
    known = paper_letters()
    return "".join(char if ord(char) in known else _nearest(char, known) for char in printable(text))


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers stand to the right."""

    head: str
    width_mm: float
    is_number: bool = True


@dataclass(frozen=True)
class Axis:
    """An axis of a chart from 0 to its last tick; `words` stand at the ticks."""

    name: str
    ticks: Sequence[float]
    words: Sequence[str]


@dataclass(frozen=True)
class Line:
    """A line of a chart: y by x, with its name at its end."""

    name: str
    values: Sequence[float]
    colour: Colour
    dash_mm: float = 0.0
    is_strong: bool = False


class ReportPaper(Paper):
    """A4 sheets of a report; every text goes through `writable`."""

    def __init__(self, title: str, lang: str, footer_text: str) -> None:
        super().__init__(writable(title), lang, footer_text=writable(footer_text))

    def title_block(self, kicker: str, title: str, below: str) -> None:
        """Begin the report: a small line, the title, and what it is about."""
        self.add_page()
        self.set_fill_color(*ACCENT)
        self.rect(0.0, 0.0, self.w, 5.0, style="F")
        self.set_y(MARGIN_MM)
        self.write_line(writable(kicker), 11.5, colour=SOFT)
        self.ln(1.0)
        self.write_line(writable(title), 27.0, bold=True)
        self.ln(1.5)
        self.write_line(writable(below), 12.0, colour=SOFT)
        self.ln(4.0)

    def section(self, text: str, *, needs_mm: float = 40.0, new_page: bool = False) -> None:
        """Write a heading, on a new page where less than `needs_mm` is left on this one."""
        if new_page or self.left_mm() < needs_mm:
            self.add_page()
        else:
            self.ln(4.0)
        self.write_line(writable(text), 17.0, bold=True, colour=ACCENT)
        self.ln(2.0)

    def say(self, text: str, points: float = 11.5, *, soft: bool = False, bold: bool = False) -> None:
        """Write a paragraph."""
        self.write_line(writable(text), points, colour=SOFT if soft else INK, bold=bold)
        self.ln(1.6)

    def points(self, texts: Sequence[str], points: float = 11.0) -> None:
        """Write a list."""
        for text in texts:
            if self.left_mm() < points:
                self.add_page()
            self.set_fill_color(*ACCENT)
            self.circle(self.l_margin + 1.4, self.get_y() + points * 0.25, 0.9, style="F")
            self.set_x(self.l_margin + 5.0)
            self.set_font(FONT, "", points)
            self.set_text_color(*INK)
            self.multi_cell(
                WIDTH_MM - 5.0, points * 0.48, writable(text), align="L", new_x="LMARGIN", new_y="NEXT"
            )
            self.ln(1.3)

    def left_mm(self) -> float:
        """Return how much of the page is left above its foot."""
        return float(self.h - self.b_margin - self.get_y())

    def key_figures(self, figures: Sequence[tuple[str, str]], columns: int = 3) -> None:
        """Show ``(value, what)`` in large type, `columns` side by side."""
        gap, height = 4.0, 25.0
        width = (WIDTH_MM - gap * (columns - 1)) / columns
        top = self.get_y()
        for number, (value, what) in enumerate(figures):
            row, column = divmod(number, columns)
            x, y = self.l_margin + column * (width + gap), top + row * (height + gap)
            self.set_fill_color(*BAND)
            self.rect(x, y, width, height, style="F", round_corners=True, corner_radius=2.0)
            self._fitted(writable(value), x + 4.0, y + 3.2, width - 8.0, 23.0)
            self.set_xy(x + 4.0, y + 13.6)
            self.set_font(FONT, "", 10.0)
            self.set_text_color(*SOFT)
            self.multi_cell(width - 7.0, 4.5, writable(what), align="L", max_line_height=4.5)
        rows = -(-len(figures) // columns)
        self.set_xy(self.l_margin, top + rows * (height + gap))

    def _fitted(self, text: str, x: float, y: float, width: float, points: float) -> None:
        self.set_font(FONT, "B", points)
        while self.get_string_width(text) > width and points > 9.0:
            points -= 0.5
            self.set_font(FONT, "B", points)
        self.set_text_color(*ACCENT)
        self.set_xy(x, y)
        self.cell(width, 9.0, text)

    def share_bar(
        self, name: str, parts: Sequence[tuple[float, Colour]], said: str, *, is_strong: bool = False
    ) -> None:
        """Show shares (adding up to 1) as a bar between its name and what is `said` of it."""
        height, left, room = 8.0, 48.0, 18.0
        x, y, width = self.l_margin + left, self.get_y(), WIDTH_MM - left - room
        self.set_text_color(*INK)
        self.set_font(FONT, "B" if is_strong else "", 10.5)
        self.set_xy(self.l_margin, y)
        self.cell(left, height, self._shortened(writable(name), left - 2.0))
        self.set_xy(x + width, y)
        self.cell(room, height, writable(said), align="R")
        for share, colour in parts:
            self.set_fill_color(*colour)
            self.rect(x, y, width * share, height, style="F")
            x += width * share
        self.set_draw_color(*SOFT)
        self.set_line_width(0.2)
        self.rect(self.l_margin + left, y, width, height)
        self.set_xy(self.l_margin, y + height + 1.8)

    def legend(self, items: Sequence[tuple[Colour, str]], points: float = 10.0) -> None:
        """Write colours with their words, as many on a line as fit."""
        x, y = self.l_margin, self.get_y()
        self.set_font(FONT, "", points)
        for colour, words in items:
            text = writable(words)
            width = self.get_string_width(text) + 12.0
            if x + width > self.l_margin + WIDTH_MM and x > self.l_margin:
                x, y = self.l_margin, y + 6.0
            self.set_fill_color(*colour)
            self.set_draw_color(*SOFT)
            self.set_line_width(0.2)
            self.rect(x, y + 0.6, 4.6, 4.0, style="DF")
            self.set_text_color(*INK)
            self.set_xy(x + 5.4, y)
            self.cell(width - 6.0, 5.2, text)
            x += width
        self.set_xy(self.l_margin, y + 8.0)

    def rows(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, strong_rows: int = 0) -> None:
        """Write a table whose head stands again on each page; the first `strong_rows` rows are bold."""
        self._head(columns)
        for number, row in enumerate(rows):
            if self.left_mm() < ROW_MM:
                self.add_page()
                self._head(columns)
            self._row(columns, row, is_strong=number < strong_rows, is_banded=number % 2 == 0)
        self.ln(2.0)

    def _head(self, columns: Sequence[Column]) -> None:
        self.set_font(FONT, "B", 9.0)
        self.set_text_color(*SOFT)
        top = self.get_y()
        lines = [self._broken(writable(c.head), c.width_mm) for c in columns]
        height = 4.2 * max(map(len, lines)) + 2.0
        x = self.l_margin
        for column, words in zip(columns, lines, strict=True):
            self.set_xy(x, top + height - 4.2 * len(words) - 1.0)
            align = "R" if column.is_number else "L"
            self.multi_cell(column.width_mm, 4.2, writable(column.head), align=align, padding=(0, 1))
            x += column.width_mm
        self.set_draw_color(*INK)
        self.set_line_width(0.4)
        self.line(self.l_margin, top + height, x, top + height)
        self.set_xy(self.l_margin, top + height)

    def _broken(self, text: str, width: float) -> list[str]:
        found = self.multi_cell(width, 4.2, text, dry_run=True, output="LINES", padding=(0, 1))
        return [str(line) for line in found] if isinstance(found, list) else [text]

    def _row(
        self, columns: Sequence[Column], row: Sequence[str], *, is_strong: bool, is_banded: bool
    ) -> None:
        top, x = self.get_y(), self.l_margin
        if is_banded:
            self.set_fill_color(*BAND)
            self.rect(x, top, sum(c.width_mm for c in columns), ROW_MM, style="F")
        self.set_text_color(*INK)
        for column, value in zip(columns, row, strict=True):
            self.set_font(FONT, "B" if is_strong else "", 10.0)
            text = self._shortened(writable(value), column.width_mm - 1.8)
            self.set_xy(x, top)
            self.cell(column.width_mm, ROW_MM, text, align="R" if column.is_number else "L")
            x += column.width_mm
        self.set_xy(self.l_margin, top + ROW_MM)

    def _shortened(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def chart(
        self, lines: Sequence[Line], x_axis: Axis, y_axis: Axis, marks: Sequence[float], height: float = 78.0
    ) -> None:
        """Draw lines whose values stand at x = 0, 1, 2 and so on; dashed lines stand at `marks`."""
        self.set_font(FONT, "B", 10.0)
        left = self.l_margin + 13.0
        room = 6.0 + max(self.get_string_width(writable(line.name)) for line in lines)
        width, top = WIDTH_MM - 13.0 - room, self.get_y() + 6.0
        x_end, y_end = x_axis.ticks[-1], y_axis.ticks[-1]

        def at(x: float, y: float) -> tuple[float, float]:
            return left + width * x / x_end, top + height * (1.0 - y / y_end)

        self.set_font(FONT, "", 9.0)
        self.set_text_color(*SOFT)
        self.text(self.l_margin, top - 3.0, writable(y_axis.name))
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        for value, text in zip(y_axis.ticks, y_axis.words, strict=True):
            _, y = at(0.0, value)
            self.line(left, y, left + width, y)
            self.text(left - 2.0 - self.get_string_width(writable(text)), y + 1.2, writable(text))
        for value, text in zip(x_axis.ticks, x_axis.words, strict=True):
            x, y = at(value, 0.0)
            self.text(x - self.get_string_width(text) / 2, y + 5.0, text)
        said = writable(x_axis.name)
        self.text(left + width - self.get_string_width(said), top + height + 10.0, said)
        self.set_dash_pattern(dash=0.8, gap=0.8)
        self.set_draw_color(*SOFT)
        for value in marks:
            x, _ = at(value, 0.0)
            self.line(x, top, x, top + height)
        self.set_dash_pattern()
        for line in lines:
            self._draw(line, [at(x, y) for x, y in enumerate(line.values) if x <= x_end])
        self._names(lines, [at(x_end, line.values[min(len(line.values) - 1, int(x_end))]) for line in lines])
        self.set_xy(self.l_margin, top + height + 13.0)

    def _draw(self, line: Line, corners: Sequence[tuple[float, float]]) -> None:
        self.set_draw_color(*line.colour)
        self.set_line_width(1.1 if line.is_strong else 0.7)
        if line.dash_mm:
            self.set_dash_pattern(dash=line.dash_mm, gap=line.dash_mm * 0.8)
        with self.local_context(stroke_cap_style=StrokeCapStyle.ROUND):
            self.polyline(list(corners))
        self.set_dash_pattern()

    def _names(self, lines: Sequence[Line], ends: Sequence[tuple[float, float]]) -> None:
        """Write the lines' names beside their ends, none over another."""
        last = -1e9
        for (x, y), line in sorted(zip(ends, lines, strict=True), key=lambda pair: pair[0][1]):
            last = max(y, last + 5.2)
            self.set_draw_color(*line.colour)
            self.set_line_width(0.3)
            self.line(x + 0.8, y, x + 3.6, last)
            self.set_text_color(*line.colour)
            self.set_font(FONT, "B" if line.is_strong else "", 10.0)
            self.text(x + 4.4, last + 1.3, writable(line.name))


def _nearest(char: str, known: frozenset[int]) -> str:
    if char.isspace():
        return "\u00a0"
    plain = unicodedata.normalize("NFKD", char)
    for length in range(len(plain), 0, -1):
        shorter = unicodedata.normalize("NFC", plain[:length])
        if all(ord(c) in known for c in shorter):
            return shorter
    return "?"
