"""Names of features, in the language of the place and in the readers' languages."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from micropolis_map.domain.map_features import LANGUAGES

_KEYS = tuple(f"name:{lang}" for lang in LANGUAGES)
MOST_LETTERS = 120
"""Of a name on the map: longer ones are a mistake, or somebody's joke."""


def name_of(tags: Mapping[str, str]) -> str:
    """Return the name as people there write it, "" for none."""
    return _clean(tags.get("name", ""))


def names_of(tags: Mapping[str, str]) -> str:
    """Return the names in `LANGUAGES` that differ from `name_of`, as JSON; "" for none."""
    if not any(key in tags for key in _KEYS):
        return ""
    own = name_of(tags)
    found = {lang: text for lang in LANGUAGES if (text := _clean(tags.get(f"name:{lang}", "")))}
    found = {lang: text for lang, text in found.items() if text != own}
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""


def _clean(text: str) -> str:
    """Return the text in one line, without what is no letter (such as turns of the writing's direction)."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return text[:MOST_LETTERS].strip()
    kept = (" " if letter.isspace() else letter for letter in text if unicodedata.category(letter)[0] != "C")
    return " ".join("".join(kept).split())[:MOST_LETTERS]
