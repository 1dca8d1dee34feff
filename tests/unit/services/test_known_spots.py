"""Which meeting places of OpenStreetMap are still to be told about."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place

from micropolis_map.domain.points import PointSet
from micropolis_map.services.known_spots import matching, none_known, pinned_already

LAT_M = 1 / 111_195


def spots(*named: tuple[str, float]) -> PointSet:
    """Spots on a line northwards, each with its name and metres from the origin."""
    return PointSet(
        id=tuple(f"node/{i}" for i in range(len(named))),
        lon=np.full(len(named), 21.15),
        lat=np.array([52.2 + metres * LAT_M for _, metres in named]),
        name=tuple(name for name, _ in named),
        columns={"activity": np.array(["library"] * len(named), np.str_)},
    )


def pinned(name: str, metres: float):
    at = {"type": "Point", "coordinates": [21.15, 52.2 + metres * LAT_M]}
    return a_place(f"p-{name}", community="wawer", name={"pl": name}, geometry=at)


@pytest.mark.parametrize(
    ("spot", "place", "same"),
    [
        (("Biblioteka Anin", 0), ("biblioteka anin", 40), True),
        (("Biblioteka Anin", 0), ("Biblioteka Anin", 140), False),  # another one of that name
        (("Biblioteka Anin", 0), ("Kawiarnia Pod Sosną", 5), False),  # two in one house
        (("", 0), ("Kawiarnia Pod Sosną", 2), True),
        (("", 0), ("Kawiarnia Pod Sosną", 40), False),
    ],
)
def test_a_place_that_is_pinned_is_not_shown_twice(spot, place, same):
    assert pinned_already(spots(spot), [pinned(*place)]).tolist() == [same]


def test_an_outline_counts_as_near_wherever_in_it_the_spot_is():
    corners = [[21.149, 52.199], [21.151, 52.199], [21.151, 52.201], [21.149, 52.201], [21.149, 52.199]]
    park = a_place("park", name={"pl": "Park Bajka"}, geometry={"type": "Polygon", "coordinates": [corners]})
    assert pinned_already(spots(("Park Bajka", 0)), [park]).tolist() == [True]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["Anin", "Radość", "Falenica", ""]), max_size=6), st.integers(0, 3))
def test_one_place_more_never_brings_a_spot_back(names, n):
    found = spots(*[(name, 30.0 * i) for i, name in enumerate(names)])
    places = [pinned(name, 30.0 * i) for i, name in enumerate(["Anin", "Radość", "Falenica"][:n])]
    fewer = pinned_already(found, places[:-1])
    assert not (fewer & ~pinned_already(found, places)).any()


def test_a_search_knows_letters_without_accents():
    found = spots(("Kawiarnia Łąka", 0), ("Radość", 50))
    assert matching(found, text="laka").name == ("Kawiarnia Łąka",)
    assert len(matching(found, activity="sports")) == 0
    assert len(matching(none_known(), "library", "x")) == 0
