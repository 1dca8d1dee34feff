"""What a map opens on without homes: districts, else the outline, else the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from micropolis_map.domain.community import Community, District
from micropolis_map.services import opened
from micropolis_map.services.opened import Build
from micropolis_map.services.whereabouts import corners, frame_of, frame_of_districts, whereabouts

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


def holds(box: list[list[float]], lon: float, lat: float) -> bool:
    """Return whether the spot lies in the box, not on its edge."""
    (south, west), (north, east) = box
    return west < lon < east and south < lat < north


def test_a_middle_is_shown_with_what_is_around():
    found = whereabouts(NothingLoaded(), Community("a", {"en": "A"}, centre=(7.0, 45.0))).state()
    assert holds(found["whole"], 7.0, 45.0)
    assert holds(found["whole"], 7.01, 45.01)
    assert found["bounds"] == [found["whole"]]


def test_one_place_is_shown_with_its_street_and_none_with_nothing():
    (box,) = frame_of([{"type": "Point", "coordinates": [7.0, 45.0]}])
    assert holds(box, 7.0, 45.0)
    assert frame_of([]) == []
    assert corners((7.0, 45.0, 7.1, 45.2)) in frame_of([SQUARE])


def test_chosen_districts_are_shown_whole_and_unknown_ones_not_at_all(monkeypatch):
    areas = (shapely.box(7.0, 45.0, 7.1, 45.1), shapely.box(7.2, 45.0, 7.3, 45.2), shapely.Polygon())
    monkeypatch.setattr(opened, "districts_of", lambda _build: (("West", "East", "Nowhere"), areas))
    build = Build("a", Path("none"))
    assert frame_of_districts(build, ["West"]) == [corners((7.0, 45.0, 7.1, 45.1))]
    assert frame_of_districts(build, ["West", "East", "Gone"]) == [corners((7.0, 45.0, 7.3, 45.2))]
    assert frame_of_districts(build, ["Gone", "Nowhere"]) == []
