"""The town's edge: more data never lowers a share, and whoever it could raise was named before.

Oracle: a grid cut at other places; a share that rises where data are added is that of people who were named
as living near their end.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, Town, write_boundary
from town_loading import load_community

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.domain.points import PointSet
from micropolis_map.services import opened
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.town_edge import REACH_M, distance_to_end_m
from micropolis_map.settings import Settings
from micropolis_map.web.ogc.collections import collections_of

MINUTES = (3.0, 8.0, 20.0)
SIDE = 6
"""Blocks of the community, from 0 to 6 both ways."""


def write_grid(
    path: Path, west: int, south: int, east: int, north: int, cafes: list[tuple[int, int]]
) -> Path:
    """Streets from block to block, a house at each corner of the community, cafés where the data reach."""
    town = Town()
    grid = {(x, y): town.node(x, y) for x in range(west, east + 1) for y in range(south, north + 1)}
    for x in range(west, east + 1):
        town.way([grid[x, y] for y in range(south, north + 1)], highway="residential")
    for y in range(south, north + 1):
        town.way([grid[x, y] for x in range(west, east + 1)], highway="residential")
    for x in range(SIDE + 1):
        for y in range(SIDE + 1):
            if (x, y) in grid:
                town.building(x + 0.2, y + 0.1)
    for x, y in cafes:
        if (x, y) in grid:
            town.node(x + 0.01, y, amenity="cafe", name=f"{x} {y}")
    path.write_text(town.xml(), encoding="utf-8")
    return path


def measured(folder: Path, data: tuple[int, int, int, int], cafes: list[tuple[int, int]]) -> CoverageResult:
    application = loaded(folder, data, cafes)
    return assess_coverage(application, "grid", CoverageRequest(minutes=MINUTES))


def loaded(folder: Path, data: tuple[int, int, int, int], cafes: list[tuple[int, int]]) -> Application:
    application = build_application(Settings(data=folder / "data"))
    boundary = write_boundary(folder, -0.5, -0.5, SIDE + 0.5, SIDE + 0.5)
    osm = write_grid(folder / "grid.osm", *data, cafes)
    load_community(application, "grid", LoadRequest(osm=(osm,), boundary=boundary))
    return application


@settings(max_examples=4, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-9, 15), st.integers(-9, 15)), max_size=4),
    st.tuples(*[st.integers(1, 4)] * 4),
    st.tuples(*[st.integers(0, 8)] * 4),
)
def test_more_data_never_lowers_a_share_and_raises_only_what_was_named(cafes, narrow, more):
    west, south, east, north = narrow
    data = (1 - west, 1 - south, SIDE - 1 + east, SIDE - 1 + north)
    wider = (data[0] - more[0], data[1] - more[1], data[2] + more[2], data[3] + more[3])
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        before, after = measured(Path(one), data, cafes), measured(Path(other), wider, cafes)
    assert before.origins.lon.tolist() == pytest.approx(after.origins.lon.tolist())
    assert (after.walks.cost_s <= before.walks.cost_s + 1e-6).all()
    people, everybody = before.origin_population, before.total.population
    for minutes in MINUTES:
        gained = after.total.share_within[minutes] - before.total.share_within[minutes]
        assert gained >= -1e-12
        assert gained * everybody <= before.total.near_end[minutes] + 1e-6
        newly = (after.walks.cost_s <= minutes * 60) & (before.walks.cost_s > minutes * 60)
        assert float(people[newly].sum()) <= before.total.near_end[minutes] + 1e-6
        assert sum(area.near_end[minutes] for area in before.districts) == pytest.approx(
            before.total.near_end[minutes]
        )


def test_places_count_so_far_beyond_the_boundary_and_no_farther(tmp_path):
    blocks = REACH_M / 100.0
    near, far = int(SIDE + 0.5 + blocks), int(SIDE + 0.5 + blocks) + 1
    application = loaded(tmp_path, (-2, -2, 24, 8), [(near, 3), (far, 3)])
    spots = opened.osm_spots_of(opened.current_build(application.community_store, "grid"))
    assert spots.name == (f"{near} 3",)
    homes = opened.homes_of(opened.current_build(application.community_store, "grid"))
    assert homes.lon.max() < LON + (SIDE + 0.5) * BLOCK_LON
    assert len(collections_of(application)["activity_spots"].read("en")) == 0  # it is the next town's
    report = application.community_store.report("grid")
    assert "1 of 1 meeting places lies beyond the boundary, at most 1,300 m from it" in report.notes


def test_whoever_has_a_place_within_the_threshold_is_not_named(tmp_path):
    everywhere = [(x, y) for x in range(SIDE + 1) for y in range(SIDE + 1)]
    result = measured(tmp_path, (0, 0, SIDE, SIDE), everywhere)
    assert result.total.near_end == {3.0: 0.0, 8.0: 0.0, 20.0: 0.0}
    assert not any("end of the loaded data" in note for note in result.notes)
    assert result.as_json()["total"]["near_data_end"] == {"3": 0.0, "8": 0.0, "20": 0.0}


def test_nobody_is_named_where_the_data_reach_farther_than_the_walk(tmp_path):
    result = measured(tmp_path, (-14, -14, SIDE + 14, SIDE + 14), [])
    assert result.total.near_end[3.0] == result.total.near_end[8.0] == 0.0
    named, everybody = result.total.near_end[20.0], result.total.population
    assert 0.9 * everybody < named < everybody  # the middle is 1,650 m from the end: more than 20 minutes
    assert any(note.startswith(f"{round(named):,} people live so near") for note in result.notes)


def test_of_given_places_only_the_ways_beyond_the_end_are_unknown(tmp_path):
    application = loaded(tmp_path, (0, 0, SIDE, SIDE), [])
    at = LON + 1 * BLOCK_LON, LAT + 0.3 * BLOCK_LAT
    spots = PointSet(("a",), np.array([at[0]]), np.array([at[1]]))
    given = assess_coverage(application, "grid", CoverageRequest(minutes=(3.0,), spots=spots))
    west = given.origins.lon < LON + 3 * BLOCK_LON  # 241 m are walked in three minutes
    assert 0 < given.total.near_end[3.0] < given.origin_population[west].sum()
    none = assess_coverage(
        application, "grid", CoverageRequest(minutes=(3.0,), spots=spots.take(np.array([False])))
    )
    assert none.total.near_end[3.0] == 0.0


def test_the_distance_to_the_end_is_that_on_the_ground():
    box = shapely.box(LON, LAT, LON + 10 * BLOCK_LON, LAT + 10 * BLOCK_LAT)
    x, y = np.array([5.0, 1.0, 9.5, -1.0]), np.array([5.0, 5.0, 9.0, 5.0])
    found = distance_to_end_m(box, LON + x * BLOCK_LON, LAT + y * BLOCK_LAT)
    assert found.tolist() == pytest.approx([500, 100, 50, 0], rel=0.002)
    assert distance_to_end_m(shapely.Polygon(), x, y).tolist() == [0, 0, 0, 0]
