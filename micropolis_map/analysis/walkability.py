"""Which OpenStreetMap ways people walk on: the rule of CONTRACT.md, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

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
)
"""The tags that may decide whether a profile passes; an edge is uniform in them."""

OBSTACLE_BARRIERS = frozenset(
    [
        "kerb",
        "step",
        "stile",
        "turnstile",
        "full-height_turnstile",
        "kissing_gate",
        "cycle_barrier",
        "motorcycle_barrier",
        "horse_stile",
        "log",
        "chain",
        "block",
        "jersey_barrier",
        "debris",
    ]
)
"""Values of ``barrier`` on a node that may stop wheels."""

LOW_KERBS = frozenset({"lowered", "flush", "no"})


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Return whether people walk on a way with these `tags`.

    A way is walkable when it has a ``highway`` value outside `NOT_WALKABLE`, unless
    ``foot=no|use_sidepath|private``, or ``access=no|private`` without ``foot=yes|designated|permissive``.
    Ferries and railways carry no ``highway`` and are out.

    Examples
    --------
    >>> is_walkable({"highway": "cycleway", "foot": "designated"})
    True
    >>> is_walkable({"highway": "service", "access": "private"})
    False
    >>> is_walkable({"highway": "service", "access": "private", "foot": "permissive"})
    True
    """
    highway = tags.get("highway")
    if highway is None or highway in NOT_WALKABLE:
        return False
    foot = tags.get("foot")
    if foot in FOOT_FORBIDDEN:
        return False
    return tags.get("access") not in ACCESS_FORBIDDEN or foot in FOOT_ALLOWED


def foot_direction(tags: Mapping[str, str]) -> int:
    """Return 1 where walkers may only follow the way's direction, -1 only against it, 0 both ways.

    Only ``oneway:foot`` says so; ``oneway`` is for vehicles.
    """
    value = tags.get("oneway:foot")
    if value in {"yes", "1", "true"}:
        return 1
    return -1 if value in {"-1", "reverse"} else 0


def is_square(tags: Mapping[str, str]) -> bool:
    """Return whether a closed walkable way (or a multipolygon) with these `tags` is open ground.

    That is a `SQUARE_HIGHWAYS` value drawn as an area: ``area=yes``, ``type=multipolygon`` or
    ``place=square``. A closed ``highway=pedestrian`` without them is a street that runs in a circle.
    """
    if tags.get("highway") not in SQUARE_HIGHWAYS or tags.get("area") == "no":
        return False
    return tags.get("area") == "yes" or tags.get("type") == "multipolygon" or tags.get("place") == "square"


def is_obstacle(tags: Mapping[str, str]) -> bool:
    """Return whether a node with these `tags` may stop somebody: a kerb not lowered, a barrier, a "no"."""
    if tags.get("kerb", "lowered") not in LOW_KERBS or tags.get("barrier") in OBSTACLE_BARRIERS:
        return True
    return tags.get("wheelchair") == "no" or tags.get("stroller") == "no"


def is_off_the_ground(tags: Mapping[str, str]) -> bool:
    """Return whether the way is a bridge or tunnel, whose height is not the terrain's."""
    return tags.get("bridge", "no") != "no" or tags.get("tunnel", "no") != "no"
