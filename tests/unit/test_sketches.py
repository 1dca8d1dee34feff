"""The sketches we ship for the real towns: every vertex is a source's, and they say where things are."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import LineString, Point, shape

from micropolis_map.domain.place_geojson import feature_to_place, read_features
from micropolis_map.domain.sketch import Sketch
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.services.sketched_map import features_of_sketch
from micropolis_map.stores.community_store import FolderCommunityStore

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
TOWNS = ("cagliari", "middelfart", "wawer")
OFF_LAND = {
    "middelfart-bridgewalking": "on the bridge",
    "middelfart-gamle-lillebaeltsbro": "on the bridge",
    "middelfart-faenoe-kalv": "on an island that the source of the coast lacks",
    "middelfart-tybrind-vig": "in a bay",
}
"""Places farther than 200 m from any land of the sketch, with the reason."""


@cache
def _store() -> FolderCommunityStore:
    return FolderCommunityStore(DATA / "geo")


def _sketch(town: str) -> Sketch:
    found = _store().sketch(town)
    assert found is not None
    return found


def _metres(town: str, geometry: Any) -> Any:
    _, south, _, north = _sketch(town).frame
    shrink = math.cos(math.radians((south + north) / 2))
    return shapely.transform(geometry, lambda xy: xy * [shrink * 111_195, 111_195])


def _shapes(town: str, layer: str) -> list[Any]:
    return [shape(dict(one.geometry)) for one in _sketch(town).features if one.layer == layer]


def _stations() -> list[Any]:
    return _shapes("wawer", "labels")


def _beyond(before: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return where the stretch from `before` to `end` comes when it is drawn on, as far as three of it."""
    return tuple(b + 3 * (b - a) for a, b in zip(before, end, strict=True))


@pytest.mark.parametrize("left_out", range(7))
def test_the_railway_without_a_station_still_passes_it(left_out: int) -> None:
    """Within 150 m; beyond its ends the last stretch is drawn on."""
    points = [(p.x, p.y) for p in _metres("wawer", _stations())]
    assert len(points) == 7
    station, others = points[left_out], points[:left_out] + points[left_out + 1 :]
    before, after = _beyond(*others[1::-1]), _beyond(*others[-2:])
    assert LineString([before, *others, after]).distance(Point(station)) < 150


def test_the_railway_is_its_stations_and_ends_at_the_last() -> None:
    (railway,) = _shapes("wawer", "railways")
    assert list(railway.coords) == [(p.x, p.y) for p in _stations()]


@pytest.mark.parametrize("town", TOWNS)
def test_places_lie_within_200_m_of_land(town: str) -> None:
    sea = [shape(dict(one.geometry)) for one in _sketch(town).features if one.kind == "sea"]
    land = _metres(town, shapely.difference(shapely.box(*_sketch(town).frame), shapely.union_all(sea)))
    text = (DATA / "places.geojson").read_text(encoding="utf-8")
    places = [feature_to_place(one) for one in read_features(text, "places.geojson")[0]]
    far = {
        place.id
        for place in places
        if place.community == town and land.distance(_metres(town, shape(dict(place.geometry)))) > 200
    }
    assert far == {place for place in OFF_LAND if place.startswith(town)}


@pytest.mark.parametrize("town", TOWNS)
def test_every_feature_names_its_source_and_licence_and_the_map_says_that_it_is_a_sketch(town: str) -> None:
    sketch = _sketch(town)
    for one in sketch.features:
        assert len(one.source) > 10
        assert "OpenStreetMap" not in one.source or one.licence == "ODbL 1.0, © OpenStreetMap contributors"
        assert len(one.licence) > 10
    assert set(sketch.note) == set(LANGUAGES)
    words = {"en": "Sketch", "pl": "Szkic", "da": "Skitse", "it": "Schizzo", "uk": "Ескіз"}
    assert all(
        sketch.note[lang].startswith(word) and len(sketch.note[lang]) < 110 for lang, word in words.items()
    )


@pytest.mark.parametrize("town", TOWNS)
def test_every_vertex_is_one_of_the_sources(town: str, test_data: Path) -> None:
    given: set[tuple[float, ...]] = {(9.695, 55.485)}  # Fænø's marker: places.geojson names its source
    for file in (test_data / "sketch").glob(f"{town}_*.geojson"):
        shapes = [shape(one["geometry"]) for one in json.loads(file.read_text("utf-8"))["features"]]
        given |= set(map(tuple, shapely.get_coordinates(shapes).tolist()))
    if town == "wawer":
        rows = (test_data / "FACTS.csv").read_text("utf-8").splitlines()
        stations = [
            row.split(",railway station,")[1].split(",")[:2] for row in rows if ",railway station," in row
        ]
        given |= {(float(lon), float(lat)) for lon, lat in stations}
    kept = [shape(dict(one.geometry)) for one in _sketch(town).features]
    assert set(map(tuple, shapely.get_coordinates(kept).tolist())) <= given


def test_the_sketches_are_what_the_tool_makes_of_the_sources(test_data: Path, tmp_path: Path) -> None:
    for town in TOWNS:
        (tmp_path / town).mkdir()
    command = [sys.executable, "-m", "tools.sketches", str(test_data), "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for town in TOWNS:
        name = f"{town}/sketch.geojson"
        assert (tmp_path / name).read_bytes() == (DATA / "geo" / name).read_bytes()


@pytest.mark.parametrize("town", TOWNS)
def test_what_is_drawn_lies_where_the_sketch_knows_something(town: str) -> None:
    sketch, community = _sketch(town), _store().get(town)
    drawn = features_of_sketch(sketch, community)
    assert shapely.is_valid(drawn.geometry).all()
    sea = shapely.union_all([shape(dict(o.geometry)) for o in sketch.features if o.kind == "sea"])
    box = shapely.box(*sketch.frame)
    veiled = (drawn.layer == "beyond") & (drawn.kind != "outside")
    water = shapely.union_all(drawn.geometry[(drawn.kind == "sea") | veiled])
    assert shapely.area(shapely.difference(sea, water)) < 1e-9
    veil = shapely.union_all(drawn.geometry[veiled])
    assert shapely.area(shapely.intersection(veil, box)) < 1e-9
    borders = shapely.union_all(drawn.geometry[drawn.layer == "borders"])
    assert shapely.length(shapely.intersection(borders, shapely.buffer(sea, -1e-5))) < 1e-9
    names = set(drawn.name[drawn.layer == "labels"])
    assert names >= {district.name for district in community.districts}


def test_the_readme_says_that_positions_come_from_openstreetmap() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    for words in ("some positions in `data/places.geojson`", "`data/geo/*/sketch.geojson`", "ODbL 1.0"):
        assert words in text


def test_no_other_town_ships_a_sketch() -> None:
    files = chain(DATA.glob("geo/*/sketch.geojson"))
    assert sorted(file.parent.name for file in files) == sorted(TOWNS)
