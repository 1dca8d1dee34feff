"""Homes, meeting places, background and names of an extract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.place import ACTIVITIES
from micropolis_map.sources.boundaries import read_polygons
from micropolis_map.sources.osm_coastline import sea_of
from micropolis_map.sources.osm_comforts import comforts_of
from micropolis_map.sources.osm_features import (
    activity_spots_of,
    addresses_of,
    gazetteer_of,
    homes_of,
)
from micropolis_map.sources.osm_file import read_osm
from micropolis_map.sources.osm_homes import FLOOR_M2_PER_PERSON, PEOPLE_PER_HOUSEHOLD, PEOPLE_PER_STREET_M
from micropolis_map.sources.osm_spots import spot_kinds
from micropolis_map.sources.osm_venues import venue_kind

WHOLE = shapely.box(-1, -1, 1, 1)
DEGREE_M = 111_195.0
STEP = 10 / DEGREE_M
"""Ten metres on the equator, in degrees."""


class Town:
    """Writes the Overpass answer of a small town on the equator; positions in steps of ten metres."""

    def __init__(self) -> None:
        self.elements: list[dict[str, Any]] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        number = len(self.elements) + 1
        self.elements.append({"type": "node", "id": number, "lon": x * STEP, "lat": y * STEP, "tags": tags})
        return number

    def way(self, *places: tuple[float, float], **tags: str) -> int:
        nodes = [self.node(x, y) for x, y in places]
        if places[0] == places[-1]:
            nodes[-1] = nodes[0]
        self.elements.append({"type": "way", "id": len(self.elements) + 1, "nodes": nodes, "tags": tags})
        return len(self.elements)

    def square(self, x: float, y: float, side: float, **tags: str) -> int:
        return self.way((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y), **tags)

    def relation(self, *ways: int, **tags: str) -> int:
        members = [{"type": "way", "ref": way, "role": "outer"} for way in ways]
        number = len(self.elements) + 1
        tags = {"type": "multipolygon", **tags}
        self.elements.append({"type": "relation", "id": number, "members": members, "tags": tags})
        return number

    def extract(self, folder: Path) -> OsmExtract:
        path = folder / "town.json"
        path.write_text(json.dumps({"elements": self.elements}))
        return read_osm(path)


def people_by_id(homes: Any) -> Mapping[str, float]:
    return dict(zip(homes.id, homes.population.tolist(), strict=True))


def test_residential_buildings_hold_people_by_floor_area(tmp_path: Path) -> None:
    town = Town()
    house = town.square(0, 0, 1, building="house", **{"building:levels": "3"})
    flats = town.square(5, 0, 2, building="apartments", **{"building:flats": "10"})
    tall = town.square(10, 0, 1, building="residential", height="12 m")
    town.square(15, 0, 5, building="industrial")
    homes = homes_of(town.extract(tmp_path), WHOLE)
    people = people_by_id(homes)
    assert set(people) == {f"way/{house}", f"way/{flats}", f"way/{tall}"}
    assert people[f"way/{house}"] == pytest.approx(100 * 3 / FLOOR_M2_PER_PERSON, rel=0.01)
    assert people[f"way/{flats}"] == pytest.approx(10 * PEOPLE_PER_HOUSEHOLD)
    assert people[f"way/{tall}"] == pytest.approx(100 * 4 / FLOOR_M2_PER_PERSON, rel=0.01)
    assert "3 residential buildings" in homes.source


def test_plain_buildings_count_where_they_are_likely_homes(tmp_path: Path) -> None:
    town = Town()
    town.square(-1, -1, 12, landuse="residential")
    in_area = town.square(0, 0, 1, building="yes")
    town.square(2, 0, 0.3, building="yes")  # a shed
    town.square(4, 0, 1, building="yes", amenity="school")
    town.square(50, 0, 1, building="yes")  # somewhere else
    addressed = town.square(60, 0, 1, building="yes", **{"addr:housenumber": "5"})
    with_node = town.square(70, 0, 1, building="yes")
    town.node(70.5, 0.5, **{"addr:housenumber": "7", "addr:street": "Long Street"})
    assert set(homes_of(town.extract(tmp_path), WHOLE).id) == {
        f"way/{way}" for way in (in_area, addressed, with_node)
    }


def test_a_multipolygon_is_one_home_with_its_hole(tmp_path: Path) -> None:
    town = Town()
    outer = town.square(0, 0, 4, building="apartments")
    inner = town.square(1, 1, 2)
    relation = town.relation(outer, inner, building="apartments", **{"building:levels": "2"})
    people = people_by_id(homes_of(town.extract(tmp_path), WHOLE))
    assert list(people) == [f"relation/{relation}"]
    assert people[f"relation/{relation}"] == pytest.approx(1200 * 2 / FLOOR_M2_PER_PERSON, rel=0.01)


def test_untagged_levels_follow_what_is_usual_there(tmp_path: Path) -> None:
    town = Town()
    for i in range(10):
        town.square(3 * i, 0, 1, building="apartments", **{"building:levels": "9"})
    untagged = town.square(0, 10, 1, building="apartments")
    people = people_by_id(homes_of(town.extract(tmp_path), WHOLE))
    assert people[f"way/{untagged}"] == pytest.approx(100 * 9 / FLOOR_M2_PER_PERSON, rel=0.01)


def test_without_buildings_addresses_count_once_each(tmp_path: Path) -> None:
    town = Town()
    address = {"addr:street": "Long Street", "addr:housenumber": "1"}
    town.node(0, 0, **address)
    town.node(1, 0, **address)
    town.node(2, 0, **{**address, "addr:housenumber": "2"})
    town.node(3, 0, shop="bakery", **{**address, "addr:housenumber": "3"})
    homes = homes_of(town.extract(tmp_path), WHOLE)
    assert homes.population is not None
    assert homes.population.tolist() == [PEOPLE_PER_HOUSEHOLD] * 2
    assert "2 addresses" in homes.source


def test_without_both_points_along_residential_streets(tmp_path: Path) -> None:
    town = Town()
    town.way((0, 0), (100, 0), highway="residential")
    town.way((0, 5), (100, 5), highway="primary")
    homes = homes_of(town.extract(tmp_path), WHOLE)
    assert len(homes) == 20
    assert homes.population is not None
    assert homes.population.sum() == pytest.approx(1000 * PEOPLE_PER_STREET_M, rel=0.01)
    assert (homes.lat == 0).all()
    assert np.diff(np.sort(homes.lon)) == pytest.approx(np.full(19, 5 * STEP), rel=1e-3)
    assert "1.0 km of residential streets" in homes.source


def test_a_few_mapped_houses_are_homes_and_the_source_says_how_few(tmp_path: Path) -> None:
    town = Town()
    town.square(0, 1, 1, building="house")
    town.way((0, 0), (200, 0), highway="residential")
    homes = homes_of(town.extract(tmp_path), WHOLE)
    assert len(homes) == 1
    assert "only 1 home is mapped on 2.0 km of residential streets" in homes.source


def test_one_stray_house_is_no_mapping_of_homes(tmp_path: Path) -> None:
    town = Town()
    town.square(0, 1, 1, building="house")
    town.way((0, 0), (2000, 0), highway="residential")
    assert "residential streets" in homes_of(town.extract(tmp_path), WHOLE).source
    assert len(homes_of(town.extract(tmp_path), WHOLE)) > 100


def test_nothing_but_a_motorway_has_no_home(tmp_path: Path) -> None:
    town = Town()
    town.way((0, 0), (200, 0), highway="motorway")
    assert len(homes_of(town.extract(tmp_path), WHOLE)) == 0


def test_homes_outside_the_boundary_are_left_out(tmp_path: Path) -> None:
    town = Town()
    town.square(0, 0, 1, building="house")
    town.square(100, 0, 1, building="house")
    assert len(homes_of(town.extract(tmp_path), shapely.box(-STEP, -STEP, 5 * STEP, 5 * STEP))) == 1


def test_spots_are_nodes_ways_and_relations(tmp_path: Path) -> None:
    town = Town()
    cafe = town.node(0, 0, amenity="cafe", name="Corner", wheelchair="limited", opening_hours="Mo-Fr 9-17")
    hall = town.square(5, 5, 2, amenity="townhall", website="https://example.org")
    library = town.relation(town.square(20, 20, 4), amenity="library")
    town.node(1, 1, amenity="cafe", access="private")
    town.node(1, 2, amenity="social_facility", social_facility="nursing_home")
    town.node(1, 3, amenity="restaurant")
    spots = activity_spots_of(town.extract(tmp_path), WHOLE)
    assert spots.id == (f"node/{cafe}", f"way/{hall}", f"relation/{library}")
    assert spots.name == ("Corner", "", "")
    assert spots.columns["what"].tolist() == ["amenity=cafe", "amenity=townhall", "amenity=library"]
    assert spots.columns["activity"].tolist() == ["neighbourhood_cafe", "", "library"]
    assert spots.columns["step_free"].tolist() == ["limited", "unknown", "unknown"]
    assert spots.columns["opening_hours"].tolist() == ["Mo-Fr 9-17", "", ""]
    assert spots.columns["website"].tolist() == ["", "https://example.org", ""]
    assert (spots.lon[2] / STEP, spots.lat[2] / STEP) == pytest.approx((22, 22))


def test_of_several_values_each_counts(tmp_path: Path) -> None:
    town = Town()
    both = town.node(0, 0, amenity="restaurant; cafe;library", drinking_water="no")
    town.node(1, 1, amenity="social_facility;fuel", social_facility="nursing_home;shelter")
    tap = town.node(2, 2, amenity="toilets;drinking_water")
    school = town.node(3, 3, amenity="parking;school")
    extract = town.extract(tmp_path)
    spots = activity_spots_of(extract, WHOLE)
    assert spots.id == (f"node/{both}",)
    assert spots.columns["what"].tolist() == ["amenity=library"]
    assert spots.columns["also"].tolist() == ["amenity=cafe;neighbourhood_cafe"]
    assert comforts_of(extract).id == (f"node/{tap}",)
    tags = {int(extract.node_id[i]): values for i, values in extract.node_tags.items()}
    assert venue_kind(tags[school]) == "school"


def test_a_spot_mapped_twice_is_there_once(tmp_path: Path) -> None:
    town = Town()
    node = town.node(1, 1, amenity="library", name="Central")
    town.square(0, 0, 2, amenity="library", name="central")
    far = town.node(200, 0, amenity="library", name="Central")
    spots = activity_spots_of(town.extract(tmp_path))
    assert spots.id == (f"node/{node}", f"node/{far}")


def test_the_table_of_spots_names_known_activities() -> None:
    kinds = spot_kinds()
    assert {kind.activity for kind in kinds} <= {*ACTIVITIES, ""}
    assert len({kind.tag for kind in kinds}) == len(kinds)
    for tag in ("amenity=community_centre", "amenity=library", "amenity=cafe", "amenity=arts_centre"):
        assert tag in {kind.tag for kind in kinds}


BOX = (0.0, 0.0, 100.0, 100.0)


def test_the_sea_is_on_the_right_of_the_coast() -> None:
    northwards = shapely.linestrings([[[50, -10], [50, 110]]])
    sea, note = sea_of(northwards, BOX)
    assert shapely.union_all(sea).equals(shapely.box(50, 0, 100, 100))
    assert note == ""
    sea, _ = sea_of(shapely.reverse(northwards), BOX)
    assert shapely.union_all(sea).equals(shapely.box(0, 0, 50, 100))


def test_an_island_is_land_and_a_coast_in_pieces_is_one() -> None:
    island = shapely.linestrings([[[20, 20], [40, 20], [40, 40], [20, 40], [20, 20]]])  # land on the left
    sea, note = sea_of(island, BOX)
    assert shapely.area(sea).sum() == pytest.approx(10_000 - 400)
    pieces = shapely.linestrings([[[50, -10], [50, 30]], [[50, 30], [50, 110]]])
    assert shapely.area(sea_of(pieces, BOX)[0]).sum() == pytest.approx(5000)
    assert note == ""


def test_a_coast_that_breaks_off_is_drawn_on_and_that_is_said() -> None:
    sea, note = sea_of(shapely.linestrings([[[50, 20], [50, 80]]]), BOX)
    assert shapely.union_all(sea).equals(shapely.box(50, 0, 100, 100))
    assert "breaks off at 2 ends" in note


def test_no_coast_near_is_no_sea() -> None:
    sea, note = sea_of(shapely.linestrings([[[500, 20], [500, 80]]]), BOX)
    assert (len(sea), note) == (0, "")


def test_names_to_search(tmp_path: Path) -> None:
    town = Town()
    town.node(0, 0, **{"addr:street": "Long Street", "addr:housenumber": "1"})
    town.node(5, 5, amenity="cafe", name="Corner")
    town.way((0, 0), (1, 0), highway="residential", name="Long Street")
    town.way((1, 0), (9, 0), highway="residential", name="Long Street")
    extract = town.extract(tmp_path)
    assert addresses_of(extract) == (("Long Street 1", 0, 0),)
    named = {(entry.text, entry.kind): (entry.lon, entry.lat) for entry in gazetteer_of(extract)}
    assert set(named) == {("Long Street 1", "address"), ("Corner", "feature"), ("Long Street", "street")}
    assert named["Long Street", "street"] == pytest.approx((5 * STEP, 0))


def test_monaco_is_plausible(test_data: Path) -> None:
    extract = read_osm(test_data / "monaco" / "monaco.osm.pbf")
    boundary = read_polygons(test_data / "monaco" / "monaco_boundary.geojson").geometries[0]
    homes = homes_of(extract, boundary)
    assert homes.population is not None
    assert 20_000 < homes.population.sum() < 80_000  # 39,000 residents
    assert len(set(homes.id)) == len(homes) > 500
    assert shapely.contains_xy(boundary.buffer(1e-9), homes.lon, homes.lat).all()
    assert len(activity_spots_of(extract, boundary)) > 30


def test_porto_alegre_shows_homes(test_data: Path) -> None:
    extract = read_osm(test_data / "porto_alegre" / "poa_osm.pbf")
    box = shapely.box(-51.26, -30.12, -51.13, -29.98)
    assert len(homes_of(extract, box)) > 0
