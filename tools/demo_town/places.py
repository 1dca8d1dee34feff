"""The places of the invented town with their stories, as a feature collection."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import shapely
from shapely import LineString, Point, Polygon

from tools.demo_town.plan import HERE
from tools.demo_town.town import Town
from tools.demo_town.writers import SOURCE, globe

LICENCE = "CC0-1.0"
DRAWN = "Drawn by a program for the demo town; not a photo"
HEAD = {
    "schema": 1,
    "licence": LICENCE,
    "attribution": "Invented for the demo town Amberø; nothing in it is real",
    "exported": "2026-01-31T12:00:00Z",
}


def places(town: Town) -> list[dict[str, Any]]:
    """Return the places as GeoJSON features, sorted by id."""
    features = []
    for file in sorted((HERE / "stories").glob("*.toml")):
        kind = file.stem.split("_")[-1]
        for place in tomllib.loads(file.read_text("utf-8"))["place"]:
            features.append(_feature(town, place, kind, len(features)))
    return sorted(features, key=lambda feature: feature["id"])


def _feature(town: Town, place: dict[str, Any], kind: str, count: int) -> dict[str, Any]:
    slug = f"demo-{place['slug']}"
    stamp = f"2026-01-{4 + count % 24:02d}T{8 + count % 11:02d}:{count * 7 % 60:02d}:00Z"
    period = place.get("period")
    properties = {
        "community": "demo",
        "kind": kind,
        "name": place["name"],
        "description": place["description"],
        "activity": place.get("activity"),
        "themes": place["themes"],
        "period": {"from": period[0] or None, "to": period[1] or None} if period else None,
        "access": place["access"],
        "opening_hours": place.get(
            "opening_hours", town.spots.tags(place.get("spot", "")).get("opening_hours", "")
        ),
        "website": "",
        "photos": _photos(place),
        "stories": [_story(slug, number, story) for number, story in enumerate(place.get("story", []), 1)],
        "source": SOURCE,
        "licence": LICENCE,
        "created": stamp,
        "updated": stamp,
        "revision": 1,
    }
    return {"type": "Feature", "id": slug, "properties": properties, "geometry": globe(_shape(town, place))}


def _story(slug: str, number: int, story: dict[str, Any]) -> dict[str, Any]:
    extra = {
        "photos": _photos(story),
        "audio": story.get("audio"),
        "transcript": story.get("transcript", ""),
        "translations": story.get("translations", {}),
    }
    keys = ("title", "text", "lang", "told_by", "about", "year")
    return {"id": f"{slug}-{number}", **{key: story[key] for key in keys}} | extra


def _photos(shows: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the drawn pictures of a place or story; `pictures` draws them."""
    return [{**photo, "credit": DRAWN, "licence": LICENCE} for photo in shows.get("photo", [])]


def _shape(town: Town, place: dict[str, Any]) -> shapely.Geometry:
    """Return where the place is: at a spot, a point, along a street of that name, or a green's ground."""
    if "spot" in place:
        return Point(town.spots.where(place["spot"]))
    if "street" in place:
        parts = [LineString(way.line) for way in town.ways if way.tags.get("name") == place["street"]]
        whole = shapely.line_merge(shapely.union_all(parts)).simplify(1.5)
        return max(shapely.get_parts(whole), key=lambda part: part.length)
    if "green" in place:
        shapes = [shape for shape, tags in town.greens if tags.get("name") == place["green"]]
        return Polygon(max(shapes, key=lambda shape: shape.area).exterior).simplify(4)
    return Point(place["at"])


def write_places(town: Town, file: Path) -> None:
    """Write the places, one a line."""
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in places(town))
    head = json.dumps(HEAD, ensure_ascii=False)
    file.write_text(
        f'{{"type": "FeatureCollection", "micropolis": {head}, "features": [\n{rows}\n]}}\n', "utf-8"
    )
