"""Streets that are open at some hours only: the load and the coverage say how many metres hang on it."""

from __future__ import annotations

import json
import pickle

import pytest
from command_line import asking
from tiny_town import write_town

from micropolis_map.errors import Sentence
from micropolis_map.i18n import translation
from micropolis_map.services.source_words import said
from micropolis_map.services.speech import Speech

WAYS = (
    "of the ways with opening hours, 300 m are open at ten on a weekday and walked, "
    "600 m are closed then and left out"
)
GATES = "of the gates with opening hours, open at ten on a weekday: 1, closed then: 0"

UNREAD = (
    "the opening hours of 2 ways and gates cannot be read, such as 'Sa;when we like': "
    "they count as open (600 m)"
)


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


def test_hours_nobody_can_read_are_told_with_an_example_and_count_as_open(run, tmp_path):
    file = with_hours(write_town(tmp_path))
    text = file.read_text(encoding="utf-8").replace("Sa 07:00-13:00", "Sa; when we like")
    file.write_text(text.replace("08:00-20:00", "8-20 mostly"), encoding="utf-8")
    report = json.loads(run("load", "tiny", "--osm", file, "--json"))
    assert UNREAD in report["notes"]
    assert WAYS.replace("300", "900").replace("600", "0") in report["notes"]
    for lang in ("pl", "da", "it", "uk"):
        assert "Sa;when we like" in said(UNREAD, Speech(lang))
        assert said(UNREAD, Speech(lang)) != UNREAD


def test_a_note_about_one_thing_speaks_of_one(run, tmp_path):
    file = write_town(tmp_path)
    lone = (
        '<node id="9000" lon="12.00" lat="55.05"/><node id="9001" lon="12.001" lat="55.05"/>'
        '<way id="9000"><nd ref="9000"/><nd ref="9001"/><nd ref="9002"/><tag k="highway" v="path"/></way>'
    )
    file.write_text(file.read_text(encoding="utf-8").replace("</osm>", f"{lone}</osm>"), encoding="utf-8")
    notes = json.loads(run("load", "tiny", "--osm", file, "--json"))["notes"]
    assert [note for note in notes if note.startswith("1 island of ways")]
    assert "1 reference names a node that the file does not hold" in notes


@pytest.mark.parametrize(("n", "polish"), [(1, "1 osoba z"), (3, "3 osoby z"), (5, "5 osób z")])
def test_a_counted_sentence_is_said_in_the_form_of_its_number(n, polish):
    told = Sentence.counted(
        "{file}: {n} person from the column {column}",
        "{file}: {n} people from the column {column}",
        n=n,
        file="p.csv",
        column="'all'",
    )
    assert polish in told.told(translation("pl").gettext, "pl")
    assert polish in said(str(told), Speech("pl"))
    assert told.told() == told == pickle.loads(pickle.dumps(told)).told()


def test_the_load_tells_what_is_closed_to_walkers_for_good(run, tmp_path):
    file = write_town(tmp_path)
    lane = "".join(f'<node id="900{x}" lon="{12.0 + x * 0.0031254:.7f}" lat="54.999"/>' for x in range(4))
    refs = "".join(f'<nd ref="900{x}"/>' for x in range(4))
    lane += f'<way id="9000">{refs}<tag k="highway" v="service"/><tag k="access" v="private"/></way>'
    gate = '<tag k="barrier" v="gate"/><tag k="locked" v="yes"/></node>'
    text = file.read_text(encoding="utf-8").replace("</node>", gate, 1)
    file.write_text(text.replace("</osm>", f"{lane}</osm>"), encoding="utf-8")
    notes = json.loads(run("load", "tiny", "--osm", file, "--json"))["notes"]
    closed = [note for note in notes if "closed to walkers" in note or "nobody through" in note]
    assert [note[:9] for note in closed] == ["0.6 km of", "1 gate or"]
    assert all(said(note, Speech(lang)) != note for note in closed for lang in ("pl", "da", "it", "uk"))


def test_a_town_without_hours_says_nothing_of_them(run, tmp_path):
    report = json.loads(run("load", "tiny", "--osm", write_town(tmp_path), "--json"))
    assert not [note for note in report["notes"] if "hours" in note]


@pytest.mark.parametrize("lang", ["pl", "da", "it", "uk"])
def test_what_hangs_on_hours_is_said_in_the_reader_s_language(lang):
    for note in (WAYS, GATES):
        assert said(note, Speech(lang)) != note
