"""The demo town, loaded once for the reports, downloads and kept results."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from town_loading import load_community

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Application:
    folder = tmp_path_factory.mktemp("report-town")
    shutil.copytree(ROOT / "data" / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    shutil.copy(ROOT / "data" / "places.geojson", folder / "places.geojson")
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(folder)}))
    load_community(application, "demo", LoadRequest())
    return application
