"""The properties of each collection's features, for the schema, the parameters and the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from micropolis_map.web.ogc.fields import Field

_COMMUNITY = Field("community", "string", "Slug of the community, such as wawer.")
_TITLE = Field("title", "string", "The name in the language of the parameter lang, else in another one.")
_STEP_FREE = Field("step_free", "string", "Whether it is reached without steps: yes, limited, no, unknown.")
_LICENCE = Field("licence", "string", "Under which the texts may be used.")


def _by_name(fields: Sequence[Field]) -> Mapping[str, Field]:
    return {field.name: field for field in fields}


PLACE_FIELDS = _by_name(
    (
        _COMMUNITY,
        Field("kind", "string", "historical, natural or co-created."),
        Field("name", "object", "The name by language; a question takes it in any of them."),
        Field("description", "object", "The description by language.", asked=False),
        Field("activity", "string", "What people do there, such as library, or null.", nullable=True),
        Field("themes", "array", "Themes; a question takes one of them."),
        Field("period", "object", 'Years it is about, {"from", "to"}.', nullable=True, asked=False),
        Field("access", "object", "What is known of its accessibility.", asked=False),
        Field("opening_hours", "string", "In OpenStreetMap's syntax."),
        Field("website", "string", "A web address."),
        Field("photos", "array", "Photos with their texts; /photos/<id>/960.webp.", asked=False),
        Field("stories", "array", "What people tell about it.", asked=False),
        Field("source", "string", "Where what is said comes from."),
        _LICENCE,
        Field("created", "string", "When it was first told (ISO 8601)."),
        Field("updated", "string", "When it changed last; the parameter datetime asks for it.", "date-time"),
        Field("revision", "integer", "1 for the first; grows by one with every change."),
        _TITLE,
        _STEP_FREE,
        Field("period_from", "integer", "The first year it is about, left out where nobody said."),
        Field("period_to", "integer", "The last year it is about, left out where nobody said."),
        Field("theme", "array", "The same as themes.", of="themes"),
    )
)
"""Those of data/places.geojson, then flat ones for tables and labels, then other names of parameters."""

TOUR_FIELDS = _by_name(
    (
        _COMMUNITY,
        Field("name", "object", "The name by language; a question takes it in any of them."),
        Field("about", "object", "What it is about, by language.", asked=False),
        _TITLE,
        Field("stops", "array", "Ids of the places it stops at, in order; a question takes one of them."),
        Field("loop", "boolean", "Whether it ends where it begins."),
        Field("languages", "array", "In which it is told; a question takes one of them."),
        _LICENCE,
        Field("length_m", "number", "Metres walked by an adult, with the ways from street to stop."),
        Field("walking_s", "number", "Seconds of walking by an adult."),
        Field("visit_s", "number", "Seconds at the stops."),
        Field("steps", "integer", "Flights of steps; left out where the streets are not loaded."),
        Field("step_free", "boolean", "Whether no steps are taken; left out as steps."),
        Field("ascent_m", "number", "Metres climbed; left out where heights are not known."),
        Field("descent_m", "number", "Metres gone down; left out where heights are not known."),
        Field("streets_loaded", "boolean", "Whether the line follows the streets; else it is straight."),
    )
)

DISTRICT_FIELDS = _by_name(
    (
        _COMMUNITY,
        Field("name", "string", "The district's name."),
        Field("approximate", "boolean", "Whether the outline is generalised or computed, not surveyed."),
        Field("centre_lon", "number", "Longitude of a point inside."),
        Field("centre_lat", "number", "Latitude of a point inside."),
    )
)

SPOT_FIELDS = _by_name(
    (
        _COMMUNITY,
        Field("name", "string", "The name, empty where it has none."),
        Field("activity", "string", "What people do there, such as library, or null.",
              nullable=True),
        Field("tag", "string", "OpenStreetMap's tag, such as amenity=cafe; empty where there is none."),
        Field("label", "string", "What it is, in English."),
        _STEP_FREE,
        Field("opening_hours", "string", "In OpenStreetMap's syntax; empty where it is not known."),
        Field("source", "string", "OpenStreetMap or residents."),
        Field("osm_id", "string", "OpenStreetMap's element, such as node/1; left out for pinned ones."),
        Field("place", "string", "Id of the place that residents pinned; left out for others."),
    )
)  # fmt: skip


def asked_of(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Return those a question may select by."""
    return {name: field for name, field in fields.items() if field.asked}


def shown_of(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Return those that are properties."""
    return {name: field for name, field in fields.items() if not field.of}
