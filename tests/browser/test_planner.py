"""What a planner does: reads coverage by district, looks for gaps on the map, sees what it rests on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

READS_ONLY = True


def test_reads_coverage_for_another_profile_and_shares_it(visitor):
    one = visitor()
    one.open("/coverage?community=demo")
    one.map.locator("#map_div[data-coverage]").wait_for()
    one.map.locator("#map_div[data-spots]").wait_for()
    before = one.page.locator(".mm-figures").inner_text()
    one.page.get_by_role("radio", name="By wheelchair").click()
    one.page.wait_for_url(re.compile("profile=wheelchair"))
    expect(one.page.locator(".mm-figures")).not_to_have_text(before)
    figures = one.page.locator(".mm-figures").inner_text()

    other = visitor()
    other.open(one.page.url.removeprefix(one.base))
    expect(other.page.locator(".mm-figures")).to_be_visible()
    expect(other.page.locator(".mm-figures")).to_have_text(figures, use_inner_text=True)
    other.map.locator("#map_div[data-coverage]").wait_for()


@pytest.mark.journey("data")
def test_a_community_without_streets_leads_to_the_data_page(visitor):
    one = visitor()
    one.open("/coverage?community=wawer")
    one.page.get_by_role("link", name="What it takes").click()
    one.page.wait_for_url(re.compile("/datasets"))
    expect(one.page.get_by_text("The planners and organisers of Wawer load its streets")).to_be_visible()
    expect(one.page.get_by_role("button", name="Load from OpenStreetMap")).to_have_count(0)
    one.page.wait_for_url(re.compile("community=wawer"))
    one.page.locator(".st-key-load").get_by_role("link", name="Sign in").click()
    one.page.wait_for_url(re.compile("/sign_in"))


def test_the_very_first_visitor_may_open_any_page(visitor):
    one = visitor()
    one.open("/about")
    expect(one.page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.journey("work_centres")
def test_asks_where_the_next_work_centres_serve_most_people(visitor):
    one = visitor()
    one.open("/work_centres?community=demo&lang=en")
    one.map.locator("#map_div[data-coverage]").wait_for()
    expect(one.page.locator(".mm-figures dt").first).to_have_text("work centres today")
    one.page.get_by_role("spinbutton", name="Further centres").fill("2")
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(re.compile("centres=2"))
    expect(one.page.locator(".mm-sites li")).to_have_count(2)
    one.map.locator("#map_div[data-sites='2']").wait_for()


@pytest.mark.journey("about")
def test_the_pages_keep_the_community_and_the_language(visitor):
    one = visitor()
    one.open("/?community=middelfart&lang=da")
    one.page.get_by_role("link", name="Om").click()
    one.page.wait_for_url(re.compile("/about.*lang=da"))
    one.page.get_by_role("link", name="Udforsk").click()
    one.page.wait_for_url(re.compile("community=middelfart.*lang=da"))
