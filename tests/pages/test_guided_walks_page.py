"""Guided walks under AppTest: announced, changed, called off; who comes; what walkers told of streets."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.walk_report import Obstacle
from micropolis_map.services import guided_walks
from micropolis_map.services.guided_walks import Announcement, SignUp
from micropolis_map.settings import Settings
from micropolis_map.ui import people

ROOT = Path(__file__).parents[2]
TOLD = Announcement(
    "demo-op-ad-bakketrappen", "2099-12-05T14:00", "Europe/Copenhagen", 75, "By <b>the</b> well", "Ola", 1
)


@pytest.fixture
def application(data):
    shutil.copytree(ROOT / "data" / "tours", data / "tours")
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))
    application.publishing.renew()
    return application


@pytest.fixture
def organiser(application, monkeypatch):
    token = a_session(application, an_account(application))
    monkeypatch.setattr(people, "session_token", lambda: token)


@pytest.fixture
def walk(application):
    desk, tours = application.participation, application.tour_store
    found = guided_walks.announce(desk, tours, LOCAL_ADMINISTRATOR, "demo", TOLD)
    for name in ("ania", "bo"):
        asked = SignUp(
            found.id, f"sign-up-{name}-0000000", f"{name}-0123456789abcdefghijkl", name, f"{name}@x.org"
        )
        guided_walks.sign_up(desk, asked)
    return found


def text_of(app) -> str:
    told = "\n".join(element.proto.body for element in app.get("html"))
    return told + "\n".join(str(element.value) for element in (*app.markdown, *app.warning, *app.caption))


def test_others_see_who_comes_nowhere(application, walk, run_page):
    app = run_page("guided_walks", community="demo")
    assert not app.exception
    assert "ania" not in text_of(app)
    assert len(app.dataframe) == 0


def test_an_organiser_sees_who_comes_and_calls_it_off_and_on(application, walk, organiser, run_page):
    app = run_page("guided_walks", community="demo")
    assert not app.exception
    assert "By &lt;b&gt;the&lt;/b&gt; well" in text_of(app)
    assert "All 1 places are taken; 1 wait" in text_of(app)
    assert list(app.dataframe[0].value["Contact"]) == ["ania@x.org", "bo@x.org"]
    app.button(key=f"w_off_{walk.id}").click().run()
    assert application.participation.walks.get(walk.id).state == "cancelled"
    app.button(key=f"w_off_{walk.id}").click().run()
    assert application.participation.walks.get(walk.id).state == "announced"
    assert application.participation.walks.get(walk.id).sequence == 2


def test_a_walk_is_announced_by_the_form(application, organiser, run_page):
    app = run_page("guided_walks", community="demo")
    app.session_state["w_guided"] = "announce"
    app.run()
    assert not app.exception
    next(one for one in app.text_input if one.label == "Where we meet").set_value("At the quay")
    next(one for one in app.button if one.label == "Announce").click().run()
    assert not app.exception
    (walk,) = guided_walks.upcoming(application.participation, "demo")
    assert (walk.meeting, walk.zone, walk.begins.hour) == ("At the quay", "Europe/Copenhagen", 14)


def test_streets_are_accepted_and_taken_back(application, organiser, run_page):
    store = application.participation.walk_reports
    for number in range(3):
        store.add_obstacle(
            Obstacle(
                f"obstacle-{number:010d}", "demo-op-ad-bakketrappen", "demo", "kerb", 17.2, 55.7, 7, "Torvet",
                f"{number:064d}", "<i>high</i>", "2026-11-21T12:00:00Z",
            )
        )  # fmt: skip
    app = run_page("guided_walks", community="demo")
    app.session_state["w_guided"] = "reports"
    app.run()
    assert not app.exception
    assert text_of(app).count("&lt;i&gt;high&lt;/i&gt;") == 3
    app.session_state["w_guided"] = "streets"
    app.run()
    accept = next(button for button in app.button if (button.key or "").startswith("w_accepted_"))
    accept.click().run()
    assert not app.exception
    file = application.settings.data / "geo" / "demo" / "surveys.geojson"
    assert '"source": "survey, 2026-11-21"' in file.read_text(encoding="utf-8")
    undo = next(button for button in app.button if (button.key or "").startswith("w_undo_"))
    undo.click().run()
    assert not file.exists()
