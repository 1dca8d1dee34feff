"""Numbers as tables have them: decimal points and commas; thousands by blanks, points, commas."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Self

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.column_names import times

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_BLANKS = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009'’](?=\d{3}(?!\d))")
_GROUPED = {sign: re.compile(rf"[+-]?[1-9]\d{{0,2}}(\{sign}\d{{3}})+") for sign in ".,"}
_DECIMAL = re.compile(r"\d([.,])\d")


class TypedNumber(str):
    """The text of a cell that holds a number of its own kind: nothing about it is to be guessed."""

    __slots__ = ("value",)
    value: float

    def __new__(cls, text: str, value: float) -> Self:
        """Return `text` that stands for `value`."""
        typed = super().__new__(cls, text)
        typed.value = value
        return typed

    def __getnewargs__(self) -> tuple[str, float]:  # type: ignore[override]
        """Return what a copy is made of: sheets are read by workers."""
        return str(self), self.value


def decimal_mark_of(texts: Sequence[str]) -> str:
    """Return the mark that coordinates in degrees have before their decimals, "" where they have none."""
    found = (_DECIMAL.search(text) for text in texts if not isinstance(text, TypedNumber))
    return next((match[1] for match in found if match), "")


def thousands_mark_of(texts: Sequence[str], decimal_mark: str = "") -> str:
    """Return the mark between thousands in a column of numbers, "" where there is none.

    The other mark than `decimal_mark`, or the first of two in one number; where the table does not say which
    is which, a mark that only ever stands before three digits (``1.234``, never ``0.5``) divides thousands.
    """
    plain = [text for text in texts if not isinstance(text, TypedNumber)]
    for text in plain:
        if "." in text and "," in text:
            return "." if text.rfind(",") > text.rfind(".") else ","
    for sign in ".,":
        having = [text for text in plain if sign in text]
        if having and sign != decimal_mark and all(_GROUPED[sign].fullmatch(_joined(t)) for t in having):
            return sign
    return ""


def number_in(text: str, thousands_mark: str = "") -> float | None:
    """Return the finite decimal number that `text` is, None where it is none.

    Examples
    --------
    >>> number_in("12,5"), number_in("1.234,5", "."), number_in("1 234"), number_in("many")
    (12.5, 1234.5, 1234.0, None)
    """
    if isinstance(text, TypedNumber):
        return text.value
    joined = _joined(text)
    if thousands_mark:
        joined = joined.replace(thousands_mark, "")
    joined = joined.replace(",", ".")
    return float(joined) if _NUMBER.fullmatch(joined) else None


def said_of_thousands(source: str, column: str) -> list[str]:
    """Return what is said of a column whose unit is thousands."""
    if times(column) == 1:
        return []
    words = mark("{file}: the column {column} counts thousands")
    return [Sentence(words, file=source, column=repr(column.strip()))]


def value_in(value: object, thousands_mark: str = "") -> float | None:
    """Return the finite number a feature's value is or says, None where it is none; truth is no number."""
    if isinstance(value, str):
        return number_in(value, thousands_mark)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def _joined(text: str) -> str:
    return _BLANKS.sub("", text.strip().replace("−", "-"))
