"""The tiny town with its streets loaded and a tour through it; a desk with a clock that tests move."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from tiny_town import write_boundary, write_town
from town_loading import load_community
from walk_builders import TOURS, Clock, a_place

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.place import Photo, Story
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def request_(tmp_path_factory) -> LoadRequest:
    folder = tmp_path_factory.mktemp("osm")
    return LoadRequest(name="Tiny", osm=(write_town(folder),), boundary=write_boundary(folder))


@pytest.fixture(scope="session")
def built(tmp_path_factory, request_):
    """A data folder with the streets of the tiny town; copied, never used."""
    data = tmp_path_factory.mktemp("built") / "data"
    load_community(build_application(Settings(data=data)), "tiny", request_)
    return data


def with_places(data):
    (data / "tours").mkdir(parents=True)
    (data / "tours" / "tiny.toml").write_text(TOURS, encoding="utf-8")
    application = build_application(Settings(data=data))
    story = Story(
        "st-1", "Water", "We drew water here.", "da", "Ania", photos=(Photo("nowhere", {"en": "x"}),)
    )
    application.place_store.put(a_place("tiny-a", 1, 1, stories=(story,)))
    application.place_store.put(a_place("tiny-b", 3, 5))
    application.place_store.put(a_place("tiny-hill", 3, 7.5))
    return application


@pytest.fixture
def loaded(built, tmp_path):
    """The application with the tours' places published and the streets loaded."""
    data = tmp_path / "data"
    shutil.copytree(built / "geo", data / "geo")
    return with_places(data)


@pytest.fixture
def unloaded(built, tmp_path):
    """The same without its streets."""
    data = tmp_path / "bare"
    shutil.copytree(built / "geo", data / "geo", ignore=shutil.ignore_patterns("built"))
    return with_places(data)


@pytest.fixture
def desk(loaded, clock):
    return replace(loaded.participation, now=clock)
