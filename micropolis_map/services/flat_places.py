"""A place as flat columns of text, the same in CSV, KML, GPX and GeoPackage; read back by `row_fields`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import place_to_feature

_ORDER = (
    "id", "community", "kind", "name", "description", "activity", "themes", "period_from", "period_to",
    "step_free", "access", "opening_hours", "website", "photos", "stories", "source", "licence", "created",
    "updated", "revision",
)  # fmt: skip
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def flat_columns(place: Place) -> dict[str, str]:
    """Return the place's properties as texts by column; what is empty is left out.

    Texts have one column a language (``name_pl``); lists of things and facts beyond ``step_free`` are JSON.
    Not told apart: a text that is empty and one that is missing, a period of no years and no period.
    """
    feature = place_to_feature(place)
    properties: Mapping[str, Any] = feature["properties"]
    period = properties["period"] or {}
    access = {key: value for key, value in properties["access"].items() if key != "step_free"}
    columns: dict[str, Any] = {
        "id": place.id,
        **{key: properties[key] for key in ("community", "kind", "activity", "opening_hours", "website")},
        **{key: properties[key] for key in ("source", "licence", "created", "updated", "revision")},
        **{f"name_{lang}": text for lang, text in properties["name"].items()},
        **{f"description_{lang}": text for lang, text in properties["description"].items()},
        "themes": _themes(properties["themes"]),
        "period_from": period.get("from"),
        "period_to": period.get("to"),
        "step_free": properties["access"].get("step_free"),
        "access": _json(access),
        "photos": _json(properties["photos"]),
        "stories": _json(properties["stories"]),
    }
    texts = {key: str(value) for key, value in columns.items() if value not in (None, "")}
    return {key: texts[key] for key in sorted(texts, key=column_order)}


def column_order(column: str) -> tuple[int, str]:
    """Return where `column` stands in a table: in the schema's order, languages by name."""
    base = column if column in _ORDER else column.split("_", 1)[0]
    return (_ORDER.index(base) if base in _ORDER else len(_ORDER), column)


def printable(text: str) -> str:
    """Return `text` without the control characters that XML and GeoPackage cannot hold."""
    return _UNPRINTABLE.sub("", text)


def _json(value: Any) -> str:
    # ASCII only: control characters inside survive every format
    return json.dumps(value, separators=(",", ":")) if value else ""


def _themes(themes: list[str]) -> str:
    plain = all(theme == theme.strip() and not set(theme) & set(";,|[\n") for theme in themes)
    return "; ".join(themes) if plain else json.dumps(themes)
