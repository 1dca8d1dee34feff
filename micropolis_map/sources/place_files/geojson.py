"""GeoJSON and uMap's files: each feature is one row; uMap's layers become themes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.broken_text import where
from micropolis_map.sources.coordinates import usable
from micropolis_map.sources.map_json import (
    CUT_OFF,
    as_geojson,
    is_cut_off,
    is_record,
    list_of_records,
    of_overpass,
)
from micropolis_map.sources.place_files.plain_text import from_umap
from micropolis_map.sources.place_files.rows import Question, Row, short, unreadable

_GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_LAYER_OPTIONS = ("_umap_options", "_storage")
_FEATURE_OPTIONS = ("_umap_options", "_storage_options")
"""As uMap has them, and as it had them until 2016 (`_storage`)."""
_WGS84 = {"CRS84", "EPSG:4326", "4326"}


def parse_json(text: str, path: Path) -> Any:
    """Return the document; JSON text sequences and one feature a line (GeoJSONL) are taken as a list.

    Raises
    ------
    UnreadableFile
        It is not JSON.
    """
    try:
        return json.loads(text, parse_constant=_nothing)
    except (ValueError, RecursionError) as error:
        lines = [line.strip("\x1e \t\r") for line in text.splitlines()]
        lines = [line for line in lines if line]
        try:
            if len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines):
                return [json.loads(line, parse_constant=_nothing) for line in lines]
        except (ValueError, RecursionError):
            pass  # the first error says more
        raise unreadable(
            path,
            mark("{file} is not JSON: {why}"),
            mark("export it again, or repair that line"),
            why=where(error),
        ) from error


def _nothing(_constant: str) -> None:
    """Return what ``NaN`` and ``Infinity`` mean, which JSON does not have and programs write."""


def geojson_rows(document: Any, path: Path) -> tuple[list[Row], list[Question], str]:
    """Return a row for each feature, remarks, and the CRS the file states ("" for EPSG:4326).

    Raises
    ------
    UnreadableFile
        It is JSON, but neither GeoJSON, TopoJSON, Esri JSON nor a uMap file.
    """
    rows: list[Row] = []
    questions: list[Question] = []
    if is_cut_off(document):
        questions.append(Question("file", Sentence(CUT_OFF)))
    document = as_geojson(document, path.name)
    if isinstance(document, dict) and isinstance(document.get("elements"), list) and "type" not in document:
        document = of_overpass(document["elements"])
    for item, layer in _features(document, path, questions):
        rows.append(_row(len(rows) + 1, item, layer))
    return rows, questions, _crs(document)


def _features(document: Any, path: Path, questions: list[Question]) -> Iterator[tuple[Any, str]]:
    kind = document.get("type") if isinstance(document, dict) else None
    if isinstance(document, list):
        yield from ((item, "") for item in document)
    elif kind == "umap":
        for layer in _list(document.get("layers")):
            name = _layer_name(layer, questions) if isinstance(layer, dict) else ""
            features = layer.get("features") if isinstance(layer, dict) else layer
            yield from ((item, name) for item in _list(features))
    elif kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise unreadable(
                path,
                mark("{file} has features {value}"),
                mark('give "features": [ … ]'),
                value=short(features),
            )
        name = _layer_name(document, questions) if any(key in document for key in _LAYER_OPTIONS) else ""
        yield from ((item, name) for item in features)
    elif kind == "Feature" or kind in _GEOMETRIES:
        yield document, ""
    elif records := list_of_records(document):
        words = mark("the list {name} in the file is read")
        questions.append(Question("file", Sentence(words, name=repr(records))))
        yield from ((item, "") for item in document[records])
    else:
        what = f"JSON of type {short(kind)}" if isinstance(document, dict) else f"JSON {short(document)}"
        raise unreadable(
            path,
            mark("{file} is {kind}, not GeoJSON"),
            mark("export it as a GeoJSON FeatureCollection"),
            kind=what,
        )


def _list(value: Any) -> list[Any]:
    """Return the list a uMap file has there; a thing that is no list as its one item, to be told."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _layer_name(layer: Mapping[str, Any], questions: list[Question]) -> str:
    options = next((_object(layer[key]) for key in _LAYER_OPTIONS if layer.get(key)), {})
    name = str(options.get("name") or "").strip()
    if _object(options.get("remoteData")).get("url"):
        questions.append(
            Question(
                "file",
                Sentence(
                    mark("layer {name} loads its data from elsewhere: that is not included"), name=repr(name)
                ),
            )
        )
    return name


def _row(number: int, item: Any, layer: str) -> Row:
    if isinstance(item, dict) and item.get("type") in _GEOMETRIES:
        item = {"type": "Feature", "geometry": item}
    if is_record(item):
        return Row(number, None, item)
    if not isinstance(item, dict) or item.get("type") != "Feature":
        return Row(number, None, {}, Sentence(mark("is {value}, not a Feature"), value=short(item)))
    raw = item.get("properties")
    properties: dict[str, Any] = dict(raw) if isinstance(raw, dict) else {}
    umap = any(key in properties for key in _FEATURE_OPTIONS) or bool(layer)
    for key in _FEATURE_OPTIONS:
        properties.pop(key, None)
    if umap:
        properties = {key: from_umap(v) if isinstance(v, str) else v for key, v in properties.items()}
    if layer:
        properties.setdefault("datalayer", layer)
    geometry, reason = usable(item.get("geometry"))
    own_id = item.get("id")
    identifier = "" if own_id is None or isinstance(own_id, dict | list | bool) else str(own_id)
    return Row(number, geometry, properties, reason or None, identifier)


def _crs(document: Any) -> str:
    """Return the CRS of the member older GeoJSON has, "" where it is WGS84 or not stated."""
    member = document.get("crs") if isinstance(document, dict) else None
    properties = member.get("properties") if isinstance(member, dict) else None
    said = properties if isinstance(properties, dict) else {}
    name = str(said.get("name") or "")
    if not name and said.get("code"):  # {"type": "EPSG", "properties": {"code": 2180}}, as in 2008
        name = f"EPSG:{said['code']}"
    if not name or any(name.upper().endswith(code) for code in _WGS84):
        return ""
    authority, _, code = name.rpartition(":")
    return f"EPSG:{code}" if code.isdigit() and "EPSG" in authority.upper() else name
