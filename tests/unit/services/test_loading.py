"""Loading is whole or not at all: what was loaded before survives every failure, and says so."""

from __future__ import annotations

import errno
import gzip
import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import shapely
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, town_xml, write_boundary, write_town
from town_loading import load_community

from micropolis_map import figures
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community, District
from micropolis_map.domain.permission import RESIDENT, Actor
from micropolis_map.errors import (
    Cancelled,
    InvalidInput,
    MicropolisError,
    NotAllowed,
    StoreUnavailable,
    UnreadableFile,
)
from micropolis_map.services import loading, opened, town_build
from micropolis_map.services.loading import LoadRequest, ensure_loaded, load_bundled
from micropolis_map.settings import Settings


@pytest.fixture
def application(tmp_path):
    return build_application(Settings(data=tmp_path / "data"))


@pytest.fixture
def request_(tmp_path):
    return LoadRequest(name="Tiny Town", osm=(write_town(tmp_path),), boundary=write_boundary(tmp_path))


def rectangle(west, south, east, north):
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {
        "type": "Polygon",
        "coordinates": [[(LON + x * BLOCK_LON, LAT + y * BLOCK_LAT) for x, y in corners]],
    }


def write_polygons(path, **shapes):
    features = [{"type": "Feature", "properties": {"name": n}, "geometry": g} for n, g in shapes.items()]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_new_community_gets_its_name_outline_and_place_from_the_data(application, request_):
    report = load_community(application, "tiny", request_)
    community = application.community_store.get("tiny")
    assert community.name == {"en": "Tiny Town"}
    assert community.outline is not None
    assert not community.outline_approximate
    assert community.centre == pytest.approx((LON + 3 * BLOCK_LON, LAT + 4 * BLOCK_LAT), abs=0.003)
    assert application.community_store.report("tiny") == report


def test_loading_again_without_a_boundary_keeps_the_one_it_had(application, request_):
    first = load_community(application, "tiny", request_)
    second = load_community(application, "tiny", LoadRequest(osm=request_.osm))
    assert "outline of the community" in second.source
    assert (second.homes, second.population) == (first.homes, pytest.approx(first.population))
    assert second.build_id != first.build_id


def test_without_any_boundary_the_hull_is_said_and_computed_anew(application, tmp_path):
    report = load_community(application, "tiny", LoadRequest(osm=(write_town(tmp_path),)))
    assert "hull of the data" in report.source
    assert any("hull" in note for note in report.notes)
    assert application.community_store.get("tiny").outline is None


def test_a_described_community_is_not_rewritten(application, request_):
    described = Community("tiny", {"en": "Tiny", "da": "Lille"}, centre=(LON, LAT), about={"en": "By hand."})
    application.community_store.save(described)
    before = application.community_store.get("tiny")
    load_community(application, "tiny", request_)
    assert application.community_store.get("tiny") == before


@pytest.mark.parametrize("slug", ["", "Tiny", "../x", "a b", "x" * 80])
def test_a_slug_that_could_lead_elsewhere_is_refused(application, request_, slug):
    with pytest.raises(InvalidInput, match="slug"):
        load_community(application, slug, request_)


class TestWhatWasLoadedStays:
    @pytest.fixture
    def before(self, application, request_):
        return load_community(application, "tiny", request_)

    def unchanged(self, application, before):
        store = application.community_store
        assert store.report("tiny") == before
        build = store.current_build("tiny")
        assert build.name == before.build_id
        assert len(opened.homes_of(opened.Build("tiny", build))) == before.homes
        assert [path.name for path in build.parent.iterdir() if path.is_dir()] == [before.build_id]

    def test_when_a_file_is_missing(self, application, before, tmp_path):
        day = figures.moment(datetime.fromisoformat(before.loaded))
        with pytest.raises(UnreadableFile, match=rf"no\.osm.*{day} stay in place"):
            load_community(application, "tiny", LoadRequest(osm=(tmp_path / "no.osm",)))
        self.unchanged(application, before)

    def test_when_the_file_has_no_streets(self, application, before, tmp_path):
        path = tmp_path / "nodes.osm"
        path.write_text(
            '<osm version="0.6"><node id="1" lon="12" lat="55"/><node id="2" lon="12.1" lat="55.1"/></osm>'
        )
        with pytest.raises(InvalidInput, match="no walkable street"):
            load_community(application, "tiny", LoadRequest(osm=(path,)))
        self.unchanged(application, before)

    @pytest.mark.parametrize("inner", ['<nd ref="7"/><nd ref="8"/>', '<center lat="55" lon="12"/>'])
    def test_when_the_file_does_not_say_where_its_ways_are(self, application, before, tmp_path, inner):
        path = tmp_path / "bare.osm"
        path.write_text(f'<osm><way id="1">{inner}<tag k="highway" v="path"/></way></osm>')
        with pytest.raises(InvalidInput, match=r"lists 1 ways, but not where they are; ask .*out geom"):
            load_community(application, "tiny", LoadRequest(osm=(path,), boundary=write_boundary(tmp_path)))
        self.unchanged(application, before)

    def test_when_the_file_is_of_the_next_town(self, application, before, tmp_path):
        boundary = write_boundary(tmp_path, west=20, south=20, east=21, north=21)
        town = write_town(tmp_path)
        with pytest.raises(InvalidInput, match=r"neither a home nor a street inside .* stay in place"):
            load_community(application, "tiny", LoadRequest(osm=(town,), boundary=boundary))
        self.unchanged(application, before)

    @pytest.mark.parametrize(
        "failing", ["activity_spots_of", "features_of_town", "build_walk_network", "homes_of"]
    )
    def test_when_a_step_fails_unexpectedly(self, application, before, request_, monkeypatch, failing):
        def fail(*_, **__):
            raise ZeroDivisionError

        monkeypatch.setattr(town_build, failing, fail)
        with pytest.raises(ZeroDivisionError):
            load_community(application, "tiny", request_)
        self.unchanged(application, before)

    @pytest.mark.parametrize("failing", ["put_layer", "finish_build"])
    def test_when_the_disk_is_full(self, application, before, request_, monkeypatch, failing):
        def fail(*_):
            raise StoreUnavailable("no space left", "free some")

        monkeypatch.setattr(type(application.community_store), failing, fail)
        with pytest.raises(
            StoreUnavailable, match=r"no space left; free some; the data loaded on .* stay in place"
        ):
            load_community(application, "tiny", request_)
        monkeypatch.undo()
        self.unchanged(application, before)

    @pytest.mark.parametrize(
        ("raised", "said"),
        [
            (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
            (OSError("26269 requested and 18416 written"), "the disk took only a part of it"),
        ],
    )
    @pytest.mark.parametrize("failing", ["write_points", "areas_layer"])
    def test_when_arrays_do_not_fit_on_the_disk(
        self, application, before, request_, monkeypatch, failing, raised, said
    ):
        def fail(*_, **__):
            raise raised

        monkeypatch.setattr(loading.built_files, failing, fail)
        with pytest.raises(StoreUnavailable, match=rf"{said}.*free some space; the data loaded .* stay in"):
            load_community(application, "tiny", request_)
        self.unchanged(application, before)

    def test_whenever_a_person_stops_it(self, application, before, request_):
        told = []
        load_community(application, "other", request_, lambda share, message: told.append((share, message)))
        assert [share for share, _ in told] == sorted(share for share, _ in told)
        for stop_at in range(len(told)):
            calls = iter(range(len(told)))

            def stop(share, message, calls=calls, stop_at=stop_at):
                if next(calls) == stop_at:
                    raise Cancelled("loading was stopped")

            with pytest.raises(Cancelled, match="stay in place"):
                load_community(application, "tiny", request_, stop)
            self.unchanged(application, before)


def test_a_new_community_that_fails_is_not_there(application, tmp_path):
    with pytest.raises(UnreadableFile, match="nothing was changed"):
        load_community(application, "tiny", LoadRequest(osm=(tmp_path / "no.osm",)))
    assert application.community_store.slugs() == []


class TestDistricts:
    def names(self, application):
        build = opened.current_build(application.community_store, "tiny")
        return opened.districts_of(build)[0]

    def test_those_of_the_file_come_first(self, application, request_, tmp_path):
        path = write_polygons(
            tmp_path / "d.geojson", South=rectangle(-1, -1, 7, 3), North=rectangle(-1, 3, 7, 9)
        )
        report = load_community(
            application, "tiny", LoadRequest(osm=request_.osm, boundary=request_.boundary, districts=path)
        )
        assert self.names(application) == ("South", "North")
        homes = opened.homes_of(opened.current_build(application.community_store, "tiny"))
        assert np.bincount(homes.columns["district"]).tolist() == [36, 42]
        assert report.districts == 2

    def test_those_that_lie_elsewhere_are_refused(self, application, request_, tmp_path):
        path = write_polygons(tmp_path / "d.geojson", Far=rectangle(900, 900, 901, 901))
        with pytest.raises(InvalidInput, match=r"none of the 1 districts of 'd\.geojson'"):
            load_community(
                application, "tiny", LoadRequest(osm=request_.osm, boundary=request_.boundary, districts=path)
            )

    def test_quarters_the_community_is_described_with_come_second(self, application, request_):
        quarters = tuple(
            District(name, rectangle(x, 0, x + 2, 6), (LON + (x + 1) * BLOCK_LON, LAT + 3 * BLOCK_LAT))
            for name, x in (("One", 0), ("Two", 2), ("Three", 4))
        )
        application.community_store.save(Community("tiny", {"en": "Tiny"}, districts=quarters))
        report = load_community(application, "tiny", request_)
        assert self.names(application) == ("One", "Two", "Three")
        assert any("centre" in note for note in report.notes)

    def test_place_nodes_come_third_and_the_whole_last(self, application, request_, tmp_path):
        load_community(application, "tiny", request_)
        assert set(self.names(application)) == {"West Side", "East Side"}
        (tmp_path / "plain.osm").write_text(town_xml(quarters=False))
        load_community(
            application, "tiny", LoadRequest(osm=(tmp_path / "plain.osm",), boundary=request_.boundary)
        )
        assert self.names(application) == ("Tiny Town",)


def test_homes_hold_the_people_of_a_population_file_inside_the_boundary(application, request_, tmp_path):
    path = tmp_path / "people.csv"
    x, y = LON + 2.5 * BLOCK_LON, LAT + 2.1 * BLOCK_LAT
    path.write_text(f"lon,lat,population\n{x},{y},70\n{LON + 5.5 * BLOCK_LON},{y},30\n{LON + 1},{y},900\n")
    report = load_community(
        application, "tiny", LoadRequest(osm=request_.osm, boundary=request_.boundary, population=path)
    )
    assert report.population == pytest.approx(100)
    assert "people.csv" in report.population_source
    assert any("900 people" in note for note in report.notes)


def test_of_the_people_of_a_whole_county_few_live_in_its_town(application, request_, tmp_path):
    path = tmp_path / "county.geojson"
    county = shapely.geometry.mapping(shapely.box(LON - 0.5, LAT - 0.5, LON + 0.5, LAT + 0.5))
    feature = {"type": "Feature", "properties": {"population": 900_000}, "geometry": county}
    path.write_text(json.dumps(feature))
    report = load_community(application, "tiny", replace(request_, population=path))
    assert 0 < report.population < 9_000
    assert any("people of county.geojson live outside the community" in note for note in report.notes)


def test_a_population_file_of_another_town_is_refused(application, request_, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(f"lon,lat,population\n{LON + 1},{LAT},900\n")
    with pytest.raises(InvalidInput, match=r"none of the 900 people of people\.csv live in"):
        load_community(application, "tiny", replace(request_, population=path))


def test_heights_of_another_town_are_refused(application, request_, data_file):
    tile = data_file("look-alikes/S02W003.hgt.zip")
    with pytest.raises(InvalidInput, match="no height of any street"):
        load_community(application, "tiny", replace(request_, elevation=(tile,)))


def test_several_files_make_one_community(application, request_, tmp_path):
    whole = load_community(application, "tiny", request_)
    again = load_community(
        application, "twice", LoadRequest(osm=request_.osm * 2, boundary=request_.boundary)
    )
    assert (again.nodes, again.edges, again.homes) == (whole.nodes, whole.edges, whole.homes)


class TestBundledFiles:
    def bundle(self, application, content):
        application.community_store.save(Community("demo", {"en": "Demo"}, fictional=True))
        folder = application.settings.data / "geo" / "demo"
        (folder / "town.osm.gz").write_bytes(content)
        (folder / "residents.csv").write_text(f"lon,lat,population\n{LON + BLOCK_LON},{LAT + BLOCK_LAT},12\n")

    def test_are_built_at_first_need_and_once(self, application):
        self.bundle(application, gzip.compress(town_xml().encode()))
        assert ensure_loaded(application, "demo")
        report = application.community_store.report("demo")
        assert report.population == pytest.approx(12)
        assert ensure_loaded(application, "demo")
        assert application.community_store.report("demo") == report

    def test_are_not_there_for_other_communities(self, application):
        application.community_store.save(Community("plain", {"en": "Plain"}))
        assert not ensure_loaded(application, "plain")
        load_bundled(application)
        assert application.community_store.current_build("plain") is None

    def test_that_are_broken_are_logged_and_stop_nothing(self, application, caplog):
        self.bundle(application, b"\x1f\x8b broken")
        load_bundled(application)
        assert "'demo'" in caplog.text
        assert application.community_store.current_build("demo") is None


def test_every_error_keeps_its_class_and_gains_what_stays(application):
    store = application.community_store
    with (
        pytest.raises(StoreUnavailable, match=r"^a; b; nothing was changed$"),
        loading._old_data_stays(store, "x"),
    ):
        raise StoreUnavailable("a", "b")
    with (
        pytest.raises(MicropolisError, match=r"^a; nothing was changed$"),
        loading._old_data_stays(store, "x"),
    ):
        raise MicropolisError("a")


def test_nodes_and_edges_count_the_streets_as_mapped(application, tmp_path):
    """A bend is a node of the street; the contraction of chains is the engine's own business."""
    elements = [
        {"type": "node", "id": n, "lon": 17.0 + n * 1e-3, "lat": 55.0 + (n % 2) * 1e-4} for n in range(5)
    ]
    ways = [
        {"type": "way", "id": 1, "nodes": [0, 1, 2, 3], "tags": {"highway": "residential"}},
        {"type": "way", "id": 2, "nodes": [2, 4], "tags": {"highway": "footway"}},
    ]
    file = tmp_path / "bend.json"
    file.write_text(json.dumps({"elements": elements + ways}), "utf-8")
    report = load_community(application, "bend", LoadRequest(osm=(file,)))
    assert (report.nodes, report.edges) == (5, 4)


def test_a_loaded_boundary_takes_the_place_of_the_approximate_outline(application, request_):
    drawn = rectangle(-1, -1, 1, 1)
    place = District("Old", drawn, (LON, LAT))
    described = Community("tiny", {"en": "Tiny"}, centre=(LON, LAT), outline=drawn, districts=(place,))
    application.community_store.save(described)
    assert opened.as_loaded(application.community_store, "tiny").outline_approximate
    load_community(application, "tiny", request_)
    shown = opened.as_loaded(application.community_store, "tiny")
    assert not shown.outline_approximate
    assert shown.outline != drawn
    assert [district.name for district in shown.districts] == list(
        opened.districts_of(opened.current_build(application.community_store, "tiny"))[0]
    )


@pytest.mark.parametrize(
    "actor",
    [
        RESIDENT,
        Actor("planner", "p", frozenset({"elsewhere"})),
        Actor("organiser", "o", frozenset({"tiny"}), frozenset({"tiny/North"})),
    ],
)
def test_who_may_not_load_changes_nothing(application, request_, actor):
    load_community(application, "tiny", request_)
    before = application.community_store.report("tiny")
    for slug in ("tiny", "another-town"):
        with pytest.raises(NotAllowed):
            loading.load_community(application, slug, request_, actor=actor)
    assert application.community_store.report("tiny") == before
    assert "another-town" not in application.community_store.slugs()


def test_planners_and_organisers_load_their_town_and_only_administrators_add_one(application, request_):
    load_community(application, "tiny", request_)
    for role in ("planner", "organiser"):
        actor = Actor(role, "a", frozenset({"tiny", "another-town"}))
        assert loading.load_community(application, "tiny", request_, actor=actor).nodes
        with pytest.raises(NotAllowed, match="add town"):
            loading.load_community(application, "another-town", request_, actor=actor)
