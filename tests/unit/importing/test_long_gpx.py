"""However long a GPX is, only what is taken of it is held; one row or point too many is refused at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources.place_files import gpx, read_rows, xml_tree

POINT = '<trkpt lat="52.1" lon="21.2"><ele>90</ele><time>2026-11-30T12:00:00Z</time></trkpt>\n'
THINGS = {
    "waypoints": ('<wpt lat="52.1" lon="21.2"><name>a</name><sym>b</sym><ele>1</ele></wpt>\n', "{}", 6),
    "points of a track": (POINT, "<trk><name>a</name><trkseg>{}</trkseg></trk>", 8),
    "points of a route": ('<rtept lat="52.1" lon="21.2"><name>a</name></rtept>\n', "<rte>{}</rte>", 6),
    "segments": (f"<trkseg>{POINT * 2}</trkseg>\n", "<trk>{}</trk>", 8),
    "what is not read": ("<other><inner>x</inner></other>\n", "<metadata>{}</metadata>", 6),
    "what is not read of a waypoint": ("<other><inner/></other>\n", '<wpt lat="1" lon="2">{}</wpt>', 6),
}


def written(tmp_path: Path, content: str, end: str = "</gpx>") -> Path:
    path = tmp_path / "long.gpx"
    path.write_text(f'<gpx version="1.1">{content}{end}', "utf-8")
    return path


@pytest.mark.parametrize("what", THINGS)
def test_as_many_elements_are_held_of_a_long_file_as_of_a_short_one(what, tmp_path, monkeypatch):
    one, around, most = THINGS[what]
    held, read = [], []
    start = xml_tree._Builder.start

    def counted(builder, name, attributes):
        start(builder, name, attributes)
        held.append(sum(1 for _ in builder.root.walk()))
        read.append(name)

    monkeypatch.setattr(xml_tree._Builder, "start", counted)
    read_rows(written(tmp_path, around.format(one * 300)))
    assert len(read) > 300
    assert max(held) <= most


TOO_MANY = {
    "rows": ("MAX_ROWS", '<wpt lat="1" lon="2"/>' * 4),
    "points": ("MAX_POINTS", f"<trk><trkseg>{POINT * 2}</trkseg><trkseg>{POINT * 2}"),
}


@pytest.mark.parametrize("what", TOO_MANY)
def test_one_too_many_is_refused_before_the_rest_is_read(what, tmp_path, monkeypatch):
    """What follows is no XML, and nobody has got so far."""
    limit, content = TOO_MANY[what]
    monkeypatch.setattr(gpx, limit, 3)
    with pytest.raises(UnreadableFile, match=f"more than 3 {what}"):
        read_rows(written(tmp_path, content, "<<<"))


def test_a_single_thing_of_countless_parts_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_tree, "MAX_KEPT", 50)
    with pytest.raises(UnreadableFile, match="more than 50 elements"):
        read_rows(written(tmp_path, f'<wpt lat="1" lon="2">{"<name/>" * 60}</wpt>'))
    many = '<wpt lat="1" lon="2"><name>a</name></wpt>' * 60
    assert len(read_rows(written(tmp_path, many)).rows) == 60


def test_words_between_dropped_elements_stay_and_blanks_do_not(tmp_path):
    path = written(tmp_path, '<wpt lat="1" lon="2"><name>By <b>the</b> lake</name></wpt>')
    assert read_rows(path).rows[0].properties["name"] == "By  lake"
