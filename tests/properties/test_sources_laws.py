"""Laws that hold for any input of the sources."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.boundaries import voronoi_districts
from micropolis_map.sources.osm_columns import OsmColumns, extract_of, join_files
from micropolis_map.sources.osm_file import read_osm
from micropolis_map.sources.points import read_points
from micropolis_map.sources.population import PopulationFile
from micropolis_map.sources.population_of_homes import spread_population

FEW = settings(max_examples=60)
BOX = shapely.box(12.0, 55.0, 12.2, 55.1)
lon_lat = st.tuples(st.floats(12.0, 12.2), st.floats(55.0, 55.1))


@st.composite
def columns(draw: st.DrawFn) -> OsmColumns:
    ids = draw(st.lists(st.integers(-5, 40), max_size=30))
    ways = draw(st.lists(st.lists(st.integers(-5, 45), max_size=8), max_size=6))
    tagged = draw(st.lists(st.integers(0, max(len(ids) - 1, 0)), max_size=5, unique=True)) if ids else []
    return OsmColumns(
        node_id=np.array(ids, np.int64),
        node_lon=np.array([float(i) for i in ids]),
        node_lat=np.array([float(-i) for i in ids]),
        node_tags={i: {"k": str(ids[i])} for i in tagged},
        way_id=np.arange(len(ways)) * 7,
        way_counts=np.array([len(way) for way in ways], np.int64),
        way_refs=np.array([ref for way in ways for ref in way], np.int64),
        way_tags=[{"highway": "path"} for _ in ways],
    )


@FEW
@given(columns())
def test_an_extract_keeps_its_docstring(listed: OsmColumns) -> None:
    if not len(listed.node_id) and not len(listed.way_id):
        with pytest.raises(InvalidInput):
            extract_of(listed, "x")
        return
    extract = extract_of(listed, "x")
    known = set(listed.node_id.tolist())
    assert extract.node_id.tolist() == sorted(known)
    assert extract.node_lon.tolist() == [float(i) for i in sorted(known)]
    assert all(tags == {"k": str(extract.node_id[i])} for i, tags in extract.node_tags.items())
    assert extract.dangling_refs == sum(ref not in known for ref in listed.way_refs.tolist())
    starts = np.concatenate(([0], np.cumsum(listed.way_counts)))
    for way in range(len(listed.way_id)):
        ours = extract.way_nodes(way)
        theirs = [r if r in known else None for r in listed.way_refs[starts[way] : starts[way + 1]].tolist()]
        assert extract.node_id[ours[ours >= 0]].tolist() == [r for r in theirs if r is not None]
        if len(ours):
            assert ours[0] >= 0
            assert ours[-1] >= 0
            assert not ((ours[1:] < 0) & (ours[:-1] < 0)).any()
        first = next((i for i, r in enumerate(theirs) if r is not None), 0)
        last = len(theirs) - next((i for i, r in enumerate(reversed(theirs)) if r is not None), 0)
        inner = theirs[first:last] if len(ours) else []
        runs = sum(r is None and inner[i - 1] is not None for i, r in enumerate(inner))
        assert int((ours < 0).sum()) == runs


@FEW
@given(columns(), columns())
def test_joining_with_itself_changes_nothing_and_order_does_not_matter(a: OsmColumns, b: OsmColumns) -> None:
    if not len(a.node_id) or not len(b.node_id):
        return
    one = extract_of(a, "a")
    assert extract_of(join_files([a, a]), "aa").node_id.tolist() == one.node_id.tolist()
    merged, turned = extract_of(join_files([a, b]), "ab"), extract_of(join_files([b, a]), "ba")
    for column in ("node_id", "node_lon", "node_lat", "way_id", "way_offsets", "way_refs"):
        assert getattr(merged, column).tolist() == getattr(turned, column).tolist()
    assert (merged.node_tags, merged.way_tags) == (turned.node_tags, turned.way_tags)


@FEW
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_our_words(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.osm"
        for start in (b"", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c", b"<osm>", b"{", b"\x1f\x8b", b"BZh"):
            path.write_bytes(start + content)
            with pytest.raises((UnreadableFile, InvalidInput)):
                read_osm(path)


@FEW
@given(st.lists(lon_lat, min_size=1, max_size=12))
def test_voronoi_districts_partition_the_boundary(centres: list[tuple[float, float]]) -> None:
    lon, lat = zip(*centres, strict=True)
    cells = voronoi_districts([str(i) for i in range(len(centres))], lon, lat, BOX)
    assert sum(shape.area for shape in cells.geometries) == pytest.approx(BOX.area, rel=1e-6)
    assert shapely.union_all(list(cells.geometries)).area == pytest.approx(BOX.area, rel=1e-6)


@FEW
@given(
    st.lists(st.tuples(lon_lat, st.floats(0, 50)), max_size=15),
    st.lists(st.tuples(lon_lat, st.floats(0.001, 0.05), st.floats(0, 1000)), min_size=1, max_size=6),
)
def test_spreading_loses_nobody(
    homes: list[tuple[tuple[float, float], float]],
    cells: list[tuple[tuple[float, float], float, float]],
) -> None:
    squares = np.array([shapely.box(x, y, x + side, y + side) for (x, y), side, _ in cells])
    people = np.array([p for *_, p in cells])
    places = PointSet(
        tuple(str(i) for i in range(len(homes))),
        np.array([p[0] for p, _ in homes]),
        np.array([p[1] for p, _ in homes]),
        np.array([weight for _, weight in homes]),
    )
    spread = spread_population(PopulationFile(squares, people, {"seniors": people / 4}), places)
    assert spread.population is not None
    assert spread.population.sum() == pytest.approx(people.sum())
    assert spread.columns["seniors"].astype(float).sum() == pytest.approx(people.sum() / 4)
    assert (spread.population >= 0).all()
    assert len(set(spread.id)) == len(spread)


numbers = st.floats(-80, 80).map(lambda value: round(value, 6))


@FEW
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8), st.sampled_from([",", ";", "\t", "|"]))
def test_tables_and_geojson_say_the_same(points: list[tuple[float, float]], delimiter: str) -> None:
    with TemporaryDirectory() as folder:
        table, features = Path(folder) / "a.csv", Path(folder) / "a.geojson"
        rows = [delimiter.join(("id", "lon", "lat"))]
        for i, (x, y) in enumerate(points):
            values = (f"p{i}", repr(x), repr(y))
            comma = delimiter != ","
            rows.append(delimiter.join(v.replace(".", ",") if comma else v for v in values))
        table.write_text("\n".join(rows))
        collection = [
            {
                "type": "Feature",
                "id": f"p{i}",
                "properties": {},
                "geometry": {"type": "Point", "coordinates": p},
            }
            for i, p in enumerate(points)
        ]
        features.write_text(json.dumps({"type": "FeatureCollection", "features": collection}))
        one, other = read_points(table), read_points(features)
    assert one.id == other.id
    assert one.lon.tolist() == other.lon.tolist() == [x for x, _ in points]
    assert one.lat.tolist() == other.lat.tolist() == [y for _, y in points]
