"""Where new cafés may be, who counts more, and what the map and the address show of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from starlette.applications import Starlette
from starlette.testclient import TestClient
from town_loading import load_community

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.errors import InvalidInput, NotLoaded
from micropolis_map.services import opened, venues
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_homes import homes_changed
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.settings import Settings
from micropolis_map.sources.osm_venues import venue_kind
from micropolis_map.web import siting_routes

ROOT = Path(__file__).parents[3]
ASKED = SitingRequest(2, 5.0)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Application:
    folder = tmp_path_factory.mktemp("where")
    ignored = shutil.ignore_patterns("built", "cache")
    shutil.copytree(ROOT / "data" / "geo" / "demo", folder / "geo" / "demo", ignore=ignored)
    shutil.copy(ROOT / "data" / "places.geojson", folder / "places.geojson")
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(folder)}))
    load_community(application, "demo", LoadRequest())
    return application


def build(application):
    return opened.current_build(application.community_store, "demo")


def points(result):
    return [shapely.Point(at) for at in result.plan.points]


def test_new_ones_stay_in_a_district_in_a_drawn_area_or_in_either(loaded):
    names, areas = opened.districts_of(build(loaded))
    district = names.index("Skovholm")
    west, south, east, north = areas[names.index("Strandby")].bounds
    drawn = ((west, south), (east, south), (east, north), (west, north))
    inside = propose_sites(loaded, "demo", replace(ASKED, districts=("Skovholm",)))
    assert all(areas[district].buffer(1e-6).contains(at) for at in points(inside))
    box = propose_sites(loaded, "demo", replace(ASKED, area=drawn))
    assert all(shapely.box(west, south, east, north).buffer(1e-6).contains(at) for at in points(box))
    both = propose_sites(loaded, "demo", replace(ASKED, area=drawn, districts=("Skovholm",)))
    assert both.candidates > max(inside.candidates, 0)
    anywhere = propose_sites(loaded, "demo", ASKED)
    assert anywhere.plan.covered_after >= both.plan.covered_after - 1e-6 * both.plan.population


def test_venues_and_published_places_are_candidates_with_their_names(loaded):
    kinds = venues.kinds_in(build(loaded))
    assert kinds
    kind = next(iter(kinds))
    found = propose_sites(loaded, "demo", SitingRequest(1, 5.0, where="venues", venues=(kind,)))
    assert found.candidates == kinds[kind]
    places = loaded.place_store.places("demo")
    all_places = propose_sites(loaded, "demo", SitingRequest(1, 5.0, where="places"))
    assert all_places.candidates == len(places)
    chosen = tuple(place.id for place in places[:2])
    two = propose_sites(loaded, "demo", SitingRequest(2, 5.0, where="places", chosen=chosen))
    assert {site.id for site in two.plan.sites} == set(chosen)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"where": "moon"}, "moon"),
        ({"districts": ("Atlantis",)}, "Atlantis"),
        ({"area": ((0.0, 0.0), (1.0, 0.0))}, "2 corners"),
        ({"area": ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1))}, "no street"),
        ({"where": "places", "chosen": ("nowhere",)}, "published place"),
        ({"older": 99.0}, "99"),
        ({"children": -1.0}, "-1"),
    ],
)
def test_what_cannot_be_is_said(loaded, change, said):
    with pytest.raises(InvalidInput, match=said):
        propose_sites(loaded, "demo", replace(ASKED, **change))


def test_a_build_from_before_venues_were_kept_says_to_load_again(loaded, tmp_path):
    old = opened.Build("demo", tmp_path)
    assert venues.kinds_in(old) == {}
    with pytest.raises(NotLoaded, match="load the streets again"):
        venues.venues_of(old)


def test_weights_choose_other_sites_but_figures_stay_people(loaded):
    usual = propose_sites(loaded, "demo", SitingRequest(1, 5.0))
    older = propose_sites(loaded, "demo", SitingRequest(1, 5.0, older=10.0))
    gained = {g.name: g.gained for g in older.plan.groups}
    assert gained["older"] >= {g.name: g.gained for g in usual.plan.groups}["older"]
    assert older.plan.gained <= usual.plan.gained
    assert older.plan.population == usual.plan.population
    assert older.plan.gained == pytest.approx(sum(site.gained_population for site in older.plan.sites))


@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
@pytest.mark.parametrize("keep", [True, False])
def test_what_is_kept_of_each_site_gives_what_a_computation_from_scratch_does(loaded, profile, keep):
    request = SitingRequest(3, 5.0, profile, keep_existing=keep)
    plan = propose_sites(loaded, "demo", request).plan
    before = assess_coverage(loaded, "demo", CoverageRequest(profile, (5.0,)))
    spots = before.spots if keep else before.spots.take(np.zeros(len(before.spots), dtype=bool))
    more = replace(
        spots,
        id=(*spots.id, *(site.id for site in plan.sites)),
        lon=np.append(spots.lon, [lon for lon, _ in plan.points]),
        lat=np.append(spots.lat, [lat for _, lat in plan.points]),
        name=(),
        columns={},
    )
    after = assess_coverage(loaded, "demo", CoverageRequest(profile, (5.0,), spots=more))
    np.testing.assert_allclose(plan.cost_after_s, after.walks.cost_s, atol=2e-3)
    assert plan.covered_after == pytest.approx(after.total.share_within[5.0] * after.total.population)


def test_the_map_the_address_and_the_page_show_the_same(loaded):
    client = TestClient(Starlette(routes=siting_routes.routes(loaded)))
    plan = assess_sites(loaded, "demo", ASKED, ((17.2, 55.7), (17.21, 55.701)))
    address = "/data/demo/siting/plan.json?within=5&sites=17.2,55.7;17.21,55.701"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.json()["covered_after"] == plan.covered_after
    assert [site["gained_population"] for site in answer.json()["sites"]] == [
        site.gained_population for site in plan.sites
    ]
    assert client.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    homes = client.get(address.replace("plan", "homes")).json()["homes"]
    near = sum(people for _, _, people, is_near in homes if is_near)
    far = sum(people for _, _, people, is_near in homes if not is_near)
    assert near == pytest.approx(plan.gained, abs=0.1 * len(homes))
    assert far == pytest.approx(plan.population - plan.covered_after, abs=0.1 * len(homes))
    assert client.get("/data/demo/siting/secrets.json").status_code == 404
    assert client.get("/data/nowhere/siting/plan.json").status_code == 404


def test_many_homes_are_drawn_together_and_nobody_is_lost(loaded, monkeypatch):
    one = homes_changed(loaded, "demo", replace(ASKED, keep_existing=False), ((17.2, 55.7),))["homes"]
    monkeypatch.setattr("micropolis_map.services.siting_homes.MOST_HOMES", 200)
    few = homes_changed(loaded, "demo", replace(ASKED, keep_existing=False), ((17.2, 55.7),))["homes"]
    assert len(few) <= 200 < len(one)
    for state in (0, 1):
        assert sum(h[2] for h in few if h[3] == state) == pytest.approx(
            sum(h[2] for h in one if h[3] == state)
        )
    json.dumps(few)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "cafe"}, "cafe"),
        ({"amenity": "school", "access": "private"}, ""),
        ({"shop": "bakery"}, "shop"),
        ({"shop": "vacant"}, ""),
        ({"club": "sport"}, "hall"),
        ({"highway": "residential"}, ""),
    ],
)
def test_rooms_that_are_there_already(tags, kind):
    assert venue_kind(tags) == kind
