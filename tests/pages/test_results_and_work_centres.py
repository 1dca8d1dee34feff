"""The pages of kept results and of work centres: figures of the service, factors to change, an undo."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from micropolis_map.analysis.commuting import LIMITS, Commuting
from micropolis_map.domain.community import City
from micropolis_map.domain.kept_run import KeptRun
from micropolis_map.domain.permission import Actor
from micropolis_map.services import kept_runs
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.work_centres import WorkRequest, assess_work_centres
from micropolis_map.ui import numbers, people, run_words
from micropolis_map.ui.work_state import WorkState

PLANNER = Actor("planner", "id-ada", frozenset({"demo"}))


def page_text(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture
def as_planner(monkeypatch):
    monkeypatch.setattr(people, "actor", lambda: PLANNER)


def test_the_page_shows_the_figures_of_the_service(loaded, run_page):
    city = loaded.community_store.get("demo").nearest_city
    result = assess_work_centres(loaded, "demo", WorkRequest(minutes=10.0, city=city, new=2))
    app = run_page("work_centres", community="demo", walk="10", centres="2")
    assert not app.exception
    text = page_text(app)
    assert numbers.count(result.within) in text
    assert f"<dd>{numbers.rough(result.saved.person_km)}</dd>" in text
    assert f"<dd>{numbers.rough(result.saved.co2_kg / 1000)}</dd>" in text
    assert numbers.count(result.saved.person_km) not in text  # nobody knows it so exactly
    for one in result.next:
        assert numbers.count(one.site.gained_population) in text
    reached = [int(n.replace(",", "")) for n in re.findall(r'data-head="Within reach">([\d,]+)<', text)]
    assert len(reached) == len(result.settlements)
    assert sum(reached) == pytest.approx(result.within, abs=len(reached))


def test_a_changed_factor_changes_the_figures_and_can_be_taken_back(loaded, run_page):
    app = run_page("work_centres", community="demo", walk="10", centres="0")
    before = page_text(app)
    app.number_input(key="w_f_days_a_week").set_value(0.0).run()
    assert not app.exception
    assert app.session_state["mm_view"].work.commuting.days_a_week == 0.0
    assert "<dt>tonnes of CO2 saved a year</dt><dd>0" in page_text(app)
    app.button(key="w_factors_reset").click().run()
    assert page_text(app) == before


def test_car_and_public_transport_never_make_more_than_all_ways(loaded, run_page):
    app = run_page("work_centres", community="demo", centres="0")
    app.number_input(key="w_f_by_car").set_value(95.0).run()
    assert not app.exception
    commuting = app.session_state["mm_view"].work.commuting
    assert (commuting.by_car, commuting.by_public_transport) == (0.95, 0.05)


def test_without_a_known_city_the_page_asks_for_it(loaded, run_page):
    described = loaded.community_store.get("demo")
    loaded.community_store.save(replace(described, nearest_city=None))
    try:
        app = run_page("work_centres", community="demo", centres="0")
        assert not app.exception
        assert "CO2 saved" not in page_text(app)
        assert any("Which city?" in box.label for box in app.expander)
    finally:
        loaded.community_store.save(described)


def test_a_community_without_streets_leads_to_loading_them(loaded, run_page):
    app = run_page("work_centres", community="wawer")
    assert "not loaded yet" in " ".join(s.value for s in app.subheader)


def test_results_are_listed_asked_again_deleted_and_put_back(loaded, run_page, as_planner):
    result = assess_coverage(loaded, "demo", CoverageRequest("senior"))
    run = kept_runs.keep_coverage(loaded, PLANNER, result, title="<b>May</b>", address="/coverage?x=1")
    loaded.run_store.add(replace(run, id="old", title="Last year", build_id="20200101T000000Z-0"))
    app = run_page("runs", community="demo")
    assert not app.exception
    text = page_text(app)
    assert "&lt;b&gt;May&lt;/b&gt;" in text
    assert "older: made with the network of 2020-01-01" in text
    assert numbers.share(result.total.share_within[15.0]) in text
    app.button(key="w_again_old").click().run()
    assert "The same question gives the same figures today." in page_text(app)
    assert len(app.dataframe) == 1
    app.button(key=f"w_delete_{run.id}").click().run()
    assert "is off the list" in page_text(app)
    assert [one.id for one in loaded.run_store.of_community("demo")] == ["old"]
    app.button(key="w_run_undo").click().run()
    assert len(loaded.run_store.of_community("demo")) == 2


def test_visitors_are_told_how_to_keep_a_result(loaded, run_page):
    app = run_page("runs", community="demo")
    assert not app.exception
    assert "copy the address" in " ".join(m.value for m in app.markdown)


def test_every_figure_that_is_kept_has_words(loaded):
    city = loaded.community_store.get("demo").nearest_city
    work = assess_work_centres(loaded, "demo", WorkRequest(city=city)).figures()
    coverage = kept_runs.coverage_figures(assess_coverage(loaded, "demo", CoverageRequest("wheelchair")))
    for key in (*work, *coverage, "gained", "covered_before", "covered_after", "gap", "optimal", "sites"):
        assert "_" not in run_words.figure_name(key), key


def test_a_question_is_said_in_words():
    run = KeptRun(
        "x", "demo", "siting", "", {"request": {"profile": "senior", "minutes": 10.0, "objective": "equity"}},
        {}, "/planner", "b", "p", "0", "id", "2026-11-22T12:00:00Z",
    )  # fmt: skip
    assert run_words.asked(run) == "Senior · 10 min · The worst-off first"


@some.composite
def work_states(draw):
    car = draw(some.floats(0, 1))
    values = {name: draw(some.floats(low, high)) for name, (low, high) in LIMITS.items()}
    values |= {"by_car": car, "by_public_transport": (1 - car) * draw(some.floats(0, 1))}
    name = draw(some.text("abcął Ż-", min_size=1, max_size=20).filter(str.strip))
    lon, lat = draw(some.floats(-180, 180)), draw(some.floats(-90, 90))
    city = City(" ".join(name.split()), round(lon, 6), round(lat, 6))
    return WorkState(
        draw(some.sampled_from((5, 10, 15, 20, 30))), draw(some.integers(0, 5)), city, Commuting(**values)
    )


@given(work_states())
def test_what_is_asked_of_work_centres_survives_its_address(state):
    assert WorkState.parse(state.query()) == state


@given(some.text(max_size=60), some.text(max_size=60))
def test_any_address_is_some_question(city, commute):
    WorkState.parse({"city": city, "commute": commute, "walk": city, "centres": commute})
