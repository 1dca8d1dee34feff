"""Looking only at boxes nearby finds the same duplicates as looking at every place."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))

from place_builders import a_place

from micropolis_map.domain.duplicates import near_duplicates
from micropolis_map.services.nearby import duplicates_of

lats = st.sampled_from([-60.0, 0.0, 52.2, 85.0])
steps = st.floats(-0.02, 0.02)


class Desk(SimpleNamespace):
    __hash__ = object.__hash__


@settings(max_examples=80)
@given(lats, st.lists(st.tuples(steps, steps, steps), min_size=1, max_size=8))
def test_the_same_as_looking_at_all(lat, offsets):
    places = []
    for number, (x, y, z) in enumerate(offsets):
        line = {"type": "LineString", "coordinates": [[10 + x, lat + y / 10], [10 + z, lat + y / 10]]}
        point = {"type": "Point", "coordinates": [10 + x, lat + y / 10]}
        places.append(a_place(f"p{number}", geometry=line if number % 2 else point))
    store = SimpleNamespace(places=lambda _: places, version=lambda: "1")
    desk = Desk(places=store)
    for place in places:
        assert duplicates_of(desk, place) == near_duplicates(place, places)
