"""``community.toml``: what people write to describe a community, read and written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from micropolis_map.domain.community import City, Community
from micropolis_map.domain.place_fields import Fields
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import InvalidInput, UnreadableFile

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def read_community(text: str, slug: str, name: str) -> Community:
    """Return the community without its districts.

    Parameters
    ----------
    text
        The file's text; unknown keys are ignored.
    name
        The file's name, for errors.

    Raises
    ------
    UnreadableFile
        Not TOML, or a value of a wrong type.
    """
    try:
        raw = tomllib.loads(text)
        return _community(slug, Fields(f"community {slug!r}", raw))
    except (tomllib.TOMLDecodeError, InvalidInput) as error:
        raise UnreadableFile(f"{name!r} cannot be read: {error}", "correct the file") from error


def write_community(community: Community) -> str:
    """Return the text of ``community.toml`` for the community; `read_community` gives it back."""
    lines = [
        f"country = {_toml(community.country)}",
        f"languages = {_toml(list(community.languages))}",
        f"centre = {_toml([round(value, 7) for value in community.centre])} # longitude, latitude",
        f"zoom = {community.zoom}",
        f"query = {_toml(community.query)} # what Nominatim is asked for the boundary",
        f"fictional = {_toml(community.fictional)}",
        f"outline_approximate = {_toml(community.outline_approximate)}",
        f"source = {_toml(community.source)}",
    ]
    if community.time_zone:
        lines.append(f"time_zone = {_toml(community.time_zone)}")
    if community.nearest_city:
        city = community.nearest_city
        position = _toml([round(city.lon, 7), round(city.lat, 7)])
        lines += ["", "[nearest_city]", f"name = {_toml(city.name)}", f"position = {position}"]
    for table, texts in (("name", community.name), ("about", community.about)):
        if texts:
            lines += ["", f"[{table}]", *(f"{lang} = {_toml(texts[lang])}" for lang in sorted(texts))]
    return "\n".join(lines) + "\n"


def _community(slug: str, fields: Fields) -> Community:
    raw = fields.raw
    return Community(
        slug=slug,
        name=_texts(fields, "name") or {"en": slug.replace("-", " ").title()},
        country=fields.line("country", 100),
        languages=_languages(raw.get("languages", ["en"]), fields.where),
        centre=_centre(raw.get("centre", [0.0, 0.0]), fields.where),
        zoom=fields.whole("zoom", 13, low=1, high=22) or 13,
        query=fields.text("query", 500),
        fictional=_flag(fields, "fictional", default=False),
        about=_texts(fields, "about"),
        outline_approximate=_flag(fields, "outline_approximate", default=True),
        source=fields.text("source", 2_000),
        time_zone=fields.text("time_zone", 64),
        nearest_city=_city(raw.get("nearest_city"), fields.where),
    )


def _city(value: Any, where: str) -> City | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"].strip():
        raise InvalidInput(f"{where}: nearest_city is {value!r}", 'give name = "…" and position = [lon, lat]')
    return City(
        visible(value["name"]).strip()[:100], *_centre(value.get("position"), f"{where}: nearest_city")
    )


def _texts(fields: Fields, name: str) -> Mapping[str, str]:
    value = fields.raw.get(name)
    return {"en": visible(value)} if isinstance(value, str) else fields.texts(name, lines=name == "name")


def _languages(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(_LANGUAGE.fullmatch(str(code)) for code in value):
        raise InvalidInput(f"{where}: languages is {value!r}", 'give codes such as ["pl", "en"]')
    return tuple(value)


def _centre(value: Any, where: str) -> tuple[float, float]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(part, int | float) for part in value)
        or not (-180 <= value[0] <= 180 and -90 <= value[1] <= 90)
    ):
        raise InvalidInput(f"{where}: centre is {value!r}", "give [longitude, latitude]")
    return float(value[0]), float(value[1])


def _flag(fields: Fields, name: str, *, default: bool) -> bool:
    value = fields.raw.get(name, default)
    if not isinstance(value, bool):
        raise InvalidInput(f"{fields.where}: {name} is {value!r}", "give true or false")
    return value


def _toml(value: Any) -> str:
    """Return `value` as TOML: JSON's notation is TOML's for texts, lists, numbers and flags (but DEL)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
