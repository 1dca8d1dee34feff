"""People by cell, and how they are shared among homes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from look_alikes.town_files import residents

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput
from micropolis_map.sources.population import read_population
from micropolis_map.sources.population_of_homes import spread_population


def write(path: Path, *rows: tuple[shapely.Geometry | None, dict[str, object]]) -> Path:
    features = [
        {"type": "Feature", "properties": p, "geometry": g and shapely.geometry.mapping(g)} for g, p in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def homes(*places: tuple[float, float, float]) -> PointSet:
    lon, lat, people = (np.array(values, np.float64) for values in zip(*places, strict=True))
    ids = tuple(f"way/{i}" for i in range(len(places)))
    return PointSet(ids, lon, lat, people, source="estimated from buildings")


LEFT, RIGHT = shapely.box(0, 0, 0.01, 0.01), shapely.box(0.01, 0, 0.02, 0.01)


def test_people_are_shared_by_weight_and_stay_in_their_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", (LEFT, {"Pop_Total": 90}), (RIGHT, {"Pop_Total": 10}))
    cells = read_population(path)
    assert cells.column == "Pop_Total"
    assert "Pop_Total" in cells.notes[-1]
    spread = spread_population(cells, homes((0.002, 0.005, 1), (0.008, 0.005, 2), (0.015, 0.005, 5)))
    assert spread.population is not None
    assert spread.population.tolist() == [30, 60, 10]
    assert "estimated from buildings" in spread.source


def test_homes_without_weight_share_equally_and_homes_in_no_cell_get_nobody(tmp_path: Path) -> None:
    cells = read_population(write(tmp_path / "a.geojson", (LEFT, {"population": 8})))
    spread = spread_population(cells, homes((0.002, 0.005, 0), (0.008, 0.005, 0), (5.0, 5.0, 9)))
    assert spread.id == ("way/0", "way/1")
    assert spread.population is not None
    assert spread.population.tolist() == [4, 4]


def test_a_cell_without_homes_moves_near_or_lives_alone(tmp_path: Path) -> None:
    far = shapely.box(0.5, 0, 0.51, 0.01)
    near = shapely.box(0.0100001, 0.0, 0.012, 0.002)
    path = write(tmp_path / "a.geojson", (LEFT, {"pop": 5}), (near, {"pop": 7}), (far, {"pop": 3}))
    spread = spread_population(read_population(path), homes((0.0099, 0.001, 1)))
    assert spread.id == ("way/0", "cell/3")
    assert spread.population is not None
    assert spread.population.tolist() == [12, 3]
    assert "1 cell without a home moved" in spread.source
    assert "1 cell farther" in spread.source


def test_people_at_points_live_at_their_points(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("lon,lat,population,age_65_plus\n1,2,10,4\n3,4,0,0\n5,6,2,1\n")
    spread = spread_population(read_population(path), homes((1.0001, 2, 50)))
    assert spread.lon.tolist() == [1, 5]
    assert spread.population is not None
    assert spread.population.tolist() == [10, 2]
    assert spread.columns["age_65_plus"].tolist() == [4, 1]
    assert "at the points" in spread.source


def test_ages_are_shared_like_all_people(tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", (LEFT, {"residents": 9, "seniors": 3, "age_0_14": 6, "name": "x"}))
    spread = spread_population(read_population(path), homes((0.002, 0.005, 1), (0.008, 0.005, 2)))
    assert spread.columns["seniors"].tolist() == [1, 2]
    assert spread.columns["age_0_14"].tolist() == [2, 4]


def test_no_homes_at_all_make_homes_of_the_cells(tmp_path: Path) -> None:
    none = np.empty(0)
    cells = read_population(write(tmp_path / "a.geojson", (LEFT, {"population": 8})))
    spread = spread_population(cells, PointSet((), none, none, none))
    assert spread.population is not None
    assert spread.population.tolist() == [8]
    assert shapely.contains_xy(LEFT, spread.lon, spread.lat).all()


BAD = {
    "id,lon,lat\na,1,2\n": "no population column",
    "lon,lat,population\n1,2,-5\n": "row 2: the population is -5",
    "lon,lat,population\n1,2,x\n": "'x'",
    "lon,lat,population\n1,2,0\n": "counts nobody",
    "population\n5\n": "none of lon",
    "id,population\n89a901291abffff,5\nnonsense,3\n": "row 3: 'nonsense' is no H3 cell",
}


@pytest.mark.parametrize("content", BAD)
def test_bad_tables_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=BAD[content]):
        read_population(path)


@pytest.mark.parametrize(
    ("name", "people", "corners"),
    [
        ("look-alikes/hexagons.csv", sum(people for *_, people in residents()), (17.17, 17.23, 55.69, 55.72)),
        ("porto_alegre/poa_hexgrid.csv", 812_935, (-51.25, -51.10, -30.12, -30.0)),
    ],
)
def test_hexagons_keep_every_person(
    data_file: Callable[[str], Path], name: str, people: int, corners: tuple[float, float, float, float]
) -> None:
    cells = read_population(data_file(name))
    assert set(shapely.get_type_id(cells.geometry).tolist()) == {3}
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(*corners[:2], 3000), rng.uniform(*corners[2:], 3000)
    some = PointSet(tuple(map(str, range(3000))), lon, lat, rng.uniform(0, 9, 3000))
    spread = spread_population(cells, some)
    assert spread.population is not None
    assert spread.population.sum() == pytest.approx(people)
    assert len(set(spread.id)) == len(spread)


def test_people_counted_at_homes_and_in_hexagons_are_as_many_in_each_hexagon(
    data_file: Callable[[str], Path],
) -> None:
    lon, lat, people = (np.array(values, np.float64) for values in zip(*residents(), strict=True))
    homes = PointSet(tuple(map(str, range(len(lon)))), lon, lat, people)
    spread = spread_population(read_population(data_file("look-alikes/hexagons.csv")), homes)
    assert spread.population is not None
    assert spread.population == pytest.approx(people[np.array([int(i) for i in spread.id])])
