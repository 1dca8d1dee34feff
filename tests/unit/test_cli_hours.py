"""Streets that are open at some hours only: the load and the coverage say how many metres hang on it."""

from __future__ import annotations

import json

import pytest
from command_line import asking
from tiny_town import write_town

from micropolis_map.services.source_words import said
from micropolis_map.services.speech import Speech

WAYS = (
    "of the ways with opening hours, 300 m are open at ten on a weekday and walked, "
    "600 m are closed then and left out"
)
GATES = "of the gates with opening hours, 1 are open at ten on a weekday, 0 are closed then"


@pytest.fixture
def run(tmp_path, capsys):
    return asking(tmp_path / "data", capsys)


def with_hours(file):
    """Give the town an arcade of 300 m that shuts at night, a market lane of 600 m, and a park's gate."""
    lane = "".join(
        f'<node id="{9000 + x}" lon="{12.0 + x * 0.0015627:.7f}" lat="54.9991017"/>' for x in range(7)
    )
    refs = "".join(f'<nd ref="{9000 + x}"/>' for x in range(7))
    arcade = '<nd ref="9000"/><nd ref="9001"/><nd ref="9002"/><nd ref="9003"/>'
    lane += (
        f'<way id="9000">{refs}<tag k="highway" v="footway"/>'
        '<tag k="opening_hours" v="Sa 07:00-13:00"/></way>'
        f'<way id="9001">{arcade}<tag k="highway" v="footway"/>'
        '<tag k="foot:conditional" v="no @ (23:00-05:00)"/></way>'
    )
    gate = '<tag k="barrier" v="gate"/><tag k="opening_hours" v="08:00-20:00"/></node>'
    text = file.read_text(encoding="utf-8").replace("</node>", gate, 1)  # the street's first corner
    file.write_text(text.replace("</osm>", f"{lane}</osm>"), encoding="utf-8")
    return file


def test_the_load_and_the_coverage_tell_what_hangs_on_hours(run, tmp_path):
    report = json.loads(run("load", "tiny", "--osm", with_hours(write_town(tmp_path)), "--json"))
    result = json.loads(run("coverage", "tiny", "--json"))
    sites = json.loads(run("site", "tiny", "--new", "1", "--json"))
    for notes in (report["notes"], result["notes"], sites["notes"]):
        assert WAYS in notes
        assert GATES in notes


def test_a_town_without_hours_says_nothing_of_them(run, tmp_path):
    report = json.loads(run("load", "tiny", "--osm", write_town(tmp_path), "--json"))
    assert not [note for note in report["notes"] if "hours" in note]


@pytest.mark.parametrize("lang", ["pl", "da", "it", "uk"])
def test_what_hangs_on_hours_is_said_in_the_reader_s_language(lang):
    for note in (WAYS, GATES):
        assert said(note, Speech(lang)) != note
