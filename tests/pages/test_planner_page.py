"""The café planner: the figures of the service, sites that move, and a link that opens the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.ui import numbers
from micropolis_map.ui.components.planner_figures import collection, gain_frame
from micropolis_map.ui.components.planner_map import read_move
from micropolis_map.ui.view_state import MOST_NEW, ViewState, sites_of


def page_text(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("goal", ["coverage", "p-median"])
def test_the_page_shows_the_figures_of_the_command(loaded, run_page, goal):
    app = run_page("planner", community="demo", new="2", within="5", goal=goal, keep="no")
    assert not app.exception
    plan = propose_sites(loaded, "demo", SitingRequest(2, 5.0, "adult", goal, keep_existing=False)).plan
    text = page_text(app)
    assert numbers.share(plan.covered_after / plan.population) in text
    assert numbers.count(plan.covered_after - plan.covered_before) in text
    for site in plan.sites:
        assert numbers.count(site.gained_population) in text
    table = app.dataframe[0].value
    assert table["Newly near"].sum() == pytest.approx(
        plan.covered_after - plan.covered_before, abs=len(table)
    )
    assert "Proven" in text


def test_a_link_opens_the_sites_as_they_were_moved_and_undo_is_there(loaded, run_page):
    request = SitingRequest(2, 10.0)
    points = ((17.2, 55.7), (17.21, 55.701))
    plan = assess_sites(loaded, "demo", request, points)
    app = run_page("planner", community="demo", sites="17.2,55.7;17.21,55.701")
    assert not app.exception
    assert numbers.count(plan.covered_after - plan.covered_before) in page_text(app)
    assert "Moved by hand" in page_text(app)
    app.button(key="w_proposal").click().run()
    assert "Moved by hand" not in page_text(app)


def test_a_choice_asks_anew_and_forgets_moved_sites(loaded, run_page):
    app = run_page("planner", community="demo", sites="17.2,55.7;17.21,55.701")
    app.number_input(key="w_new").set_value(3).run()
    assert "Moved by hand" not in page_text(app)
    assert page_text(app).count("<li>") == 3


def test_a_community_without_streets_leads_to_loading_them(loaded, run_page):
    app = run_page("planner", community="wawer")
    assert "not loaded yet" in " ".join(s.value for s in app.subheader)


def test_downloads_hold_the_sites_of_the_page(loaded):
    plan = propose_sites(loaded, "demo", SitingRequest(2, 5.0)).plan
    features = collection(plan)["features"]
    assert [f["properties"]["gained_population"] for f in features] == [
        site.gained_population for site in plan.sites
    ]
    assert list(gain_frame(plan)["Newly near"]) == sorted(gain_frame(plan)["Newly near"], reverse=True)


def drag(**properties):
    return {"last_active_drawing": {"id": "site-2", "properties": properties}}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (drag(move=3, lon=17.1234567, lat=55.7), (2, 3, (17.123457, 55.7))),
        (drag(move=3, lon=math.nan, lat=55.7), (0, 0, (0.0, 0.0))),
        (drag(move=3, lon="17", lat=55.7), (0, 0, (0.0, 0.0))),
        (drag(lon=17.0, lat=55.7), (0, 0, (0.0, 0.0))),
        (drag(move=1, lon=999, lat=55.7), (0, 0, (0.0, 0.0))),
        ({"last_active_drawing": {"id": "p1", "properties": {"click": 3}}}, (0, 0, (0.0, 0.0))),
        (None, (0, 0, (0.0, 0.0))),
    ],
)
def test_a_drag_is_read_or_ignored(payload, expected):
    assert read_move(payload) == expected


@given(some.lists(some.tuples(some.floats(-180, 180), some.floats(-90, 90)), max_size=MOST_NEW))
def test_sites_survive_their_address(sites):
    view = ViewState(sites=tuple((round(lon, 6), round(lat, 6)) for lon, lat in sites))
    assert ViewState.parse(view.query()) == view


@given(some.text(max_size=80))
def test_any_text_is_some_sites(text):
    assert all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in sites_of(text))


def test_nonsense_of_the_planner_counts_as_not_chosen():
    query = {"new": "99", "within": "7", "goal": "best", "keep": "yes", "sites": "x;200,10"}
    assert ViewState.parse(query) == ViewState()
