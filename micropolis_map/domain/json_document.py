"""JSON that somebody sent, read so that nothing behind can stumble over it.

What Python's own reader lets through and other parts of a program choke on is refused here, once, wherever in
the document it is: ``NaN`` and ``Infinity``, numbers that are no float any more, half characters (lone
surrogates, which no UTF-8 can hold), NUL (which PostgreSQL cannot), and nesting that exhausts a stack.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from micropolis_map.errors import InvalidInput

MOST_DIGITS = 18
"""Of a whole number: it still fits the database, and any float."""
DEEPEST = 60
"""Lists and objects inside each other: a multipolygon in a Feature in a submission is 9 deep."""


def read_json(text: bytes | str) -> Any:
    """Return the document: texts, finite numbers, true, false, null, lists and objects of them.

    Raises
    ------
    InvalidInput
        It is not JSON, or holds what is said above.
    """
    try:
        document = json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number)
    except InvalidInput:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the request is not JSON: {str(error)[:100]}", "send one JSON object") from error
    _check(document)
    return document


def short(value: Any, most: int = 80) -> str:
    """Return the value as it can be named in an error: its repr, cut."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise InvalidInput(
            f"a number has {len(digits.lstrip('-'))} digits ({digits[:20]}…)", f"give at most {MOST_DIGITS}"
        )
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _no_number(digits)
    return number


def _no_number(text: str) -> NoReturn:
    raise InvalidInput(f"{short(text, 40)} is no number a computer can hold", "give a finite number")


def _check(document: Any) -> None:
    """Look at every text and at the depth, without recursion."""
    waiting = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
            continue
        if not isinstance(value, list | Mapping):
            continue
        if depth > DEEPEST:
            raise InvalidInput(
                f"the request nests lists and objects more than {DEEPEST} deep", "send what the form sends"
            )
        if isinstance(value, Mapping):
            waiting.extend((key, depth) for key in value)
            value = value.values()
        waiting.extend((inner, depth + 1) for inner in value)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise InvalidInput(f"the text {short(text)} holds NUL", "remove that character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"the text {short(text)} holds half a character (a lone surrogate)", "remove it"
        ) from None
