"""A file of features with a value of the wrong kind anywhere in it is read, or refused in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from micropolis_map.errors import MicropolisError
from micropolis_map.sources.vector_file import VectorFile, read_vector

SQUARE = {"type": "Polygon", "coordinates": [[[21, 52], [21.1, 52], [21.1, 52.1], [21, 52]]]}
FEATURE = {"type": "Feature", "id": "a", "geometry": SQUARE, "properties": {"name": "Anin"}}
FACTS = {"display_name": "Anin, Warszawa", "osm_type": "relation", "osm_id": 7, "place_rank": 16}
FACTS |= {"class": "boundary", "type": "administrative", "importance": 0.5}
DOCUMENTS = {
    "geojson": {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            FEATURE,
            {**FEATURE, "geometry": {"type": "GeometryCollection", "geometries": [SQUARE]}},
        ],
    },
    "nominatim": [
        FACTS | {"geojson": SQUARE},
        FACTS | {"geojson": {"type": "Point", "coordinates": [21, 52]}},
    ],
    "nominatim geojson": {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": SQUARE, "properties": FACTS}],
    },
}
WRONG: tuple[Any, ...] = ([], {}, 7, "x", None, True, 10**400, -0.5, [[]], {"type": ["Point"]}, "\ud800")


def with_one_wrong(document: Any) -> Iterator[Any]:
    """The document with each of its values in turn replaced by each of `WRONG`."""

    def paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        yield path
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, part in inner:
            yield from paths(part, (*path, key))

    for path in paths(document, ()):
        for wrong in WRONG:
            whole = [copy.deepcopy(document)]
            at: Any = whole
            keys = (0, *path)
            for key in keys[:-1]:
                at = at[key]
            at[keys[-1]] = wrong
            yield whole[0]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_wrong_value_anywhere_is_read_or_refused_in_words(name, tmp_path):
    path, read = tmp_path / "town.geojson", 0
    for document in with_one_wrong(DOCUMENTS[name]):
        path.write_text(json.dumps(document), "ascii")
        try:
            read += isinstance(read_vector(path), VectorFile)
        except MicropolisError:
            continue
    assert read


@pytest.mark.parametrize("data", [b"fgb\x03fgb\x00" + bytes(3_000), b"fgb\x03fgb\x00" + b"\xff" * 90])
def test_a_flatgeobuf_of_nothing_is_refused_in_words(tmp_path, data):
    path = tmp_path / "town.fgb"
    path.write_bytes(data)
    with pytest.raises(MicropolisError, match=r"town\.fgb"):
        read_vector(path)
