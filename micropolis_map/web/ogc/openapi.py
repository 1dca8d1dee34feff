"""The definition of the interface (OpenAPI 3.0): every address, every parameter a question may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from micropolis_map import __version__
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.web.answers import GEOJSON, JSON
from micropolis_map.web.ogc.collections import Collection
from micropolis_map.web.ogc.documents import ABOUT, OPENAPI, SCHEMA, TITLE, Json
from micropolis_map.web.ogc.fields import Field
from micropolis_map.web.ogc.properties import asked_of
from micropolis_map.web.ogc.question import FORMATS, MOST, USUAL

_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}


def openapi_document(root: str, collections: Mapping[str, Collection]) -> Json:
    """Return the definition, with `root` as the server's address."""
    paths = {
        "/": _get("landingPage", "Landing page", JSON, "landingPage"),
        "/api": _get("api", "This definition", OPENAPI),
        "/conformance": _get("conformance", "Conformance classes", JSON, "confClasses"),
        "/collections": _get("collections", "The collections", JSON, "collections"),
    }
    for collection in collections.values():
        paths |= _paths_of(collection)
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE, "description": ABOUT, "version": __version__},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"parameters": _parameters(), "responses": _responses(), "schemas": _schemas()},
    }


def _paths_of(collection: Collection) -> Json:
    path, name = f"/collections/{collection.name}", collection.name
    items = _get(f"{name}.items", f"{collection.title}: features", GEOJSON, "featureCollection")
    items["get"]["parameters"] += [
        {"$ref": f"#/components/parameters/{shared}"} for shared in ("limit", "offset", "bbox", "datetime")
    ]
    items["get"]["parameters"] += [_field_parameter(field) for field in asked_of(collection.fields).values()]
    feature = _get(f"{name}.feature", f"{collection.title}: one feature", GEOJSON, "feature", may_lack=True)
    feature["get"]["parameters"].append({"$ref": "#/components/parameters/featureId"})
    return {
        path: _get(f"{name}.collection", f"{collection.title}: description", JSON, "collection"),
        f"{path}/schema": _get(f"{name}.schema", f"{collection.title}: schema of the features", SCHEMA),
        f"{path}/items": items,
        f"{path}/items/{{featureId}}": feature,
    }


def _get(operation: str, summary: str, media_type: str, schema: str = "", *, may_lack: bool = False) -> Json:
    content = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "object"}
    responses: Json = {
        "200": {"description": summary, "content": {media_type: {"schema": content}}},
        "400": {"$ref": "#/components/responses/InvalidParameter"},
    }
    if may_lack:
        responses["404"] = {"$ref": "#/components/responses/NotFound"}
    responses["503"] = {"$ref": "#/components/responses/Unavailable"}
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in ("f", "lang")]
    return {
        "get": {"operationId": operation, "summary": summary, "parameters": shared, "responses": responses}
    }


def _field_parameter(field: Field) -> Json:
    return _parameter(field.name, field.about, {"type": field.parameter_type()})


def _parameter(name: str, about: str, schema: Json) -> Json:
    return {
        "name": name,
        "in": "query",
        "description": about,
        "required": False,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _parameters() -> Json:
    whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    box = {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    }
    return {
        "f": _parameter("f", "The format.", {"type": "string", "enum": list(FORMATS)}),
        "lang": _parameter("lang", "The language of titles.", {"type": "string", "enum": list(LANGUAGES)}),
        "limit": _parameter("limit", "Features in the answer at most; a greater number is lowered.", whole),
        "offset": _parameter(
            "offset", "Features left out first.", {"type": "integer", "minimum": 0, "default": 0}
        ),
        "bbox": _parameter(
            "bbox",
            "Features that meet the box: west, south, east, north in degrees, or six numbers with heights. "
            "Where west is greater than east, it spans the antimeridian.",
            box,
        ),
        "datetime": _parameter(
            "datetime",
            "A date-time or an interval (RFC 3339), its ends open as .. or empty: features that changed last "
            "then, and those of which nobody recorded when.",
            {"type": "string"},
        ),
        "featureId": {
            "name": "featureId", "in": "path", "required": True, "description": "The feature's id.",
            "schema": {"type": "string"},
        },
    }  # fmt: skip


def _responses() -> Json:
    told = {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}
    texts = {
        "InvalidParameter": "A parameter is unknown or its value wrong: which, and what to give.",
        "NotFound": "There is no such thing, or it is not public.",
        "Unavailable": "The store cannot be read.",
    }
    return {name: {"description": text, "content": told} for name, text in texts.items()}


def _schemas() -> Json:
    text = {"type": "string"}
    count = {"type": "integer", "minimum": 0}
    geometry = {"type": "object", "required": ["type", "coordinates"], "properties": {"type": text}}
    return {
        "exception": _object({"code": text, "description": text}, "code"),
        "link": _object({"rel": text, "href": text, "type": text, "title": text}, "rel", "href"),
        "landingPage": _object({"title": text, "description": text, "links": _LINKS}, "links"),
        "confClasses": _object({"conformsTo": {"type": "array", "items": text}}, "conformsTo"),
        "collections": _object(
            {
                "links": _LINKS,
                "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
            },
            "links",
            "collections",
        ),
        "collection": _object(
            {
                "id": text,
                "title": text,
                "description": text,
                "itemType": text,
                "crs": {"type": "array", "items": text},
                "extent": {"type": "object"},
                "links": _LINKS,
            },
            "id",
            "links",
        ),
        "feature": _object(
            {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": text,
                "geometry": geometry,
                "properties": {"type": "object"},
                "links": _LINKS,
            },
            "type",
            "geometry",
            "properties",
        ),
        "featureCollection": _object(
            {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "numberMatched": count,
                "numberReturned": count,
                "links": _LINKS,
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
            },
            "type",
            "features",
        ),
    }


def _object(properties: Mapping[str, Any], *required: str) -> Json:
    return {"type": "object", "required": list(required), "properties": dict(properties)}
