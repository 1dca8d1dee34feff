"""What another program's columns say in our schema's words; what they say that fits nowhere is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from micropolis_map.domain.place import ACTIVITIES, KINDS, STEP_FREE
from micropolis_map.domain.place_fields import Fields
from micropolis_map.errors import InvalidInput
from micropolis_map.services.row_words import activity_of, kind_of, step_free_of
from micropolis_map.sources.place_files.columns import TEXT_KEYS
from micropolis_map.sources.place_files.plain_text import words_of

_YEARS = re.compile(r"(?P<start>-?\d{1,4})\s*(?:[-–—/]\s*(?P<end>\d{3,4}))?")
_DATE = re.compile(r"(?P<year>-?\d{4})(?:[-/.]\d{1,2}){1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?P<late>\d{4})")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LANGUAGE_KEYS = ("lang", "language", "languageCode", "@language")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}(:\d+)?([/?#]\S*)?")
_WEB = re.compile(r"https?://", re.IGNORECASE)
MAX_THEME = 60

Taker = Callable[[dict[str, Any], str, Any, str], bool]
"""Puts a value into the fields, by the part of the column's field (``pl`` of ``name.pl``) and the language of
texts that do not say theirs; says whether it understood the value."""


def take(fields: dict[str, Any], target: str, value: Any, lang: str) -> bool:
    """Put what `value` says into `fields`; return whether that field can say it.

    Of two columns for one field the first that is understood counts. Texts lose HTML, control characters and
    what programs write for nothing; a value that says nothing is understood.

    Parameters
    ----------
    target
        A field of the schema as columns name it: ``name.pl``, ``period.from``, ``access.step_free`` …
    lang
        Language of texts whose language is not said.
    """
    value = cleaned(value)
    if value in (None, "", [], {}):
        return True
    base, _, part = target.partition(".")
    taker = _TAKERS.get(base)
    return taker is not None and taker(fields, part, value, lang)


def cleaned(value: Any) -> Any:
    """Return the value with its texts plain (`words_of`); None for what is no number and no text."""
    if isinstance(value, str):
        return words_of(value)
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, Mapping):
        return {str(key): plain for key, one in value.items() if (plain := cleaned(one)) not in (None, "")}
    if isinstance(value, list | tuple):
        return [plain for one in value if (plain := cleaned(one)) not in (None, "")]
    return value


def one_line(text: str) -> str:
    """Return the text without ends of lines."""
    return " ".join(text.split())


def _say(value: Any) -> str:
    """Return a value as a text; "" for what is none (an object, true)."""
    if isinstance(value, bool | Mapping):
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_say, value)))
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else str(value)
    return str(value)


def parsed(value: Any) -> Any:
    """Return the JSON a text holds; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _text_taker(base: str, shaped: Callable[[str], str]) -> Taker:
    def taken(fields: dict[str, Any], part: str, value: Any, lang: str) -> bool:
        value = parsed(value) if isinstance(value, str) and value.startswith("{") else value
        inner = _inner_text(value)
        if inner:
            said_in, value = inner
            texts = {part or said_in or lang: shaped(value)}
        elif isinstance(value, Mapping):
            texts = {key: shaped(_say(text)) for key, text in value.items() if _LANGUAGE.fullmatch(key)}
        else:
            texts = {part or lang: shaped(_say(value))}
        texts = {key: text for key, text in texts.items() if text}
        there = fields.get(base, {})
        fields[base] = {**texts, **there}
        lost = any(there.get(key, text) != text and text not in there.values() for key, text in texts.items())
        return bool(texts) and not lost

    return taken


def _inner_text(value: Any) -> tuple[str, str] | None:
    """Return language and text of an object such as ``{"text": "Well", "languageCode": "en"}``."""
    if not isinstance(value, Mapping):
        return None
    found = next((_say(value[key]) for key in (*TEXT_KEYS, "@value") if _say(value.get(key, ""))), "")
    lang = next((str(value[key]) for key in _LANGUAGE_KEYS if key in value), "")
    return (lang if _LANGUAGE.fullmatch(lang) else "", found) if found else None


def _kind(fields: dict[str, Any], _part: str, value: Any, _lang: str) -> bool:
    kind, activity = kind_of(_say(value)), activity_of(_say(value))
    if kind in KINDS:
        fields.setdefault("kind", kind)
    if activity:
        fields.setdefault("activity", activity)
    return kind in KINDS or activity is not None


def _activity(fields: dict[str, Any], _part: str, value: Any, _lang: str) -> bool:
    activity = activity_of(_say(value))
    if activity in ACTIVITIES:
        fields["activity"] = activity
    return activity in ACTIVITIES


def _themes(fields: dict[str, Any], _part: str, value: Any, _lang: str) -> bool:
    value = parsed(value) if isinstance(value, str) and value.startswith("[") else value
    listed = list(map(_say, value)) if isinstance(value, list) else re.split(r"[;,|\n]", _say(value))
    said: list[str] = fields.setdefault("themes", [])
    found = [one_line(theme.replace(",", " ")) for theme in listed]
    for theme in found:
        if theme and len(theme) <= MAX_THEME and theme not in said:
            said.append(theme)
    return all(len(theme) <= MAX_THEME for theme in found)


def _period(fields: dict[str, Any], part: str, value: Any, _lang: str) -> bool:
    value = parsed(value)
    if part in {"from", "to"}:
        year = _year(value, dates=False)
        period = {} if year is None else {part: year}
    elif isinstance(value, Mapping):
        said = {key: _year(value.get(key), dates=False) for key in ("from", "to")}
        period = {key: year for key, year in said.items() if year is not None}
    else:
        period = _years(value, dates=True)
    both = {**period, **fields.get("period", {})}
    if not period or both.get("from", -10_000) > both.get("to", 3_000):
        return False
    fields["period"] = both
    return True


def _years(value: Any, *, dates: bool) -> dict[str, int]:
    match = _YEARS.fullmatch(value) if isinstance(value, str) else None
    if match and match["end"]:
        start, end = int(match["start"]), int(match["end"])
        return {"from": start, "to": end} if start <= end <= 3_000 else {}
    year = _year(value, dates=dates)
    return {} if year is None else {"from": year, "to": year}


def _year(value: Any, *, dates: bool) -> int | None:
    """Return the year; of a whole date, where dates are meant, its own."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if -10_000 <= value <= 3_000 and value == int(value) else None
    if not isinstance(value, str):
        return None
    if value.endswith(".0"):  # what a spreadsheet makes of a year beside empty cells
        value = value.removesuffix(".0")
    if re.fullmatch(r"-?\d{1,4}", value):
        return int(value) if int(value) <= 3_000 else None
    match = _DATE.fullmatch(value.split("T")[0].split(" ")[0]) if dates else None
    return int(match["year"] or match["late"]) if match else None


def _access(fields: dict[str, Any], part: str, value: Any, _lang: str) -> bool:
    """Take our own object, or what is said of wheels; ``access=yes`` of OpenStreetMap is another thing."""
    facts: dict[str, Any] = fields.get("access", {})
    if part:
        word = step_free_of(_say(value) if not isinstance(value, bool) else str(value))
        if word != "unknown":
            fields["access"] = {part: word, **facts}
        return word != "unknown" or _say(value).casefold() == "unknown"
    value = parsed(value)
    if not isinstance(value, Mapping) or value.get("step_free") not in STEP_FREE:
        return False
    try:
        said = Fields("", {"access": value}).access("access")
    except InvalidInput:
        return False
    fields["access"] = {**said, **facts}
    return True


def _website(fields: dict[str, Any], _part: str, value: Any, _lang: str) -> bool:
    """Take the first web address; one without ``https://`` gets it."""
    texts = value if isinstance(value, list) else re.split(r"\s*[;|\n]\s*|,?\s+", _say(value))
    for text in map(_say, texts):
        address = text if _WEB.match(text) else f"https://{text.removeprefix('//')}"
        if not _WEB.match(text) and not _HOST.fullmatch(text.removeprefix("//")):
            continue
        scheme, rest = address.split("://", 1)
        if _fits("website", found := f"{scheme.lower()}://{rest}", Fields.website):
            fields.setdefault("website", found)
            return True
    return False


def _line_taker(name: str, limit: int) -> Taker:
    def taken(fields: dict[str, Any], _part: str, value: Any, _lang: str) -> bool:
        text = one_line(_say(value))
        if text and len(text) <= limit:
            fields.setdefault(name, text)
        return bool(text) and len(text) <= limit

    return taken


def _hours(fields: dict[str, Any], _part: str, value: Any, _lang: str) -> bool:
    lines = [one_line(line).rstrip(";, ") for line in _say(value).split("\n")]
    return _line_taker("opening_hours", 500)(fields, "", "; ".join(filter(None, lines)), "")


def _fits(name: str, value: str, read: Callable[[Fields, str], str]) -> bool:
    try:
        return read(Fields("", {name: value}), name) == value
    except InvalidInput:
        return False


def _elsewhere(_fields: dict[str, Any], _part: str, _value: Any, _lang: str) -> bool:
    """Take nothing: how many rows name photos is told for the whole file."""
    return True


_TAKERS: Mapping[str, Taker] = {
    "name": _text_taker("name", one_line),
    "description": _text_taker("description", str),
    "kind": _kind,
    "activity": _activity,
    "themes": _themes,
    "period": _period,
    "access": _access,
    "website": _website,
    "opening_hours": _hours,
    "source": _line_taker("source", 2_000),
    "licence": _line_taker("licence", 200),
    "id": _line_taker("id", 200),
    "photo_link": _elsewhere,
}
"""What is not here (another program's ``created``, ``stories`` …) means something else there."""
