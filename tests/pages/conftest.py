"""Pages run under Streamlit's AppTest on a copied data folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from town_loading import load_community

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "micropolis_map" / "ui" / "navigation" / "main.py"


def copied_data(folder: Path) -> Path:
    """Copy what the repository ships: communities and places, no builds and no database."""
    shutil.copytree(ROOT / "data" / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    if (ROOT / "data" / "places.geojson").is_file():
        shutil.copy(ROOT / "data" / "places.geojson", folder / "places.geojson")
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder that the pages use."""
    folder = copied_data(tmp_path)
    monkeypatch.setenv("MICROPOLIS_DATA", str(folder))
    st.cache_resource.clear()
    return folder


@pytest.fixture
def explore(data: Path) -> Callable[..., AppTest]:
    """Open the app at an address's parameters."""

    def open_at(**query: str) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=300)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_at


@pytest.fixture(scope="session")
def run_page() -> Callable[..., AppTest]:
    """Run one page by itself (AppTest cannot switch to pages that are functions)."""

    def run(name: str, **query: str) -> AppTest:
        app = AppTest.from_string(ONE_PAGE.format(name=name), default_timeout=300)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()

    return run


ONE_PAGE = """
import importlib
import streamlit as st
from micropolis_map.ui import people, session
page = importlib.import_module("micropolis_map.ui.pages.{name}")
st.session_state.setdefault("mm_pages", {{}})
session.begin("{name}")
with people.same_person():
    page.page()
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The application on a data folder with the demo town's streets loaded."""
    folder = copied_data(tmp_path_factory.mktemp("loaded"))
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(folder)}))
    load_community(application, "demo", LoadRequest())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROPOLIS_DATA", str(folder))
        st.cache_resource.clear()
        yield application
