"""Which OpenStreetMap ways people walk on, and which nodes stop them: the rules of CONTRACT.md."""

from __future__ import annotations

from collections.abc import Mapping

from micropolis_map.analysis.hours import HOURS_KEYS, ORDINARY_YEAR, are_closed, in_force, states
from micropolis_map.analysis.tag_numbers import kerb_height_of
from micropolis_map.analysis.tag_spelling import OBSTACLE_BARRIERS, spelled

NOT_WALKABLE = frozenset(
    [
        "motorway",
        "motorway_link",
        "raceway",
        "bus_guideway",
        "busway",
        "construction",
        "proposed",
        "planned",
        "abandoned",
        "razed",
        "disused",
        "rest_area",
        "services",
        "escape",
        "elevator",
        "no",
    ]
)
"""Values of ``highway`` nobody walks on."""

FOOT_FORBIDDEN = frozenset({"no", "use_sidepath", "private"})
FOOT_ALLOWED = frozenset({"yes", "designated", "permissive"})
ACCESS_FORBIDDEN = frozenset({"no", "private"})

SQUARE_HIGHWAYS = frozenset({"pedestrian", "footway", "path", "living_street", "platform", "corridor"})
"""Values of ``highway`` that are open ground for walkers when drawn as an area."""

PASSAGE_KEYS = (
    "highway",
    "wheelchair",
    "stroller",
    "surface",
    "smoothness",
    "tracktype",
    "width",
    "incline",
    "kerb",
    "barrier",
    "sac_scale",
    "ladder",
    "via_ferrata_scale",
)
"""The tags that may decide whether a profile passes; an edge is uniform in them."""

LOW_KERBS = frozenset({"lowered", "flush", "no"})
LOW_KERB_M = 0.03
"""Height up to which a kerb is no obstacle: ``lowered`` in OpenStreetMap's wiki, Key:kerb."""


def is_walkable(tags: Mapping[str, str], year: int = ORDINARY_YEAR) -> bool:
    """Return whether people walk on a way with these `tags`, at ten on an ordinary weekday of `year`.

    A way is walkable when it has a ``highway`` value outside `NOT_WALKABLE`, unless
    ``foot=no|use_sidepath|private``, or ``access=no|private`` or ``motorroad=yes`` without
    ``foot=yes|designated|permissive``, or its hours close it then (`hours.in_force`, `hours.are_closed`).
    Ferries and railways carry no ``highway`` and are out.

    Examples
    --------
    >>> is_walkable({"highway": "cycleway", "foot": "designated"})
    True
    >>> is_walkable({"highway": "service", "access": "private"})
    False
    >>> is_walkable({"highway": "service", "access": "private", "foot": "permissive"})
    True
    >>> is_walkable({"highway": "footway", "opening_hours": "Sa,Su 09:00-18:00"})
    False
    """
    tags = spelled(tags)
    highway = tags.get("highway")
    if highway is None or highway in NOT_WALKABLE:
        return False
    return _lets_walkers_in(in_force(tags, year)) and not are_closed(tags, year)


def _lets_walkers_in(tags: Mapping[str, str]) -> bool:
    foot = tags.get("foot")
    if foot in FOOT_FORBIDDEN:
        return False
    shut = tags.get("access") in ACCESS_FORBIDDEN or tags.get("motorroad") == "yes"
    return not shut or foot in FOOT_ALLOWED


def is_shut(tags: Mapping[str, str], year: int = ORDINARY_YEAR) -> bool:
    """Return whether a node with these `tags` lets nobody through, at ten on an ordinary weekday of `year`.

    That is a ``barrier`` that the rule of ways closes, or that is locked (``locked=yes`` without
    ``foot=yes``), and every wall.

    Examples
    --------
    >>> is_shut({"barrier": "gate"}), is_shut({"barrier": "gate", "locked": "yes"})
    (False, True)
    """
    tags = spelled(tags)
    barrier = tags.get("barrier", "no")
    if barrier in {"no", "wall"}:
        return barrier == "wall"
    return not _lets_walkers_through(in_force(tags, year)) or are_closed(tags, year)


def _lets_walkers_through(tags: Mapping[str, str]) -> bool:
    return _lets_walkers_in(tags) and (tags.get("locked") != "yes" or tags.get("foot") == "yes")


def hangs_on_hours(tags: Mapping[str, str], year: int = ORDINARY_YEAR) -> bool:
    """Return whether a way or gate with these `tags` lets walkers in at some hours and not at others."""
    if HOURS_KEYS.isdisjoint(tags):
        return False
    tags = spelled(tags)
    lets = _lets_walkers_through if "barrier" in tags else _lets_walkers_in
    return len({lets(state) for state in states(tags, year)}) == 2


def foot_direction(tags: Mapping[str, str], year: int = ORDINARY_YEAR) -> int:
    """Return 1 where walkers may only follow the way's direction, -1 only against it, 0 both ways.

    Escalators and moving walks say so by ``conveying`` (``yes`` and ``reversible`` run either way), other
    ways by ``oneway:foot``; ``oneway`` is for vehicles.
    """
    now = in_force(spelled(tags), year)
    belt = {"forward": 1, "backward": -1}.get(now.get("conveying", ""), 0)
    return belt or _ONEWAY.get(now.get("oneway:foot", ""), 0)


_ONEWAY = {"yes": 1, "1": 1, "true": 1, "-1": -1, "reverse": -1}


def is_square(tags: Mapping[str, str]) -> bool:
    """Return whether a closed walkable way (or a multipolygon) with these `tags` is open ground.

    That is a `SQUARE_HIGHWAYS` value drawn as an area: ``area=yes``, ``type=multipolygon`` or
    ``place=square``. A closed ``highway=pedestrian`` without them is a street that runs in a circle.
    """
    tags = spelled(tags)
    if tags.get("highway") not in SQUARE_HIGHWAYS or tags.get("area") == "no":
        return False
    return tags.get("area") == "yes" or tags.get("type") == "multipolygon" or tags.get("place") == "square"


def passage_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those `tags` of a way or node (`PASSAGE_KEYS`) that decide who passes, in their usual spelling.

    A kerb's measured height decides over its kind, ``kerb`` over ``barrier=kerb``. A height alone makes no
    kerb of a way: on a street it is told of the kerbs along it.

    Examples
    --------
    >>> passage_tags({"highway": "footway", "barrier": "kerb", "kerb": "raised", "kerb:height": "2 cm"})
    {'highway': 'footway', 'kerb': 'lowered'}
    """
    plain = spelled(tags)
    told = {key: plain[key] for key in PASSAGE_KEYS if key in plain}
    is_kerb = "kerb" in told or told.get("barrier") == "kerb" or "highway" not in told
    height_m = kerb_height_of(plain.get("kerb:height", ""))
    if is_kerb and height_m is not None:
        told["kerb"] = "lowered" if height_m <= LOW_KERB_M else "raised"
    if "kerb" in told and told.get("barrier") == "kerb":
        del told["barrier"]
    return told


def obstacle_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those of a node's `tags` that decide who gets through.

    Kerbs are read by `passage_tags`. ``wheelchair=no`` and ``stroller=no`` count only where the node is in
    the way, on barriers, kerbs and crossings: on a bus stop they are about boarding.

    Examples
    --------
    >>> obstacle_tags({"barrier": "kerb", "kerb": "flush"})
    {'kerb': 'flush'}
    >>> obstacle_tags({"highway": "bus_stop", "wheelchair": "no"})
    {'highway': 'bus_stop'}
    """
    tags = spelled(tags)
    told = passage_tags({key: value for key, value in tags.items() if key != "highway"})
    if "highway" in tags:
        told = {"highway": tags["highway"]} | told
    if not (told.get("barrier", "no") != "no" or "kerb" in told or _is_crossing(tags)):
        told = {key: value for key, value in told.items() if (key, value) not in _NOT_FOR_WHEELS}
    return told


_NOT_FOR_WHEELS = frozenset({("wheelchair", "no"), ("stroller", "no")})


_RAIL_CROSSINGS = frozenset({"crossing", "level_crossing", "tram_crossing", "tram_level_crossing"})


def _is_crossing(tags: Mapping[str, str]) -> bool:
    return "crossing" in tags or tags.get("highway") == "crossing" or tags.get("railway") in _RAIL_CROSSINGS


def is_obstacle(told: Mapping[str, str]) -> bool:
    """Return whether a node may stop somebody by `obstacle_tags`: a kerb not low, a barrier, a "no"."""
    if told.get("kerb", "lowered") not in LOW_KERBS or told.get("barrier") in OBSTACLE_BARRIERS:
        return True
    return told.get("wheelchair") == "no" or told.get("stroller") == "no"


def is_off_the_ground(tags: Mapping[str, str]) -> bool:
    """Return whether the way is a bridge or tunnel, whose height is not the terrain's."""
    tags = spelled(tags)
    return tags.get("bridge", "no") != "no" or tags.get("tunnel", "no") != "no"


def structure(tags: Mapping[str, str]) -> dict[str, str]:
    """Return ``{"structure": "tunnel"}``, or ``"bridge"``, if only who is on the way joins it, else ``{}``.

    A passage through a building is no tunnel: one steps into it from the street.
    """
    tags = spelled(tags)
    if tags.get("tunnel", "no") not in {"no", "building_passage"}:
        return {"structure": "tunnel"}
    return {"structure": "bridge"} if tags.get("bridge", "no") != "no" else {}
