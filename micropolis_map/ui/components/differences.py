"""What changed, field by field, in words: what goes is struck out, what comes is underlined."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_parts import Difference
from micropolis_map.domain.privacy import personal_data
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.ui import desk_words, language, numbers, safe_text, words
from micropolis_map.ui.components.waiting_media import audio_source, photo_source
from micropolis_map.ui.language import _

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def differences_html(found: Sequence[Difference], titles: Mapping[str, str]) -> str:
    """Return the differences as a list of names and values; titles of stories are by their id.

    Where everything is new, nothing is marked as new.
    """
    new = all(one.before is None for one in found)
    rows = "".join(
        f"<div><dt>{safe_text.html(desk_words.part(one.path, dict(titles)))}</dt>"
        f"<dd>{_change(one.path, one.before, one.after, new=new)}</dd></div>"
        for one in found
        if one.path not in {"source", "licence"} or one.before is not None
    )
    return f'<dl class="mm-diff">{rows}</dl>'


def story_titles(*places: Place | None) -> dict[str, str]:
    """Return the titles of the places' stories by id."""
    return {story.id: story.title for place in places if place is not None for story in place.stories}


def value_html(path: str, value: Any) -> str:
    """Return one value of a part for people to read."""
    if _is_photo(path) and isinstance(value, Mapping):
        return _photo(value)
    if path.endswith("/audio") and isinstance(value, str):
        return f'<audio controls preload="none" src="{escape(audio_source(value))}"></audio>'
    return _text_html(_text(path, value))


def marked(text: str) -> str:
    """Return `text` as HTML with what may be personal marked."""
    return _pieces([("", text)])


def _change(path: str, before: Any, after: Any, *, new: bool) -> str:
    if path == "geometry" and before is not None and after is not None:
        return safe_text.html(_moved(before, after))
    if before is None:
        plain = _is_photo(path) or path.endswith("/audio")
        value = value_html(path, after) if plain else _pieces([("", _text(path, after))])
        return value if new else f"<ins>{value}</ins>"
    if after is None:
        return f"<del>{value_html(path, before)}</del>"
    if _is_photo(path):
        return f"<del>{value_html(path, before)}</del><ins>{value_html(path, after)}</ins>"
    return _word_by_word(_text(path, before), _text(path, after))


def _word_by_word(before: str, after: str) -> str:
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in {"replace", "delete"}:
            pieces.append(("del", "".join(old[a:b])))
        if tag in {"replace", "insert"}:
            pieces.append(("ins", "".join(new[c:d])))
        if tag == "equal":
            pieces.append(("", "".join(new[c:d])))
    return _pieces(pieces)


def _pieces(pieces: Iterable[tuple[str, str]]) -> str:
    """Return the pieces with their tags; personal data of what stays and comes is marked across them."""
    given = list(pieces)
    after = "".join(text for tag, text in given if tag != "del")
    spans = [(found.start, found.end) for found in personal_data(after)]
    out, at = [], 0
    for tag, text in given:
        inner = _text_html(text) if tag == "del" else _marked_part(text, at, spans)
        out.append(f"<{tag}>{inner}</{tag}>" if tag else inner)
        at += 0 if tag == "del" else len(text)
    return "".join(out)


def _marked_part(text: str, offset: int, spans: Sequence[tuple[int, int]]) -> str:
    out, at = [], 0
    for start, end in spans:
        low, high = max(at, start - offset), min(len(text), end - offset)
        if low < high:
            out.append(f"{_text_html(text[at:low])}<mark>{_text_html(text[low:high])}</mark>")
            at = high
    return "".join([*out, _text_html(text[at:])])


def _text_html(text: str) -> str:
    return safe_text.html(text).replace("\n", "<br>")


def _text(path: str, value: Any) -> str:
    name = path.rsplit("/", 1)[-1]
    if value is None:
        return ""
    if path == "kind":
        return words.kind(str(value))
    if path == "activity":
        return words.activity(str(value))
    if path == "themes":
        return ", ".join(words.theme(str(theme)) for theme in value)
    if path == "period" and isinstance(value, Mapping):
        return f"{value.get('from') or '…'}–{value.get('to') or '…'}"
    return _plain_text(path, name, value)


def _plain_text(path: str, name: str, value: Any) -> str:
    if path == "geometry" and isinstance(value, Mapping):
        return _shape(value)
    if name == "step_free":
        return words.step_free(str(value))
    if name == "about":
        return _("about the past") if value == "past" else _("about today")
    if name == "lang":
        return LANGUAGES.get(str(value), str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return "\n".join(str(text) for text in value.values() if text)
    return str(value)


def _shape(geometry: Mapping[str, Any]) -> str:
    lon, lat = _middle(geometry)
    names = {"Point": _("a point"), "LineString": _("a path"), "Polygon": _("an area")}
    kind = names.get(str(geometry.get("type", "")).removeprefix("Multi"), str(geometry.get("type")))
    return f"{kind} · {lat:.5f}, {lon:.5f}"


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    (lon1, lat1), (lon2, lat2) = _middle(before), _middle(after)
    east = (lon2 - lon1) * 111_320 * math.cos(math.radians(lat1))
    metres = math.hypot(east, (lat2 - lat1) * 110_574)
    if metres < 1:
        return _("drawn anew, at the same spot")
    return _("moved by {n} m").format(n=numbers.count(metres))


def _middle(geometry: Mapping[str, Any]) -> tuple[float, float]:
    like = Place("x", "x", "historical", {"en": "x"}, geometry)
    return like.lon_lat


def _is_photo(path: str) -> bool:
    return path.startswith("photos/") or "/photos/" in path


def _photo(photo: Mapping[str, Any]) -> str:
    alt = dict(photo.get("alt") or {})
    text = alt.get(language.current()) or next(iter(alt.values()), "")
    shown = safe_text.html(text or _("no words for those who cannot see it"))
    source = escape(photo_source(str(photo.get("id", ""))))
    return (
        f'<img class="mm-thumb" src="{source}" alt="{safe_text.html(text)}" loading="lazy">'
        f"<small>{shown}</small>"
    )
