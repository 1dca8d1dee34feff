"""The time zone of a community, from its country and where it lies."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import tzdata  # type: ignore[import-untyped] # data only

from micropolis_map.domain.community import Community
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark


def zone_of(community: Community) -> str:
    """Return the IANA time zone of the community: its own, else by its country and place.

    Among its country's zones the one whose city is nearest; without a country, among all. Near a border
    between zones of one country the nearest city may be across it, so people can choose another.
    """
    if community.time_zone:
        return check_zone(community.time_zone).key
    zones = _zones()
    own = [zone for zone in zones if zone[0] == community.country.upper()] or list(zones)
    lon, lat = np.radians(np.array([zone[2:] for zone in own], dtype=np.float64)).T
    x, y = np.radians(community.centre)
    cosine = np.sin(lat) * np.sin(y) + np.cos(lat) * np.cos(y) * np.cos(lon - x)
    return own[int(np.argmax(cosine))][1]


@cache
def zone_names() -> tuple[str, ...]:
    """Return the zones people live in, sorted."""
    return tuple(sorted({zone[1] for zone in _zones()} | {"UTC"}))


def check_zone(name: str) -> ZoneInfo:
    """Return the zone; `InvalidInput` for an unknown one."""
    if name not in available_timezones():
        raise InvalidInput(
            mark("there is no time zone {name}"),
            mark("choose one such as 'Europe/Warsaw'"),
            name=repr(name[:64]),
        )
    return ZoneInfo(name)


@cache
def _zones() -> tuple[tuple[str, str, float, float], ...]:
    """Return country, name, longitude and latitude of each zone of IANA's ``zone.tab``."""
    table = files(tzdata).joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found = []
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, at, name = line.split("\t")[:3]
            lat, lon = (_degrees(part) for part in re.findall(r"[+-]\d+", at))
            found.append((country, name, lon, lat))
    return tuple(found)


def _degrees(text: str) -> float:
    """Return ``±DDMM``, ``±DDDMM`` or with seconds, as degrees."""
    digits = text[1:]
    seconds = digits[-2:] if len(digits) >= 6 else "0"
    rest = digits[:-2] if len(digits) >= 6 else digits
    value = int(rest[:-2]) + int(rest[-2:]) / 60.0 + int(seconds) / 3600.0
    return -value if text[0] == "-" else value
