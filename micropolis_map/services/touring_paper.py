"""Sheets of paper: our own fonts, which have every letter of our languages, and QR codes as plain squares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import segno
from fpdf import FPDF

from micropolis_map.services.paper_letters import (
    FONT,
    FONTS,
    MORE_FONTS,
    begins_leftward,
    legible,
    runs_leftward,
)

INK, SOFT, ACCENT = (29, 35, 33), (95, 102, 99), (10, 98, 160)
MARGIN_MM = 18.0
SIZES = {"A5": (148.0, 210.0)}
"""In mm, where fpdf2 warns of what it once took them for."""


class Paper(FPDF):
    """A PDF in our fonts, upright; `footer_text` stands small at the foot of each page.

    What runs from right to left is shaped and ordered as it is read, and stands to the right.
    """

    _has_more_fonts = False

    def __init__(
        self,
        title: str,
        lang: str,
        paper: str = "A4",
        footer_text: str = "",
        *,
        margin_mm: float = MARGIN_MM,
    ) -> None:
        super().__init__(format=SIZES.get(paper, paper))
        self.footer_text, self.margin_mm = footer_text, margin_mm
        self.add_font(FONT, "", FONTS / "commissioner-regular.ttf")
        self.add_font(FONT, "B", FONTS / "commissioner-bold.ttf")
        self.set_title(title)
        self.set_lang(lang)
        self.set_margin(margin_mm)
        self.set_auto_page_break(auto=True, margin=margin_mm + 4.0)

    def footer(self) -> None:
        """Write the foot of a page; called by fpdf2."""
        if not self.footer_text:
            return
        self.set_y(-self.margin_mm + 2.0)
        points = 9.0 if self.margin_mm >= MARGIN_MM else 6.5
        self.write_line(f"{self.footer_text}   {self.page_no()}", points, colour=SOFT)

    def operators(self, text: str) -> None:
        """Draw by PDF's own operators: what has many thousand corners is drawn within a moment."""
        self._out(text)

    def write_line(
        self,
        text: str,
        points: float,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        align: str = "L",
        width: float = 0.0,
    ) -> None:
        """Write a paragraph of `points` size, broken at words, `width` mm wide, and go on below it."""
        self.set_font(FONT, "B" if bold else "", points)
        self.set_text_color(*colour)
        align = "R" if align == "L" and begins_leftward(text) else align
        self.multi_cell(width, points * 0.48, legible(text), align=align, new_x="LMARGIN", new_y="NEXT")

    def cell(self, *given: Any, **options: Any) -> Any:
        """Write one line in a box, as fpdf2 does, in every alphabet."""
        with self._lettered(_text_of(given, options)):
            return super().cell(*given, **options)

    def multi_cell(self, *given: Any, **options: Any) -> Any:
        """Write a paragraph in a box, as fpdf2 does, in every alphabet."""
        with self._lettered(_text_of(given, options)):
            return super().multi_cell(*given, **options)

    def text(self, x: float, y: float, text: str = "") -> None:
        """Write one line at a point, as fpdf2 does, in every alphabet."""
        with self._lettered(text):
            super().text(x, y, text)

    @contextmanager
    def _lettered(self, text: str) -> Iterator[None]:
        """Shape what is written inside where `text` needs it; other sheets never open those fonts."""
        if not runs_leftward(text):
            yield
            return
        if not self._has_more_fonts:
            for family, name in MORE_FONTS.items():
                self.add_font(family, "", FONTS / f"{name}-regular.ttf")
                self.add_font(family, "B", FONTS / f"{name}-bold.ttf")
            self.set_fallback_fonts([*MORE_FONTS])
            self._has_more_fonts = True
        self.set_text_shaping(use_shaping_engine=True)
        try:
            yield
        finally:
            self.set_text_shaping(use_shaping_engine=False)

    def qr(self, text: str, x: float, y: float, size_mm: float) -> None:
        """Draw `text` as a QR code with its quiet zone, `size_mm` wide."""
        rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
        module = size_mm / len(rows)
        self.set_fill_color(255, 255, 255)
        self.rect(x, y, size_mm, size_mm, style="F")
        self.set_fill_color(0, 0, 0)
        for j, row in enumerate(rows):
            run = 0
            for i, dark in enumerate([*row, 0]):
                if dark:
                    run += 1
                elif run:
                    self.rect(x + (i - run) * module, y + j * module, run * module, module * 1.01, style="F")
                    run = 0

    def content(self) -> bytes:
        """Return the file."""
        return bytes(self.output())


def _text_of(given: tuple[Any, ...], options: Mapping[str, Any]) -> str:
    """Return the text among the arguments of fpdf2's ``cell(w, h, text, …)``."""
    return str(given[2] if len(given) > 2 else options.get("text", ""))
