"""Values of OpenStreetMap's tags as they are meant: ``Private``, ``no;private``, ``yes ``.

Values are small words without blanks; editors that are typed into let others through. A list (``;``) is read
by what the tag is about: of who may pass the most generous word counts, of barriers, kerbs and kinds of ways
what may stop wheels.

References
----------
https://wiki.openstreetmap.org/wiki/Semi-colon_value_separator
"""

from __future__ import annotations

from collections.abc import Mapping

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

_FORBIDDEN = ("no", "private", "use_sidepath")
_ALLOWED = ("yes", "designated", "permissive")
_LOW = ("lowered", "flush", "no")
_NOT_FOR_WHEELS = ("steps", "ladder", "via_ferrata")

_WORDS = frozenset(
    [
        *["highway", "foot", "access", "motorroad", "locked", "conveying", "oneway:foot"],
        *["barrier", "kerb", "wheelchair", "stroller", "surface", "smoothness", "tracktype"],
        *["sac_scale", "ladder", "via_ferrata_scale", "area", "place", "type", "bridge", "tunnel"],
        *["crossing", "railway"],
    ]
)
"""Keys whose values are words that decide about walks."""


def spelled(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Return `tags` with the words that decide about walks in their usual spelling.

    Examples
    --------
    >>> spelled({"access": "Private", "foot": "designated;yes", "name": "The Yard"})
    {'access': 'private', 'foot': 'designated', 'name': 'The Yard'}
    """
    odd = [key for key in _WORDS.intersection(tags) if not _is_plain(tags[key])]
    if not odd:
        return tags
    return {key: _word(key, value) if key in odd else value for key, value in tags.items()}


def _is_plain(value: str) -> bool:
    return value.islower() and ";" not in value and not any(map(str.isspace, value))


def _word(key: str, value: str) -> str:
    parts = [part for part in ("_".join(p.split()) for p in value.lower().split(";")) if part]
    if len(parts) < 2:
        return parts[0] if parts else value
    if key in {"foot", "access"}:
        return _first(parts, _ALLOWED) or _first_but(parts, _FORBIDDEN) or parts[0]
    if key == "barrier":
        return _first(parts, tuple(OBSTACLE_BARRIERS)) or parts[0]
    if key == "kerb":  # one of them is in the way
        return _first_but(parts, _LOW) or parts[0]
    if key == "highway":
        return _first(parts, _NOT_FOR_WHEELS) or parts[0]
    return ";".join(parts)


def _first(parts: list[str], of: tuple[str, ...]) -> str | None:
    return next((part for part in parts if part in of), None)


def _first_but(parts: list[str], of: tuple[str, ...]) -> str | None:
    return next((part for part in parts if part not in of), None)
