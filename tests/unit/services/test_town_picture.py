"""The small picture of a town: small, whole, of its own data, and nothing else."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.services.picture_paths import HIGH, WIDE, Frame, dots, path_of
from micropolis_map.services.town_picture import MOST_BYTES, picture
from micropolis_map.settings import Settings

SVG = "{http://www.w3.org/2000/svg}"
BOXES = st.tuples(st.floats(-179, 178), st.floats(-80, 79), st.floats(1e-6, 1.0), st.floats(1e-6, 1.0))


@pytest.fixture
def application(tmp_path):
    shutil.copytree(Path(__file__).parents[3] / "data" / "geo", tmp_path / "geo")
    return build_application(Settings(data=tmp_path))


@given(BOXES)
def test_a_frame_holds_its_box_and_is_true_to_scale(box):
    west, south, wide, high = box
    frame = Frame.around(west, south, west + wide, south + high)
    corners = dots([(west, south), (west + wide, south + high)], frame)
    assert len(corners) == 2
    assert frame.box[2] - frame.box[0] == pytest.approx(WIDE * frame.unit / frame.stretch)
    assert frame.box[3] - frame.box[1] == pytest.approx(HIGH * frame.unit)


@settings(max_examples=30)
@given(st.integers(20, 400), st.integers(1, 30))
def test_a_path_has_room_or_is_left_out(most, n):
    lines = [shapely.LineString([(0, i * 10), (i * 7 + 9, i * 10 + 3), (50, 400)]) for i in range(n)]
    text = path_of(np.array(lines, object), area=False, most=most)
    assert len(text) <= most
    assert set(text) <= set("Mlz 0123456789-")


@pytest.mark.parametrize("slug", ["wawer", "middelfart", "cagliari", "demo"])
def test_each_town_has_a_picture_of_at_most_60_kb(application, slug):
    for theme in ("", "light", "dark"):
        text = picture(application.community_store, application.place_store, slug, theme)
        assert len(text.encode()) <= MOST_BYTES
        root = ET.fromstring(text)
        assert {node.tag for node in root.iter()} <= {f"{SVG}{name}" for name in ("svg", "style", "path")}
        assert ("prefers-color-scheme" in text) == (theme == "")


def test_a_coast_is_in_the_picture_of_a_sketch(application):
    text = picture(application.community_store, application.place_store, "middelfart")
    assert 'class="water"' in text


def test_what_residents_write_is_not_in_it(application):
    evil = "</style><script>alert(1)</script>"
    application.community_store.save(
        Community("evil", {"en": evil}, about={"en": evil}, centre=(21.15, 52.2), source=evil)
    )
    application.place_store.put(a_place("p9", community="evil", name={"en": evil}))
    text = picture(application.community_store, application.place_store, "evil")
    assert "script" not in text
    assert 'class="pin"' in text


def test_a_place_more_is_a_dot_more(application):
    store = application.place_store
    application.community_store.save(Community("bare", {"en": "Bare"}, centre=(21.15, 52.2)))
    before = picture(application.community_store, store, "bare")
    store.put(a_place("p8", community="bare"))
    assert picture(application.community_store, store, "bare").count("h0") > before.count("h0")
