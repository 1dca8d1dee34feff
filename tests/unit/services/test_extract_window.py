from __future__ import annotations

import numpy as np
import pytest

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.services.extract_window import widened, within


@pytest.fixture
def line() -> OsmExtract:
    """Nodes 10–15 at lon 0–5; way 1 over 10, 11, a gap, 12; way 2 over 13–15."""
    return OsmExtract(
        node_id=np.arange(10, 16),
        node_lon=np.arange(6.0),
        node_lat=np.zeros(6),
        node_tags={0: {"amenity": "cafe"}, 5: {"amenity": "library"}},
        way_id=np.array([1, 2]),
        way_offsets=np.array([0, 4, 7]),
        way_refs=np.array([0, 1, -1, 2, 3, 4, 5]),
        way_tags=({"highway": "path"}, {"highway": "steps"}),
        relations=(),
        source="a line",
    )


def test_ways_that_touch_the_box_stay_whole_and_the_rest_goes(line):
    part = within(line, (0.5, -1, 1.5, 1))
    assert part.node_id.tolist() == [10, 11, 12]
    assert part.way_id.tolist() == [1]
    assert part.way_nodes(0).tolist() == [0, 1, -1, 2]
    assert part.way_tags == ({"highway": "path"},)
    assert part.node_tags == {0: {"amenity": "cafe"}}


def test_indices_move_with_the_nodes(line):
    part = within(line, (4.5, -1, 9, 1))
    assert part.node_id[part.way_nodes(0)].tolist() == [13, 14, 15]
    assert part.node_tags == {2: {"amenity": "library"}}


def test_a_box_around_everything_changes_nothing(line):
    assert within(line, (-1, -1, 9, 9)) is line


def test_a_box_elsewhere_holds_nothing(line):
    part = within(line, (50, 50, 51, 51))
    assert (len(part.node_id), len(part.way_id), part.way_offsets.tolist()) == (0, 0, [0])


def test_a_box_grows_by_metres_in_every_direction():
    west, south, east, north = widened((10.0, 60.0, 10.0, 60.0), 1112.0)
    assert (north, south) == pytest.approx((60.01, 59.99), abs=1e-5)
    assert (east, west) == pytest.approx((10.02, 9.98), abs=1e-4)
