"""The documents of the interface: landing page, conformance, collections, pages of features."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from numpy.typing import NDArray

from micropolis_map.domain.place_geojson import ATTRIBUTION, LICENCE
from micropolis_map.web.answers import GEOJSON, JSON
from micropolis_map.web.ogc.collections import Collection
from micropolis_map.web.ogc.properties import shown_of
from micropolis_map.web.ogc.published import Feature, Interval, Published
from micropolis_map.web.ogc.question import Question

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
TITLE = "Micropolis Map"
ABOUT = (
    "Places, tours, districts and places to meet of the communities on this map, as everybody sees them now. "
    f"Texts and places: {LICENCE}, {ATTRIBUTION}; "
    "streets and places to meet: © OpenStreetMap contributors, ODbL 1.0."
)
CONFORMS_TO = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")
)

Json = dict[str, Any]


class Links:
    """Makes links below an address, which all keep the language that was asked for."""

    def __init__(self, root: str, lang: str | None = None) -> None:
        self.root = root
        self._kept = {"lang": lang} if lang else {}

    def __call__(self, rel: str, path: str, media_type: str, title: str, query: str = "") -> Json:
        """Return the link to `path`."""
        asked = query or urlencode(self._kept)
        href = f"{self.root}{quote(path, safe='/:@~.')}{'?' if asked else ''}{asked}"
        return {"rel": rel, "href": href, "type": media_type, "title": title}


def landing_page(links: Links) -> Json:
    """Return the landing page."""
    return {
        "title": TITLE,
        "description": ABOUT,
        "links": [
            links("self", "", JSON, "This document"),
            links("service-desc", "/api", OPENAPI, "The definition of this interface"),
            links("conformance", "/conformance", JSON, "What of OGC API - Features it conforms to"),
            links("data", "/collections", JSON, "The collections"),
        ],
    }


def conformance(_: Links) -> Json:
    """Return the conformance classes."""
    return {"conformsTo": list(CONFORMS_TO)}


def collections_document(links: Links, described: Sequence[Json]) -> Json:
    """Return the list of the collections that are `described`."""
    return {
        "links": [
            links("self", "/collections", JSON, "This document"),
            links("root", "", JSON, TITLE),
        ],
        "collections": list(described),
    }


def collection_document(links: Links, collection: Collection, published: Published | None) -> Json:
    """Return what a collection is; where and when its features are, if `published` is given."""
    path = f"/collections/{collection.name}"
    extent = {} if published is None else _extent(published)
    return {
        "id": collection.name,
        "title": collection.title,
        "description": collection.about,
        "itemType": "feature",
        "crs": [CRS84],
        **({"extent": extent} if extent else {}),
        "links": [
            links("self", path, JSON, "This document"),
            links("items", f"{path}/items", GEOJSON, collection.title),
            links("describedby", f"{path}/schema", SCHEMA, "The schema of its features"),
            links("collection", "/collections", JSON, "The collections"),
            links("root", "", JSON, TITLE),
        ],
    }


def schema_document(links: Links, collection: Collection) -> Json:
    """Return the JSON Schema of a collection's features."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": links("self", f"/collections/{collection.name}/schema", SCHEMA, "")["href"],
        "title": collection.title,
        "description": collection.about,
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": {"$ref": "https://geojson.org/schema/Geometry.json"},
            "properties": {
                "type": "object",
                "properties": {name: field.schema() for name, field in shown_of(collection.fields).items()},
            },
        },
    }


def items_text(
    links: Links,
    collection: Collection,
    published: Published,
    question: Question,
    found: NDArray[Any],
    query: Mapping[str, Sequence[str]],
) -> str:
    """Return a page of the features at the positions `found`, as text, one feature a line."""
    path = f"/collections/{collection.name}/items"
    page = found[question.offset : question.offset + question.limit].tolist()

    def turned(rel: str, offset: int, title: str) -> Json:
        kept = {name: values for name, values in query.items() if name not in {"limit", "offset"}}
        asked = urlencode({**kept, "limit": question.limit, "offset": offset}, doseq=True)
        return links(rel, path, GEOJSON, title, asked)

    following = question.offset + question.limit
    around = [links("self", path, GEOJSON, "This document", urlencode(dict(query), doseq=True))]
    if question.offset:
        around.append(turned("prev", max(0, question.offset - question.limit), "The page before"))
    if following < len(found):
        around.append(turned("next", following, "The next page"))
    around.append(links("collection", f"/collections/{collection.name}", JSON, collection.title))
    head = {
        "type": "FeatureCollection",
        "numberMatched": len(found),
        "numberReturned": len(page),
        "links": around,
    }
    lines = ",\n".join(published.texts[position] for position in page)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]},\n"features":[\n{lines}\n]}}\n'


def feature_document(links: Links, collection: Collection, feature: Feature) -> Json:
    """Return one feature with its links."""
    path = f"/collections/{collection.name}"
    return {
        **feature.as_json(),
        "links": [
            links("self", f"{path}/items/{feature.id}", GEOJSON, "This document"),
            links("collection", path, JSON, collection.title),
        ],
    }


def _extent(published: Published) -> Json:
    extent: Json = {}
    if published.bounds is not None:
        extent["spatial"] = {"bbox": [list(published.bounds)], "crs": CRS84}
    if published.interval != (None, None):
        extent["temporal"] = {"interval": [_written(published.interval)]}
    return extent


def _written(interval: Interval) -> list[str | None]:
    return [None if end is None else end.isoformat().replace("+00:00", "Z") for end in interval]
