"""What a row of a file says in our schema's words: its properties as `place_geojson` takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from micropolis_map.domain.text import pick
from micropolis_map.services import foreign_fields
from micropolis_map.services.foreign_fields import cleaned, one_line, parsed
from micropolis_map.services.row_words import activity_of, kind_of, step_free_of
from micropolis_map.sources.column_names import plain
from micropolis_map.sources.place_files import Row

_SPACES = re.compile(r"\s+")
_ADDRESS = {
    "address", "addr", "adres", "adresse", "indirizzo", "адреса", "streetaddress", "fulladdress",
    "formattedaddress", "addrfull", "displayname", "place",
}  # fmt: skip
_STREET = {"street", "addrstreet", "ulica", "vej", "via", "вулиця", "road"}
_HOUSE = {"housenumber", "addrhousenumber", "number", "nr", "civico", "numer"}

MAX_NAME = 60
"""Characters of a name that is proposed from a description."""


@dataclass(frozen=True)
class Said:
    """What a row says.

    Attributes
    ----------
    fields
        The schema's properties that it states; those it does not state are absent.
    left_out
        Columns whose values no field can say, with the values.
    """

    fields: dict[str, Any]
    left_out: tuple[tuple[str, Any], ...] = ()


def is_ours(properties: Mapping[str, Any], columns: Mapping[str, str]) -> bool:
    """Return whether we wrote the row: it states a community, and a revision or names by language."""
    targets = {columns.get(key, ""): value for key, value in properties.items()}
    revised = isinstance(_whole(targets.get("revision")), int | float)
    return bool(targets.get("community")) and (revised or isinstance(targets.get("name"), Mapping))


def row_fields(row: Row, columns: Mapping[str, str], lang: str, *, ours: bool) -> Said:
    """Return what `row` says in our schema's words.

    Of two columns for one field the first that says something counts, and of two texts in one language the
    one whose column names it (``name:pl`` before ``name``); another text is left out and told. Values of
    other tools that make no sense for a field (a year in words, ``access=yes``) are left out and told; our
    own are kept as they are, so that checking the place finds what is wrong with them.

    Parameters
    ----------
    columns
        Which column is which field (`ColumnMapping.columns`).
    lang
        Language of texts whose language is not said.
    ours
        Whether the row was written by us (`is_ours`).
    """
    if ours:
        return Said(_own_fields(row, columns, lang))
    fields: dict[str, Any] = {}
    left_out = []
    stated = [(column, value, columns.get(column, "")) for column, value in row.properties.items()]
    for column, value, target in sorted(stated, key=lambda one: one[2] in {"name", "description"}):
        if target and not foreign_fields.take(fields, target, value, lang):
            left_out.append((column, value))
    if "access" in fields:
        fields["access"].setdefault("step_free", "unknown")
    said = {key: value for key, value in fields.items() if value not in (None, [], {}, "")}
    return Said(said, tuple(left_out))


def proposed_name(row: Row, fields: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return a name for a row without one: the beginning of its description, its address; empty without."""
    description, said_in = pick(fields.get("description") or {}, lang)
    text, said_in = (description, said_in) if description else (_address(row.properties), lang)
    line = _SPACES.sub(" ", text.strip().split("\n")[0])
    if len(line) > MAX_NAME:
        line = line[:MAX_NAME].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
    return {said_in: line} if line else {}


def _address(properties: Mapping[str, Any]) -> str:
    """Return the address a row states in one column, or in two as OpenStreetMap has it; "" for none."""
    found: dict[str, str] = {}
    for column, value in properties.items():
        text = one_line(cleaned(value)) if isinstance(value, str) else ""
        word = plain(column.rpartition(".")[2])
        for kind, words in (("whole", _ADDRESS), ("street", _STREET), ("house", _HOUSE)):
            if text and word in words:
                found.setdefault(kind, text)
    street = " ".join(filter(None, (found.get("street"), found.get("house") if "street" in found else "")))
    return found.get("whole") or street


def _own_fields(row: Row, columns: Mapping[str, str], lang: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    shown: dict[str, str] = {}
    by_language = any(columns.get(column, "").startswith("name.") for column in row.properties)
    for column, value in row.properties.items():
        target = columns.get(column, "")
        if target in {"name", "description"} and isinstance(value, str) and by_language:
            shown[target] = value
        elif target and value is not None and value != "":
            _take_own(fields, target, value, lang)
    for target, text in shown.items():
        _edited(fields, target, text, lang)
    if isinstance(fields.get("access"), dict):
        fields["access"].setdefault("step_free", "unknown")
    return fields


def _take_own(fields: dict[str, Any], target: str, value: Any, lang: str) -> None:
    base, _, part = target.partition(".")
    if base in {"name", "description"}:
        texts = {part: str(value)} if part else _texts(value, lang)
        fields[base] = {**texts, **fields.get(base, {})}
    elif base == "period":
        period = {part: _own_year(value)} if part else parsed(value)
        _join(fields, "period", period)
    elif base == "access":
        _join(fields, "access", {part: step_free_of(str(value))} if part else parsed(value))
    elif target == "themes":
        said = fields.setdefault("themes", [])
        said += [theme for theme in _own_themes(value) if theme not in said]
    elif target == "kind":
        fields.setdefault("kind", kind_of(str(value)))
        fields.setdefault("activity", activity_of(str(value)))
    else:
        _take_plain(fields, target, value)


def _join(fields: dict[str, Any], name: str, facts: Any) -> None:
    """Put facts into an object; what is none is kept for the check of the place to find."""
    there = fields.get(name, {})
    both = isinstance(facts, Mapping) and isinstance(there, Mapping)
    fields[name] = {**facts, **there} if both else facts if isinstance(there, Mapping) else there


def _take_plain(fields: dict[str, Any], target: str, value: Any) -> None:
    if target == "activity":
        fields["activity"] = activity_of(str(value)) or str(value)
    elif target in {"photos", "stories"}:
        fields.setdefault(target, parsed(value))
    elif target == "revision":
        fields.setdefault(target, _whole(value))
    elif target != "photo_link":
        fields.setdefault(target, value if isinstance(value, str) else str(value))


def _texts(value: Any, lang: str) -> dict[str, Any]:
    said = parsed(value) if isinstance(value, str) and value.startswith("{") else value
    if isinstance(said, Mapping):
        return {str(key): text for key, text in said.items() if text not in ("", None)}
    return {lang: str(value)}


def _edited(fields: dict[str, Any], target: str, shown: str, lang: str) -> None:
    """Take over a name or description that was changed in another program after we exported it."""
    texts = fields.get(target) or {}
    squeezed = {_SPACES.sub(" ", text).strip() for text in texts.values() if isinstance(text, str)}
    if _SPACES.sub(" ", shown).strip() not in squeezed:
        _, said_in = pick(texts, "en")
        fields[target] = {**texts, said_in or lang: shown}


def _own_themes(value: Any) -> list[str]:
    said = parsed(value) if isinstance(value, str) and value.startswith("[") else value
    if isinstance(said, list | tuple):
        return [str(theme) for theme in said]
    return [theme.strip() for theme in re.split(r"[;,|]", str(value)) if theme.strip()]


def _own_year(value: Any) -> Any:
    """Return the whole number a cell says; anything else as it is, for the check of the place to find."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20 else value
