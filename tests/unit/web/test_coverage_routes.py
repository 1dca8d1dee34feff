"""Walking times by address: what a map fetches, and what an address that is wrong gets."""

from __future__ import annotations

import pytest
from asgi import get
from starlette.applications import Starlette
from tiny_town import write_boundary, write_town

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.loading import LoadRequest, load_community
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
    return Starlette(routes=web.routes(application), middleware=web.middleware())


@pytest.mark.parametrize("layer", ["streets", "homes", "hexagons", "spots"])
def test_each_layer_is_geojson_with_an_etag_and_gzip(server, layer):
    address = f"/data/tiny/coverage/{layer}.geojson?profile=senior"
    answer = get(server, address, accept_encoding="gzip")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json["features"]
    assert get(server, address, if_none_match=answer.headers["etag"]).status == 304


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
        ("/data/tiny/coverage/streets.geojson?profile=dog", 400),
        ("/data/tiny/coverage/streets.geojson?minutes=soon", 400),
        ("/data/..%2f..%2fetc/coverage/streets.geojson", 404),
    ],
)
def test_a_wrong_address_says_what_is_wrong(server, address, status):
    answer = get(server, address)
    assert (answer.status, set(answer.json)) == (status, {"error", "todo"})
