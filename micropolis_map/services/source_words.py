"""What figures rest on, in the reader's language.

Sources of people and notes of a computation are kept with it as English sentences, also by earlier versions
and in downloads. Here those that we write are recognised and said in another language; a sentence that is
not recognised stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from micropolis_map.i18n import mark
from micropolis_map.services.speech import Speech

Words = str | tuple[str, str]
"""A sentence, or one about a single thing and about several."""


def counted(one: str, many: str) -> Words:
    """Return both forms; marks them for extraction."""
    return one, many


SENTENCES: tuple[Words, ...] = (
    counted(
        "estimated from {n} residential building of OpenStreetMap (floor area, {m2} m² a person)",
        "estimated from {n} residential buildings of OpenStreetMap (floor area, {m2} m² a person)",
    ),
    counted(
        "estimated from {n} address of OpenStreetMap ({people} people each)",
        "estimated from {n} addresses of OpenStreetMap ({people} people each)",
    ),
    mark("estimated from {km} km of residential streets of OpenStreetMap ({people} people a km)"),
    mark(
        "estimated from {km} km of streets (none is tagged residential) of OpenStreetMap "
        "({people} people a km)"
    ),
    counted(
        "only {n} home is mapped on {km} km of residential streets",
        "only {n} homes are mapped on {km} km of residential streets",
    ),
    mark("{file}, living at the points it gives"),
    mark("{file}, shared among homes that are {part}"),
    counted(
        "{n} cell without a home moved to the nearest within {m} m",
        "{n} cells without a home moved to the nearest within {m} m",
    ),
    counted(
        "{n} cell farther from any home is a home of its own",
        "{n} cells farther from any home are homes of their own",
    ),
    counted(
        "{n} point along the streets, about {m} m apart",
        "{n} points along the streets, about {m} m apart",
    ),
    counted(
        "{n} published place",
        "{n} published places",
    ),
    mark(
        "{n} meeting places of OpenStreetMap, {pinned} pinned by residents, "
        "{both} of them in OpenStreetMap too"
    ),
    mark("{n} meeting places of OpenStreetMap, {pinned} pinned by residents"),
    counted(
        "{n} of {all} candidates is within reach of no home",
        "{n} of {all} candidates are within reach of no home",
    ),
    mark("{n} of {all} origins cannot reach any spot"),
    counted(
        "{n} of {all} origins is farther than 300 m from every way of this profile",
        "{n} of {all} origins are farther than 300 m from every way of this profile",
    ),
    counted(
        "{n} of {all} spots is farther than 300 m from every way of this profile",
        "{n} of {all} spots are farther than 300 m from every way of this profile",
    ),
    counted(
        "{n} more spot is not counted: nobody knows whether it is step-free or open then",
        "{n} more spots are not counted: nobody knows whether they are step-free or open then",
    ),
    counted(
        "{n} person lives so near to the end of the loaded data that a place or a shorter way beyond it "
        "could bring them within {minutes} minutes: their figure may be too low",
        "{n} people live so near to the end of the loaded data that a place or a shorter way beyond it "
        "could bring them within {minutes} minutes: their figure may be too low",
    ),
    counted(
        "{n} of {all} meeting places lies beyond the boundary, at most {m} m from it",
        "{n} of {all} meeting places lie beyond the boundary, at most {m} m from it",
    ),
    mark("there are no spots to walk to: load a larger area, or give --spots"),
    mark("hull of the data"),
    mark("outline of the community"),
    mark("boundary of {file}"),
    mark("without a boundary, the hull of the data is the community's area"),
    mark("the data names no quarters: the whole community is one district"),
    mark("districts are what is nearest to each quarter's centre: give --districts for real ones"),
    mark("districts are approximate: what is nearest to each of {n} OSM places ({kinds})"),
    counted(
        "{n} island of ways shorter than 1 km ({km} km in all) is left out when points join the network",
        "{n} islands of ways shorter than 1 km ({km} km in all) are left out when points join the network",
    ),
    mark(
        "{km} km of ways are closed to walkers by their tags (private, foot=no, use_sidepath, motorroad) and "
        "left out"
    ),
    counted(
        "{n} gate or other barrier lets nobody through (private, locked, a wall): ways end there",
        "{n} gates and other barriers let nobody through (private, locked, walls): ways end there",
    ),
    mark(
        "of the ways with opening hours, {n} m are open at ten on a weekday and walked, "
        "{m} m are closed then and left out"
    ),
    mark("of the gates with opening hours, open at ten on a weekday: {n}, closed then: {m}"),
    counted(
        "the opening hours of {n} way or gate cannot be read, {example}: it counts as open ({m} m)",
        "the opening hours of {n} ways and gates cannot be read, such as {example}: they count as open "
        "({m} m)",
    ),
    counted(
        "{n} home is in the community but in none of its districts",
        "{n} homes are in the community but in none of its districts",
    ),
    mark("no elevation is loaded: walks are timed as if the ground were level, steps aside"),
    counted(
        "{n} reference names a node that the file does not hold",
        "{n} references name nodes that the file does not hold",
    ),
    counted(
        "{n} person of {file} lives outside the community", "{n} people of {file} live outside the community"
    ),
    counted(
        "{file}: {n} feature that is no polygon was ignored",
        "{file}: {n} features that are no polygons were ignored",
    ),
    counted(
        "{n} stretch of a street has tags from a survey on the spot",
        "{n} stretches of streets have tags from surveys on the spot",
    ),
    counted(
        "{n} building smaller than {m2} m² is left out", "{n} buildings smaller than {m2} m² are left out"
    ),
    counted("the {n} shortest unnamed path is left out", "the {n} shortest unnamed paths are left out"),
    mark("elevation from {file}: {share} of the network has a height"),
    counted(
        "{file}: {n} cell without a height was filled from its neighbours",
        "{file}: {n} cells without a height were filled from their neighbours",
    ),
    counted("{file}: {n} person from the column {column}", "{file}: {n} people from the column {column}"),
    counted(
        "{file}: {n} of {all} polygons was invalid and has been repaired",
        "{file}: {n} of {all} polygons were invalid and have been repaired",
    ),
    mark("{file}: chose {chosen} of {n} candidates (not {others})"),
    counted(
        "the coastline breaks off at {n} end and is drawn on to the map's edge",
        "the coastline breaks off at {n} ends and is drawn on to the map's edge",
    ),
    mark("reading the boundary"),
    mark("asking OpenStreetMap where {place} is"),
    mark("asking {host} for streets"),
    mark("asking {host} for features"),
    mark("received {n} MB"),
    mark("trying again in {n} s"),
    mark("asking for smaller pieces"),
    mark("waiting for another download to end"),
    mark("reading OpenStreetMap data"),
    mark("reading elevation and population"),
    mark("building the walk network"),
    mark("finding homes and meeting places"),
    mark("drawing the background"),
    mark("writing"),
)


def said(text: str, speech: Speech) -> str:
    """Return `text`, sentences or parts divided by semicolons, in the language; unknown parts stay.

    Examples
    --------
    >>> said("only 1200 homes are mapped on 9.5 km of residential streets; hmm", Speech("en"))
    'only 1,200 homes are mapped on 9.5 km of residential streets; hmm'
    """
    return "; ".join(_part(part, speech) for part in text.split("; "))


def _part(text: str, speech: Speech) -> str:
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            facts = {
                name: _part(fact, speech) if name == "part" else _fact(fact, speech)
                for name, fact in found.groupdict().items()
            }
            if isinstance(sentence, str):
                return speech._(sentence).format(**facts)
            number = float(found["n"].replace(",", ""))
            return speech.ngettext(*sentence, round(number)).format(**facts)
    return text


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Words, re.Pattern[str]], ...]:
    """Return each sentence with the pattern, of each of its forms, that finds its facts."""
    forms = [(words, form) for words in SENTENCES for form in ((words,) if isinstance(words, str) else words)]
    return tuple((words, _pattern(form, counts=not isinstance(words, str))) for words, form in forms)


def _pattern(form: str, *, counts: bool) -> re.Pattern[str]:
    found = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(form))
    return re.compile(found.replace("(?P<n>.+?)", r"(?P<n>[\d,]+)") if counts else found)


def _fact(text: str, speech: Speech) -> str:
    """Return a number as people of the language write it; anything else as it is."""
    plain = text.replace(",", "")
    return speech.decimal(float(plain)) if re.fullmatch(r"\d+(\.\d+)?", plain, re.ASCII) else text
