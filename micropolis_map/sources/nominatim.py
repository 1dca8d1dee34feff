"""Nominatim's answers: several candidates for one name, of which one is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark

POLYGONS = frozenset({"Polygon", "MultiPolygon"})


def as_candidates(document: Any) -> list[Mapping[str, Any]] | None:
    """Return the candidates of a Nominatim answer (any JSON format), None for another document.

    Each has ``geojson`` (possibly missing) beside Nominatim's own facts.
    """
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list) or not features:
            return None
        properties = [_facts(_object(f.get("properties"))) if isinstance(f, dict) else {} for f in features]
        if not all({"place_rank", "osm_type"} <= p.keys() for p in properties):
            return None
        return [{**p, "geojson": f.get("geometry")} for f, p in zip(features, properties, strict=True)]
    if isinstance(document, dict) and {"osm_type", "place_id"} <= document.keys() and "geometry" in document:
        document = {"display_name": document.get("localname") or "?", **document}  # of /details
    if isinstance(document, dict) and "osm_type" in document and "display_name" in document:
        document = [document]
    if not isinstance(document, list) or not all(
        isinstance(c, dict) and "display_name" in c for c in document
    ):
        return None
    return [{**c, "geojson": _outline(c)} for c in document]


def best_candidate(
    candidates: Sequence[Mapping[str, Any]], asked: str
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return the candidate that is meant as a GeoJSON feature, and what there was to choose from.

    Only polygons count; administrative boundaries go before others, then the more important one, then the
    server's order.

    Raises
    ------
    NotFound
        There is no candidate.
    InvalidInput
        No candidate is a polygon.
    """
    if not candidates:
        raise NotFound(
            mark("{asked} gives no place at all"),
            mark("write the name as on openstreetmap.org"),
            asked=repr(asked),
        )
    polygons = [c for c in candidates if _kind(c) in POLYGONS]
    if not polygons:
        kinds = sorted(set(map(_kind, candidates)))
        raise InvalidInput(
            mark("{asked} gives {found} without an outline (only {known})"),
            mark("ask for its municipality, or give a boundary file"),
            asked=repr(asked),
            found=_label(candidates[0]),
            known=", ".join(kinds),
        )
    best = max(polygons, key=_rank)  # max keeps the first of equals
    notes: tuple[str, ...] = ()
    if len(candidates) > 1:
        others = "; ".join(_label(c) for c in candidates if c is not best)
        notes = (f"{asked}: chose {_label(best)} of {len(candidates)} candidates (not {others})",)
    return {"geometry": best["geojson"], "properties": {"name": _name(best)}}, notes


def _facts(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return Nominatim's facts of a feature; those that GeocodeJSON has as its GeoJSON calls them.

    GeocodeJSON (version 0.1.0) has them in ``geocoding`` and knows no ``place_rank``.
    """
    facts = _object(properties.get("geocoding"))
    if "osm_type" not in facts:
        return properties
    return {
        "display_name": facts.get("label") or facts.get("name") or "?",
        "place_rank": None,
        **facts,
        "addresstype": facts.get("type"),
        "class": facts.get("osm_key"),
        "type": facts.get("osm_value"),
    }


def _outline(candidate: Mapping[str, Any]) -> Any:
    """Return the outline as GeoJSON, asked for as ``polygon_geojson`` or as ``polygon_text``."""
    for key in ("geojson", "polygon_geojson", "geometry"):
        if key in candidate:
            return candidate[key]
    text = candidate.get("geotext")
    shape = shapely.from_wkt(text, on_invalid="ignore") if isinstance(text, str) else None
    return None if shape is None else shapely.geometry.mapping(shape)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _kind(candidate: Mapping[str, Any]) -> str:
    return str(_object(candidate.get("geojson")).get("type", "no geometry"))


def _rank(candidate: Mapping[str, Any]) -> tuple[bool, float]:
    kind = (candidate.get("class", candidate.get("category")), candidate.get("type"))
    importance = candidate.get("importance")
    return kind == ("boundary", "administrative"), importance if isinstance(importance, int | float) else 0


def _name(candidate: Mapping[str, Any]) -> str:
    return str(candidate.get("name") or str(candidate["display_name"]).split(",", maxsplit=1)[0])


def _label(candidate: Mapping[str, Any]) -> str:
    kind = candidate.get("addresstype", candidate.get("type", "place"))
    return f"{_name(candidate)} ({kind}, {candidate.get('osm_type')} {candidate.get('osm_id')})"
