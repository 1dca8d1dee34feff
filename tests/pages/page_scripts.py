"""What AppTest runs, and the data folder it runs on."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "micropolis_map" / "ui" / "navigation" / "main.py"


def copied_data(folder: Path) -> Path:
    """Copy what the repository ships: communities and places, no builds and no database."""
    shutil.copytree(ROOT / "data" / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    if (ROOT / "data" / "places.geojson").is_file():
        shutil.copy(ROOT / "data" / "places.geojson", folder / "places.geojson")
    return folder


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
