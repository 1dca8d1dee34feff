"""A tour taken apart into what people change: its texts by language, its stops, whether it is a loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from micropolis_map.domain.merge import Clash, Side
from micropolis_map.domain.place_parts import Difference
from micropolis_map.domain.tour import Tour

Parts = dict[str, Any]


def tour_parts(tour: Tour) -> Parts:
    """Return the tour's parts by path: ``name/pl``, ``about/pl``, ``stops``, ``loop``."""
    texts = {f"name/{lang}": text for lang, text in tour.name.items() if text}
    texts |= {f"about/{lang}": text for lang, text in tour.about.items() if text}
    return {**texts, "stops": tour.stops, "loop": tour.loop}


def tour_differences(before: Tour | None, after: Tour) -> tuple[Difference, ...]:
    """Return what differs; without `before` everything is new."""
    old, new = tour_parts(before) if before else {}, tour_parts(after)
    return tuple(
        Difference(path, old.get(path), new.get(path))
        for path in dict.fromkeys((*new, *old))
        if old.get(path) != new.get(path)
    )


def merged_tour(
    base: Tour, mine: Tour, theirs: Tour, take: Mapping[str, Side] | None = None
) -> tuple[Tour, tuple[Clash, ...]]:
    """Return both changes of `base` in one, and the parts both changed in different ways.

    Parameters
    ----------
    take
        Which side to take of a clash, by its path; theirs where nobody said.
    """
    b, m, t = tour_parts(base), tour_parts(mine), tour_parts(theirs)
    chosen, clashes, result = take or {}, [], {}
    for path in dict.fromkeys((*t, *m, *b)):
        was, my, their = b.get(path), m.get(path), t.get(path)
        taken = their if my in (was, their) else my
        if my not in (was, their) and their != was:
            clashes.append(Clash(path, was, my, their))
            taken = my if chosen.get(path) == "mine" else their
        if taken is not None:
            result[path] = taken
    names = _texts(result, "name") or dict(theirs.name)
    stops, loop = result["stops"], bool(result["loop"])
    tour = replace(theirs, name=names, about=_texts(result, "about"), stops=stops, loop=loop)
    return replace(tour, languages=tuple(dict.fromkeys((*theirs.languages, *mine.languages)))), tuple(clashes)


def _texts(parts: Parts, root: str) -> dict[str, str]:
    return {path.partition("/")[2]: text for path, text in parts.items() if path.startswith(f"{root}/")}
