"""What changed in a walk, in words: what goes is struck out, what comes is underlined."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from micropolis_map.domain.place_parts import Difference
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.ui import safe_text, session
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.language import _


def tour_differences_html(found: Sequence[Difference], community: str) -> str:
    """Return the differences as a list of names and values; where everything is new, nothing is marked."""
    languages = session.communities().get(community).languages
    names = {place.id: name_of(place, languages) for place in session.places().places(community)}
    new = all(one.before is None for one in found)
    rows = "".join(
        f"<div><dt>{safe_text.html(_part(one.path))}</dt><dd>{_change(one, names, new=new)}</dd></div>"
        for one in found
    )
    return f'<dl class="mm-diff">{rows}</dl>'


def _part(path: str) -> str:
    name, _slash, lang = path.partition("/")
    words = {"name": _("Name"), "about": _("About"), "stops": _("Stops"), "loop": _("Returns to the start")}
    return f"{words[name]} ({LANGUAGES.get(lang, lang)})" if lang else words[name]


def _change(one: Difference, names: Mapping[str, str], *, new: bool) -> str:
    before, after = _lines(one.before, names), _lines(one.after, names)
    if new:
        return "<br>".join(safe_text.html(line) for line in after)
    out = []
    for line in difflib.ndiff(before, after):
        mark, text = line[:2], safe_text.html(line[2:])
        if mark != "? ":
            out.append({"- ": f"<del>{text}</del>", "+ ": f"<ins>{text}</ins>"}.get(mark, text))
    return "<br>".join(out)


def _lines(value: Any, names: Mapping[str, str]) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [_("yes") if value else _("no")]
    if isinstance(value, str):
        return value.splitlines() or [""]
    return [
        _("{name}, {n} min").format(name=names.get(place, place), n=round(visit_s / 60))
        for place, visit_s in value
    ]
