"""Layers of the map are the same JSON as written at once, in pieces that let other threads work between."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.services import walking_time_layers
from micropolis_map.services.walking_time_layers import compact

plain = st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text(max_size=4)
many = st.builds(
    lambda one, n: [one] * n, plain | st.lists(plain, max_size=2), st.sampled_from([0, 1, 99, 100, 101, 250])
)
values = st.recursive(
    plain | many,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_the_pieces_are_what_is_written_at_once(document):
    assert compact(document) == json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def test_no_call_writes_a_whole_layer(monkeypatch):
    """Streets in two classes, and homes: thousands of lines and points."""
    line = [[17.2, 55.7], [17.20001, 55.70001], [17.20002, 55.70002]]
    street = {"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": [line] * 5_000}}
    home = {"type": "Feature", "geometry": {"type": "Point", "coordinates": line[0]}}
    written, dumps = [], json.dumps

    def counted(value, **how):
        written.append(len(dumps(value, **how)))
        return dumps(value, **how)

    monkeypatch.setattr(walking_time_layers.json, "dumps", counted)
    for features in ([street] * 2, [home] * 5_000):
        assert len(compact({"type": "FeatureCollection", "features": features})) > 300_000
    assert max(written) < 20_000
