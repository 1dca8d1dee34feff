"""The three steps of whoever starts a map: who sees them, what is done, what is next."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, RESIDENT, Actor
from micropolis_map.errors import NotAllowed, SourceUnavailable
from micropolis_map.services import outline_found
from micropolis_map.services.first_steps import first_steps
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.loading_by_hand import LARGEST_KM2, by_hand_of
from micropolis_map.services.outline_found import FoundPlace, find_outline
from micropolis_map.settings import Settings
from micropolis_map.ui import loading_job, people
from micropolis_map.ui.components import load_by_hand, outline_map
from micropolis_map.ui.components.outline_map import drawing
from micropolis_map.ui.loading_job import LoadingJob, LoadingJobs

AREA = shapely.box(9.0, 39.0, 9.1, 39.1)


@pytest.fixture
def application(data):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))


@pytest.fixture
def administrator(application, monkeypatch):
    account = an_account(application, "ada", role="administrator", communities=())
    token = a_session(application, account)
    monkeypatch.setattr(people, "session_token", lambda: token)
    return account


def html_of(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def states(app) -> dict[int, str]:
    return {int(n): state for n, state in re.findall(r'data-step="(\d)" data-state="(\w+)"', html_of(app))}


def session_forms(app) -> list:
    """The forms that sign somebody in, among whatever other parts of ours a page has."""
    return [part for part in app.get("bidi_component") if "session_form" in str(part.proto)]


def test_nobody_looks_after_a_fresh_map_and_a_visitor_reads_one_line(application, explore):
    app = explore(lang="en")
    assert not app.exception
    assert html_of(app).count("Nobody looks after this map yet") == 1
    assert states(app) == {}
    an_account(application, "ada", role="administrator", communities=())
    app = explore(lang="en")
    assert "Nobody looks after" not in html_of(app)


def test_the_administrator_s_first_page_shows_what_is_next(application, administrator, explore, monkeypatch):
    app = explore(lang="en")
    assert not app.exception
    assert states(app) == {1: "done", 2: "next", 3: "later"}
    an_account(application, "ola", role="organiser", communities=("wawer",))
    assert states(app.run()) == {1: "done", 2: "next", 3: "done"}
    build = application.community_store.current_build
    monkeypatch.setattr(
        type(application.community_store),
        "current_build",
        lambda _, slug: Path("built") if slug == "wawer" else build(slug),
    )
    assert states(app.run()) == {}  # all done: it is found again where accounts are


def test_all_steps_are_found_again_on_the_page_of_accounts(application, administrator, run_page):
    an_account(application, "ola", role="organiser", communities=("wawer",))
    app = run_page("accounts", lang="en")
    assert not app.exception
    assert states(app) == {1: "done", 2: "next", 3: "done"}


def test_an_invented_town_is_not_yours(application):
    steps = first_steps(application, application.participation, LOCAL_ADMINISTRATOR)
    assert "demo" not in steps.bare
    assert {"wawer", "middelfart", "cagliari"} <= set(steps.bare)
    for actor in (RESIDENT, Actor("organiser", "o", frozenset({"wawer"}))):
        with pytest.raises(NotAllowed):
            first_steps(application, application.participation, actor)


def test_the_link_from_the_terminal_opens_the_first_step_and_the_server_never_sees_its_secret(
    application, run_page
):
    app = run_page("sign_in", lang="en")
    assert not app.exception
    assert states(app) == {1: "next", 2: "later", 3: "later"}
    assert len(session_forms(app)) == 1
    sent = str(session_forms(app)[0].proto)
    assert "/api/session/setup" in sent
    assert '\\"given\\": {}' in sent or '\\"given\\":{}' in sent  # the browser has it, behind the #


def test_once_there_is_an_administrator_that_page_signs_in(application, run_page):
    an_account(application, "ada", role="administrator", communities=())
    app = run_page("sign_in", lang="en")
    assert states(app) == {}
    assert "need no account" in html_of(app)


def test_the_outline_found_is_shown_before_loading(application, administrator, run_page, monkeypatch):
    place = FoundPlace(AREA, "Wawer, <Warszawa>, Polska", ("Wawer, Elsewhere",))
    asked = []

    def find(deps, actor, slug, name):
        asked.append((actor.role, slug, name))
        return place

    monkeypatch.setattr(outline_map, "find_outline", find)
    app = run_page("data", community="wawer", lang="en")
    assert "mm-where" not in html_of(app)
    app.button(key="w_where_wawer").click().run()
    assert not app.exception
    assert asked == [("administrator", "wawer", "Wawer, Warszawa, Polska")]
    text = html_of(app)
    assert "Wawer, &lt;Warszawa&gt;, Polska" in text
    assert "Wawer, Elsewhere" in text
    assert "data:image/svg+xml;base64," in text
    assert [button for button in app.button if button.label == "Load from OpenStreetMap"]
    app.run()
    assert len(asked) == 1


def test_without_openstreetmap_it_says_what_to_fetch_by_hand_and_where_to_drop_it(
    application, administrator, run_page, monkeypatch
):
    def fails(*_):
        raise SourceUnavailable("example.org cannot be reached", "try again later, or load from a file")

    monkeypatch.setattr(outline_map, "find_outline", fails)
    app = run_page("data", community="wawer", lang="en")
    app.button(key="w_where_wawer").click().run()
    assert not app.exception
    said = "\n".join(part.value for part in app.markdown)
    assert "https://overpass-api.de/api/map?bbox=" in said
    assert "MB" in said
    assert str(application.settings.data.resolve() / "geo" / "wawer" / "town.osm.pbf") in said.replace(
        "\\", ""
    )


@pytest.mark.parametrize("actor", [RESIDENT, Actor("planner", "p", frozenset({"demo"}))])
def test_who_may_not_load_makes_this_server_ask_nobody(application, actor, monkeypatch):
    def asked(*_args, **_names):
        pytest.fail("it was asked")

    monkeypatch.setattr("micropolis_map.sources.osm_download.geocode_place", asked)
    for slug in ("wawer", "new-town"):
        with pytest.raises(NotAllowed):
            find_outline(application, actor, slug, "Wawer")


def test_a_person_waits_for_an_outline_only_a_little(application, monkeypatch):
    settings = []
    monkeypatch.setattr(
        "micropolis_map.sources.osm_download.geocode_place",
        lambda _name, given, _cache: settings.append(given) or (AREA, "Here", ()),
    )
    found = find_outline(application, LOCAL_ADMINISTRATOR, "wawer", "Wawer")
    assert found.label == "Here"
    assert settings[0].http_retries == 0
    assert settings[0].http_timeout_s <= outline_found.PATIENCE_S


def test_the_drawing_is_north_up_and_to_scale():
    svg = drawing(shapely.box(9.0, 39.0, 9.1, 39.05))
    ET.fromstring(svg)
    numbers = re.findall(r'd="M([^"]+)Z"', svg)[0].replace("L", " ").split()
    x, y = [float(n) for n in numbers[::2]], [float(n) for n in numbers[1::2]]
    assert (max(x) - min(x)) / (max(y) - min(y)) == pytest.approx(8.64 / 5.55, rel=0.03)
    assert 0 <= min(x) < max(x) <= outline_map.WIDTH
    assert 0 <= min(y) < max(y) <= outline_map.HEIGHT


def test_what_to_fetch_holds_the_town_and_is_not_larger_than_is_given(application):
    hand = by_hand_of(application, "wawer", FoundPlace(AREA, "Here"))
    west, south, east, north = map(float, hand.url.split("bbox=")[1].split(","))
    assert shapely.box(west, south, east, north).contains(AREA)
    assert hand.megabytes > 0
    assert by_hand_of(application, "new-town").folder is None
    assert by_hand_of(application, "new-town").url == ""
    assert by_hand_of(application, "wawer", FoundPlace(AREA.buffer(1), "Land")).url == ""
    assert LARGEST_KM2 > 1000
    assert load_by_hand.EXTRACTS.startswith("https://")


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(loading_job, "monotonic", lambda: now[0])
    return now


def test_the_bar_never_goes_back():
    job = LoadingJob("x", LoadRequest())
    seen = []
    for share in (0.1, 0.4, 0.2, 0.0, 0.5, 2.0, -1.0):
        job._progress(share, "…")
        seen.append(job.share)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_minutes_left_are_measured(clock):
    job = LoadingJob("x", LoadRequest())
    assert job.seconds_left() is None
    clock[0] += 20
    job._progress(0.05, "…")
    assert job.seconds_left() is None  # too early to say
    clock[0] += 20
    job._progress(0.4, "…")
    assert job.seconds_left() == pytest.approx(60)
    clock[0] += 5
    assert job.seconds_left() == pytest.approx(55)
    clock[0] += 500
    assert job.seconds_left() is None  # nothing moves: nobody knows
    assert LoadingJob("y", LoadRequest()).seconds_left(before_s=90) == pytest.approx(90)


def test_a_second_administrator_sees_the_same_loading(clock):
    jobs = LoadingJobs(lambda _: "add_town")
    go_on = loading_job.threading.Event()

    def load(slug, request, progress):
        go_on.wait(60)

    job = jobs.start(LoadingJob("new-town", LoadRequest()), load, LOCAL_ADMINISTRATOR)
    other = replace(LOCAL_ADMINISTRATOR, name="Other")
    assert jobs.running() == [job]
    assert jobs.start(LoadingJob("new-town", LoadRequest()), load, other) is job
    jobs.stop("new-town", other)
    go_on.set()
    assert job.wait(60)
    assert jobs.running() == []
