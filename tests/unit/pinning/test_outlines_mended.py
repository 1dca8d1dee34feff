"""Outlines that cross themselves are mended, and refused before mending costs anything."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pinning_builders import a_submission, feature
from shapely.geometry import Polygon, mapping, shape

from micropolis_map.errors import InvalidInput
from micropolis_map.services import outlines, pinning
from micropolis_map.services.importing import plan_import
from micropolis_map.services.outlines import MOST_CROSSINGS, check_crossings, enclosed, mended
from micropolis_map.sources.place_files import read_rows
from micropolis_map.workers.pool import Workers

CORNERS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=24, unique=True
).filter(lambda points: len(set(points)) > 2)


def star(n: int) -> dict:
    """Each of n corners (odd) joined to the two farthest: n (n - 3) / 2 crossings."""
    turn = [2 * math.pi * k * (n // 2) / n for k in range(n)]
    ring = [[21.15 + 0.004 * math.cos(t), 52.22 + 0.002 * math.sin(t)] for t in turn]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def crossings(corners) -> int:
    """Each pair of sides looked at: shapely's own word for a crossing inside both, or a common part."""
    ring = [*corners, corners[0]]
    sides = [shapely.LineString(pair) for pair in pairwise(ring)]
    pairs = [(sides[i], sides[j]) for i in range(len(sides)) for j in range(i)]
    return sum(one.crosses(other) or one.relate_pattern(other, "1********") for one, other in pairs)


@pytest.fixture
def nothing_is_mended(monkeypatch):
    monkeypatch.setattr(outlines, "WORKERS", Workers(at_once=0, most_waiting=0))


def test_a_star_is_mended_as_long_as_it_crosses_itself_a_hundred_times():
    assert [n * (n - 3) // 2 for n in (15, 17)] == [90, 119]
    whole, was_mended = mended(star(15))
    assert was_mended
    assert shape(whole).area == pytest.approx(shapely.make_valid(shape(star(15))).area, rel=1e-4)
    with pytest.raises(InvalidInput, match=f"more than {MOST_CROSSINGS} times"):
        mended(star(17))


@given(CORNERS)
def test_what_is_refused_crosses_itself_more_than_a_hundred_times_and_nothing_else(corners):
    area = Polygon(corners)
    try:
        check_crossings(area)
    except InvalidInput:
        assert crossings(corners) > MOST_CROSSINGS
    else:
        assert area.is_valid or crossings(corners) <= MOST_CROSSINGS


@pytest.mark.usefixtures("nothing_is_mended")
@pytest.mark.parametrize("n", [17, 101, 401, 1999])
def test_a_scribble_is_refused_without_mending_anything(n, desk):
    with pytest.raises(InvalidInput, match="crosses itself"):
        pinning.check(desk, "wawer", {**feature(), "geometry": star(n)})
    with pytest.raises(InvalidInput, match="crosses itself"):
        pinning.submit(desk, a_submission(feature={**feature(), "geometry": star(n)}))


@pytest.mark.usefixtures("nothing_is_mended")
def test_a_scribble_in_a_hole_or_in_one_of_many_areas_is_one_too():
    square = Polygon([(21, 52), (21.3, 52), (21.3, 52.3), (21, 52.3)])
    scribble = star(101)["coordinates"][0]
    holed = mapping(Polygon(square.exterior, [scribble]))
    with pytest.raises(InvalidInput, match="crosses itself"):
        mended({"type": "Polygon", "coordinates": [list(map(list, ring)) for ring in holed["coordinates"]]})
    with pytest.raises(InvalidInput, match="crosses itself"):
        mended({"type": "MultiPolygon", "coordinates": [[[*map(list, square.exterior.coords)]], [scribble]]})


@pytest.mark.usefixtures("nothing_is_mended")
def test_back_and_forth_on_one_line_is_a_scribble():
    ring = [[21.15, 52.22], [21.151, 52.22]] * 900
    with pytest.raises(InvalidInput, match="crosses itself"):
        mended({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def test_what_geos_has_no_memory_for_is_refused_in_words(monkeypatch):
    def full(_):
        raise shapely.errors.GEOSException("std::bad_alloc")

    monkeypatch.setattr(shapely, "make_valid", full)
    monkeypatch.setattr(outlines.WORKERS, "run", lambda function, area: function(area))
    with pytest.raises(MemoryError):  # which a worker tells as too much
        enclosed(shape(star(5)))


@pytest.mark.usefixtures("nothing_is_mended")
def test_a_file_with_a_scribble_skips_that_row_and_says_why(application, tmp_path):
    community = application.community_store.get("wawer")
    good = {"type": "Point", "coordinates": [21.15, 52.22]}
    features = [
        {"type": "Feature", "geometry": geometry, "properties": {"name": name}}
        for name, geometry in (("Scribble", star(401)), ("Oak", good))
    ]
    (tmp_path / "places.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    plan = plan_import(read_rows(tmp_path / "places.geojson"), community, [])
    assert [row.outcome for row in plan.rows] == ["skipped", "added"]
    assert "crosses itself" in plan.rows[0].reason


def test_an_area_of_a_planner_is_mended_within_the_same_bounds():
    assert enclosed(shape(star(5))).is_valid
    with pytest.raises(InvalidInput, match="crosses itself"):
        enclosed(shape(star(39)))
