"""What importing does to the places that are there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gpxpy
import pytest

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Period, Place, Status, Story
from micropolis_map.errors import InvalidInput
from micropolis_map.services.exporting import csv_bytes, export_places, gpx_bytes, kml_bytes
from micropolis_map.services.importing import ImportPlan, import_file, plan_import
from micropolis_map.services.row_words import activity_of, kind_of
from micropolis_map.sources.place_files import ColumnMapping, Row, RowFile, propose_mapping, read_rows
from micropolis_map.stores.database import Database
from micropolis_map.stores.place_store import SqlPlaceStore

WAWER = Community(slug="wawer", name={"pl": "Wawer"}, centre=(21.17, 52.2), languages=("pl", "en"))
POINT = {"type": "Point", "coordinates": [21.17, 52.2]}


class Shelf:
    def __init__(self, *places: Place) -> None:
        self.by_id = {place.id: place for place in places}

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        found = [p for p in self.by_id.values() if community in (None, p.community)]
        return [p for p in found if not published_only or p.status == "published"]

    def put_many(self, places: Iterable[Place]) -> int:
        self.by_id.update({place.id: place for place in places})
        return len(self.by_id)


def rows_of(*rows: dict[str, Any], geometry: Any = POINT) -> RowFile:
    made = []
    for number, cells in enumerate(rows, start=1):
        own = dict(cells)
        made.append(Row(number, own.pop("geometry", geometry), own, None, str(own.pop("#", ""))))
    columns = [key for row in made for key in row.properties]
    return RowFile("places.csv", "csv", tuple(made), propose_mapping(columns))


def plan(*rows: dict[str, Any], existing: Sequence[Place] = (), **more: Any) -> ImportPlan:
    return plan_import(rows_of(*rows), WAWER, existing, now="2026-11-21T00:00:00Z", **more)


def old(**facts: Any) -> Place:
    start = Place(
        "abc", "wawer", "natural", {"pl": "Las", "en": "Forest"}, POINT, created="2026-01-01T00:00:00Z"
    )
    return replace(start, updated="2026-01-01T00:00:00Z", **facts)


def test_a_new_place_takes_what_the_row_says() -> None:
    done = plan(
        {
            "name": " Stary młyn ",
            "description:en": "Old mill",
            "type": "historic=mill",
            "year": "1877-1912",
            "website": "www.example.org",
            "themes": "woda; młyny",
            "wheelchair": "nie",
            "photo": "https://x.org/a.jpg",
            "opening_hours": "Mo-Fr 10:00-12:00",
            "colour": "red",
        }
    )
    assert done.as_json() == {"read": 1, "added": 1, "updated": 0, "unchanged": 0, "skipped": []}
    place = done.places[0]
    assert place.name == {"pl": "Stary młyn"}
    assert place.description == {"en": "Old mill"}
    assert (place.kind, place.period, place.themes) == ("historical", Period(1877, 1912), ("woda", "młyny"))
    assert (place.website, place.access["step_free"]) == ("https://www.example.org", "no")
    assert (place.community, place.status, place.source) == ("wawer", "published", "places.csv")
    assert place.created == place.updated == "2026-11-21T00:00:00Z"
    assert any("colour" in note for note in done.notes)
    assert any("photos elsewhere" in note for note in done.notes)


def test_an_update_keeps_what_the_row_does_not_mention() -> None:
    story = Story("s1", "Title", "Text", "pl")
    there = old(stories=(story,), description={"da": "skov"}, themes=("drzewa",))
    done = plan({"#": "abc", "name": "Las Wawerski", "opis": "duży"}, existing=[there])
    assert done.count("updated") == 1
    place = done.places[0]
    assert place.name == {"pl": "Las Wawerski", "en": "Forest"}
    assert place.description == {"da": "skov", "pl": "duży"}
    assert (place.stories, place.themes, place.kind) == ((story,), ("drzewa",), "natural")
    assert (place.created, place.updated) == ("2026-01-01T00:00:00Z", "2026-11-21T00:00:00Z")
    assert plan({"#": "abc", "name": "Las"}, existing=[there]).count("unchanged") == 1


@pytest.mark.parametrize("status", ["hidden", "withdrawn", "archived"])
def test_what_was_taken_down_does_not_come_back(status: Status) -> None:
    done = plan({"#": "abc", "name": "Las"}, existing=[old(status=status)])
    assert "off the public map" in done.rows[0].reason
    assert done.places == ()


def test_a_pending_place_stays_pending() -> None:
    assert plan({"#": "abc", "name": "Bór"}, existing=[old(status="pending")]).places[0].status == "pending"
    assert plan({"name": "Nowe"}, status="pending").places[0].status == "pending"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({}, "has no name"),
        ({"name": "  "}, "has no name"),
        (
            {"name": "x", "geometry": {"type": "Point", "coordinates": [0.0, 0.0]}},
            "km from wawer (lon 0, lat 0)",
        ),
        ({"#": "osm:node:1", "name": "x"}, "belongs to the community 'cagliari'"),
        ({"name": "x", "community": "cagliari", "revision": "3"}, "belongs to the community 'cagliari'"),
        (
            {"name": "x", "geometry": {"type": "LineString", "coordinates": [[21.17, 52.2], [25.0, 52.2]]}},
            "reaches",
        ),
        ({"name": "x" * 30_000}, "at most 20,000"),
        ({"name": {"pl": "x"}, "community": "wawer", "kind": "zzz"}, "kind is 'zzz'"),
        (
            {"name": {"pl": "x"}, "community": "wawer", "kind": "natural", "website": "javascript:alert(1)"},
            "website",
        ),
    ],
)
def test_each_skipped_row_says_why(row: dict[str, Any], why: str) -> None:
    foreign = Place(
        "osm:node:1", "cagliari", "natural", {"it": "Bosco"}, {"type": "Point", "coordinates": [9.1, 39.2]}
    )
    done = plan(row, existing=[foreign])
    assert done.rows[0].outcome == "skipped"
    assert why in done.rows[0].reason


def test_a_name_is_proposed_from_the_description() -> None:
    done = plan(
        {"description": "Stary dąb nad rzeką.\nRośnie tu od wieków"}, {"address": "Trakt Lubelski 40"}
    )
    assert sorted(place.name["pl"] for place in done.places) == ["Stary dąb nad rzeką.", "Trakt Lubelski 40"]
    long = plan({"description": "słowo " * 50}).places[0].name["pl"]
    assert len(long) <= 61
    assert long.endswith("…")


def test_rows_for_the_same_place() -> None:
    same = {"#": "b7f3-p", "name": "A"}
    done = plan(same, same, {"#": "b7f3-p", "name": "B"})
    assert [row.outcome for row in done.rows] == ["skipped", "skipped", "added"]
    assert "row 3" in done.rows[0].reason
    again = plan(same, same)
    assert [row.outcome for row in again.rows] == ["added", "unchanged"]
    newer = {
        "name": {"pl": "A"},
        "community": "wawer",
        "kind": "natural",
        "updated": "2026-05-01T00:00:00Z",
        "#": "q-1",
    }
    older = {**newer, "name": {"pl": "Z"}, "updated": "2026-04-01T00:00:00Z"}
    assert [row.outcome for row in plan(older, newer).rows] == ["skipped", "added"]


def test_row_numbers_of_another_table_are_no_ids() -> None:
    first = plan({"#": "1", "name": "Młyn"})
    elsewhere = {"#": "1", "name": "Park", "geometry": {"type": "Point", "coordinates": [21.2, 52.21]}}
    second = plan(elsewhere, existing=first.places)
    assert second.count("added") == 1
    assert plan({"#": "1", "name": "Młyn wodny"}, existing=first.places).count("updated") == 1


def test_a_mapping_can_be_said() -> None:
    done = plan({"a": "Młyn", "b": "natural"}, mapping=ColumnMapping({"a": "name.en", "b": "kind"}))
    assert (done.places[0].name, done.places[0].kind) == ({"en": "Młyn"}, "natural")


def test_a_community_without_a_position_takes_all() -> None:
    nowhere = Community(slug="x", name={"en": "X"})
    assert plan_import(rows_of({"name": "a"}), nowhere, []).count("added") == 1


def test_stories_of_terrastories_join_their_place_once(tmp_path: Path) -> None:
    path = tmp_path / "stories.csv"
    path.write_text(
        "name,description,speakers,places,language,permission_level\n"
        'Drwale,O drwalach,"Ewa, Jan","Las, Nigdzie",Polish,\n'
        "Tajne,Sekret,Ewa,Las,Polish,Admin\nGdzie,Nie wiem,Ewa,Nigdzie,Polish,\n",
        encoding="utf-8",
    )
    shelf: Any = Shelf(old())
    done = import_file(path, WAWER, shelf)
    assert [row.outcome for row in done.rows] == ["updated", "skipped", "skipped"]
    assert "only for 'Admin'" in done.rows[1].reason
    assert "'Nigdzie', which is not on the map" in done.rows[2].reason
    assert [(s.title, s.lang, s.told_by) for s in shelf.by_id["abc"].stories] == [
        ("Drwale", "pl", "Ewa, Jan")
    ]
    assert import_file(path, WAWER, shelf).count("unchanged") == 1


def test_words_for_kinds() -> None:
    assert kind_of("Zabytek") == "historical"
    assert kind_of("natural=wood") == "natural"
    assert kind_of("Parking") == "Parking"
    assert activity_of("amenity=cafe") == "neighbourhood_cafe"
    assert activity_of("Community Garden") == "community_garden"
    assert activity_of("bank") is None


# --- exports ----------------------------------------------------------------------------------------------


def test_only_published_places_go_out_and_the_count_is_said(tmp_path: Path) -> None:
    places = [old(), replace(old(), id="b", status="pending"), replace(old(), id="c", status="hidden")]
    for name in ("a.geojson", "a.csv", "a.gpx", "a.kml", "a.gpkg"):
        assert export_places(places, tmp_path / name) == 1
        assert len(read_rows(tmp_path / name).rows) == 1
    with pytest.raises(InvalidInput, match=r"a\.docx"):
        export_places(places, tmp_path / "a.docx")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    place = old(name={"pl": text}, description={"pl": text}, source=text)
    cells = next(csv.DictReader(io.StringIO(csv_bytes([place]).decode("utf-8-sig"), newline="")))
    assert {cells["name_pl"], cells["description_pl"], cells["source"]} == {f"'{text}"}
    assert (cells["lon"], cells["lat"]) == ("21.17", "52.2")


def test_gpx_is_what_its_schema_wants(tmp_path: Path) -> None:
    area = {"type": "Polygon", "coordinates": [[[21.1, 52.1], [21.2, 52.1], [21.1, 52.2], [21.1, 52.1]]]}
    places = [old(website="https://example.org/?a=1&b=2"), replace(old(), id="area", geometry=area)]
    text = gpx_bytes(places, "2026-11-21T00:00:00Z").decode()
    parsed = gpxpy.parse(text)
    assert parsed.version == "1.1"
    assert (parsed.waypoints[0].name, parsed.waypoints[0].link) == ("Forest", "https://example.org/?a=1&b=2")
    assert len(parsed.tracks[0].segments[0].points) == 4
    order = ["<metadata>", "<wpt", "<name>", "<link", "<type>", "<extensions>", "</wpt>", "<trk>"]
    body = text[text.index("<metadata>") :]
    assert [body.index(tag) for tag in ("<metadata>", "<wpt", "</wpt>", "<trk>")] == sorted(
        body.index(tag) for tag in ("<metadata>", "<wpt", "</wpt>", "<trk>")
    )
    waypoint = body[body.index("<wpt") :]
    places_of = [waypoint.index(tag) for tag in order[2:7]]
    assert places_of == sorted(places_of)


def test_nothing_runs_in_kml() -> None:
    place = old(name={"en": "<b>&x"}, description={"en": "<script>alert(1)</script>]]>"})
    text = kml_bytes([place]).decode()
    assert "<script" not in text
    assert "&amp;lt;script&amp;gt;" in text


def test_a_name_edited_in_another_program_comes_back(tmp_path: Path) -> None:
    shelf: Any = Shelf(old(description={"en": "trees\nand <more>"}))
    for ending in (".kml", ".gpx"):
        path = tmp_path / f"a{ending}"
        export_places(shelf.places(), path)
        path.write_text(path.read_text().replace("<name>Forest</name>", f"<name>Forest {ending}</name>"))
        assert import_file(path, WAWER, shelf).count("updated") == 1
        assert shelf.by_id["abc"].name == {"pl": "Las", "en": f"Forest {ending}"}
        assert shelf.by_id["abc"].description == {"en": "trees\nand <more>"}
        shelf.by_id["abc"] = replace(shelf.by_id["abc"], name={"pl": "Las", "en": "Forest"})


def test_an_empty_map_exports_and_imports(tmp_path: Path) -> None:
    for name in ("a.geojson", "a.csv", "a.gpx", "a.kml", "a.gpkg"):
        assert export_places([], tmp_path / name) == 0
        assert import_file(tmp_path / name, WAWER, Shelf()).as_json()["read"] == 0  # type: ignore[arg-type]


def test_the_json_has_exactly_what_was_promised() -> None:
    said = plan({"name": "a"}, {}).as_json()
    assert list(said) == ["read", "added", "updated", "unchanged", "skipped"]
    assert json.loads(json.dumps(said))["skipped"] == [
        {"row": 2, "reason": "has no name; give it one, or say which column holds the names"}
    ]


def test_with_the_real_store_a_second_import_adds_no_revision(tmp_path: Path) -> None:
    store = SqlPlaceStore(Database(f"sqlite:///{tmp_path / 'places.sqlite'}"))
    path = tmp_path / "a.csv"
    path.write_text("nazwa;lat;lon\nMłyn;52,2;21,1\nLas;52,21;21,12\nMłyn;52,2;21,1\n", encoding="utf-8")
    first = import_file(path, WAWER, store).as_json()
    assert (first["read"], first["added"], first["unchanged"]) == (3, 2, 1)
    version = store.version()
    assert import_file(path, WAWER, store).as_json()["unchanged"] == 3
    assert store.version() == version
    export_places(store.places("wawer"), tmp_path / "a.geojson")
    assert import_file(tmp_path / "a.geojson", WAWER, store).as_json()["unchanged"] == 2
    path.write_text("nazwa;lat;lon;opis\nMłyn;52,2;21,1;stary\n", encoding="utf-8")
    assert import_file(path, WAWER, store).as_json()["updated"] == 1
    assert sorted(place.revision for place in store.places("wawer")) == [1, 2]


def test_new_places_that_may_be_there_already_are_told() -> None:
    done = plan({"name": "las", "opis": "ten sam"}, {"name": "Piekarnia"}, existing=[old()])
    assert done.count("added") == 2
    assert [(new.name["pl"], there.id) for new, there in done.twins] == [("las", "abc")]
    assert any("'las' ↔ 'Forest'" in note for note in done.notes)


def test_a_very_long_outline_comes_back_from_a_table(tmp_path: Path) -> None:
    line = [[21.1 + i / 1e6, 52.2 + i % 7 / 1e5] for i in range(19_000)]
    shelf: Any = Shelf()
    export_places([old(geometry={"type": "LineString", "coordinates": line})], tmp_path / "a.csv")
    assert import_file(tmp_path / "a.csv", WAWER, shelf).count("added") == 1
    assert len(shelf.by_id["abc"].geometry["coordinates"]) == 19_000
