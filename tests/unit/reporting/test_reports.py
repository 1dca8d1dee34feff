"""Reports on paper: every language, every profile, nothing off the page, no letter lost."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pypdfium2
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from pdf_reading import pages

from micropolis_map.errors import InvalidInput, NotLoaded
from micropolis_map.services.coverage_link import coverage_of_query, query_of_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.reporting import coverage_report
from micropolis_map.services.reporting_paper import writable
from micropolis_map.services.reporting_siting import siting_report
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_result import SitingRequest

WHEN = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
MARGIN = 40.0
"""Points; the paper's own are 51, numbers of charts may stand a little in them."""
SPOKEN = {"en": "Report", "pl": "Amberø", "da": "Amberø", "it": "Amberø", "uk": "Амбере"}


@pytest.mark.parametrize("lang", list(SPOKEN))
def test_a_report_in_every_language_has_every_letter(town, lang):
    pdf = coverage_report(town, "demo", CoverageRequest("stroller"), lang, WHEN)
    text = " ".join(pages(pdf))
    assert pdf.startswith(b"%PDF")
    assert SPOKEN[lang] in text
    assert "?" not in text
    assert len(pages(pdf)) >= 3


@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
def test_nothing_is_written_off_the_page(town, profile):
    for pdf in (
        coverage_report(
            town, "demo", CoverageRequest(profile, (5.0, 7.5, 10.0, 15.0, 20.0, 30.0)), "uk", WHEN
        ),
        siting_report(town, "demo", SitingRequest(3, 5.0, profile), "pl", moment=WHEN),
    ):
        document = pypdfium2.PdfDocument(pdf)
        for page in document:
            text = page.get_textpage()
            for i in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(i)
                assert left >= MARGIN
                assert right <= page.get_width() - MARGIN + 1
                assert bottom >= 0
                assert top <= page.get_height()
        document.close()


def test_the_same_question_at_the_same_moment_is_the_same_file(town):
    asked = CoverageRequest()
    assert coverage_report(town, "demo", asked, "en", WHEN) == coverage_report(
        town, "demo", asked, "en", WHEN
    )


def test_what_was_left_out_is_said(town):
    asked = CoverageRequest(step_free=True, open_at="Sa 10:00")
    text = " ".join(pages(coverage_report(town, "demo", asked, "en", WHEN)))
    assert "Only meeting places known to be step-free are counted." in text
    assert "Sa 10:00" in text
    assert "The town is invented" in text


def test_moved_sites_are_called_so_and_the_proposed_ones_are_not(town):
    asked = SitingRequest(2, 5.0)
    result = propose_sites(town, "demo", asked)
    same = tuple((round(lon, 6), round(lat, 6)) for lon, lat in result.plan.points)
    proposed = " ".join(pages(siting_report(town, "demo", asked, points=same, result=result)))
    moved = siting_report(town, "demo", asked, points=((17.2, 55.7), (17.21, 55.701)), result=result)
    assert "Proven" in proposed
    assert "moved by hand" in " ".join(pages(moved))
    assert "moved by hand" not in proposed


def test_a_community_without_streets_has_no_report(town):
    with pytest.raises(NotLoaded):
        coverage_report(town, "wawer", CoverageRequest())
    with pytest.raises(InvalidInput):
        coverage_report(town, "demo", CoverageRequest("cat"))


def test_a_question_survives_its_address():
    asked = CoverageRequest("senior", (7.5, 15.0), kinds=("library",), step_free=True, open_at="Sa 10:00")
    for one in (asked, replace(asked, people="older"), CoverageRequest()):
        query = query_of_coverage(one)
        assert coverage_of_query(parse_qs(query)) == one


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Łódź ąęї", "Łódź ąęї"), ("CO₂", "CO2"), ("東京", "??"), ("a\x07b", "ab"), ("ấ", "â")],
)
def test_a_letter_we_cannot_print_is_replaced(text, shown):
    assert writable(text) == shown
