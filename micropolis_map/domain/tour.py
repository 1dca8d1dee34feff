"""A tour: stops in an order worth walking."""

from __future__ import annotations

from dataclasses import dataclass, field

from micropolis_map.domain.text import LangText

VISIT_S = 300.0
"""Seconds spent at a stop of which nobody says how long one stays: time to look and to read a story."""


@dataclass(frozen=True)
class Stop:
    """A place a tour stops at.

    Attributes
    ----------
    id
        Of a place the place's id, else that of the file the stop came from.
    lon, lat
        Degrees, EPSG:4326.
    about
        What is told there.
    visit_s
        Seconds spent there.
    """

    id: str
    lon: float
    lat: float
    name: LangText = field(default_factory=dict)
    about: LangText = field(default_factory=dict)
    visit_s: float = VISIT_S


@dataclass(frozen=True)
class Tour:
    """A tour that residents made.

    Attributes
    ----------
    stops
        Pairs of a place's id and the seconds spent there, in the order of walking.
    loop
        Whether it ends where it starts.
    languages
        In which the tour is told, the first one first.
    """

    id: str
    community: str
    name: LangText
    about: LangText
    stops: tuple[tuple[str, float], ...]
    loop: bool = False
    licence: str = ""
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
