"""Figures as people of the reader's language write them."""

from __future__ import annotations

from micropolis_map.services import source_words
from micropolis_map.services.speech import Speech
from micropolis_map.ui import language


def speech() -> Speech:
    """Return how the reader's language says things."""
    return Speech(language.current())


def count(value: float) -> str:
    """Return a whole number with the language's separators; a dash where it is not finite."""
    return speech().count(value)


def decimal(value: float, digits: int = 1) -> str:
    """Return a number with up to `digits` decimals."""
    return speech().decimal(value, digits)


def as_it_is(value: float) -> str:
    """Return a number somebody chose, with as many decimals as it has."""
    return speech().as_it_is(value)


def rough(value: float) -> str:
    """Return an estimate no more exact than it is: about so much, to two significant digits."""
    return speech().rough(value)


def source(text: str) -> str:
    """Return what a figure rests on, as far as we know its words, in the reader's language."""
    return source_words.said(text, speech())


def share(value: float) -> str:
    """Return a share (0–1) in per cent; one decimal where whole ones would hide that it is not 0 or 1."""
    return speech().share(value)


def percent(value: float) -> str:
    """Return a share (0–1) in per cent with one decimal, to be compared with others."""
    return speech().percent(value)


def walk(seconds: float) -> str:
    """Return a walking time in minutes with one decimal; in words where there is no way."""
    return speech().walk(seconds)


def moment(iso: str) -> str:
    """Return an ISO 8601 moment as a date and time of day in UTC; unreadable ones as they are."""
    return speech().moment(iso)


def month(iso: str) -> str:
    """Return the month of an ISO 8601 moment, in the case that follows *since*."""
    return speech().month(iso)
