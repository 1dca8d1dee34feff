"""Links to a place on a map, as people copy them: Google, OpenStreetMap, Apple, Bing, Mapy, ``geo:``.

Nothing is fetched: what an address itself says counts, and a shortened one says nothing.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

_LINK = re.compile(r"(https?://|www\.|geo:|maps\.)\S+", re.IGNORECASE)
_PAIR = re.compile(r"(?:loc:)?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,~ ]\s*([+-]?\d{1,3}(?:\.\d+)?)")
_PLACE = re.compile(r"!3d(-?\d+(?:\.\d+)?)!4d(-?\d+(?:\.\d+)?)")
"""Where Google's pin is; ``@`` is only the middle of the map."""
_IN_PATH = re.compile(r"/(?:place|search)/(-?\d+\.\d+),\s*\+?(-?\d+\.\d+)")
_MIDDLE = re.compile(r"/@(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
_OF_MAP = re.compile(r"(?:^|&)map=\d+(?:\.\d+)?/(-?\d+(?:\.\d+)?)/(-?\d+(?:\.\d+)?)")
_BOTH = ("q", "query", "ll", "destination", "daddr", "center", "cp", "sll")
_EACH = (("mlat", "mlon"), ("lat", "lon"), ("lat", "lng"), ("latitude", "longitude"), ("y", "x"))


def is_link(text: str) -> bool:
    """Return whether the text is an address and nothing else."""
    return _LINK.fullmatch(text.strip()) is not None


def position_in(text: str) -> tuple[float, float] | None:
    """Return ``(lon, lat)`` that a link to a map names, None where it names none.

    Examples
    --------
    >>> position_in("https://www.openstreetmap.org/?mlat=55.5&mlon=9.75#map=17/55.4/9.7")
    (9.75, 55.5)
    >>> position_in("geo:55.5,9.75?z=17"), position_in("https://maps.app.goo.gl/abc")
    ((9.75, 55.5), None)
    """
    if not is_link(text):
        return None
    clean = unquote(text.strip())
    if clean[:4].casefold() == "geo:":
        return _lon_lat(_PAIR.match(clean[4:]))
    try:
        parts = urlsplit(clean)
    except ValueError:
        return None
    query = parse_qs(parts.query)
    found = _PLACE.findall(clean)
    if found:
        lat, lon = found[-1]
        return float(lon), float(lat)
    for lat, lon in _EACH:
        if lat in query and lon in query:
            pair = _lon_lat(_PAIR.fullmatch(f"{query[lat][0]},{query[lon][0]}"))
            if pair:
                return pair
    for name in _BOTH:
        pair = _lon_lat(_PAIR.fullmatch(query[name][0].strip())) if name in query else None
        if pair:
            return pair
    return _lon_lat(
        _IN_PATH.search(parts.path) or _OF_MAP.search(parts.fragment) or _MIDDLE.search(parts.path)
    )


def _lon_lat(match: re.Match[str] | None) -> tuple[float, float] | None:
    return (float(match[2]), float(match[1])) if match else None
