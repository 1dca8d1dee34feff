"""Coverage of a town small enough to know by heart: laws that hold whatever the spots."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_boundary, write_town
from town_loading import load_community

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, NotFound, NotLoaded
from micropolis_map.services.assessing import assess_coverage, subject_of
from micropolis_map.services.coverage_result import OUTSIDE_NAME, CoverageRequest
from micropolis_map.services.hexagons import hexagons_of
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.reaching import isochrones_from
from micropolis_map.services.walking_time_layers import homes_layer, spots_layer, streets_layer
from micropolis_map.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assessing")
    application = build_application(Settings(data=folder / "data"))
    request = LoadRequest(name="Tiny", osm=(write_town(folder),), boundary=write_boundary(folder))
    load_community(application, "tiny", request)
    return application


def spots_at(*blocks, population=None):
    x, y = np.array(blocks, dtype=np.float64).reshape(-1, 2).T
    ids = tuple(f"s{n}" for n in range(len(x)))
    return PointSet(ids, LON + x * BLOCK_LON, LAT + y * BLOCK_LAT, population, source="a test")


def areas(result):
    return [result.total, *result.districts]


@pytest.mark.parametrize("profile", ["adult", "senior", "stroller", "wheelchair"])
def test_shares_grow_with_the_threshold_and_districts_add_up(loaded, profile):
    result = assess_coverage(loaded, "tiny", CoverageRequest(profile, (1.0, 3.0, 7.5, 20.0)))
    for area in areas(result):
        shares = list(area.share_within.values())
        assert shares == sorted(shares)
        assert shares[0] >= 0
        assert shares[-1] <= 1 - area.unreachable_share + 1e-12
        for minutes, share in (area.share_within_certain or {}).items():
            assert share <= area.share_within[minutes]
    assert sum(area.population for area in result.districts) == pytest.approx(result.total.population)
    for minutes, share in result.total.share_within.items():
        people = sum(area.population * area.share_within[minutes] for area in result.districts)
        assert people / result.total.population == pytest.approx(share)


def test_only_profiles_without_steps_say_what_is_certain(loaded):
    said = {
        profile: assess_coverage(loaded, "tiny", CoverageRequest(profile)).total.share_within_certain
        is not None
        for profile in ("adult", "senior", "stroller", "wheelchair")
    }
    assert said == {"adult": False, "senior": False, "stroller": True, "wheelchair": True}


def test_an_added_spot_never_lowers_a_share(loaded):
    rng = np.random.default_rng(3)
    blocks = [(float(x), float(y)) for x, y in rng.uniform(0, 6, (8, 2))]
    before = None
    for count in range(1, len(blocks) + 1):
        now = assess_coverage(loaded, "tiny", CoverageRequest(spots=spots_at(*blocks[:count])))
        if before is not None:
            assert (now.walks.cost_s <= before.walks.cost_s).all()
            for new, old in zip(areas(now), areas(before), strict=True):
                assert all(new.share_within[m] >= share for m, share in old.share_within.items())
        before = now


def test_a_walk_is_as_long_as_its_blocks(loaded):
    corners = spots_at((0, 0), (6, 0), (6, 6), population=np.array([1.0, 1.0, 2.0]))
    request = CoverageRequest(spots=spots_at((0, 0)), origins=corners, minutes=(5.0, 7.5, 15.0))
    result = assess_coverage(loaded, "tiny", request)
    assert result.walks.length_m.tolist() == pytest.approx([0, 600, 1200], abs=1)
    assert result.walks.cost_s == pytest.approx(result.walks.length_m / result.speed_m_s, abs=0.01)
    assert result.total.share_within == {5.0: 0.25, 7.5: 0.5, 15.0: 1.0}


def test_people_outside_every_district_have_a_row_of_their_own(loaded):
    people = spots_at((1, 1), (60, 60), population=np.array([3.0, 1.0]))
    result = assess_coverage(loaded, "tiny", CoverageRequest(origins=people))
    outside = result.districts[-1]
    assert (outside.name, outside.population, outside.unreachable_share) == (OUTSIDE_NAME, 1.0, 1.0)
    assert result.district_areas[-1] is None
    assert outside.as_json()["median_s"] is None
    assert sum(area.population for area in result.districts) == 4


def test_points_without_people_count_one_each_and_that_is_said(loaded):
    result = assess_coverage(loaded, "tiny", CoverageRequest(origins=spots_at((1, 1), (2, 2))))
    assert result.total.population == 2
    assert "one person" in result.population_source


def test_without_spots_nobody_reaches_any_and_that_is_said(loaded):
    result = assess_coverage(loaded, "tiny", CoverageRequest(spots=spots_at()))
    assert result.total.unreachable_share == 1
    assert any("no spots" in note for note in result.notes)


def test_no_origins_are_an_error(loaded):
    with pytest.raises(InvalidInput, match="no origins"):
        assess_coverage(loaded, "tiny", CoverageRequest(origins=spots_at()))


def test_unknown_and_unloaded_communities_are_told_apart(loaded):
    with pytest.raises(NotFound, match="'nowhere'"):
        assess_coverage(loaded, "nowhere", CoverageRequest())
    community = loaded.community_store.get("tiny")
    loaded.community_store.save(type(community)("bare", {"en": "Bare"}))
    with pytest.raises(NotLoaded, match="not loaded yet"):
        assess_coverage(loaded, "bare", CoverageRequest())


def test_kinds_choose_among_the_spots_by_activity_or_tag(loaded):
    def count(*kinds):
        return len(assess_coverage(loaded, "tiny", CoverageRequest(kinds=kinds)).spots)

    assert (count(), count("library"), count("amenity=library"), count("sports")) == (2, 1, 1, 0)


def test_published_places_with_an_activity_are_walked_to(loaded):
    before = assess_coverage(loaded, "tiny", CoverageRequest())
    assert assess_coverage(loaded, "tiny", CoverageRequest()) is before
    hill = {"type": "Point", "coordinates": [LON + 3 * BLOCK_LON, LAT + 7.5 * BLOCK_LAT]}
    pin = {"community": "tiny", "geometry": hill}
    loaded.place_store.put_many(
        [
            a_place("cafe", activity="neighbourhood_cafe", **pin),
            a_place("tree", activity=None, **pin),
            a_place("draft", activity="library", status="pending", **pin),
            a_place("other", activity="library", **pin | {"community": "elsewhere"}),
        ]
    )
    after = assess_coverage(loaded, "tiny", CoverageRequest())
    assert set(after.spots.id) - set(before.spots.id) == {"cafe"}
    assert after.total.mean_s < before.total.mean_s
    assert "1 pinned" in after.spots.source
    assert {f["id"] for f in spots_layer(subject_of(loaded, "tiny", CoverageRequest()))["features"]} == set(
        after.spots.id
    )


def test_hexagons_hold_the_same_people_and_shares(loaded):
    result = assess_coverage(loaded, "tiny", CoverageRequest("wheelchair"))
    hexagons = hexagons_of(result)
    assert len(hexagons) > 1
    assert sum(cell.population for cell in hexagons) == pytest.approx(result.total.population)
    near = sum(cell.population * cell.share_within[5.0] for cell in hexagons)
    assert near / result.total.population == pytest.approx(result.total.share_within[5.0])
    assert all(cell.share_within_certain is not None for cell in hexagons)


def segments(layer):
    """Each drawn segment in blocks: its class's upper end in seconds, length and middle."""
    for feature in layer["features"]:
        for line in feature["geometry"]["coordinates"]:
            blocks = (np.array(line) - [LON, LAT]) / [BLOCK_LON, BLOCK_LAT]
            for start, end in pairwise(blocks):
                yield feature["properties"].get("cost_s"), np.hypot(*(end - start)), (start + end) / 2


def test_streets_are_coloured_by_the_walk_from_their_middle(loaded):
    layer = streets_layer(subject_of(loaded, "tiny", CoverageRequest(kinds=("library",))))
    drawn = list(segments(layer))
    assert sum(length for _, length, _ in drawn) == pytest.approx(91.5, rel=0.01)
    for cost_s, _, (x, y) in drawn:
        assert cost_s % 30 == 0
        if y < 6:
            walk_s = 100 * (abs(x - 1) + abs(y - 1)) / 1.34  # the library is at (1, 1)
            assert cost_s - 30 - 2 <= walk_s <= cost_s + 2


def test_steps_are_out_of_reach_for_a_wheelchair_and_so_is_the_hill(loaded):
    layer = streets_layer(subject_of(loaded, "tiny", CoverageRequest("wheelchair", kinds=("library",))))
    lost = [feature for feature in layer["features"] if "cost_s" not in feature["properties"]]
    lats = [lat for feature in lost for line in feature["geometry"]["coordinates"] for _, lat in line]
    assert min(lats) >= LAT + 6.49 * BLOCK_LAT


def test_homes_carry_their_people_and_walk(loaded):
    features = homes_layer(subject_of(loaded, "tiny", CoverageRequest()))["features"]
    assert len(features) == 78
    assert all({"population", "cost_s"} == set(feature["properties"]) for feature in features)


def test_isochrones_hold_the_people_coverage_counts(loaded):
    start = (LON + 3 * BLOCK_LON, LAT + 3 * BLOCK_LAT)
    features = isochrones_from(loaded, "tiny", start, (2.0, 4.0, 60.0))["features"]
    assert [feature["properties"]["minutes"] for feature in features] == [60, 4, 2]
    people = [feature["properties"]["population"] for feature in features]
    total = assess_coverage(loaded, "tiny", CoverageRequest()).total.population
    assert total == pytest.approx(people[0], abs=0.1)
    assert people[0] > people[1] > people[2] > 0


def test_an_isochrone_from_nowhere_says_so(loaded):
    with pytest.raises(InvalidInput, match="300 m"):
        isochrones_from(loaded, "tiny", (LON + 1, LAT), (5.0,))
