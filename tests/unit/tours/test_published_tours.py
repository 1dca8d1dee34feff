"""The tours we ship: whole, bilingual, about as long as they say; and as files and posters by address."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import gdal_elsewhere
import gpxpy
import pytest
from gdal_elsewhere import elsewhere
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from asgi import get

from micropolis_map import web
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import UnreadableFile
from micropolis_map.services.touring_published import published_tour
from micropolis_map.stores.tour_store import FileTourStore

GPX = "{http://www.topografix.com/GPX/1/1}"
HILL = "demo-op-ad-bakketrappen"
COUNTS = {"wawer": 2, "middelfart": 2, "cagliari": 2, "demo": 3}


@pytest.fixture(scope="module")
def server(town):
    return Starlette(routes=web.routes(town), middleware=web.middleware(town))


@pytest.mark.parametrize("slug", COUNTS)
def test_every_town_has_its_tours_through_public_places(town, slug):
    tours = town.tour_store.tours(slug)
    assert len(tours) == COUNTS[slug]
    public = {place.id for place in town.place_store.places(slug)}
    languages = town.community_store.get(slug).languages
    for tour in tours:
        assert {place for place, _ in tour.stops} <= public
        assert set(languages) <= set(tour.name)
        assert set(languages) <= set(tour.about)


@pytest.mark.parametrize("slug", ["wawer", "middelfart", "cagliari"])
def test_one_tour_takes_about_an_hour_and_one_about_half(town, slug):
    plans = [published_tour(town, tour.id) for tour in town.tour_store.tours(slug)]
    minutes = sorted((plan.walking_s + plan.visit_s) / 60 for plan in plans)
    assert 22 <= minutes[0] <= 38
    assert 45 <= minutes[1] <= 70  # straight lines: the streets add to it


def test_without_streets_a_tour_says_so_and_its_lines_are_straight(town):
    plan = published_tour(town, "cagliari-quattro-quartieri")
    assert not plan.loaded
    assert plan.steps is None
    assert plan.step_free is None
    assert "straight lines" in plan.notes[0]
    assert all(walk.straight and walk.lon.size == 2 for walk in plan.walks)
    assert json.loads(json.dumps(plan.as_json(), allow_nan=False))["streets_loaded"] is False


def test_the_hill_tour_takes_steps_and_its_twin_none(town):
    plan = published_tour(town, HILL)
    assert plan.steps > 0
    assert plan.twin.plan.steps == 0
    assert not plan.twin.unreachable
    assert plan.twin.extra_m == pytest.approx(plan.twin.plan.length_m - plan.length_m)
    assert {obstacle.what for obstacle in plan.twin.avoided} == {"steps"}
    assert plan.credit == ""  # an invented town owes OpenStreetMap nothing


@pytest.mark.parametrize("lang", LANGUAGES)
def test_directions_add_up_to_the_walk_in_every_language(town, lang):
    plan = published_tour(town, HILL, lang)
    assert sum(d.length_m for d in plan.directions) == pytest.approx(plan.length_m, abs=0.01)
    assert [d.stop for d in plan.directions if d.stop] == [stop.id for stop in plan.stops[1:]]


def test_gpx_has_the_order_of_its_schema_and_is_read_by_gpxpy_and_gdal(server, tmp_path):
    answer = get(server, f"/tours/{HILL}.gpx?lang=da")
    assert answer.status == 200
    root = ET.fromstring(answer.text)
    assert root.get("version") == "1.1"
    assert [child.tag.removeprefix(GPX) for child in root] == ["metadata", *["wpt"] * 6, "trk"]
    order = ["ele", "time", "name", "desc"]
    for waypoint in root.iter(f"{GPX}wpt"):
        tags = [child.tag.removeprefix(GPX) for child in waypoint]
        assert tags == sorted(tags, key=order.index)
    read = gpxpy.parse(answer.text)
    assert next(w.name for w in read.waypoints) == "Torvebrønden"
    assert len(read.tracks[0].segments) == 5
    path = tmp_path / "t.gpx"
    path.write_text(answer.text)
    with elsewhere() as there:
        waypoints, tracks = (there(gdal_elsewhere.read, path, layer) for layer in ("waypoints", "tracks"))
    assert len(waypoints) == 6
    assert tracks.geometry.iloc[0].geom_type == "MultiLineString"


def test_kml_and_geojson_are_read_by_gdal(server, tmp_path):
    for ending in ("kml", "geojson"):
        path = tmp_path / f"t.{ending}"
        path.write_text(get(server, f"/tours/{HILL}.{ending}").text)
        with elsewhere() as there:
            kinds = list(there(gdal_elsewhere.read, path).geometry.geom_type)
        assert kinds.count("Point") == 6
        assert any("LineString" in kind for kind in kinds)


@pytest.mark.parametrize(
    "address",
    [
        "/tours/nope.gpx",
        "/tours/demo-rundt-om-holmen.step-free.gpx",
        "/poster/nope.pdf",
        "/data/nowhere/tour.gpx?stops=a",
    ],
)
def test_what_is_not_public_is_404(server, address):
    assert get(server, address).status == 404


def test_a_place_taken_off_the_map_has_no_poster_and_is_no_stop(town, server):
    from dataclasses import replace

    store = town.place_store
    place = store.get("demo-klokkeudsigten")
    try:
        store.put(replace(place, status="hidden"))
        assert get(server, f"/poster/{place.id}.pdf").status == 404
        assert place.id not in get(server, f"/tours/{HILL}.geojson").text
        assert get(server, f"/data/demo/tour.geojson?stops={place.id},demo-torvebroenden").status == 400
    finally:
        store.put(replace(place, status="published", revision=store.get(place.id).revision))


def test_a_tour_made_of_places_comes_in_its_best_order(server):
    asked = "/data/demo/tour.geojson?stops=demo-torvebroenden,demo-holmkapellet,demo-klokkeudsigten&first=1"
    tour = get(server, asked).json["micropolis"]["tour"]
    assert tour["order"] == ["demo-torvebroenden", "demo-klokkeudsigten", "demo-holmkapellet"]
    assert tour["optimal"]
    assert get(server, "/data/demo/tour.geojson?stops=").status == 400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[tour]\n", "not TOML"),
        ('[[tour]]\nid = "a"\nname = {en = "A"}\n', "stops"),
        ('[[tour]]\nid = "a"\nname = {en = "A"}\nstops = [{place = "x"}, {place = "x"}]\n', "twice"),
        ('[[tour]]\nid = "a"\nname = {en = "A"}\nstops = [{place = "x", minutes = -1}]\n', "minutes"),
    ],
)
def test_a_file_that_is_not_whole_is_named_with_what_to_repair(tmp_path, text, words):
    (tmp_path / "wawer.toml").write_text(text)
    with pytest.raises(UnreadableFile, match=words) as caught:
        FileTourStore(tmp_path).tours()
    assert "wawer.toml" in str(caught.value)


def test_a_changed_file_is_read_anew(tmp_path):
    path = tmp_path / "wawer.toml"
    path.write_text('[[tour]]\nid = "a"\nname = {en = "A"}\nstops = [{place = "x"}]\n')
    store = FileTourStore(tmp_path)
    before = store.version()
    assert store.get("a").name == {"en": "A"}
    path.write_text('[[tour]]\nid = "a"\nname = {en = "Other"}\nstops = [{place = "x"}]\n')
    assert store.get("a").name == {"en": "Other"}
    assert store.version() != before
