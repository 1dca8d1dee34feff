"""Reading OpenStreetMap files: every format alike, and every broken file refused in words."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium
import pytest
from look_alikes.town_files import MADE, RELATIONS, write_town
from osm_samples import OVERPASS, XML

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import Cancelled, InvalidInput, UnreadableFile
from micropolis_map.sources import osm_file
from micropolis_map.sources.osm_converted import convert
from micropolis_map.sources.osm_file import read_osm, read_osm_files
from micropolis_map.sources.unpacking import CHUNK_BYTES

FORMATS = {
    "a.osm": XML.encode(),
    "a.osm.gz": gzip.compress(XML.encode()),
    "a.osm.bz2": bz2.compress(XML.encode()),
    "a.osm.xz": lzma.compress(XML.encode()),
    "bom.osm": b"\xef\xbb\xbf" + XML.encode(),
    "a.json": OVERPASS.encode(),
    "bom.json": b"\xef\xbb\xbf" + OVERPASS.encode(),
    "a.json.gz": gzip.compress(OVERPASS.encode()),
    "disguised.osm": OVERPASS.encode(),
    "disguised.osm.pbf": gzip.compress(XML.encode()),
    "disguised.json": XML.encode(),
}


def check_sample(extract: OsmExtract) -> None:
    assert extract.node_id.tolist() == [1, 2, 3]
    assert extract.node_lon.tolist() == [2.0000001, 2.0000002, 2.0000003]
    assert extract.node_lat.tolist() == [1.0000001, 1.0000002, 1.0000003]
    assert extract.node_tags == {2: {"amenity": "cafe", "name": "Zajęcia & kawa"}}
    assert extract.way_id.tolist() == [10, 11]
    assert extract.way_nodes(0).tolist() == [0, -1, 1]
    assert extract.way_nodes(1).tolist() == []
    assert extract.way_tags == ({"highway": "path"}, {})
    assert extract.dangling_refs == 4
    assert [(r.id, r.members) for r in extract.relations] == [(20, (("way", 10, "outer"),))]
    assert extract.timestamp == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FORMATS[name])
    extract = read_osm(path)
    check_sample(extract)
    assert extract.source == name


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_small_pbf_in_an_archive_is_read_as_it_is_alone(tmp_path: Path, packing: int) -> None:
    """Of a short name the words of its header stand among the first bytes of the archive, too."""
    xml, alone = tmp_path / "a.osm", tmp_path / "p.osm.pbf"
    nodes = "".join(f'<node id="{n}" version="1" lat="{n}" lon="2"/>' for n in (1, 2, 3))
    way = '<way id="1" version="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="path"/></way>'
    xml.write_text(f'<osm version="0.6">{nodes}{way}</osm>')
    with osmium.SimpleWriter(alone) as writer:
        for thing in osmium.FileProcessor(xml):
            writer.add(thing)
    packed = tmp_path / "p.zip"
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.write(alone, "p.pbf")
    twice = tmp_path / "q.zip"
    with zipfile.ZipFile(twice, "w", packing) as archive:
        archive.writestr("p.osm.pbf.gz", gzip.compress(alone.read_bytes()))
    assert read_osm(alone).node_id.tolist() == [1, 2, 3]
    for other in map(read_osm, (alone, packed, twice)):
        assert other.way_tags == ({"highway": "path"},)
        assert other.node_id.tolist() == [1, 2, 3]


OPL = b"n1 x2 y1\nn2 v1 x2 y2\nw1 v1 Thighway=path Nn1,n2\n"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("kind", ["pbf", "opl"])
def test_binary_files_are_read_when_they_are_packed_once_more(
    tmp_path: Path, kind: str, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    opl, path, packed = tmp_path / "a.opl", tmp_path / f"a.osm.{kind}", tmp_path / f"a.osm.{kind}.packed"
    opl.write_bytes(OPL)
    path.write_bytes(OPL)
    if kind == "pbf":
        path.unlink()
        convert(opl, "opl", path)
    packed.write_bytes(pack(path.read_bytes()))
    found = read_osm(packed)
    assert found.source == packed.name
    assert found.way_nodes(0).tolist() == [0, 1]
    packed.write_bytes(pack(path.read_bytes() + bytes(3 * CHUNK_BYTES)))
    monkeypatch.setattr(osm_file, "FREE_BYTES", 2 * CHUNK_BYTES)
    with pytest.raises(UnreadableFile, match="unpacks to more than 2,097,152"):
        read_osm(packed)


def test_geometry_written_into_ways_gives_nodes(tmp_path: Path) -> None:
    path = tmp_path / "geom.json"
    way = {"type": "way", "id": 1, "nodes": [5, 6, 7], "tags": {"highway": "path"}}
    way["geometry"] = [{"lat": 1, "lon": 2}, None, {"lat": 3, "lon": 4}]
    path.write_text(json.dumps({"elements": [way]}))
    extract = read_osm(path)
    assert extract.node_id.tolist() == [5, 7]
    assert extract.way_nodes(0).tolist() == [0, -1, 1]


BROKEN = {
    "empty.osm": (b"", "empty"),
    "cut.osm": (XML.encode()[:-30], "not whole OpenStreetMap XML"),
    "cut.osm.gz": (gzip.compress(XML.encode())[:-40], "read to its end"),
    "cut.osm.bz2": (bz2.compress(XML.encode())[:-40], "read to its end"),
    "cut.json": (OVERPASS.encode()[:-30], "not whole JSON"),
    "cut.osm.pbf": (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c\x10", "not a whole .osm.pbf"),
    "zip.osm": (b"PK\x03\x04", "broken archive"),
    "page.osm": (b"<!DOCTYPE html><html><body>429</body></html>", "web page"),
    "list.json": (b"[]", "no list 'elements'"),
    "geo.json": (b'{"type": "FeatureCollection", "features": []}', "GeoJSON"),
    "remark.json": (b'{"elements": [], "remark": "runtime error: timed out"}', "timed out"),
    "change.osm": (b"<osmChange></osmChange>", "osmium apply-changes"),
    "change.osc.gz": (gzip.compress(b"<osmChange></osmChange>"), "osmium apply-changes"),
    "differences.osm": (b'<osm><action type="create"/></osm>', "osmium apply-changes"),
    "changes.o5c": (b"\xff\xe0\x04o5c2\xfe", "not OpenStreetMap data"),
    "cut.o5m": (b"\xff\xe0\x04o5m2\x10\x80", "cannot be read as o5m"),
    "cut.opl": (b"n4 v1 dV x8 yx\n", "cannot be read as opl"),
    "blanks.osm": (b" \n" * 5000, "not OpenStreetMap data"),
    "bomb.osm": (b'<!DOCTYPE osm [<!ENTITY a "aaa">]><osm>&a;</osm>', "entity"),
    "odd.json": (b'{"elements": [{"type": "node", "lat": 1, "lon": 2}]}', "'id'"),
    "off.osm": (b'<osm><node id="4" lat="200" lon="2"/></osm>', "node 4"),
    "far.osm": (b'<osm><node id="1" lat="x" lon="2"/></osm>', "'x'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_by_name(tmp_path: Path, name: str) -> None:
    content, words = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_osm(path)
    assert name in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.todo


@pytest.mark.parametrize("name", ["nothing.osm", "."])
def test_missing_files_and_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile):
        read_osm(tmp_path / name)


@pytest.mark.parametrize("content", [b"<osm></osm>", b'{"elements": []}'])
def test_no_element_is_invalid_input(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.osm"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"a\.osm holds no"):
        read_osm(path)


FindFile = Callable[[str], Path]
PBFS = ["look-alikes/town.osm.pbf", "monaco/monaco.osm.pbf"]


def check_same(same: OsmExtract, town: OsmExtract) -> None:
    assert len(town.way_id) > 3000
    for column in ("node_id", "node_lon", "node_lat", "way_id", "way_offsets", "way_refs"):
        assert np.array_equal(getattr(same, column), getattr(town, column)), column
    assert (same.node_tags, same.way_tags) == (town.node_tags, town.way_tags)


@pytest.mark.parametrize("name", ["sparse.osm.pbf", "town.osm", "town.json"])
def test_a_town_is_the_same_in_every_format(data_file: FindFile, name: str) -> None:
    town, same = read_osm(data_file("look-alikes/town.osm.pbf")), read_osm(data_file(f"look-alikes/{name}"))
    check_same(same, town)
    assert {r.id: r for r in same.relations} == {r.id: r for r in town.relations}
    assert {r.id: (r.tags, len(r.members)) for r in town.relations} == {
        number: (tags, len(members)) for number, tags, members in RELATIONS if tags
    }
    if not name.endswith(".osm"):  # plain XML has no place for it
        assert same.timestamp == town.timestamp == MADE


@pytest.mark.parametrize("packing", ["none", "lz4", "zlib"])
def test_a_pbf_is_the_same_however_it_is_packed(tmp_path: Path, data_file: FindFile, packing: str) -> None:
    path = tmp_path / "town.osm.pbf"
    write_town(path, f"pbf,pbf_compression={packing}")
    check_same(read_osm(path), read_osm(data_file("look-alikes/town.osm.pbf")))


def test_formats_that_few_write_are_the_same(tmp_path: Path, data_file: FindFile) -> None:
    town = data_file("look-alikes/town.osm.pbf")
    write_town(tmp_path / "town", "opl")
    check_same(read_osm(tmp_path / "town"), read_osm(town))


def test_o5m_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.o5m"
    node = bytes([0x10, 9, 0x0A, 0, *zigzag(20_000_000), *zigzag(550_000_000)])
    path.write_bytes(b"\xff\xe0\x04o5m2" + node.replace(b"\x10\x09", bytes([0x10, len(node) - 2])) + b"\xfe")
    extract = read_osm(path)
    assert (extract.node_id.tolist(), extract.node_lon.tolist()) == ([5], [2.0])
    assert extract.node_lat.tolist() == [55.0]


def zigzag(value: int) -> bytes:
    left, out = value << 1, bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


@pytest.mark.parametrize("name", PBFS)
def test_every_prefix_of_a_pbf_is_refused(tmp_path: Path, data_file: FindFile, name: str) -> None:
    whole = data_file(name).read_bytes()
    path = tmp_path / "cut.osm.pbf"
    for size in (10, 100, 1000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises((UnreadableFile, InvalidInput), match=r"cut\.osm\.pbf"):
            read_osm(path)


@pytest.mark.parametrize("name", PBFS)
def test_a_damaged_pbf_is_refused_or_read(tmp_path: Path, data_file: FindFile, name: str) -> None:
    whole = bytearray(data_file(name).read_bytes())
    path = tmp_path / "bad.osm.pbf"
    refused = 0
    for position in range(5, len(whole), len(whole) // 20):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            read_osm(path)
        except UnreadableFile:
            refused += 1
    assert refused >= 15


@pytest.mark.parametrize("name", PBFS)
def test_reading_can_be_cancelled(data_file: FindFile, name: str) -> None:
    def cancel(share: float, message: str) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        read_osm(data_file(name), cancel)


def test_merging_keeps_the_better_of_two(tmp_path: Path) -> None:
    path, other = tmp_path / "a.osm", tmp_path / "b.osm"
    path.write_text(XML)
    check_sample(read_osm(path))
    twice = read_osm_files([path, path])
    assert twice.node_id.tolist() == [1, 2, 3]
    assert twice.way_nodes(0).tolist() == [0, -1, 1]
    assert len(twice.relations) == 1
    other.write_text('<osm><node id="77" lat="5" lon="6"/><way id="10"><nd ref="77"/></way></osm>')
    for paths in ([path, other], [other, path]):
        merged = read_osm_files(paths)
        assert merged.node_id.tolist() == [1, 2, 3, 77]
        assert merged.way_tags[0] == {"highway": "path"}
        assert np.array_equal(merged.way_nodes(0), [0, 3, -1, 1])  # of two that miss nodes none is missed


def test_no_file_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_osm_files([])


THREE = '<node id="1" lat="1" lon="2"/><node id="2" lat="1.1" lon="2"/><node id="3" lat="1.2" lon="2"/>'
PATH = '<nd ref="1"/><nd ref="9"/><nd ref="3"/><tag k="highway" v="path"/></way>'


@pytest.mark.parametrize("kind", ["xml", "json", "opl", "pbf", "deleted.opl"])
def test_a_node_without_any_place_is_as_good_as_missing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    opl = b"n1 v1 x2 y1\nn2 v1 x2 y1.1\nn3 v1 x2 y1.2\nn9 v1 Ta=b\nw1 v1 Thighway=path Nn1,n9,n3\n"
    if kind == "xml":
        path.write_text(f'<osm version="0.6">{THREE}<node id="9"/><way id="1">{PATH}</osm>')
    elif kind == "json":
        nodes = [{"type": "node", "id": i, "lat": 1 + i / 10, "lon": 2} for i in (1, 2, 3)]
        way = {
            "type": "way",
            "id": 1,
            "nodes": [1, 9, 3],
            "tags": {"highway": "path", "lit": True, "x": None},
        }
        gone = {"type": "way", "id": 2, "nodes": [1, 2], "tags": {"highway": "path"}, "visible": False}
        path.write_text(json.dumps({"elements": [*nodes, {"type": "node", "id": 9}, way, gone]}))
    elif kind == "pbf":
        path.with_suffix(".opl").write_bytes(opl)
        with osmium.SimpleWriter(path) as writer:
            for thing in osmium.FileProcessor(path.with_suffix(".opl")):
                writer.add(thing)
    else:
        deleted = b"n9 v2 dD\nw2 v1 Thighway=path Nn1,n2\nw2 v2 dD\n" if "deleted" in kind else b""
        path.write_bytes(opl + deleted)
    extract = read_osm(path)
    assert extract.node_id.tolist() == [1, 2, 3]
    assert extract.way_id.tolist() == [1]
    assert extract.way_nodes(0).tolist() == [0, -1, 2]
    assert extract.way_tags[0] == ({"highway": "path"} | ({"lit": "yes"} if kind == "json" else {}))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.osm", '<osm><node id="9" lat="1"/></osm>', "node 9 has no 'lon'"),
        ("a.osm", '<osm><node id="9" lat="1,5" lon="2"/></osm>', "lat of node 9 is '1,5', not a number"),
        ("a.osm", '<osm><way id="4"><tag k="highway"/></way></osm>', "<tag> has no 'v'"),
        ("a.json", '{"elements": [{"type": "node", "id": 9, "lat": 1}]}', "node 9 has a lat alone"),
        (
            "a.json",
            '{"elements": [{"type": "way", "id": 4, "nodes": [1, 2], "geometry": [{"lat": 1, "lon": 2}]}]}',
            "way 4 has 2 nodes, but 1 places",
        ),
    ],
)
def test_what_is_half_there_is_named(tmp_path: Path, name: str, content: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UnreadableFile) as caught:
        read_osm(path)
    assert words in str(caught.value)
