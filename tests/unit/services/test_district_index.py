from __future__ import annotations

import numpy as np
from shapely.geometry import MultiPolygon, Point, box

from micropolis_map.services.district_index import OUTSIDE, district_of, inside

LEFT, RIGHT = box(0, 0, 1, 1), box(1, 0, 2, 1)


def test_every_point_counts_once_even_on_a_border():
    lon = np.array([0.5, 1.0, 1.5, 3.0])
    lat = np.array([0.5, 0.5, 0.5, 0.5])
    assert district_of(lon, lat, [LEFT, RIGHT]).tolist() == [0, 0, 1, OUTSIDE]


def test_no_districts_and_no_points_are_no_trouble():
    none = np.array([])
    assert district_of(none, none, [LEFT]).tolist() == []
    assert district_of(np.array([0.5]), np.array([0.5]), []).tolist() == [OUTSIDE]


def test_inside_agrees_with_shapely_one_by_one():
    rng = np.random.default_rng(7)
    area = MultiPolygon([box(0, 0, 1, 1).difference(box(0.3, 0.3, 0.6, 0.6)), box(2, 0, 3, 1)])
    lon, lat = rng.uniform(-0.5, 3.5, 500), rng.uniform(-0.5, 1.5, 500)
    expected = [area.intersects(Point(x, y)) for x, y in zip(lon, lat, strict=True)]
    assert inside(lon, lat, area).tolist() == expected
