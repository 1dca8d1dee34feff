"""Which letters our fonts can put on paper, which way they run, and what stands for those they cannot."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

from micropolis_map.domain.text import LangText, pick
from micropolis_map.services.flat_places import printable

FONTS = Path(__file__).parent.parent / "web" / "static" / "fonts"
FONT = "Commissioner"
MORE_FONTS = {"Noto Sans Arabic": "noto-sans-arabic", "Noto Sans Hebrew": "noto-sans-hebrew"}
"""For what runs from right to left. Fonts for Chinese, Japanese and Korean have 5 MB and more: left out."""
LEFT_OUT = "…"
"""Stands for letters that no font of ours has."""
_LEFTWARD = {"R", "AL", "AN"}
_NOT_TEXT = {"Cc", "Cf", "Co", "Cn", "So", "Sk", "Mn", "Me"}
"""What is no letter of a word: controls, marks of direction, pictures, marks without a letter."""
_SEVERAL = re.compile(f"{LEFT_OUT}(?:[ {LEFT_OUT}]*{LEFT_OUT})")


def runs_leftward(text: str) -> bool:
    """Return whether any letter of `text` runs from right to left, as Arabic and Hebrew do."""
    return any(unicodedata.bidirectional(char) in _LEFTWARD for char in text)


def begins_leftward(text: str) -> bool:
    """Return whether the first letter of `text` that has a direction runs from right to left."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((found for found in directions if found in {"L", "R", "AL"}), "L") != "L"


def legible(text: str) -> str:
    """Return `text` as it can stand on paper: composed, without signs nobody sees.

    `LEFT_OUT` stands for letters that no font has; pictures (emoji) are left out.

    Examples
    --------
    >>> legible("Café 🌳 公園")
    'Café  …'
    """
    known = paper_letters()
    lines = text.replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    found = []
    for char in unicodedata.normalize("NFC", lines):
        category = unicodedata.category(char)
        if char == "\n" or (ord(char) in known and category not in {"Cc", "Cf"}):
            found.append(char)
        elif category not in _NOT_TEXT:
            found.append(" " if char.isspace() else LEFT_OUT)
    return _SEVERAL.sub(LEFT_OUT, "".join(found))


def loses_letters(text: str) -> bool:
    """Return whether letters of `text` cannot be printed."""
    return legible(text).count(LEFT_OUT) > text.count(LEFT_OUT)


def pick_legible(texts: LangText, lang: str) -> str:
    """Return the text in `lang`, or in another language where only that can be printed whole."""
    first = printable(pick(texts, lang)[0])
    if not loses_letters(first):
        return first
    others = (printable(text) for text in texts.values() if text.strip())
    return next((text for text in others if not loses_letters(text)), first)


@lru_cache(maxsize=1)
def paper_letters() -> frozenset[int]:
    """Return the code points that our fonts have together, and the line's end."""
    letters = {10}
    for name in ("commissioner", *MORE_FONTS.values()):
        with TTFont(FONTS / f"{name}-regular.ttf", lazy=True) as font:
            letters |= font.getBestCmap().keys() - {0, 13}
    return frozenset(letters)
