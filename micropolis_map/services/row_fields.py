"""What a row of a file says in our schema's words: its properties as `place_geojson` takes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from micropolis_map.domain.place import ACTIVITIES, KINDS
from micropolis_map.domain.text import pick
from micropolis_map.services.row_words import activity_of, kind_of, step_free_of
from micropolis_map.sources.place_files.rows import Row

_YEARS = re.compile(r"^\s*(?P<start>-?\d{1,4})\s*(?:[-–—/]\s*(?P<end>\d{3,4}))?\s*$")
_DATE = re.compile(r"^\s*(?P<year>-?\d{4})[-/.]\d{1,2}(?:[-/.]\d{1,2})?")
_LATE_DATE = re.compile(r"^\s*\d{1,2}[-/.]\d{1,2}[-/.](?P<year>\d{4})\b")
_SPACES = re.compile(r"\s+")

MAX_NAME = 60
"""Characters of a name that is proposed from a description."""


def is_ours(properties: Mapping[str, Any], columns: Mapping[str, str]) -> bool:
    """Return whether we wrote the row: it states a community, and a revision or names by language."""
    targets = {columns.get(key, ""): value for key, value in properties.items()}
    return "community" in targets and ("revision" in targets or isinstance(targets.get("name"), Mapping))


def row_fields(row: Row, columns: Mapping[str, str], lang: str, *, ours: bool) -> dict[str, Any]:
    """Return the schema's properties that `row` states; those it does not state are absent.

    Of two columns for one field the first that says something counts. Values of other tools that make no
    sense for a field (a year in words, a website without an address) are left out; our own are kept as they
    are, so that checking the place finds what is wrong with them.

    Parameters
    ----------
    columns
        Which column is which field (`ColumnMapping.columns`).
    lang
        Language of texts whose language is not said.
    ours
        Whether the row was written by us (`is_ours`).
    """
    fields: dict[str, Any] = {}
    shown: dict[str, str] = {}
    by_language = any(columns.get(column, "").startswith("name.") for column in row.properties)
    for column, value in row.properties.items():
        target = columns.get(column, "")
        if target in {"name", "description"} and ours and isinstance(value, str) and by_language:
            shown[target] = value
        elif target and value is not None and value != "":
            _take(fields, target, value if ours else _trimmed(value), lang)
    for target, text in shown.items():
        _edited(fields, target, text, lang)
    if isinstance(fields.get("access"), dict):
        fields["access"].setdefault("step_free", "unknown")
    if not ours:
        _make_sense(fields)
    return fields


def proposed_name(row: Row, fields: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return a name for a row without one: the beginning of its description, its address; empty without."""
    description, said_in = pick(fields.get("description") or {}, lang)
    address = row.properties.get("address")
    text, said_in = (
        (description, said_in) if description else (address if isinstance(address, str) else "", lang)
    )
    line = _SPACES.sub(" ", text.strip().split("\n")[0])
    if len(line) > MAX_NAME:
        line = line[:MAX_NAME].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
    return {said_in: line} if line else {}


def _take(fields: dict[str, Any], target: str, value: Any, lang: str) -> None:
    base, _, part = target.partition(".")
    if base in {"name", "description"}:
        texts = {part: str(value)} if part else _texts(value, lang)
        fields[base] = {**texts, **fields.get(base, {})}
    elif base == "period":
        period = {part: _year(value)} if part else _period(value)
        fields["period"] = {**period, **fields.get("period", {})}
    elif base == "access":
        facts = {part: step_free_of(str(value))} if part else _parsed(value)
        fields["access"] = {**facts, **fields.get("access", {})} if isinstance(facts, dict) else facts
    elif target == "themes":
        said = fields.setdefault("themes", [])
        said += [theme for theme in _themes(value) if theme not in said]
    elif target == "kind":
        fields.setdefault("kind", kind_of(str(value)))
        fields.setdefault("activity", activity_of(str(value)))
    else:
        _take_plain(fields, target, value)


def _take_plain(fields: dict[str, Any], target: str, value: Any) -> None:
    if target == "activity":
        fields["activity"] = activity_of(str(value)) or str(value)
    elif target in {"photos", "stories"}:
        fields.setdefault(target, _parsed(value))
    elif target == "revision":
        fields.setdefault(target, _whole(value))
    elif target != "photo_link":
        fields.setdefault(target, value if isinstance(value, str) else str(value))


def _texts(value: Any, lang: str) -> dict[str, Any]:
    parsed = _parsed(value) if isinstance(value, str) and value.startswith("{") else value
    if isinstance(parsed, Mapping):
        return {str(key): text for key, text in parsed.items() if text not in ("", None)}
    return {lang: str(value)}


def _edited(fields: dict[str, Any], target: str, shown: str, lang: str) -> None:
    """Take over a name or description that was changed in another program after we exported it."""
    texts = fields.get(target) or {}
    squeezed = {_SPACES.sub(" ", text).strip() for text in texts.values() if isinstance(text, str)}
    if _SPACES.sub(" ", shown).strip() not in squeezed:
        _, said_in = pick(texts, "en")
        fields[target] = {**texts, said_in or lang: shown}


def _make_sense(fields: dict[str, Any]) -> None:
    if fields.get("kind") not in KINDS:
        fields.pop("kind", None)
    if fields.get("activity") not in ACTIVITIES:
        fields.pop("activity", None)
    website = str(fields.get("website", ""))
    if website.startswith("www."):
        fields["website"] = f"https://{website}"
    elif website and not website.startswith(("http://", "https://")):
        fields.pop("website")
    themes = [theme.replace(",", " ").strip()[:60] for theme in fields.get("themes", ())]
    fields["themes"] = [theme for theme in themes if theme]
    period = {key: year for key, year in fields.get("period", {}).items() if isinstance(year, int)}
    years = [year for year in (period.get("from"), period.get("to")) if year is not None]
    fields["period"] = period if years and years == sorted(years) else None
    for key in ("photos", "stories", "created", "updated", "revision", "community"):
        fields.pop(key, None)  # other tools' columns of these names mean something else
    for key in [key for key, value in fields.items() if value in (None, [], {}, "")]:
        fields.pop(key)


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _themes(value: Any) -> list[str]:
    parsed = _parsed(value) if isinstance(value, str) and value.startswith("[") else value
    if isinstance(parsed, list | tuple):
        return [str(theme) for theme in parsed]
    return [theme.strip() for theme in re.split(r"[;,|]", str(value)) if theme.strip()]


def _period(value: Any) -> dict[str, Any]:
    parsed = _parsed(value)
    if isinstance(parsed, Mapping):
        return {key: parsed.get(key) for key in ("from", "to")}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    match = _YEARS.match(str(value))
    if match:
        start = int(match["start"])
        return {"from": start, "to": int(match["end"]) if match["end"] else start}
    year = _year(value)
    return {"from": year, "to": year} if year is not None else {}


def _year(value: Any) -> int | None:
    if isinstance(value, int | float):
        return int(value) if abs(value) < 1e6 else None
    if not isinstance(value, str):
        return None
    match = _YEARS.match(value) or _DATE.match(value) or _LATE_DATE.match(value)
    if match is None:
        return None
    return int(match["year"] if "year" in match.groupdict() else match["start"])


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20 else value


def _parsed(value: Any) -> Any:
    """Return the JSON a text holds; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
