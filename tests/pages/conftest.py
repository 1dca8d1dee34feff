"""Pages run under Streamlit's AppTest on a copied data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from page_scripts import MAIN, ONE_PAGE, copied_data
from streamlit.testing.v1 import AppTest
from town_loading import load_community

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings


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
