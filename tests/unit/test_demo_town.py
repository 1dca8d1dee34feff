"""The invented town: the same at every making, whole, walkable, and like a town."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import rasterio
import shapely

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "geo" / "demo"
LANGUAGES = {"en", "pl", "da", "it", "uk"}


class Osm:
    """The town's OSM file: degrees by node, and ways with tags."""

    def __init__(self, file: Path) -> None:
        root = ET.fromstring(gzip.decompress(file.read_bytes()))
        self.at = {n.get("id"): (float(n.get("lon")), float(n.get("lat"))) for n in root.iter("node")}
        self.node_tags = {n.get("id"): _tags(n) for n in root.iter("node") if len(n)}
        self.ways = [([nd.get("ref") for nd in w.iter("nd")], _tags(w)) for w in root.iter("way")]
        self.streets = [(refs, tags) for refs, tags in self.ways if "highway" in tags]

    def area(self, refs):
        return shapely.Polygon([self.at[ref] for ref in refs])

    def graph(self, *, bridge=True):
        graph = nx.Graph()
        for refs, tags in self.streets:
            if bridge or tags.get("name") != "Sundbroen":
                graph.add_edges_from(pairwise(refs))
        return graph


def _tags(element):
    return {tag.get("k"): tag.get("v") for tag in element.iter("tag")}


def _made(module, folder):
    options = ["--out", str(folder), "--places", str(folder / "places.geojson")]
    subprocess.run([sys.executable, "-m", module, *options], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return _made("tools.demo_town", tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def osm():
    return Osm(DEMO / "town.osm.gz")


@pytest.fixture(scope="module")
def places(made):
    return json.loads((made / "places.geojson").read_text("utf-8"))["features"]


@pytest.mark.parametrize("name", ["community.toml", "districts.geojson", "residents.csv"])
def test_the_same_seed_makes_the_same_text(made, name):
    assert (made / name).read_text("utf-8") == (DEMO / name).read_text("utf-8")


def test_the_same_seed_makes_the_same_streets_and_heights(made):
    again, kept = (gzip.decompress((folder / "town.osm.gz").read_bytes()) for folder in (made, DEMO))
    assert again == kept
    with rasterio.open(made / "elevation.tif") as again, rasterio.open(DEMO / "elevation.tif") as kept:
        assert again.transform == kept.transform
        assert np.array_equal(again.read(1), kept.read(1))


def test_last_bits_that_other_processors_change_do_not_change_the_town(made, tmp_path):
    """Streets, quarters, homes, heights and places are the same bytes; `tests.other_processor` says how."""
    trembled = _made("tests.other_processor", tmp_path)
    files = sorted(file.name for file in trembled.iterdir())
    assert files == sorted(file.name for file in made.iterdir())
    assert [name for name in files if (trembled / name).read_bytes() != (made / name).read_bytes()] == []


def test_the_files_stay_small():
    assert sum(file.stat().st_size for file in DEMO.iterdir()) < 1_500_000


def test_every_text_says_that_the_town_is_invented():
    community = tomllib.loads((DEMO / "community.toml").read_text("utf-8"))
    assert community["fictional"] is True
    words = {"en": "invented", "pl": "zmyślone", "da": "opdigtet", "it": "inventata", "uk": "вигадане"}
    for lang, word in words.items():
        assert word in community["name"][lang]
        assert word in community["about"][lang]


def test_streets_are_one_network_of_about_five_thousand_nodes(osm):
    graph = osm.graph()
    assert 4_500 <= len(graph) <= 6_500
    assert nx.is_connected(graph)


def test_the_bridge_is_the_only_way_to_the_forest_isle(osm):
    parts = sorted(nx.connected_components(osm.graph(bridge=False)), key=len)
    assert len(parts) == 2
    assert min(osm.at[ref][1] for ref in parts[0]) > max(55.7, osm.at[min(parts[1])][1])


def test_streets_meet_only_in_shared_nodes(osm):
    ends = [pair for refs, _ in osm.streets for pair in pairwise(refs)]
    segments = shapely.linestrings([[osm.at[a], osm.at[b]] for a, b in ends])
    left, right = shapely.STRtree(segments).query(segments, "intersects")
    pairs = [(ends[i], ends[j]) for i, j in zip(left, right, strict=True) if i < j]
    assert [(a, b) for a, b in pairs if not {*a} & {*b}] == []


def test_the_coast_is_closed_with_land_on_its_left(osm):
    coasts = [refs for refs, tags in osm.ways if tags.get("natural") == "coastline"]
    assert len(coasts) == 2
    for refs in coasts:
        assert refs[0] == refs[-1]
        assert shapely.LinearRing([osm.at[ref] for ref in refs]).is_ccw


def test_houses_stand_on_dry_land_and_on_their_own_ground(osm):
    land = shapely.union_all(
        [osm.area(refs) for refs, tags in osm.ways if tags.get("natural") == "coastline"]
    )
    water = shapely.union_all([osm.area(refs) for refs, tags in osm.ways if tags.get("natural") == "water"])
    houses = np.array([osm.area(refs) for refs, tags in osm.ways if "building" in tags])
    assert shapely.is_valid(houses).all()
    assert shapely.contains(land, houses).all()
    assert not shapely.intersects(water, houses).any()
    left, right = shapely.STRtree(houses).query(houses, "intersects")
    once = left < right
    assert not (shapely.area(shapely.intersection(houses[left[once]], houses[right[once]])) > 1e-13).any()
    streets = shapely.linestrings(
        [[osm.at[a], osm.at[b]] for refs, _ in osm.streets for a, b in pairwise(refs)]
    )
    assert len(shapely.STRtree(streets).query(houses, "intersects")[0]) == 0


def test_there_is_what_a_town_has(osm):
    kinds = Counter(tags["highway"] for _, tags in osm.streets)
    assert {"secondary", "tertiary", "residential", "living_street", "pedestrian", "footway"} <= {*kinds}
    assert {"steps", "path", "track"} <= {*kinds}
    steps = [tags for _, tags in osm.streets if tags["highway"] == "steps"]
    assert len(steps) >= 15
    assert all(int(tags["step_count"]) > 2 and tags["incline"] in {"up", "down"} for tags in steps)
    everywhere = [*osm.node_tags.values(), *(tags for _, tags in osm.ways)]
    amenities = Counter(tags["amenity"] for tags in everywhere if "amenity" in tags)
    wanted = {
        "community_centre",
        "library",
        "cafe",
        "arts_centre",
        "townhall",
        "social_facility",
        "coworking_space",
    }
    assert wanted | {"bench", "toilets", "drinking_water"} <= {*amenities}
    assert any(tags.get("barrier") == "kerb" for tags in osm.node_tags.values())
    assert any(tags.get("highway") == "crossing" for tags in osm.node_tags.values())


def test_osmnx_reads_the_streets(tmp_path):
    import osmnx

    file = tmp_path / "town.osm"
    file.write_bytes(gzip.decompress((DEMO / "town.osm.gz").read_bytes()))
    graph = osmnx.graph_from_xml(file, retain_all=True, simplify=False)
    highways = [1 for *_, data in graph.edges(data=True) if "highway" in data]
    assert len(highways) > 9_000


def test_quarters_part_the_island(osm):
    features = json.loads((DEMO / "districts.geojson").read_text("utf-8"))["features"]
    outline, *quarters = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert features[0]["properties"]["role"] == "outline"
    assert len(quarters) == 7
    assert sum(quarter.area for quarter in quarters) == pytest.approx(outline.area, rel=1e-6)
    assert shapely.union_all(quarters).area == pytest.approx(outline.area, rel=1e-6)
    for feature, shape in zip(features[1:], quarters, strict=True):
        assert shape.contains(shapely.Point(feature["properties"]["centre"]))


def test_about_three_thousand_homes_hold_the_people(osm):
    rows = list(csv.DictReader((DEMO / "residents.csv").open(encoding="utf-8")))
    assert 2_700 <= len(rows) <= 3_500
    assert 7_000 <= sum(int(row["population"]) for row in rows) <= 8_500
    assert all(int(row["age_0_14"]) + int(row["age_65_plus"]) <= int(row["population"]) for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    named = {tags.get("name") for _, tags in osm.streets}
    addressed = [tags for _, tags in osm.ways if "addr:housenumber" in tags]
    assert len(addressed) == len(rows)
    assert {tags["addr:street"] for tags in addressed} <= named
    assert max(Counter((tags["addr:street"], tags["addr:housenumber"]) for tags in addressed).values()) == 1


def test_the_old_quarter_lies_on_a_hill():
    with rasterio.open(DEMO / "elevation.tif") as raster:
        hill, quay, sea = (
            value[0] for value in raster.sample([(17.2009, 55.6976), (17.2009, 55.6951), (17.2, 55.69)])
        )
    assert 33 <= hill <= 46
    assert 0 < quay < 8
    assert sea == 0


def test_forty_places_have_texts_in_five_languages(places):
    assert len(places) == len({place["id"] for place in places}) == 40
    assert Counter(place["properties"]["kind"] for place in places) == {
        "historical": 14,
        "natural": 11,
        "co-created": 15,
    }
    for place in places:
        properties = place["properties"]
        assert set(properties["name"]) == set(properties["description"]) == LANGUAGES, place["id"]
        assert properties["access"]["step_free"] in {"yes", "limited", "no", "unknown"}
        assert "Invented" in properties["source"]
    activities = {place["properties"]["activity"] for place in places} - {None}
    assert len(activities) == 8


def test_places_lie_on_the_island_but_the_wreck(places):
    quarters = json.loads((DEMO / "districts.geojson").read_text("utf-8"))["features"]
    outline = shapely.geometry.shape(quarters[0]["geometry"])
    outside = [p["id"] for p in places if not outline.intersects(shapely.geometry.shape(p["geometry"]))]
    assert outside == ["demo-vraget-af-fortuna"]


def test_stories_are_told_and_can_be_read_in_english(places):
    told = [place for place in places if place["properties"]["stories"]]
    assert len(told) >= 25
    for story in (story for place in told for story in place["properties"]["stories"]):
        assert 40 <= len(story["text"].split()) <= 120, story["id"]
        assert story["lang"] == "en" or set(story["translations"]["en"]) == {"title", "text"}
        assert story["about"] in {"past", "present"}
