"""Objects inside a row, laid out as columns: Google Takeout's ``location``, the ``tags`` of OpenStreetMap."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from micropolis_map.sources.place_files.columns import propose_field

MAX_DEPTH = 3
MAX_COLUMNS = 100
"""Of one row."""
_OBJECTS = {"name", "description", "access", "period", "photos", "stories"}
"""Fields of our schema that are objects or lists themselves."""


def unnested(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties with what stands in objects as columns of its own, after all others.

    ``{"location": {"name": "Well"}}`` becomes ``{"location.name": "Well"}``, as an object or as its JSON in a
    text. Objects of our own schema stay.

    Examples
    --------
    >>> unnested({"tags": {"name": "Well", "height": 2}, "id": 5})
    {'id': 5, 'tags.name': 'Well', 'tags.height': 2}
    """
    objects = {key: found for key, value in properties.items() if (found := _object(key, value)) is not None}
    if not objects:
        return properties
    kept = {key: value for key, value in properties.items() if key not in objects}
    for key, inner in objects.items():
        for name, value in _leaves(key, inner, 1):
            if len(kept) < MAX_COLUMNS:
                kept.setdefault(name, value)
    return kept


def _object(key: str, value: Any) -> Mapping[str, Any] | None:
    field = propose_field(key)
    if field.split(".")[0] in _OBJECTS:
        return None
    if isinstance(value, str):
        text = value.strip()
        if (field and field != "themes") or not (text.startswith("{") and text.endswith("}")):
            return None  # a column of ours: what somebody wrote there in braces is their text
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) and value.get("type") not in {"Point", "Feature"} else None


def _leaves(key: str, inner: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in inner.items():
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            yield from _leaves(f"{key}.{name}", value, depth + 1)
        else:
            yield f"{key}.{name}", value
