"""Places as GeoJSON: the one place that knows the schema of ``data/places.geojson`` (version 1).

What is written is canonical, so that equal places are equal text: two-dimensional coordinates rounded to
7 decimals (1 cm), outer rings counter-clockwise (RFC 7946), properties in one order. What is read is checked
strictly: each error names the feature, the field and the value. Properties this schema does not know are
ignored and do not round-trip (`unknown_properties` tells them); unknown keys inside ``access`` do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from micropolis_map.domain.geometry import canonical_geometry
from micropolis_map.domain.place import KINDS, Period, Photo, Place, Story
from micropolis_map.domain.place_fields import Fields
from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark

SCHEMA = 1
LICENCE = "CC BY-SA 4.0"
ATTRIBUTION = "Micropolis Map and the people who told its stories"

_PROPERTIES = (
    "community", "kind", "name", "description", "activity", "themes", "period", "access", "opening_hours",
    "website", "photos", "stories", "source", "licence", "created", "updated", "revision",
)  # fmt: skip


def place_to_feature(place: Place) -> dict[str, Any]:
    """Return the place as a GeoJSON Feature with its keys in the schema's order; its status is left out."""
    period = None if place.period is None else {"from": place.period.start, "to": place.period.end}
    properties: dict[str, Any] = {
        "community": place.community,
        "kind": place.kind,
        "name": _texts(place.name),
        "description": _texts(place.description),
        "activity": place.activity,
        "themes": list(place.themes),
        "period": period,
        "access": {key: place.access[key] for key in sorted(place.access)},
        "opening_hours": place.opening_hours,
        "website": place.website,
        "photos": [_photo_to_json(photo) for photo in place.photos],
        "stories": [_story_to_json(story) for story in place.stories],
        "source": place.source,
        "licence": place.licence,
        "created": place.created,
        "updated": place.updated,
        "revision": place.revision,
    }
    geometry = canonical_geometry(place.geometry, _place(place.id))
    return {"type": "Feature", "id": place.id, "geometry": geometry, "properties": properties}


def feature_to_place(feature: Any) -> Place:
    """Return the published place a Feature describes; absent optional properties take their defaults.

    Raises
    ------
    InvalidInput
        A field is missing or has a value the schema does not allow.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise InvalidInput(
            mark("{value} is not a GeoJSON Feature"), mark('give "type": "Feature"'), value=_short(feature)
        )
    place_id = Fields("a feature", feature).identifier("id")
    where = _place(place_id)
    raw = feature.get("properties")
    if not isinstance(raw, Mapping):
        raise InvalidInput(
            mark("{where}: properties is {value}"),
            mark("give an object of properties"),
            where=where,
            value=_short(raw),
        )
    fields = Fields(where, raw)
    return Place(
        id=place_id,
        community=fields.slug("community"),
        kind=fields.one_of("kind", KINDS),
        name=fields.texts("name", required=True, lines=True),
        geometry=canonical_geometry(feature.get("geometry"), where),
        description=fields.texts("description"),
        activity=fields.activity("activity"),
        themes=fields.themes("themes"),
        period=_period(fields),
        access=fields.access("access"),
        opening_hours=fields.line("opening_hours", 500),
        website=fields.website("website"),
        photos=_photos(fields),
        stories=tuple(_story(story) for story in fields.objects("stories", "story")),
        source=fields.text("source", 2_000),
        licence=fields.line("licence", 200),
        created=fields.moment("created"),
        updated=fields.moment("updated"),
        revision=fields.whole("revision", 1, low=1, high=2**31 - 1) or 1,
    )


def normalised(place: Place) -> Place:
    """Return the place as it is after writing and reading; InvalidInput where it breaks the schema."""
    return replace(feature_to_place(place_to_feature(place)), status=place.status)


def unknown_properties(feature: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the Feature's properties that this schema would lose, sorted."""
    return tuple(sorted(str(key) for key in feature.get("properties") or {} if key not in _PROPERTIES))


def feature_text(place: Place) -> str:
    """Return the place's Feature as one line of JSON."""
    return json.dumps(place_to_feature(place), ensure_ascii=False, separators=(",", ":"))


def collection(
    places: Iterable[Place], exported: str, *, licence: str = LICENCE, attribution: str = ATTRIBUTION
) -> str:
    """Return the FeatureCollection as text: sorted by id, one feature a line, ends with a newline.

    `exported` is the ISO 8601 moment the header states.
    """
    header = {"schema": SCHEMA, "licence": licence, "attribution": attribution, "exported": exported}
    lines = ",\n".join(feature_text(place) for place in sorted(places, key=lambda place: place.id))
    return (
        '{\n"type":"FeatureCollection",\n'
        f'"micropolis":{json.dumps(header, ensure_ascii=False, separators=(",", ":"))},\n'
        f'"features":[\n{lines}\n]\n}}\n'
    )


def read_features(text: str, name: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the features and the ``micropolis`` header of a collection's text; `name` is for the error.

    Raises
    ------
    UnreadableFile
        Not JSON, not a FeatureCollection, or of a newer schema.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{name} is not JSON: {error}", "repair the file or restore it") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise UnreadableFile(f"{name} is not a GeoJSON FeatureCollection", "repair the file or restore it")
    features, header = document.get("features"), document.get("micropolis") or {}
    if not isinstance(features, list) or not isinstance(header, dict):
        raise UnreadableFile(f"{name} has no list of features", "repair the file or restore it")
    schema = header.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise UnreadableFile(
            f"{name} has schema {schema!r}, this program reads {SCHEMA}", "upgrade Micropolis Map"
        )
    return features, header


def _period(fields: Fields) -> Period | None:
    raw = fields.mapping("period")
    if raw is None:
        return None
    inner = Fields(f"{fields.where}: period", raw)
    start, end = (
        inner.whole("from", None, low=-10_000, high=3_000),
        inner.whole("to", None, low=-10_000, high=3_000),
    )
    if start is not None and end is not None and start > end:
        raise InvalidInput(
            mark("{where}: period is from {start} to {end}"),
            mark("put the earlier year first"),
            where=fields.where,
            start=start,
            end=end,
        )
    return Period(start, end)


def _photos(fields: Fields) -> tuple[Photo, ...]:
    return tuple(
        Photo(
            id=photo.identifier("id"),
            alt=photo.texts("alt", lines=True),
            credit=photo.line("credit", 500),
            licence=photo.line("licence", 200),
        )
        for photo in fields.objects("photos", "photo")
    )


def _story(fields: Fields) -> Story:
    return Story(
        id=fields.identifier("id"),
        title=fields.line("title", 500),
        text=fields.text("text", 100_000),
        lang=fields.language("lang"),
        told_by=fields.line("told_by", 200),
        about=fields.one_of("about", ("past", "present"), default="past"),
        year=fields.whole("year", None, low=-10_000, high=3_000),
        photos=_photos(fields),
        audio=fields.text("audio", 500) or None,
        transcript=fields.text("transcript", 100_000),
        translations=fields.translations("translations"),
    )


def _photo_to_json(photo: Photo) -> dict[str, Any]:
    return {"id": photo.id, "alt": _texts(photo.alt), "credit": photo.credit, "licence": photo.licence}


def _story_to_json(story: Story) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": story.id,
        "title": story.title,
        "text": story.text,
        "lang": story.lang,
        "told_by": story.told_by,
        "about": story.about,
        "year": story.year,
        "photos": [_photo_to_json(photo) for photo in story.photos],
        "audio": story.audio,
        "transcript": story.transcript,
    }
    if story.translations:
        document["translations"] = {
            lang: _texts(story.translations[lang]) for lang in sorted(story.translations)
        }
    return document


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {lang: texts[lang] for lang in sorted(texts)}


def _place(place_id: str) -> Sentence:
    return Sentence(mark("place {id}"), id=repr(place_id))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
