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

SENTENCES = (
    mark("estimated from {n} residential buildings of OpenStreetMap (floor area, {m2} m² a person)"),
    mark("estimated from {n} addresses of OpenStreetMap ({people} people each)"),
    mark("estimated from {km} km of residential streets of OpenStreetMap ({people} people a km)"),
    mark(
        "estimated from {km} km of streets (none is tagged residential) of OpenStreetMap "
        "({people} people a km)"
    ),
    mark("only {n} homes are mapped on {km} km of residential streets"),
    mark("{file}, living at the points it gives"),
    mark("{file}, shared among homes that are {part}"),
    mark("{n} cells without a home moved to the nearest within {m} m"),
    mark("{n} cells farther from any home are homes of their own"),
    mark("{n} points along the streets, about {m} m apart"),
    mark("{n} published places"),
    mark(
        "{n} meeting places of OpenStreetMap, {pinned} pinned by residents, "
        "{both} of them in OpenStreetMap too"
    ),
    mark("{n} meeting places of OpenStreetMap, {pinned} pinned by residents"),
    mark("{n} of {all} candidates are within reach of no home"),
    mark("{n} of {all} origins cannot reach any spot"),
    mark("{n} of {all} origins are farther than 300 m from every way of this profile"),
    mark("{n} of {all} spots are farther than 300 m from every way of this profile"),
    mark("{n} more spots are not counted: nobody knows whether they are step-free or open then"),
    mark(
        "{people} people live so near to the end of the loaded data that a place or a shorter way beyond it "
        "could bring them within {n} minutes: their figure may be too low"
    ),
    mark("{n} of {all} meeting places lie beyond the boundary, at most {m} m from it"),
    mark("there are no spots to walk to: load a larger area, or give --spots"),
    mark("hull of the data"),
    mark("outline of the community"),
    mark("boundary of {file}"),
    mark("without a boundary, the hull of the data is the community's area"),
    mark("the data names no quarters: the whole community is one district"),
    mark("districts are what is nearest to each quarter's centre: give --districts for real ones"),
    mark("districts are approximate: what is nearest to each of {n} OSM places ({kinds})"),
    mark("{n} islands of ways shorter than 1 km ({km} km in all) are left out when points join the network"),
    mark(
        "of the ways with opening hours, {n} m are open at ten on a weekday and walked, "
        "{m} m are closed then and left out"
    ),
    mark("of the gates with opening hours, {n} are open at ten on a weekday, {m} are closed then"),
    mark("{n} homes are in the community but in none of its districts"),
    mark("no elevation is loaded: walks are timed as if the ground were level, steps aside"),
    mark("elevation from {file}: {share} of the network has a height"),
    mark("{file}: {n} cells without a height were filled from their neighbours"),
    mark("{file}: {n} people from the column '{column}'"),
    mark("{file}: {n} of {all} polygons were invalid and have been repaired"),
    mark("{file}: chose {chosen} of {n} candidates (not {others})"),
    mark("the coastline breaks off at {n} ends and is drawn on to the map's edge"),
    mark("reading the boundary"),
    mark("asking OpenStreetMap where {place} is"),
    mark("asking {host} for streets"),
    mark("asking {host} for features"),
    mark("received {n} MB"),
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
            return speech._(sentence).format(**facts)
    return text


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each sentence with the pattern that finds its facts."""
    return tuple(
        (sentence, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(sentence))))
        for sentence in SENTENCES
    )


def _fact(text: str, speech: Speech) -> str:
    """Return a number as people of the language write it; anything else as it is."""
    plain = text.replace(",", "")
    return speech.decimal(float(plain)) if re.fullmatch(r"\d+(\.\d+)?", plain, re.ASCII) else text
