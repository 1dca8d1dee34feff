"""The demo town, loaded once for the tests of tours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from town_loading import load_community

from micropolis_map.bootstrap import build_application
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tours") / "data"
    shutil.copytree(DATA / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    shutil.copytree(DATA / "tours", folder / "tours")
    shutil.copy(DATA / "places.geojson", folder / "places.geojson")
    application = build_application(Settings(data=folder))
    load_community(application, "demo", LoadRequest())
    return application
