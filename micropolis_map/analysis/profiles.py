"""Profiles: who walks, how fast, and what stops them. The data and their sources are in ``profiles.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from micropolis_map.analysis.slope import SLOPE_FUNCTIONS
from micropolis_map.analysis.tag_numbers import incline_of, width_of
from micropolis_map.errors import InvalidInput, UnreadableFile

TagValues = Mapping[str, tuple[str, ...]]


class Passage(IntEnum):
    """Whether a profile gets through: step-free has three values."""

    IMPASSABLE = 0
    UNKNOWN = 1
    PASSABLE = 2


@dataclass(frozen=True)
class Profile:
    """Who walks; the fields are explained in ``profiles.toml``."""

    name: str
    speed_m_s: float
    about: str = ""
    label: Mapping[str, str] = field(default_factory=dict, hash=False)
    slope: str = "irmischer-clarke"
    steps: str = "rate"
    steps_s_per_metre_climbed: float = 0.0
    max_incline: float = float("inf")
    min_width_m: float = 0.0
    trusted: TagValues = field(default_factory=dict, hash=False)
    impassable: TagValues = field(default_factory=dict, hash=False)
    known: tuple[TagValues, ...] = field(default=(), hash=False)
    sources: tuple[str, ...] = ()

    @property
    def is_step_free(self) -> bool:
        """Whether the profile never takes steps; its results are given both ways (CONTRACT.md)."""
        return self.steps == "impassable"

    def passage(self, tags: Mapping[str, str]) -> Passage:
        """Return whether a way or barrier with these `tags` is passable, impassable or unknown.

        Steps that the profile does not take, and what `needs_hands`, are impassable whatever else is said;
        then `trusted` tags are believed; then a tag of `impassable`, an incline or a width out of range
        stops the profile. What is left is passable where `known` says so, else unknown.
        """
        if self.is_step_free and (tags.get("highway") == "steps" or needs_hands(tags)):
            return Passage.IMPASSABLE
        trusted = any(tags.get(key) in values for key, values in self.trusted.items())
        if not trusted and self._is_stopped(tags):
            return Passage.IMPASSABLE
        if not self.known or any(all(tags.get(k) in v for k, v in tags_.items()) for tags_ in self.known):
            return Passage.PASSABLE
        return Passage.UNKNOWN

    def _is_stopped(self, tags: Mapping[str, str]) -> bool:
        if any(tags.get(key) in values for key, values in self.impassable.items()):
            return True
        incline = incline_of(tags.get("incline", ""))
        if incline is not None and abs(incline) > self.max_incline:
            return True
        width = width_of(tags.get("width", ""))
        return width is not None and width < self.min_width_m


def needs_hands(tags: Mapping[str, str]) -> bool:
    """Return whether a way with these `tags` is a ladder, a via ferrata or a mountain path from T3 up.

    There nobody pushes anything, whatever else is said. T3 is where hands are needed for balance; of several
    grades (``T2-T3``) the hardest counts.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/Key:sac_scale
    """
    return (
        tags.get("highway") in {"ladder", "via_ferrata"}
        or tags.get("ladder", "no") != "no"
        or tags.get("via_ferrata_scale", "0") not in {"0", "no"}
        or not _FROM_T3.isdisjoint(re.findall(r"[a-z_]+[1-6]?|[1-6]", tags.get("sac_scale", "").lower()))
    )


_FROM_T3 = frozenset(
    [
        "demanding_mountain_hiking",
        "alpine_hiking",
        "demanding_alpine_hiking",
        "difficult_alpine_hiking",
        *["t3", "t4", "t5", "t6", "3", "4", "5", "6"],
    ]
)


_ADDED: dict[str, Profile] = {}


def add_profiles(path: Path) -> None:
    """Let this process know the profiles of the TOML file at `path` too; ours cannot be replaced.

    Raises
    ------
    UnreadableFile
        The file cannot be read or is not TOML.
    InvalidInput
        A profile in it has one of our names, or a field that is unknown or out of range.
    """
    read = _read(path)
    for name in read:
        if name in _ours() or re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name) is None:
            raise InvalidInput(
                f"{str(path)!r} has a profile {name!r}",
                f"choose a name of small letters and digits that is none of {', '.join(_ours())}",
            )
    _ADDED.clear()
    _ADDED.update(read)


def profiles() -> Mapping[str, Profile]:
    """Return all profiles by name: ours, then those that were added."""
    return {**_ours(), **_ADDED}


def names() -> tuple[str, ...]:
    """Return the names of all profiles; ours come first."""
    return tuple(profiles())


def profile(name: str) -> Profile:
    """Return the profile called `name`; `InvalidInput` names the known ones."""
    known = profiles()
    if name not in known:
        raise InvalidInput(f"there is no profile {name!r}", f"choose one of {', '.join(known)}")
    return known[name]


@cache
def _ours() -> Mapping[str, Profile]:
    return _read(Path(__file__).with_name("profiles.toml"))


def _read(path: Path) -> dict[str, Profile]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(
            f"cannot read profiles from {str(path)!r} ({error})", "see docs/analysis.md"
        ) from None
    return {name: _profile(name, table) for name, table in tables.items()}


def _profile(name: str, table: Any) -> Profile:
    known = {f.name for f in fields(Profile)} - {"name"}
    if not isinstance(table, dict) or not table.keys() <= known:
        strange = sorted(table.keys() - known) if isinstance(table, dict) else table
        raise InvalidInput(
            f"profile {name!r} has unknown fields {strange!r}", f"use {', '.join(sorted(known))}"
        )
    speed = table.get("speed_m_s")
    if not isinstance(speed, int | float) or not 0.1 <= speed <= 5.0:
        raise InvalidInput(f"profile {name!r} has speed_m_s = {speed!r}", "give metres per second, 0.1 to 5")
    if table.get("slope", "level") not in SLOPE_FUNCTIONS:
        raise InvalidInput(
            f"profile {name!r} has slope = {table['slope']!r}", f"use one of {', '.join(SLOPE_FUNCTIONS)}"
        )
    if table.get("steps", "rate") not in {"rate", "impassable"}:
        raise InvalidInput(f"profile {name!r} has steps = {table['steps']!r}", "use 'rate' or 'impassable'")
    return Profile(
        name=name,
        **{
            key: value
            for key, value in table.items()
            if key not in {"label", "trusted", "impassable", "known", "sources"}
        },
        label=_label(name, table.get("label", {})),
        trusted=_values(table.get("trusted", {})),
        impassable=_values(table.get("impassable", {})),
        known=tuple(_values(tags) for tags in table.get("known", [])),
        sources=tuple(table.get("sources", [])),
    )


def _values(table: Mapping[str, Any]) -> TagValues:
    return {key: tuple(str(value) for value in values) for key, values in table.items()}


def _label(name: str, given: Any) -> Mapping[str, str]:
    label = {"en": given} if isinstance(given, str) else given
    if not isinstance(label, dict) or not all(isinstance(text, str) and text for text in label.values()):
        raise InvalidInput(
            f"profile {name!r} has label = {given!r}",
            'write label = "With a walker" or { en = "…", pl = "…" }',
        )
    return label
