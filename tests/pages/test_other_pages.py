"""Coverage, Data and About under AppTest, with the demo town loaded once."""

from __future__ import annotations

import time

import pytest

from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, RESIDENT, Actor
from micropolis_map.errors import NotAllowed, UnreadableFile
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.loading import LoadRequest
from micropolis_map.ui import numbers, people
from micropolis_map.ui.components.loading_progress import loading_jobs
from micropolis_map.ui.loading_job import LoadingJob, LoadingJobs, Upload


def page_text(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")) + "\n".join(
        m.value for m in app.markdown
    )


@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
def test_coverage_shows_the_figures_of_the_command(loaded, run_page, profile):
    app = run_page("coverage", community="demo", profile=profile)
    assert not app.exception
    result = assess_coverage(loaded, "demo", CoverageRequest(profile=profile))
    text = page_text(app)
    for share in result.total.share_within.values():
        assert numbers.share(share) in text
    table = app.dataframe[0].value
    assert len(table) == len(result.districts) + 1
    assert table["People"].iloc[0] == round(result.total.population)
    assert any("certain" in column for column in table.columns) == (profile == "wheelchair")


def test_thresholds_of_the_address_are_those_of_the_table(loaded, run_page):
    app = run_page("coverage", community="demo", minutes="10,20")
    columns = list(app.dataframe[0].value.columns)
    assert [c for c in columns if c in {"5 min, %", "10 min, %", "15 min, %", "20 min, %"}] == [
        "10 min, %",
        "20 min, %",
    ]


def test_a_community_without_streets_leads_to_loading_them(loaded, run_page):
    app = run_page("coverage", community="wawer")
    assert "not loaded yet" in " ".join(s.value for s in app.subheader)


def test_data_says_what_is_loaded_and_where_it_is_from(loaded, run_page):
    app = run_page("data", community="demo")
    assert not app.exception
    report = loaded.community_store.report("demo")
    text = page_text(app)
    assert numbers.count(report.homes) in text
    assert numbers.count(report.nodes) in text
    assert report.source.split(";")[0] in text


@pytest.fixture
def as_administrator(monkeypatch):
    monkeypatch.setattr(people, "actor", lambda: LOCAL_ADMINISTRATOR)


@pytest.mark.parametrize(
    ("actor", "keys"),
    [
        (RESIDENT, set()),
        (Actor("planner", "p", frozenset({"wawer"})), set()),
        (Actor("organiser", "o", frozenset({"demo"}), frozenset({"demo/Strandby"})), set()),
        (Actor("planner", "p", frozenset({"demo"})), {"load"}),
        (Actor("organiser", "o", frozenset({"demo"})), {"load"}),
        (LOCAL_ADMINISTRATOR, {"load", "add"}),
    ],
)
def test_only_who_may_load_a_town_or_add_one_has_the_form_for_it(loaded, run_page, monkeypatch, actor, keys):
    monkeypatch.setattr(people, "actor", lambda: actor)
    app = run_page("data", community="demo", lang="en")
    assert not app.exception
    assert bool([button for button in app.button if button.label == "Load the invented streets"]) == (
        "load" in keys
    )
    assert bool([field for field in app.text_input if field.key == "w_new_name"]) == ("add" in keys)
    said = any("administrators of this map add other towns" in part.value for part in app.markdown)
    assert said == (not keys)
    assert bool([field for field in app.text_input if field.key == "w_town"]) == ("add" not in keys)


@pytest.mark.parametrize("actor", [RESIDENT, Actor("planner", "p", frozenset({"wawer"}))])
def test_who_may_not_starts_stops_and_forgets_no_loading(actor):
    def load(*_args):
        pytest.fail("it was started")

    for right in ("load", "add_town"):
        jobs = LoadingJobs(lambda _, right=right: right)
        with pytest.raises(NotAllowed):
            jobs.start(LoadingJob("demo", LoadRequest()), load, actor)
        with pytest.raises(NotAllowed):
            jobs.stop("demo", actor)
        with pytest.raises(NotAllowed):
            jobs.forget("demo", actor)
        assert jobs.get("demo") is None


@pytest.mark.usefixtures("as_administrator")
def test_a_name_that_exists_is_not_added_twice(loaded, run_page):
    app = run_page("data", community="wawer")
    app.text_input(key="w_new_name").input("Wawer, Poland").run()
    assert app.info
    app.text_input(key="w_new_name").input("Київ").run()
    assert app.warning


def test_about_says_what_this_is_and_what_happens_to_visitors(loaded, run_page):
    app = run_page("about")
    assert not app.exception
    assert "without an account" in page_text(app)


def test_a_loading_shows_how_far_it_is_and_how_it_ended(loaded):
    report = loaded.community_store.report("demo")
    seen = []

    def load(slug, request, progress):
        progress(0.5, "half way")
        seen.append((job.share, job.message, [path.read_bytes() for path in request.osm]))
        return report

    job = LoadingJob("demo", LoadRequest(), {"osm": [Upload("../evil.osm", b"<osm/>")]})
    LoadingJobs(lambda _: "load").start(job, load, LOCAL_ADMINISTRATOR)
    assert job.wait(120)
    assert seen == [(0.5, "half way", [b"<osm/>"])]
    assert job.report == report
    assert job.error is None


def elements(block):
    """Everything in a block, in the order in which it is drawn."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from elements(child)
        else:
            yield child


@pytest.mark.usefixtures("as_administrator")
def test_a_community_that_cannot_be_added_says_why_beside_its_form_until_it_is_seen(loaded, run_page):
    app = run_page("data", community="demo", lang="en")
    app.text_input(key="w_new_name").input("Nowhere Town, Atlantis").run()
    job = LoadingJob("nowhere-town", LoadRequest())

    def load(*_args):
        raise UnreadableFile("cut.osm.pbf breaks off", "download it again")

    loading_jobs().start(job, load, LOCAL_ADMINISTRATOR)
    assert job.wait(30)
    app.session_state["mm_loading"] = "nowhere-town"
    for _ in range(2):
        app.run()
        assert not app.exception
        assert any("breaks off" in element.value for element in (*app.warning, *app.error))
        assert app.text_input(key="w_new_name").value == "Nowhere Town, Atlantis"
    drawn = list(elements(app.main))
    form = next(i for i, one in enumerate(drawn) if getattr(one, "key", None) == "w_new_name")
    said = next(i for i, one in enumerate(drawn) if "breaks off" in str(getattr(one, "value", "")))
    assert said == form + 1
    app.button(key="w_seen_nowhere-town").click().run()
    assert not any("breaks off" in element.value for element in (*app.warning, *app.error))
    assert app.query_params["community"] in ("demo", ["demo"])


def test_a_loading_that_is_stopped_says_so_and_only_one_runs_at_a_time():
    jobs = LoadingJobs(lambda _: "add_town")

    def load(slug, request, progress):
        while True:
            progress(0.1, "on and on")
            time.sleep(0.01)

    first = jobs.start(LoadingJob("x", LoadRequest()), load, LOCAL_ADMINISTRATOR)
    assert jobs.start(LoadingJob("x", LoadRequest()), load, LOCAL_ADMINISTRATOR) is first
    jobs.stop("x", LOCAL_ADMINISTRATOR)
    assert first.wait(120)
    assert "stopped" in str(first.error)
    jobs.forget("x", LOCAL_ADMINISTRATOR)
    assert jobs.get("x") is None


def test_a_loading_that_fails_unexpectedly_tells_without_a_traceback():
    def load(slug, request, progress):
        raise ZeroDivisionError

    job = LoadingJob("x", LoadRequest())
    job.start(load)
    assert job.wait(120)
    assert "unexpectedly" in str(job.error)
