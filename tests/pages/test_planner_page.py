"""The café planner: the figures of the service, sites that move, and a link that opens the same."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import replace

import pytest

from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.ui import numbers
from micropolis_map.ui.components.planner_figures import gain_table
from micropolis_map.ui.components.planner_map import number_of, read_area, read_point
from micropolis_map.ui.components.planner_minimap import minimap
from micropolis_map.ui.components.planner_proof import proof_words
from micropolis_map.ui.siting_job import SitingJob
from micropolis_map.ui.view_state import ViewState


def page_text(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def until_proven(app):
    """The page is drawn again and again while the proof is looked for; AppTest does it by hand."""
    for _ in range(60):
        if "Proven" in page_text(app) or "Placed by hand" in page_text(app):
            break
        app.run()
    return app


@pytest.mark.parametrize("goal", ["coverage", "p-median"])
def test_the_page_shows_the_figures_of_the_command(loaded, run_page, goal):
    app = until_proven(run_page("planner", community="demo", new="2", within="5", goal=goal, keep="no"))
    assert not app.exception
    plan = propose_sites(loaded, "demo", SitingRequest(2, 5.0, "adult", goal, keep_existing=False)).plan
    text = page_text(app)
    assert numbers.share(plan.covered_after / plan.population) in text
    assert numbers.count(plan.covered_after - plan.covered_before) in text
    for site in plan.sites:
        assert numbers.count(site.gained_population) in text
    assert gain_table(plan.districts, "District") in text
    assert "Proven" in text


def test_the_page_says_whose_figure_may_be_too_low(loaded, run_page):
    app = until_proven(run_page("planner", community="demo", new="1", within="5"))
    result = propose_sites(loaded, "demo", SitingRequest(1, 5.0))
    assert result.near_end > 0
    assert f"{numbers.source(result.near_end_words)}." in page_text(app)


def test_a_link_opens_the_sites_as_they_were_moved_and_undo_is_there(loaded, run_page):
    request = SitingRequest(2, 10.0)
    points = ((17.2, 55.7), (17.21, 55.701))
    plan = assess_sites(loaded, "demo", request, points)
    app = run_page("planner", community="demo", sites="17.2,55.7;17.21,55.701")
    assert not app.exception
    assert numbers.count(plan.covered_after - plan.covered_before) in page_text(app)
    assert "Placed by hand" in page_text(app)
    app.button(key="w_proposal").click().run()
    assert "Placed by hand" not in page_text(app)


def test_a_choice_asks_anew_and_forgets_moved_sites(loaded, run_page):
    app = run_page("planner", community="demo", sites="17.2,55.7;17.21,55.701")
    app.number_input(key="w_new").set_value(3).run()
    assert "Placed by hand" not in page_text(app)
    assert until_proven(app).session_state["mm_view"].plan.new == 3
    assert page_text(app).count("mm-siterow") == 3


def test_a_community_without_streets_leads_to_loading_them(loaded, run_page):
    app = run_page("planner", community="wawer")
    assert "not loaded yet" in " ".join(s.value for s in app.subheader)


def test_the_table_of_who_gains_begins_with_who_gains_most(loaded):
    plan = propose_sites(loaded, "demo", SitingRequest(2, 5.0)).plan
    table = gain_table(plan.districts, "District")
    newly = [int(n.replace(",", "")) for n in re.findall(r'data-head="Newly near">([\d,]+)<', table)]
    assert len(newly) == len(plan.districts)
    assert newly == sorted(newly, reverse=True)
    assert sum(newly) == pytest.approx(plan.covered_after - plan.covered_before, abs=len(newly))


def test_figures_of_thousands_are_separated_and_the_curve_ends_where_nobody_more_comes_near(loaded, run_page):
    text = page_text(until_proven(run_page("planner", community="demo", new="2", within="10")))
    assert '<td data-head="People">3,787</td>' in text
    curve = text[text.index("mm-curve") :].split("</table>")[0]
    lines = re.findall(r'<th scope="row">(\d+)', curve)
    assert lines == ["0", "1", "2", "3"]
    assert "this plan" in text


CORNERS = [{"lon": 17.1, "lat": 55.7}, {"lon": 17.2, "lat": 55.7}, {"lon": 17.2, "lat": 55.75}]


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        (CORNERS, ((17.1, 55.7), (17.2, 55.7), (17.2, 55.75))),
        (CORNERS[:2], ()),
        ([*CORNERS, {"lon": "x", "lat": 1}], ()),
        ([*CORNERS, 7], ()),
        (CORNERS * 50, ()),
        ("x", ()),
    ],
)
def test_an_area_is_read_or_ignored(corners, expected):
    assert read_area(corners) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"lon": 17.1234567, "lat": 55.7}, (17.123457, 55.7)),
        ({"lon": math.nan, "lat": 55.7}, None),
        ({"lon": None, "lat": 55.7}, None),
        ({"lon": "17", "lat": 55.7}, None),
        ({"lon": True, "lat": 55.7}, None),
        ({"lon": 999, "lat": 55.7}, None),
        ({}, None),
        (7, None),
    ],
)
def test_a_point_is_read_or_ignored(told, expected):
    assert read_point(told) == expected


def test_a_site_is_known_by_where_it_is():
    points = ((17.1, 55.7), (17.2, 55.7))
    assert number_of((17.2, 55.700001), points) == 2
    assert number_of((17.2, 55.7001), points) == 0
    assert number_of(None, points) == 0


def test_steps_are_taken_back_and_done_again(loaded, run_page):
    app = run_page("planner", community="demo", new="2", sites="17.2,55.7;17.21,55.701")
    assert app.button(key="w_undo").disabled
    app.button(key="w_remove_2").click().run()
    assert page_text(app).count("mm-siterow") == 1
    how_many = next(one for one in app.number_input if one.label == "New meeting places")
    how_many.set_value(4).run()
    assert app.session_state["mm_view"].plan.sites == ()
    app.button(key="w_undo").click().run()
    assert app.session_state["mm_view"].plan.sites == ((17.2, 55.7),)
    app.button(key="w_undo").click().run()
    assert len(app.session_state["mm_view"].plan.sites) == 2
    app.button(key="w_redo").click().run()
    app.button(key="w_redo").click().run()
    assert app.session_state["mm_view"].plan.new == 4
    assert app.button(key="w_redo").disabled


def test_plans_are_kept_compared_and_in_the_link(loaded, run_page):
    app = run_page("planner", community="demo", new="2", sites="17.2,55.7;17.21,55.701")
    app.text_input(key="w_plan_name").input("Nord <b>1</b>").run()
    app.button(key="w_keep_plan").click().run()
    app.button(key="w_remove_2").click().run()
    text = page_text(app)
    assert "Nord &lt;b&gt;1&lt;/b&gt;" in text
    assert "On the map now" in text
    kept = "".join(app.query_params["kept"])
    again = run_page("planner", community="demo", kept=kept)
    assert "Nord &lt;b&gt;1&lt;/b&gt;" in page_text(again)
    again.button(key="w_open_0").click().run()
    assert len(again.session_state["mm_view"].plan.sites) == 2
    again.button(key="w_forget_0").click().run()
    assert again.session_state["mm_view"].kept == ()


def test_the_plan_kept_is_the_one_on_the_map_when_the_page_was_not_drawn_to_its_end(loaded, run_page):
    app = run_page("planner", community="demo", new="2", sites="17.2,55.7;17.21,55.701")
    view = app.session_state["mm_view"]
    moved = ((17.2, 55.7), (17.211, 55.7))
    # The figures of this plan are there; the run that drew them had not come to the button.
    app.session_state["mm_view"] = replace(view, plan=replace(view.plan, sites=moved))
    app.button(key="w_keep_plan").click().run()
    assert [one.sites for one in app.session_state["mm_view"].kept] == [moved]
    assert "On the map now" not in page_text(app)
    assert "17.2e211" in "".join(app.query_params["kept"])  # a dot is written .2e there
    app.run()
    assert len(app.session_state["mm_view"].kept) == 1


def test_a_stopped_search_keeps_its_best_and_says_the_gap(loaded):
    told = []

    def better(found):
        told.append(found)
        show(found)
        if found.gap is not None:
            job.stop()

    def search(progress, shown):
        nonlocal show
        show = shown
        return propose_sites(
            loaded, "demo", SitingRequest(3, 5.0, objective="p-median", keep_existing=False), progress,
            better=better,
        )  # fmt: skip

    show = None
    job = SitingJob(search)
    job.start()
    assert job.wait(60)
    assert job.error is None
    assert job.result is not None
    assert job.result.stopped
    assert job.result.gap is not None
    assert "could be at most" in proof_words(job.result)


def test_the_small_map_names_itself_and_holds_every_site():
    drawing = minimap([], ((17.2, 55.7), (17.3, 55.8)), 'Plan "A" <b>')
    assert "&lt;b&gt;" in drawing
    inside = base64.b64decode(drawing.split("base64,")[1].split('"')[0]).decode()
    assert inside.count("<circle") == 2
    assert "nan" not in inside


def test_nonsense_of_the_planner_counts_as_not_chosen():
    query = {"new": "99", "within": "7", "goal": "best", "keep": "yes", "sites": "x;200,10"}
    assert ViewState.parse(query) == ViewState()


def test_a_field_says_its_old_number_with_a_press_and_nothing_is_lost(loaded, run_page):
    app = run_page("planner", community="demo", new="2", sites="17.2,55.7;17.21,55.701")
    app.button(key="w_remove_2").click().run()
    # The browser had not heard of the 1 yet when Undo was pressed, nor of the 2 when a place was taken away.
    app.number_input(key="w_new").set_value(2)
    app.button(key="w_undo").click().run()
    assert len(app.session_state["mm_view"].plan.sites) == 2
    app.number_input(key="w_new").set_value(1)
    app.button(key="w_remove_1").click().run()
    assert app.session_state["mm_view"].plan.sites == ((17.21, 55.701),)


def test_a_number_shown_before_can_be_chosen_again_and_a_new_one_with_a_press(loaded, run_page):
    app = run_page("planner", community="demo", new="2", sites="17.2,55.7;17.21,55.701")
    app.button(key="w_remove_2").click().run()
    app.number_input(key="w_new").set_value(2).run()
    assert (app.session_state["mm_view"].plan.new, app.session_state["mm_view"].plan.sites) == (2, ())
    app.number_input(key="w_new").set_value(3)
    app.button(key="w_undo").click().run()  # a busy page hears of both at once
    app.button(key="w_undo").click().run()
    app.button(key="w_redo").click().run()
    assert app.session_state["mm_view"].plan.new in {2, 3}
