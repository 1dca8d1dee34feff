"""Three-way merge of a place: two people changed it from the same base, and neither loses anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_parts import Parts, parts_of, place_of, story_ids

Side = Literal["mine", "theirs"]


@dataclass(frozen=True)
class Clash:
    """A part both changed, each in another way; None where it is not there."""

    path: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """The merged place; in `clashes` it has what was taken, theirs where nobody said."""

    place: Place
    clashes: tuple[Clash, ...]


def merge(base: Place, mine: Place, theirs: Place, take: Mapping[str, Side] | None = None) -> Merged:
    """Return `mine` and `theirs` in one: a part only one of them changed is taken from that one.

    Parameters
    ----------
    base
        The revision both began with.
    mine, theirs
        The proposed and the stored place; the result has the id, dates, revision and status of `theirs`.
    take
        Which side to take where both changed the same part, by the clash's path.

    Returns
    -------
    Merged
        A story one removed while the other changed it clashes as a whole (``stories/<id>``).
    """
    b, m, t = parts_of(base), parts_of(mine), parts_of(theirs)
    if b == t:
        return Merged(place_of(m, theirs, story_ids(m)), ())
    chosen = take or {}
    merged: Parts = {}
    clashes = []
    whole = _removed_while_changed(b, m, t)
    for path in dict.fromkeys((*t, *m, *b)):
        values = (b.get(path), m.get(path), t.get(path))
        story = path.split("/")[1] if path.startswith("stories/") else ""
        if story in whole:
            taken = values[1] if chosen.get(f"stories/{story}") == "mine" else values[2]
        elif values[1] == values[2] or values[1] == values[0]:
            taken = values[2]
        elif values[2] == values[0]:
            taken = values[1]
        else:
            clashes.append(Clash(path, *values))
            taken = values[1] if chosen.get(path) == "mine" else values[2]
        if taken is not None:
            merged[path] = taken
    clashes += [_whole_story(story, b, m, t) for story in whole]
    order = (*story_ids(t), *story_ids(m))
    return Merged(place_of(_named(merged, t), theirs, order), tuple(clashes))


def _removed_while_changed(b: Parts, m: Parts, t: Parts) -> tuple[str, ...]:
    found = []
    for story in story_ids(b):
        base, mine, theirs = (_parts_of_story(parts, story) for parts in (b, m, t))
        if (not mine and theirs and theirs != base) or (not theirs and mine and mine != base):
            found.append(story)
    return tuple(found)


def _parts_of_story(parts: Parts, story: str) -> Parts:
    return {path: value for path, value in parts.items() if path.startswith(f"stories/{story}/")}


def _whole_story(story: str, b: Parts, m: Parts, t: Parts) -> Clash:
    base, mine, theirs = (
        {path.split("/", 2)[2]: value for path, value in _parts_of_story(parts, story).items()} or None
        for parts in (b, m, t)
    )
    return Clash(f"stories/{story}", base, mine, theirs)


def _named(parts: Parts, theirs: Parts) -> Parts:
    """Return `parts` with a name: each removed another language, which together would leave none."""
    if any(path.startswith("name/") for path in parts):
        return parts
    return parts | {path: value for path, value in theirs.items() if path.startswith("name/")}
