"""Walking times by address: what a map fetches, and what an address that is wrong gets."""

from __future__ import annotations

import math

import pytest
import shapely.geometry
from asgi import get
from starlette.applications import Starlette
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_boundary, write_town
from town_loading import load_community

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routes")
    application = build_application(Settings(data=folder / "data"))
    load_community(
        application, "tiny", LoadRequest(osm=(write_town(folder),), boundary=write_boundary(folder))
    )
    application.community_store.save(Community("bare", {"en": "Bare"}))
    return application


@pytest.fixture(scope="module")
def server(application):
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


@pytest.mark.parametrize(
    "layer", ["streets", "homes", "hexagons", "districts", "spots", "worst", "worst_areas"]
)
def test_each_layer_is_geojson_with_an_etag_and_gzip(server, layer):
    address = f"/data/tiny/coverage/{layer}.geojson?profile=senior"
    answer = get(server, address, accept_encoding="gzip")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json["features"]
    assert get(server, address, if_none_match=answer.headers["etag"]).status == 304


@pytest.mark.parametrize("layer", ["streets", "homes"])
def test_what_is_drawn_comes_as_ground_and_a_byte_for_each_piece(server, layer):
    address = f"/data/tiny/coverage/{layer}.bin?profile=wheelchair"
    ground = get(server, f"/data/tiny/coverage/{layer}.json", accept_encoding="gzip")
    times = get(server, address)
    assert (ground.status, times.status) == (200, 200)
    pieces = sum(len(line) // 2 - 1 for line in ground.json.get("lines", []))
    assert len(times.body) == (pieces or len(ground.json["points"]) // 2)
    again = get(
        server, f"/data/tiny/coverage/{layer}.bin?profile=wheelchair", if_none_match=times.headers["etag"]
    )
    assert again.status == 304


def test_a_planned_place_is_among_the_spots(server):
    at = f"{LON + 3 * BLOCK_LON:.6f},{LAT + 7.5 * BLOCK_LAT:.6f}"
    features = get(server, f"/data/tiny/coverage/spots.geojson?sites={at}").json["features"]
    assert [f["properties"]["what"] for f in features][-1] == "new_site"
    assert len(get(server, "/data/tiny/coverage/spots.geojson").json["features"]) == len(features) - 1


def test_more_sites_than_a_visitor_may_ask_about_are_refused(server):
    """Each site is one more search of the streets: without a limit one short address costs minutes."""
    at = f"{LON + 3 * BLOCK_LON:.6f},{LAT + 7.5 * BLOCK_LAT:.6f}"
    for layer in ("spots.geojson", "streets.bin"):
        address = f"/data/tiny/coverage/{layer}?sites="
        assert get(server, address + ";".join([at] * 20)).status == 200
        refused = get(server, address + ";".join([at] * 21))
        assert (refused.status, "20" in refused.json["todo"]) == (400, True)


def test_what_nobody_knows_is_a_layer_of_its_own(server):
    assert get(server, "/data/tiny/coverage/spots.geojson?step_free=yes").json["features"] == []
    unknown = get(server, "/data/tiny/coverage/unknown.geojson?step_free=yes").json["features"]
    assert len(unknown) == 2


def test_profile_kind_and_minutes_make_another_answer(server):
    address = "/data/tiny/coverage/homes.geojson"
    addresses = [address + query for query in ("", "?profile=wheelchair", "?kind=library", "?minutes=7.5")]
    assert len({get(server, a).headers["etag"] for a in addresses}) == 4


def test_the_short_address_gives_the_same(server):
    for show in ("streets", "homes", "hexagons"):
        short = get(server, f"/data/tiny/coverage/wheelchair.geojson?show={show}").json
        assert short == get(server, f"/data/tiny/coverage/{show}.geojson?profile=wheelchair").json


def test_the_figures_are_those_of_the_assessment(server, application):
    total = assess_coverage(application, "tiny", CoverageRequest()).total
    features = get(server, "/data/tiny/coverage/homes.geojson").json["features"]
    near = sum(f["properties"]["population"] for f in features if f["properties"]["cost_s"] <= 300)
    assert near / total.population == pytest.approx(total.share_within[5.0], abs=0.01)
    cells = get(server, "/data/tiny/coverage/hexagons.geojson").json["features"]
    assert sum(f["properties"]["population"] for f in cells) == pytest.approx(total.population, rel=0.01)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/data/nowhere/coverage/streets.geojson", 404),
        ("/data/bare/coverage/streets.geojson", 404),
        ("/data/tiny/coverage/nonsense.geojson", 404),
        ("/data/tiny/coverage/adult.geojson?show=nonsense", 404),
        ("/data/tiny/coverage/streets.geojson?build=../../etc", 404),
        ("/data/tiny/coverage/spots.bin", 404),
        ("/data/tiny/coverage/worst.json", 404),
        ("/data/tiny/coverage/streets.geojson?people=cats", 400),
        ("/data/tiny/coverage/streets.geojson?people=older", 400),
        ("/data/tiny/coverage/streets.geojson?open=noon", 400),
        ("/data/tiny/coverage/streets.geojson?sites=here", 400),
        ("/data/tiny/coverage/streets.geojson?sites=181,3", 400),
        ("/data/tiny/coverage/streets.geojson?profile=dog", 400),
        ("/data/tiny/coverage/streets.geojson?minutes=soon", 400),
        ("/data/..%2f..%2fetc/coverage/streets.geojson", 404),
    ],
)
def test_a_wrong_address_says_what_is_wrong(server, address, status):
    answer = get(server, address)
    assert (answer.status, set(answer.json)) == (status, {"error", "todo"})


def test_the_worst_areas_are_the_hexagons_with_the_longest_walks(server):
    cells = get(server, "/data/tiny/coverage/hexagons.geojson").json["features"]
    areas = get(server, "/data/tiny/coverage/worst_areas.geojson").json["features"]
    longest = max(cell["properties"].get("median_s", math.inf) for cell in cells)
    assert min(area["properties"].get("at_least_s", math.inf) for area in areas) <= longest
    cover = shapely.union_all([shapely.geometry.shape(area["geometry"]) for area in areas])
    inside, outside = [], []
    for cell in cells:
        middle = shapely.geometry.shape(cell["geometry"]).centroid
        (inside if cover.contains(middle) else outside).append(cell["properties"])
    assert inside
    assert sum(area["properties"]["population"] for area in areas) == pytest.approx(
        sum(cell["population"] for cell in inside), abs=0.5
    )
    best_inside = min(cell.get("median_s", math.inf) for cell in inside)
    assert all(cell.get("median_s", math.inf) <= best_inside for cell in outside)
