"""Coverage and Compare under AppTest: the choices, the figures of the command, the links."""

from __future__ import annotations

import time

import pytest

from micropolis_map.services.assessing import subject_of
from micropolis_map.services.barriers import barriers_known, question_of
from micropolis_map.services.comparing import NUMBER, PEOPLE, SECONDS, SHARE, Difference, compared
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.coverage_view import coverage_view
from micropolis_map.ui import numbers
from micropolis_map.ui.components.compare_figures import change_words, value_words
from micropolis_map.ui.components.coverage_barriers import barrier_frame, for_map
from micropolis_map.ui.components.coverage_curve import drawing
from micropolis_map.ui.components.coverage_fairness import fairness_sentences
from micropolis_map.ui.components.coverage_figures import said_of
from micropolis_map.ui.view_state import ViewState


def page_text(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize(
    ("query", "request_"),
    [
        ({}, CoverageRequest()),
        (
            {"spots": "library,sports", "stepfree": "yes", "open": "Sa 10:00", "people": "older"},
            CoverageRequest(kinds=("library", "sports"), step_free=True, open_at="Sa 10:00", people="older"),
        ),
        ({"profile": "wheelchair", "minutes": "5,20"}, CoverageRequest("wheelchair", (5.0, 20.0))),
    ],
)
def test_the_page_says_what_the_view_says(loaded, run_page, query, request_):
    app = run_page("coverage", community="demo", **query)
    assert not app.exception
    view = coverage_view(loaded, "demo", request_)
    text = page_text(app)
    assert numbers.count(view.asked.people_beyond) in text
    for one in view.profiles:
        assert numbers.decimal(one.fairness.gini, 2) in text
    for area, beyond in zip(view.result.districts, view.people_beyond, strict=True):
        row = app.dataframe[0].value.set_index("District").loc[area.name]
        assert row["People beyond"] == round(beyond)
    edge = numbers.source(view.result.near_end_words)
    assert ("near to the end of the loaded data" in text) == bool(edge)
    assert edge in text


def test_the_choices_go_into_the_view_and_back(loaded, run_page):
    app = run_page("coverage", community="demo", open="Sa 10:00", spots="library")
    assert app.selectbox(key="w_openday").value == "Sa"
    app.selectbox(key="w_openday").select("Su").run()
    assert app.session_state["mm_view"].asked.open_at == "Su 10:00"
    app.toggle(key="w_stepfree").set_value(True).run()
    assert app.session_state["mm_view"].asked.step_free == "yes"
    app.selectbox(key="w_openday").select("").run()
    assert app.session_state["mm_view"].asked.query()["open"] == ""
    assert not app.exception


def test_the_address_is_read_back_as_it_was_written():
    query = {
        "spots": "library", "stepfree": "yes", "open": "Sa 10:00", "people": "children",
        "obstacle": "open-3", "compare": "dates", "other": "20260101T000000Z-00000000",
    }  # fmt: skip
    assert ViewState.parse(query).query() == query
    odd = {"spots": "bar", "stepfree": "1", "open": "noon", "people": "cats", "obstacle": "x", "compare": "y"}
    assert ViewState.parse(odd).query() == {}


def test_the_obstacles_come_after_the_page(loaded, run_page):
    request = CoverageRequest("wheelchair", (7.0 + 3.0,))
    app = run_page("coverage", community="demo", profile="wheelchair", minutes="10")
    assert not app.exception
    question = question_of(loaded, "demo", request)
    for _ in range(300):
        if barriers_known(question) is not None:
            break
        time.sleep(0.1)
    app.run()
    found = barriers_known(question)
    assert found is not None
    table = app.dataframe[1].value
    assert table["People"].tolist() == barrier_frame(found.to_open)["People"].tolist()
    assert {f["id"] for f in for_map(found, "open-9")} >= {"open-1", "survey-1", "open-9"}


def test_for_those_who_take_steps_the_page_says_whom_to_choose(loaded, run_page):
    text = page_text(run_page("coverage", community="demo"))
    assert "By wheelchair” or “With a stroller”" in text


def test_sentences_name_who_is_left_out(loaded):
    view = coverage_view(loaded, "demo", CoverageRequest("wheelchair"))
    said = " ".join(said_of(view, "Amberø"))
    assert numbers.share(view.of("adult").total.share_within[15.0]) not in said
    assert view.result.lived_districts[0].name in said
    assert numbers.count(view.asked.people_beyond) in said
    assert any("percentage points" in text for text in fairness_sentences(view))


def test_places_of_unknown_hours_are_said(loaded):
    view = coverage_view(loaded, "demo", CoverageRequest(step_free=True))
    known = len(view.result.spots)
    assert 0 < known < 18
    total = view.with_unknown
    assert (total is None) == (len(view.result.spots_unknown) == 0)


def test_the_curve_names_every_profile(loaded):
    view = coverage_view(loaded, "demo", CoverageRequest())
    picture = drawing(view.profiles, "adult", (5.0,))
    assert picture.count("<polyline") == 4
    for name in ("Adult", "Senior", "With a stroller", "By wheelchair"):
        assert f">{name}<" in picture


@pytest.mark.parametrize("other", ["wheelchair", "senior"])
def test_comparing_profiles_shows_both_sides_figures(loaded, run_page, other):
    app = run_page("compare", community="demo", compare="profiles", other=other)
    assert not app.exception
    both = [subject_of(loaded, "demo", CoverageRequest(who)) for who in ("adult", other)]
    text = page_text(app)
    for row in compared(*both).totals:
        if row.name == "people_beyond":
            assert numbers.count(row.left) in text
            assert numbers.count(row.right) in text


def test_one_state_cannot_be_compared_and_that_is_said(loaded, run_page):
    app = run_page("compare", community="demo", compare="dates")
    assert not app.exception
    assert "Only one state" in app.info[0].value


def test_plans_are_compared_by_their_links(loaded, run_page):
    app = run_page("compare", community="demo", compare="scenarios")
    assert "Next café" in app.info[0].value
    app.text_input(key="w_plan_right").set_value("?community=demo&sites=17.2144,55.7013").run()
    assert not app.exception
    assert app.session_state["mm_view"].asked.other == "|17.214400,55.701300"
    assert "New places: 1" in page_text(app)
    app.text_input(key="w_plan_right").set_value("what?").run()
    assert any("no link" in one.value for one in [*app.warning, *app.error, *app.info])


def test_a_community_alone_is_told_so(loaded, run_page):
    app = run_page("compare", community="demo", compare="communities")
    assert not app.exception
    assert "No other community" in app.info[0].value


@pytest.mark.parametrize(
    ("one", "left", "right", "change"),
    [
        (Difference("within_5", SHARE, 0.6749, 0.2751), "67.5 %", "27.5 %", "−40 points"),
        (Difference("within_15", SHARE, 0.99963, 0.86327), "99.9 %", "86.3 %", "−13.6 points"),
        (Difference("within_15", SHARE, 1.0, 0.0002), "100.0 %", "0.1 %", "−99.9 points"),
        (Difference("gini", NUMBER, 0.3149, 0.3251), "0.31", "0.33", "+0.02"),
        (Difference("gini", NUMBER, 0.3051, 0.3249), "0.31", "0.32", "+0.01"),
        (Difference("median_s", SECONDS, 232.0, 458.0), "3.9 min", "7.6 min", "+3.7 min"),
        (Difference("people_beyond", PEOPLE, 2.6, 1114.6), "3", "1,115", "+1,112"),
        (Difference("p90_s", SECONDS, 200.0, float("inf")), "3.3 min", "cannot be reached", "–"),
    ],
)
def test_a_difference_is_that_of_the_figures_shown(one, left, right, change):
    assert value_words(one.left, one.unit) == left
    assert value_words(one.right, one.unit) == right
    assert change_words(one) == change
