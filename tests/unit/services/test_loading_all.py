"""Every community without streets in one command, going on when one fails."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import asking
from replay_server import ReplayServer, replaying
from tiny_town import write_town

from micropolis_map import cli
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, RESIDENT
from micropolis_map.services import loading_all
from micropolis_map.services.loading_all import load_all, without_streets
from micropolis_map.settings import Settings
from micropolis_map.sources import osmnx_session

TOWNS = ("aa-online", "bb-nowhere", "cc-file")


@pytest.fixture
def server(recorded, monkeypatch):
    monkeypatch.setattr(osmnx_session, "PAUSES_S", (0.01,))
    with replaying(recorded) as server:
        yield server


@pytest.fixture
def data(tmp_path, server, monkeypatch) -> Path:
    """Three communities: one the servers know, one they do not, one with a file in its folder."""
    monkeypatch.setenv("MICROPOLIS_OVERPASS_URL", server.overpass_url)
    monkeypatch.setenv("MICROPOLIS_NOMINATIM_URL", server.nominatim_url)
    monkeypatch.setenv("MICROPOLIS_HTTP_RETRIES", "0")
    store = build_application(Settings(data=tmp_path)).community_store
    for slug in TOWNS:
        store.save(Community(slug=slug, name={"en": slug}, query=slug, outline_approximate=False))
    write_town(tmp_path)
    shutil.move(tmp_path / "town.osm", tmp_path / "geo" / "cc-file" / "town.osm")
    good = ReplayServer.good_answer

    def knows_but_one(self: ReplayServer, path: str, query: str) -> bytes:
        return b"[]" if query == "bb-nowhere" else good(self, path, query)

    monkeypatch.setattr(ReplayServer, "good_answer", knows_but_one)
    return tmp_path


def test_each_is_loaded_whatever_becomes_of_the_others(data, capsys):
    run = asking(data, capsys)
    code = cli.main(["load", "--all", "--json", "--data", str(data)])
    out, err = capsys.readouterr()
    assert code == 1
    document = json.loads(out)
    assert out.count("\n") == 1
    towns = {town["community"]: town for town in document["communities"]}
    assert {slug: town["ok"] for slug, town in towns.items()} == {
        "aa-online": True, "bb-nowhere": False, "cc-file": True,
    }  # fmt: skip
    assert document["failed"] == ["bb-nowhere"]
    assert "gives no place" in towns["bb-nowhere"]["error"]
    assert towns["bb-nowhere"]["todo"]
    assert err.count("\n") == 1
    assert err.startswith("error: bb-nowhere: ")
    rows = json.loads(run("communities", "--json"))["communities"]
    assert [row["slug"] for row in rows if row["loaded"]] == ["aa-online", "cc-file"]
    alone = json.loads(run("load", "aa-online", "--json"))
    assert {key: towns["aa-online"][key] for key in ("nodes", "homes", "districts")} == {
        key: alone[key] for key in ("nodes", "homes", "districts")
    }


def test_what_is_there_is_left_as_it_is(data, server, capsys):
    assert cli.main(["load", "--all", "--data", str(data)]) == 1
    asked = len(server.requests)
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))
    reports = [application.community_store.report(slug) for slug in TOWNS]
    assert without_streets(application) == ["bb-nowhere"]
    assert cli.main(["load", "--all", "--data", str(data)]) == 1
    assert len(server.requests) == asked + 1  # only where the unknown one is
    assert [application.community_store.report(slug) for slug in TOWNS] == reports


def test_nothing_to_do_is_no_failure(tmp_path, capsys):
    (tmp_path / "geo").mkdir()
    assert cli.main(["load", "--all", "--json", "--data", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == {"communities": [], "failed": []}


@pytest.mark.parametrize(
    "words", [["--all", "wawer"], ["--all", "--osm", "x.osm"], ["--all", "--name", "X"], []]
)
def test_a_community_or_all_of_them(words, tmp_path, capsys):
    assert cli.main(["load", *words, "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_fault_of_ours_stops_no_other_town(data, monkeypatch):
    application = build_application(Settings(data=data))
    tried = []

    def breaks(deps, slug, *_args, **_names):
        tried.append(slug)
        raise ZeroDivisionError

    monkeypatch.setattr(loading_all, "load_community", breaks)
    ended = list(load_all(application, actor=LOCAL_ADMINISTRATOR))
    assert tried == list(TOWNS)
    assert all("unexpectedly" in str(town.error) for town in ended)


def test_who_may_not_load_loads_nothing(data, server):
    application = build_application(replace(Settings(data=data), http_retries=0))
    ended = list(load_all(application, actor=RESIDENT))
    assert [town.report for town in ended] == [None] * len(TOWNS)
    assert server.requests == []
