"""What a map opens on without homes: districts, else the outline, else the middle."""

from __future__ import annotations

import pytest

from micropolis_map.domain.community import Community, District
from micropolis_map.services.whereabouts import corners, frame_of, whereabouts

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[7.0, 45.0], [7.1, 45.0], [7.1, 45.2], [7.0, 45.2], [7.0, 45.0]]],
}


class NothingLoaded:
    """A store of communities without streets."""

    def current_build(self, _slug: str) -> None:
        """Return that there is none."""


@pytest.mark.parametrize(
    "community",
    [
        Community("a", {"en": "A"}, districts=(District("D", SQUARE, (7.05, 45.1)),)),
        Community("a", {"en": "A"}, outline=SQUARE),
    ],
)
def test_areas_stand_for_the_homes(community):
    found = whereabouts(NothingLoaded(), community)
    assert found.state() == {"bounds": [[[45.0, 7.0], [45.2, 7.1]]], "whole": [[45.0, 7.0], [45.2, 7.1]]}


def test_a_middle_is_shown_with_what_is_around():
    ((west, south, east, north),) = whereabouts(
        NothingLoaded(), Community("a", {"en": "A"}, centre=(7.0, 45.0))
    ).populated
    assert west < 7.0 < east and south < 45.0 < north and east - west > 0.02


def test_one_place_is_shown_with_its_street_and_none_with_nothing():
    (((south, west), (north, east)),) = frame_of([{"type": "Point", "coordinates": [7.0, 45.0]}])
    assert west < 7.0 < east and south < 45.0 < north
    assert frame_of([]) == []
    assert corners((7.0, 45.0, 7.1, 45.2)) in frame_of([SQUARE])
