"""Places written into ways and members instead of nodes, packed blocks, archives, and where a file ends."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
import osmium
import pyarrow as pa
import pytest
import shapely
from look_alikes.town_files import DEMO, write_town
from osm_samples import XML
from test_osm_file import check_same, check_sample
from test_unpacking import blob, field

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources import archives, osm_file
from micropolis_map.sources.osm_file import read_osm, read_osm_files

CROSS = {21: [(9.0, 50.0), (9.001, 50.0), (9.002, 50.0)], 22: [(9.001, 49.999), (9.001, 50.0)]}
IDS = {(9.0, 50.0): 1, (9.001, 50.0): 2, (9.002, 50.0): 3, (9.001, 49.999): 4}
KERB = '<node id="2" lon="9.001" lat="50.0"><tag k="barrier" v="kerb"/></node>'


def xml(*, ids: bool, inner: str = "") -> str:
    def nd(at: tuple[float, float]) -> str:
        return f'<nd {f"""ref="{IDS[at]}" """ if ids else ""}lat="{at[1]:.7f}" lon="{at[0]:.7f}"/>'

    ways = (
        f'<way id="{way}">{"".join(map(nd, line))}<tag k="highway" v="path"/></way>'
        for way, line in CROSS.items()
    )
    return f"<osm>{inner}{''.join(ways)}</osm>"


def answer(*, ids: bool, tags: bool = True) -> str:
    ways = []
    for way, line in CROSS.items():
        element = {"type": "way", "id": way, "geometry": [{"lat": lat, "lon": lon} for lon, lat in line]}
        element |= {"nodes": [IDS[at] for at in line]} if ids else {}
        ways.append(element | ({"tags": {"highway": "path"}} if tags else {}))
    node = {"type": "node", "id": 2, "lat": 50.0, "lon": 9.001, "tags": {"barrier": "kerb"}}
    return json.dumps({"elements": [*ways, node]})


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("form", ["xml", "json"])
def test_ways_that_bring_their_places_cross_where_they_meet(tmp_path: Path, form: str, *, ids: bool) -> None:
    path = tmp_path / "a"
    path.write_text(xml(ids=ids, inner=KERB) if form == "xml" else answer(ids=ids))
    extract = read_osm(path)
    assert sorted(zip(extract.node_lon, extract.node_lat, strict=True)) == sorted(IDS)
    middle = extract.way_nodes(0)[1]
    assert middle == extract.way_nodes(1)[1]
    assert extract.node_tags == {middle: {"barrier": "kerb"}}
    assert extract.dangling_refs == 0
    if ids:
        assert extract.node_id.tolist() == [1, 2, 3, 4]


def test_a_file_without_ids_joins_one_with_ids(tmp_path: Path) -> None:
    one, other = tmp_path / "a.osm", tmp_path / "b.json"
    one.write_text(xml(ids=True).replace('id="22"', 'id="23"'))
    other.write_text(answer(ids=False))
    for order in ([one, other], [other, one]):
        extract = read_osm_files(order)
        assert sorted(extract.node_id.tolist()) == [1, 2, 3, 4]
        assert sorted(extract.way_id.tolist()) == [21, 22, 23]


@pytest.mark.parametrize("form", ["xml", "json"])
def test_an_area_of_which_only_the_members_have_places(tmp_path: Path, form: str) -> None:
    ring = [(9.0, 50.0), (9.01, 50.0), (9.01, 50.01), (9.0, 50.0)]
    path = tmp_path / "a"
    if form == "xml":
        nds = "".join(f'<nd lat="{lat}" lon="{lon}"/>' for lon, lat in ring)
        inner = f'<member type="way" ref="7" role="outer">{nds}</member><member type="node" ref="5" role="x" '
        inner += 'lat="50.005" lon="9.005"/><tag k="type" v="multipolygon"/><tag k="leisure" v="park"/>'
        path.write_text(
            '<osm><relation id="3"><bounds minlat="0" minlon="0" maxlat="1" maxlon="1"/>'
            f"{inner}</relation></osm>"
        )
    else:
        members = [
            {"type": "way", "ref": 7, "role": "outer", "geometry": [{"lat": b, "lon": a} for a, b in ring]},
            {"type": "node", "ref": 5, "role": "x", "lat": 50.005, "lon": 9.005},
        ]
        tags = {"type": "multipolygon", "leisure": "park"}
        relation = {"type": "relation", "id": 3, "members": members, "tags": tags}
        path.write_text(json.dumps({"elements": [relation]}))
    extract = read_osm(path)
    assert extract.way_id.tolist() == [7]
    assert extract.way_nodes(0)[0] == extract.way_nodes(0)[-1]
    assert 5 in extract.node_id.tolist()
    assert extract.relations[0].members[0] == ("way", 7, "outer")


def test_places_on_ways_give_the_same_streets(tmp_path: Path) -> None:
    """As `osmium add-locations-to-ways` writes: untagged nodes are only on the ways."""
    path = tmp_path / "on-ways.osm.pbf"
    whole = osmium.FileProcessor(str(DEMO / "town.osm.gz")).with_locations()
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,locations_on_ways=true")) as writer:
        for element in whole:
            if not element.is_node() or len(element.tags):
                writer.add(element)
    ours, theirs = read_osm(path), read_osm(DEMO / "town.osm.gz")
    used = np.unique(theirs.way_refs)
    assert np.isin(theirs.node_id[used], ours.node_id).all()
    assert ours.dangling_refs == 0
    for extract in (ours, theirs):
        refs = extract.way_refs
        lines = [extract.node_id[refs], extract.node_lon[refs], extract.node_lat[refs]]
        assert np.array_equal(lines, [theirs.node_id[theirs.way_refs], *(
            column[theirs.way_refs] for column in (theirs.node_lon, theirs.node_lat)
        )])  # fmt: skip
    assert {int(ours.node_id[i]): tags for i, tags in ours.node_tags.items()} == {
        int(theirs.node_id[i]): tags for i, tags in theirs.node_tags.items()
    }


def packed_again(whole: bytes, pack: object, number: int) -> bytes:
    """The blocks of a PBF that are packed by zlib, packed in another way: field `number`."""
    out, position = b"", 0
    while position < len(whole):
        length = int.from_bytes(whole[position : position + 4], "big")
        head = whole[position + 4 : position + 4 + length]
        kind = b"OSMHeader" if b"OSMHeader" in head else b"OSMData"
        position += 4 + length
        size, shift = 0, 0
        for byte in head[head.rindex(b"\x18") + 1 :]:
            size, shift = size | (byte & 127) << shift, shift + 7
        raw = zlib.decompress(whole[whole.index(b"\x78", position) : position + size])
        content = field(2, len(raw)) + field(number, pack(raw))
        header = field(1, kind) + field(3, len(content))
        out += len(header).to_bytes(4, "big") + header + content
        position += size
    return out


def test_blocks_packed_by_zstandard_are_read(tmp_path: Path) -> None:
    path, plain = tmp_path / "z.osm.pbf", tmp_path / "p.osm.pbf"
    write_town(plain)
    pack = lambda raw: pa.compress(raw, codec="zstd", asbytes=True)  # noqa: E731
    path.write_bytes(packed_again(plain.read_bytes(), pack, 7))
    check_same(read_osm(path), read_osm(plain))


@pytest.mark.parametrize(("codec", "number"), [("zstd", 7), ("lz4_raw", 6)])
@pytest.mark.parametrize("told", [-1, 1])
def test_a_block_that_lies_about_its_size_is_refused(
    tmp_path: Path, codec: str, number: int, told: int
) -> None:
    raw = field(4, b"DenseNodes")
    content = field(2, len(raw) + told) + field(number, pa.compress(raw, codec=codec, asbytes=True))
    head = field(1, b"OSMHeader") + field(3, len(content))
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(len(head).to_bytes(4, "big") + head + content)
    with pytest.raises(UnreadableFile, match=r"a\.osm\.pbf"):
        read_osm(path)


def archive(path: Path, **inner: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in inner.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), content)
    return path


def test_an_archive_holds_one_file_or_several(tmp_path: Path) -> None:
    one = archive(tmp_path / "a.osm.zip", read_me=b"hi", town__a_osm=XML.encode())
    check_sample(read_osm(one))
    assert read_osm(one).source == "a.osm.zip"
    check_sample(read_osm(archive(tmp_path / "b.zip", a_osm_gz=gzip.compress(XML.encode()))))
    write_town(tmp_path / "t.osm.pbf")
    both = archive(tmp_path / "c.zip", t_osm_pbf=(tmp_path / "t.osm.pbf").read_bytes(), a_osm=XML.encode())
    assert set(read_osm(both).way_id.tolist()) > {10, 11}


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ({"a_txt": b"x"}, "holds no OpenStreetMap data"),
        ({"______a_osm": XML.encode()}, "leads out of it"),
        ({"a_osm": XML.encode() + b" " * 5000}, "unpacks to"),
        ({"a_osm": gzip.compress(XML.encode() + b" " * 5_000_000)}, "unpacks to more than"),
        ({"a_osm": b"PK\x03\x04"}, "not OpenStreetMap data"),
        ({"a_osm": b'<!DOCTYPE osm [<!ENTITY a "aaa">]><osm>&a;</osm>'}, "entity"),
    ],
)
def test_a_hostile_archive_is_refused(tmp_path, monkeypatch, inner, said):
    monkeypatch.setattr(archives, "MOST_BYTES", 4000 if said == "unpacks to" else 1_000_000)
    monkeypatch.setattr(osm_file, "FREE_BYTES", 100_000)
    path = archive(
        tmp_path / "a.zip", **{key.replace("______", "..__"): value for key, value in inner.items()}
    )
    with pytest.raises(UnreadableFile, match=said):
        read_osm(path)


@pytest.mark.parametrize("before", [b"\n", b" \t\r\n" * 3000, b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_blanks_before_the_declaration_are_skipped(tmp_path: Path, before: bytes, pack) -> None:
    path = tmp_path / "a.osm"
    path.write_bytes(pack(before + XML.encode()))
    check_sample(read_osm(path))


class TestWhereTheDataEnd:
    SQUARE = (9.0, 50.0), (9.01, 50.0), (9.01, 50.01), (9.0, 50.01)

    def write(self, tmp_path: Path, head: str = "", tail: str = "", name: str = "a.osm") -> Path:
        nodes = "".join(
            f'<node id="{i}" lon="{lon}" lat="{lat}"/>' for i, (lon, lat) in enumerate(self.SQUARE)
        )
        refs = "".join(f'<nd ref="{i}"/>' for i in range(4))
        street = f'<way id="1">{refs}<tag k="highway" v="path"/></way>'
        path = tmp_path / name
        path.write_text(f"<osm>{head}{nodes}{street}{tail}</osm>")
        return path

    def test_is_where_its_outermost_streets_are(self, tmp_path):
        ferry = '<node id="9" lon="12" lat="51"/><way id="5"><nd ref="0"/><nd ref="9"/>'
        ferry += '<tag k="route" v="ferry"/></way>'
        assert read_osm(self.write(tmp_path, tail=ferry)).area.bounds == (9.0, 50.0, 9.01, 50.01)

    @pytest.mark.parametrize(
        "head",
        [
            '<bounds minlat="50.002" minlon="9.001" maxlat="50.1" maxlon="9.1"/>',
            '<bound box="50.002,9.001,50.1,9.1" origin="x"/>',
        ],
    )
    def test_is_not_beyond_the_box_the_file_was_cut_to(self, tmp_path, head):
        assert read_osm(self.write(tmp_path, head)).area.bounds == (9.001, 50.002, 9.01, 50.01)

    def test_of_several_files_is_where_each_of_them_ends(self, tmp_path):
        far = self.write(tmp_path, '<bounds minlat="50" minlon="9" maxlat="50.004" maxlon="9.1"/>')
        near = self.write(
            tmp_path, '<bounds minlat="50.006" minlon="9" maxlat="50.1" maxlon="9.1"/>', name="b.osm"
        )
        area = read_osm_files([far, near]).area
        assert len(area.geoms) == 2
        assert area.area == pytest.approx(0.8 * 0.01 * 0.01)

    def test_a_binary_file_names_its_box_in_the_header(self, tmp_path):
        path = tmp_path / "a.osm.pbf"
        header = osmium.io.Header()
        box = (17.18, 55.70, 17.3, 55.71)
        header.add_box(osmium.osm.Box(*box))
        with osmium.SimpleWriter(osmium.io.File(str(path), "pbf"), header=header) as writer:
            for element in osmium.FileProcessor(str(DEMO / "town.osm.gz")):
                writer.add(element)
        hull = read_osm(DEMO / "town.osm.gz").area
        assert 0 < read_osm(path).area.area < hull.area
        assert read_osm(path).area.equals_exact(hull.intersection(shapely.box(*box)), 1e-9)

    def test_a_line_has_no_area(self, tmp_path):
        path = tmp_path / "line.osm"
        path.write_text('<osm><node id="1" lon="1" lat="1"/><node id="2" lon="2" lat="2"/></osm>')
        assert read_osm(path).area is None


def test_blob_helper_packs_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", field(4, b"DenseNodes")))
    with pytest.raises(osm_file.InvalidInput, match="no OpenStreetMap element"):
        read_osm(path)
