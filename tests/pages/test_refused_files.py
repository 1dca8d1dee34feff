"""A loading from files that were refused: the form opens where one goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.errors import UnreadableFile
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings
from micropolis_map.ui import people
from micropolis_map.ui.components import loading_progress
from micropolis_map.ui.loading_job import LoadingJob, LoadingJobs, Upload


def refused(slug, request, progress):
    raise UnreadableFile("streets.osm is not whole", "export it again")


@pytest.mark.parametrize(("uploads", "open_tab"), [({"osm": [Upload("streets.osm", b"<osm>")]}, 1), ({}, 0)])
def test_the_tab_of_the_source_that_went_wrong_is_open(run_page, data, monkeypatch, uploads, open_tab):
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))
    token = a_session(application, an_account(application, "ada", role="administrator", communities=()))
    monkeypatch.setattr(people, "session_token", lambda: token)
    job = LoadingJob("wawer", LoadRequest(), uploads)
    jobs = LoadingJobs(lambda _: "load")
    jobs.start(job, refused, LOCAL_ADMINISTRATOR)
    assert job.wait(60)
    monkeypatch.setattr(loading_progress, "loading_jobs", lambda: jobs)
    app = run_page("data", community="wawer", lang="en")
    assert "Streets.osm" not in app.warning[0].value
    (tabs,) = (block.proto.tab_container for block in app.get("tab_container"))
    assert tabs.default_tab_index == open_tab
