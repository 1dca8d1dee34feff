"""A planner finds the worst-served district of the demo town and prints the report for the council."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account
from pdf_reading import pages

from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings


@pytest.fixture(scope="module")
def application(server):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))


@pytest.fixture(scope="module")
def account(application):
    return an_account(application, "pia@example.org", "planner", communities=("demo",))


@pytest.fixture
def planner(visitor, application, account):
    """A planner of the demo town who signed in before."""
    one = visitor()
    token = a_session(application, account)
    one.context.add_cookies([{"name": "micropolis_session", "value": token, "url": one.base}])
    return one


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def test_finds_the_worst_served_district_and_prints_the_report(planner):
    planner.open("/coverage?community=demo&profile=wheelchair")
    expect(planner.page.locator(".mm-figures").first).to_be_visible()
    said = planner.page.locator(".mm-say", has_text="It is worst in").inner_text()
    worst, share = re.search(r"worst in (\w+) \((.+?)\)", said).groups()
    figures = planner.page.locator(".mm-figures").first.locator("dd").all_inner_texts()

    link = planner.page.get_by_role("link", name="Report for the council (PDF)")
    answer = planner.context.request.get(planner.base + link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    first = plain(pages(answer.body())[0])
    assert f"worst in {worst} ({plain(share)})" in first
    assert plain(figures[2]) in first  # within 15 minutes
    assert plain(figures[3]) in first  # people farther away
    assert worst in plain(" ".join(pages(answer.body())[1:]))


@pytest.mark.journey("runs")
def test_keeps_the_result_asks_again_deletes_and_takes_that_back(planner):
    planner.open("/coverage?community=demo&profile=senior")
    planner.page.get_by_label("Name of the result").fill("For the council in May")
    planner.page.get_by_role("button", name="Keep this result").click()
    planner.page.get_by_role("link", name="See all results").click()
    planner.page.wait_for_url(re.compile("/results"))
    card = planner.page.get_by_role("heading", name="For the council in May")
    expect(card).to_be_visible()
    planner.page.get_by_role("button", name="Ask again").first.click()
    expect(planner.page.get_by_text("The same question gives the same figures today.")).to_be_visible()
    planner.page.get_by_role("button", name="Delete").first.click()
    expect(card).to_have_count(0)
    planner.page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()


def test_a_visitor_without_account_is_told_how_to_keep_a_result(visitor):
    one = visitor()
    one.open("/coverage?community=demo")
    expect(one.page.get_by_text("To keep this result, copy the address of this page")).to_be_visible()
    one.open("/results?community=demo")
    expect(one.page.get_by_text("Planners and organisers of this community")).to_be_visible()
