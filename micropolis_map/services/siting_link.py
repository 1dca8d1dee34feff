"""A scenario of the café planner as the parameters of an address: who opens the link sees the same.

``Scenario.parse(query)`` reads parameters, ``scenario_of_link(text)`` a whole copied link, and
``Scenario.request()`` is the question it asks. Several named ones travel in one parameter (`kept_text`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.visible_text import visible
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.services.venues import venue_kinds

MOST_NEW, MOST_CORNERS, MOST_KEPT, MOST_NAMES = 10, 40, 4, 60
MINUTES: tuple[int, ...] = (5, 10, 15, 20, 30)
GOALS: tuple[str, ...] = ("coverage", "p-median", "equity")
WHERE: tuple[str, ...] = ("streets", "venues", "places")
WEIGHTS: tuple[int, ...] = (1, 2, 3, 5)
LONGEST_NAME = 40
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Scenario:
    """What the planner asks, and where the sites are if not where they were proposed.

    Attributes
    ----------
    new, minutes, profile, goal, keep
        How many sites; near is at most this; who walks; what counts; whether today's spots stay.
    where, venues, chosen, districts, area
        Where new ones may be; see `SitingRequest`.
    older, children
        For how many one of them counts.
    sites
        ``(lon, lat)`` of sites placed by hand; empty for the proposed ones.
    name
        What a person calls it.
    """

    community: str = ""
    new: int = 2
    minutes: int = 10
    profile: str = "adult"
    goal: str = "coverage"
    keep: bool = True
    where: str = "streets"
    venues: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    area: Points = ()
    older: int = 1
    children: int = 1
    sites: Points = ()
    name: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Scenario:
        """Return the scenario of an address's parameters; what makes no sense is the default."""
        area = points_of(query.get("area", ""), MOST_CORNERS)
        kinds = set(query.get("venue", "").split(","))
        return cls(
            community=query.get("community", "").strip()[:60],
            new=_number(query.get("new", ""), range(1, MOST_NEW + 1), 2),
            minutes=_number(query.get("within", ""), MINUTES, 10),
            profile=_one_of(query.get("profile", ""), names()),
            goal=_one_of(query.get("goal", ""), GOALS),
            keep=query.get("keep", "") != "no",
            where=_one_of(query.get("where", ""), WHERE),
            venues=tuple(kind for kind in venue_kinds() if kind in kinds),
            chosen=_names(query.get("chosen", "")),
            districts=_names(query.get("in", "")),
            area=area if len(area) > 2 else (),
            older=_number(query.get("older", ""), WEIGHTS, 1),
            children=_number(query.get("children", ""), WEIGHTS, 1),
            sites=points_of(query.get("sites", ""), MOST_NEW),
            name=" ".join(visible(query.get("name", "")).split())[:LONGEST_NAME],
        )

    def query(self) -> dict[str, str]:
        """Return the parameters that `parse` reads back as this scenario; defaults are left out."""
        values = {
            "community": self.community,
            "profile": self.profile,
            "new": str(self.new),
            "within": str(self.minutes),
            "goal": self.goal,
            "keep": "" if self.keep else "no",
            "where": self.where,
            "venue": ",".join(self.venues),
            "chosen": _names_text(self.chosen),
            "in": _names_text(self.districts),
            "area": points_text(self.area, 5),
            "older": str(self.older),
            "children": str(self.children),
            "sites": points_text(self.sites),
            "name": self.name,
        }
        usual = _USUAL or values
        return {name: value for name, value in values.items() if value and value != usual.get(name)}

    def request(self) -> SitingRequest:
        """Return the question this scenario asks."""
        names = {field.name for field in fields(SitingRequest)} & {field.name for field in fields(self)}
        same = {name: getattr(self, name) for name in names - {"minutes", "older", "children"}}
        return SitingRequest(
            **same,
            minutes=float(self.minutes),
            objective=self.goal,
            keep_existing=self.keep,
            older=float(self.older),
            children=float(self.children),
        )


_USUAL: dict[str, str] = {}
_USUAL.update(
    new="2", within="10", profile="adult", goal="coverage", where="streets", older="1", children="1"
)


def scenario_of_link(link: str) -> Scenario:
    """Return the scenario that a copied link opens (or its query alone).

    Examples
    --------
    >>> scenario_of_link("https://map.example/planner?community=demo&new=3").new
    3
    """
    query = urlsplit(link.strip()).query or link.strip().partition("?")[2] or link.strip()
    return Scenario.parse(dict(parse_qsl(query)))


def kept_of(text: str) -> tuple[Scenario, ...]:
    """Return the named scenarios that one parameter holds, at most `MOST_KEPT`."""
    found = [Scenario.parse(dict(parse_qsl(_open(part)))) for part in text.split("~") if part]
    return tuple(replace(one, name=one.name or str(n)) for n, one in enumerate(found[:MOST_KEPT], start=1))


def kept_text(scenarios: tuple[Scenario, ...]) -> str:
    """Return named scenarios as `kept_of` reads them; without characters that addresses escape."""
    return "~".join(
        "_".join(f"{name}-{_closed(value)}" for name, value in one.query().items()) for one in scenarios
    )


def points_of(text: str, most: int) -> Points:
    """Return the ``lon,lat;lon,lat`` of a parameter, at most `most`; what makes no sense is left out.

    Examples
    --------
    >>> points_of("17.2,55.7;x", 10)
    ((17.2, 55.7),)
    """
    found = []
    for part in text[:4000].split(";"):
        numbers = re.fullmatch(r"(-?\d{1,3}(?:\.\d{1,7})?),(-?\d{1,2}(?:\.\d{1,7})?)", part, re.ASCII)
        if numbers and abs(float(numbers[1])) <= 180 and abs(float(numbers[2])) <= 90:
            found.append((round(float(numbers[1]), 6), round(float(numbers[2]), 6)))
    return tuple(found[:most])


def points_text(points: Points, digits: int = 6) -> str:
    """Return points as `points_of` reads them."""
    return ";".join(f"{lon:.{digits}f},{lat:.{digits}f}" for lon, lat in points)


def _closed(value: str) -> str:
    """Return a value with ASCII letters, digits and dots only, everything else as ``.xx`` of its bytes."""
    return "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f".{byte:02x}"
        for byte in value.encode()
    )


def _open(part: str) -> str:
    """Return the query that a part of `kept_text` stands for."""
    pairs = (pair.partition("-") for pair in part.split("_"))
    return "&".join(f"{quote(name)}={quote(_opened(value))}" for name, _, value in pairs if name)


def _opened(value: str) -> str:
    return unquote(re.sub(r"\.([0-9a-f]{2})", r"%\1", value), errors="replace")


def _number(text: str, known: tuple[int, ...] | range, usual: int) -> int:
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else usual
    return found if found in known else usual


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]


def _names(text: str) -> tuple[str, ...]:
    parts = (unquote(part).strip()[:120] for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_NAMES]


def _names_text(names: tuple[str, ...]) -> str:
    return ",".join(quote(name, safe=" '()/") for name in names)
