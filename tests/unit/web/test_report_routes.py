"""Reports and files by address: what they answer, and what an address that is wrong gets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from asgi import get
from starlette.applications import Starlette
from tiny_town import write_boundary, write_town

sys.path.insert(0, str(Path(__file__).parents[2]))

from pdf_reading import pages
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
    folder = tmp_path_factory.mktemp("reports")
    application = build_application(Settings(data=folder / "data"))
    load_community(
        application, "tiny", LoadRequest(osm=(write_town(folder),), boundary=write_boundary(folder))
    )
    application.community_store.save(Community("bare", {"en": "Bare"}))
    return application


@pytest.fixture(scope="module")
def server(application):
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


def test_a_report_is_a_pdf_in_the_language_asked_for(server):
    answer = get(server, "/report/tiny/coverage.pdf?profile=senior&lang=da")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="coverage-tiny-senior.pdf"'
    assert "Ældre" in pages(answer.body)[0]
    assert "Rapport" in pages(answer.body)[0]


@pytest.mark.parametrize("what", ["coverage", "siting"])
@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("geojson", "application/geo+json"),
        ("gpkg", "application/geopackage+sqlite3"),
        ("parquet", "application/vnd.apache.parquet"),
    ],
)
def test_the_figures_are_files(server, what, ending, kind):
    answer = get(server, f"/report/tiny/{what}.{ending}?new=1&within=5")
    assert answer.status == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.body


def test_files_are_about_the_same_question_as_the_page(server, application):
    answer = get(server, "/report/tiny/coverage.geojson?profile=senior&minutes=2,7.5&by=district")
    document = json.loads(answer.body)
    result = assess_coverage(application, "tiny", CoverageRequest("senior", (2.0, 7.5)))
    row = document["features"][0]["properties"]
    assert row["share_within_7.5"] == result.districts[0].share_within[7.5]
    assert document["micropolis"]["licence"] == "ODbL-1.0"
    assert document["micropolis"]["attribution"] == "© OpenStreetMap contributors"


def test_the_same_address_is_not_sent_twice(server):
    first = get(server, "/report/tiny/coverage.csv")
    again = get(server, "/report/tiny/coverage.csv", if_none_match=first.headers["etag"])
    assert again.status == 304


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/report/nowhere/coverage.pdf", 404),
        ("/report/bare/coverage.pdf", 404),
        ("/report/tiny/coverage.xlsx", 404),
        ("/report/tiny/coverage.pdf?profile=cat", 400),
        ("/report/tiny/coverage.pdf?minutes=x", 400),
        ("/report/tiny/coverage.pdf?lang=xx", 400),
        ("/report/tiny/coverage.csv?by=home", 400),
        ("/report/tiny/coverage.csv?by=street", 400),
        ("/report/..%2f..%2fetc/coverage.pdf", 404),
    ],
)
def test_a_wrong_address_says_what_is_wrong(server, address, status):
    answer = get(server, address)
    assert answer.status == status
