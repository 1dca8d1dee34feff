"""Elements listed several times: history files, and overlapping extracts of different days."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Way

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import UnreadableFile
from micropolis_map.sources.osm_editions import dated, edition_of, is_newer, newest, seconds_of
from micropolis_map.sources.osm_file import read_osm, read_osm_files

OLD, NEW = "2021-05-01T00:00:00Z", "2024-05-01T00:00:00Z"


def write(path: Path, inner: str, made: str = "") -> Path:
    meta = f'<meta osm_base="{made}"/>' if made else ""
    path.write_text(f'<osm version="0.6">{meta}{inner}</osm>')
    return path


def street(kind: str, attributes: str = "", nodes: tuple[int, ...] = (1, 2)) -> str:
    refs = "".join(f'<nd ref="{ref}"/>' for ref in nodes)
    return f'<way id="8" {attributes}>{refs}<tag k="highway" v="{kind}"/></way>'


def places(*lons: float, attributes: str = "") -> str:
    return "".join(
        f'<node id="{i}" lon="{lon}" lat="1" {attributes}/>' for i, lon in enumerate(lons, start=1)
    )


def kinds(extract: OsmExtract) -> list[str]:
    return [tags["highway"] for tags in extract.way_tags]


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_history_the_newest_version_counts_and_what_was_deleted_is_gone(tmp_path, turned):
    listed = [
        '<node id="1" version="1" lon="5" lat="1"><tag k="amenity" v="cafe"/></node>',
        '<node id="1" version="2" lon="2" lat="1"/>',
        '<node id="2" version="9" lon="3" lat="1"/><node id="2" version="10" lon="4" lat="1"/>',
        '<node id="3" version="1" visible="true" lon="9" lat="1"/>',
        '<node id="3" version="2" visible="false"/>',
        '<node id="4" version="1" visible="false"/><node id="4" version="2" lon="7" lat="1"/>',
        street("path", 'version="1"', (1, 3, 2)),
        street("footway", 'version="2"'),
        '<relation id="6" version="1"><tag k="type" v="site"/></relation>',
        '<relation id="6" version="2" visible="false"/>',
    ]
    extract = read_osm(write(tmp_path / "h.osm", "".join(reversed(listed) if turned else listed)))
    assert dict(zip(extract.node_id.tolist(), extract.node_lon.tolist(), strict=True)) == {1: 2, 2: 4, 4: 7}
    assert extract.node_tags == {}
    assert (kinds(extract), extract.way_nodes(0).tolist(), extract.relations) == (["footway"], [0, 1], ())


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (('version="1"', ""), ('version="2"', "")),
        ((f'version="1" timestamp="{NEW}"', NEW), (f'version="2" timestamp="{OLD}"', OLD)),
        ((f'timestamp="{OLD}"', ""), (f'timestamp="{NEW}"', "")),
        (("", OLD), ("", NEW)),
        ((f'version="7" timestamp="{OLD}"', OLD), ("", NEW)),  # the whole file shows a later day
        (("", OLD), (f'version="1" timestamp="{NEW}"', NEW)),
    ],
)
def test_of_two_extracts_the_newer_element_counts_in_any_order(tmp_path, older, newer):
    files = [
        write(tmp_path / f"{kind}.osm", places(2, 3) + street(kind, attributes), made)
        for kind, (attributes, made) in (("construction", older), ("residential", newer))
    ]
    for order in permutations(files):
        assert kinds(read_osm_files(order)) == ["residential"]


def test_without_any_age_the_order_of_files_still_does_not_matter(tmp_path):
    files = [
        write(tmp_path / f"{number}.osm", places(2 + number, 3) + street(f"kind{number}"))
        for number in range(3)
    ]
    found = [read_osm_files(order) for order in permutations(files)]
    assert len({(kinds(extract)[0], extract.node_lon[0]) for extract in found}) == 1


def test_a_way_cut_off_in_both_extracts_is_whole_again(tmp_path):
    west = write(tmp_path / "w.osm", places(1, 2) + street("path", 'version="3"', (1, 2, 3, 4)))
    east = write(
        tmp_path / "e.osm",
        '<node id="3" lon="3" lat="1"/><node id="4" lon="4" lat="1"/>'
        + street("path", 'version="3"', (1, 2, 3, 4)),
    )
    for order in permutations([west, east]):
        extract = read_osm_files(order)
        assert (extract.way_nodes(0).tolist(), extract.dangling_refs) == ([0, 1, 2, 3], 0)


def test_tags_of_what_is_no_element_stay_with_nobody(tmp_path):
    inner = places(2, 3) + street("path") + '<changeset id="5"><tag k="highway" v="motorway"/></changeset>'
    assert kinds(read_osm(write(tmp_path / "a.osm", inner))) == ["path"]


def test_binary_files_tell_the_same_ages(tmp_path):
    def write_pbf(name: str, kind: str, options: str, version: int) -> Path:
        path = tmp_path / name
        with osmium.SimpleWriter(osmium.io.File(str(path), f"pbf,{options}")) as writer:
            for number in (1, 2):
                writer.add_node(Node(id=number, version=version, timestamp=OLD, location=(number, version)))
            writer.add_way(Way(id=8, version=version, timestamp=NEW, nodes=[1, 2], tags={"highway": kind}))
        return path

    for dense in ("true", "false"):
        old = write_pbf(f"old-{dense}.osm.pbf", "construction", f"pbf_dense_nodes={dense}", 3)
        new = write_pbf(f"new-{dense}.osm.pbf", "footway", f"pbf_dense_nodes={dense}", 12)
        for order in permutations([old, new]):
            extract = read_osm_files(order)
            assert kinds(extract) == ["footway"]
            assert extract.node_lat.tolist() == [12, 12]


def test_a_binary_history_says_how_to_take_the_newest_state(tmp_path):
    path = tmp_path / "all.osh.pbf"
    header = osmium.io.Header()
    header.has_multiple_object_versions = True
    with osmium.SimpleWriter(osmium.io.File(str(path), "osh.pbf"), header=header) as writer:
        writer.add_node(Node(id=1, version=1, location=(2, 3)))
    with pytest.raises(UnreadableFile, match="osmium time-filter"):
        read_osm(path)


EDITIONS = st.tuples(st.integers(0, 3), st.sampled_from(["", OLD, NEW]))


@given(st.lists(st.tuples(st.integers(1, 4), EDITIONS), min_size=1, max_size=9), st.randoms())
def test_the_newest_is_the_same_in_any_order(listed, chance):
    def kept(rows):
        ids = np.array([number for number, _ in rows])
        edition = np.array([edition_of(*age) for _, age in rows])
        return {int(ids[i]): int(edition[i]) for i in newest(ids, edition, edition)}

    turned = listed[:]
    chance.shuffle(turned)
    assert kept(turned) == kept(listed)
    for number, edition in kept(listed).items():
        assert not any(is_newer(edition_of(*age), edition) for other, age in listed if other == number) or {
            bool(version) for other, (version, _) in listed if other == number
        } == {True, False}


def test_no_time_is_the_time_of_the_file():
    own, file = edition_of(2, NEW), seconds_of(OLD)
    assert dated(np.array([0, own, edition_of(3), -1]), OLD).tolist() == [
        file, own, edition_of(3, OLD), -1,
    ]  # fmt: skip
    assert dated(np.array([0]), "yesterday").tolist() == [0]
    assert edition_of("x", "never") == 0
