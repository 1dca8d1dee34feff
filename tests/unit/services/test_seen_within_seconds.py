"""What an organiser accepts is in the public file and in other browsers within five seconds.

No clock is read here: one look after a change is enough, and looks come often enough.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from dict_place_store import DictPlaceStore
from place_builders import a_place

from micropolis_map.services.publishing import POLL_S, Publishing
from micropolis_map.ui.components.place_map import LOOK_EVERY_S

PROMISED_S = 5.0
MARGIN_S = 1.5
"""For one look itself, on a busy machine."""


def test_looks_come_often_enough():
    assert POLL_S + MARGIN_S <= PROMISED_S
    assert LOOK_EVERY_S + MARGIN_S <= PROMISED_S


def test_the_public_file_is_right_after_one_look(tmp_path):
    store = DictPlaceStore()
    publishing = Publishing(store, tmp_path / "places.geojson")
    for ids in (["a"], ["a", "b"]):
        store.put(a_place(ids[-1]))
        assert publishing._look() == POLL_S
        features = json.loads(publishing.path.read_text(encoding="utf-8"))["features"]
        assert [feature["id"] for feature in features] == ids
