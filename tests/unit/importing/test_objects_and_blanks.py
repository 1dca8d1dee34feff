"""What stands one step away from where we look: names in objects, documents after blank lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from row_reading import point, read

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Place
from micropolis_map.errors import UnreadableFile
from micropolis_map.services.importing import plan_import
from micropolis_map.sources.place_files.columns import propose_field

TOWN = Community(slug="town", name={"da": "By"}, centre=(9.75, 55.5), languages=("da", "en"))
SPOT = {"type": "Point", "coordinates": [9.75, 55.5]}


def only_place(tmp_path: Path, name: str, content: str) -> Place:
    done = plan_import(read(tmp_path, name, content), TOWN, [])
    assert len(done.places) == 1, done.as_json()
    return done.places[0]


def geojson(**properties: Any) -> str:
    feature = {"type": "Feature", "geometry": SPOT, "properties": properties}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@pytest.mark.parametrize(
    "properties",
    [
        {
            "date": "2021-01-01T00:00:00Z",
            "location": {"name": "Møllen", "address": "Algade 3", "country_code": "DK"},
        },
        {"type": "node", "id": 7, "tags": {"name": "Møllen", "amenity": "pub"}, "meta": {"user": "ada"}},
        {"names": {"primary": "Møllen", "common": None}, "categories": {"primary": "museum"}},
        {"geocoding": {"name": "Møllen", "label": "Møllen, Algade"}},
        {"location": '{ "address": "Algade 3", "name": "Møllen" }'},
        {"name": {"text": "Møllen", "languageCode": "da"}},
        {"title": {"rendered": "M&oslash;llen"}, "author": {"name": "Ada"}},
        {"id": "x", "displayName": {"text": "Møllen", "languageCode": "da"}},
        {"a": 1, "venue": {"details": {"x": 1}, "name": "Møllen"}, "user": {"name": "Ada"}},
    ],
)
def test_a_name_inside_an_object_is_the_name(tmp_path: Path, properties: dict[str, Any]) -> None:
    assert only_place(tmp_path, "a.geojson", geojson(**properties)).name == {"da": "Møllen"}


def test_whose_object_it_is_decides(tmp_path: Path) -> None:
    """The name of the one who drew it is nobody's business."""
    people = {"user": {"name": "Ada"}, "author": {"name": "Ada"}, "username": "ada", "first_name": "Ada"}
    done = plan_import(read(tmp_path, "a.geojson", geojson(**people)), TOWN, [])
    assert done.count("skipped") == 1
    fields = {"user.name": "", "tags.name": "name", "tags.name:pl": "name.pl"}
    assert {column: propose_field(column) for column in fields} == fields
    place = only_place(tmp_path, "b.geojson", geojson(location={"address": "Algade 3"}, user={"name": "Ada"}))
    assert place.name == {"da": "Algade 3"}


def test_a_position_inside_an_object_is_the_position(tmp_path: Path) -> None:
    venue = {"name": "Møllen", "lat": 55.5, "lng": 9.75}
    feature = {"type": "Feature", "geometry": None, "properties": {"venue": venue}}
    rows = read(tmp_path, "a.geojson", json.dumps(feature))
    assert (point(rows), rows.rows[0].properties) == ((9.75, 55.5), {"venue.name": "Møllen"})


def test_names_in_json_of_a_kml_and_of_a_table(tmp_path: Path) -> None:
    data = '<SimpleData name="location">{ "address": "Algade 3", "name": "Møllen" }</SimpleData>'
    spot = "<Point><coordinates>9.75,55.5</coordinates></Point>"
    extended = f"<ExtendedData><SchemaData>{data}</SchemaData></ExtendedData>"
    kml = f"<kml><Placemark>{extended}{spot}</Placemark></kml>"
    assert only_place(tmp_path, "a.kml", kml).name == {"da": "Møllen"}
    table = 'lat,lon,tags\n55.5,9.75,"{""name"": ""Møllen"", ""wheelchair"": ""yes""}"\n'
    place = only_place(tmp_path, "a.csv", table)
    assert (place.name, place.access["step_free"]) == ({"da": "Møllen"}, "yes")


@pytest.mark.parametrize("blanks", ["", "  ", "\n", "\r\n\r\n", "\t \n", "\ufeff\n"])
@pytest.mark.parametrize("declared", ['<?xml version="1.0" encoding="UTF-8"?>', ""])
def test_blanks_before_a_document_are_skipped(tmp_path: Path, blanks: str, declared: str) -> None:
    gpx = '<gpx version="1.1"><wpt lat="55.5" lon="9.75"><name>Ø</name></wpt></gpx>'
    rows = read(tmp_path, "a.gpx", f"{blanks}{declared}{gpx}")
    assert (point(rows), rows.rows[0].properties["name"]) == ((9.75, 55.5), "Ø")
    with pytest.raises(UnreadableFile, match="not well-formed"):
        read(tmp_path, "b.gpx", f"{blanks}{declared}{gpx[:-3]}")


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}},
        {"type": "EPSG", "properties": {"code": 25832}},
        {"type": "EPSG", "properties": {"code": "25832"}},
    ],
)
def test_a_crs_of_older_geojson_is_obeyed(tmp_path: Path, crs: dict[str, Any]) -> None:
    grid = {"type": "Point", "coordinates": [547392.84, 6150825.31]}
    feature = {"type": "Feature", "geometry": grid, "properties": {"name": "A"}}
    rows = read(
        tmp_path, "a.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
    )
    assert point(rows) == pytest.approx((9.75, 55.5), abs=2e-3)
    assert rows.questions[0].seen == "the file says its coordinates are in EPSG:25832"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n<!-- made by a logger -->\n", ""),
        ("<!--a--><!-- b\n-->", "\n"),
        ("", "\n\0\0\0\0"),
        (" ", "\0" * 4096),
    ],
)
def test_what_loggers_leave_around_a_document_is_skipped(tmp_path: Path, before: str, after: str) -> None:
    document = '<?xml version="1.0"?><gpx><wpt lat="55.5" lon="9.75"><name>Møllen</name></wpt></gpx>'
    assert only_place(tmp_path, "a.gpx", before + document + after).name == {"da": "Møllen"}


def test_what_a_row_without_a_name_is_called_by_is_said(tmp_path: Path) -> None:
    cells = "<table><tr><td>Well</td><td>1731</td></tr></table>"
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [json.loads(geojson(description=cells))["features"][0]],
        }
    )
    done = plan_import(read(tmp_path, "a.geojson", content), TOWN, [])
    assert done.places[0].name == {"da": "Well 1731"}
    assert "rows without a name, called by their description or address: 1" in done.notes
