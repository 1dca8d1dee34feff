"""A damaged document hides itself only: everything else is read, and its keepers are told."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from asgi import get
from starlette.applications import Starlette
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from people_store_contract import a_proposal, an_account
from run_store_contract import a_run
from tour_store_contract import a_shared, published
from walk_store_contract import a_seat, a_walk, an_obstacle

from micropolis_map import cli, web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.town_request import TownRequest
from micropolis_map.domain.walk_report import Survey, WalkReport
from micropolis_map.errors import MicropolisError
from micropolis_map.services import moderating, touring_deciding
from micropolis_map.settings import Settings
from micropolis_map.stores.care_store import Report
from micropolis_map.stores.documents import KINDS, damaged_documents
from micropolis_map.stores.history_store import Forgetting
from micropolis_map.stores.media_store import Medium
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.round_store import Question
from micropolis_map.stores.tombstones import Tombstone

CHECKED_ELSEWHERE = {("place", "created"), ("place", "kind"), ("tour", "created")}
"""Columns that only order and find: any text does."""
DATA = Path(__file__).parents[3] / "data"
NOON = "2026-11-21T12:00:00Z"
SECRET = "Xylophonic words nobody may read"
KNOWN = {"slug": "demo", "name": "places", "tour": "demo-op-ad-bakketrappen", "collection": "places"}
WRONG = {
    "bytes": b"\xff\xfe" + SECRET.encode() + b"\x80",
    "not JSON": f'{{"{SECRET}": '.encode(),
    "wrong shape": json.dumps([SECRET]).encode(),
    "another shape": json.dumps({"type": "Feature", "id": [SECRET], "properties": {"name": SECRET}}).encode(),
    "half a pair": b'{"name": {"en": "\\ud83d"}}',
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two towns, with one document of each kind; the folder is copied for each trial."""
    folder = tmp_path_factory.mktemp("damage") / "data"
    for slug in ("demo", "wawer"):
        shutil.copytree(DATA / "geo" / slug, folder / "geo" / slug, ignore=shutil.ignore_patterns("built"))
    shutil.copytree(DATA / "tours", folder / "tours")
    shutil.copy(DATA / "places.geojson", folder / "places.geojson")
    application = build_application(Settings(data=folder))
    desk = application.participation
    for number in (1, 2):
        desk.proposals.add(a_proposal(f"proposal-{number}"))
        desk.tours.add(a_shared(f"demo-walk-{number}"))
        desk.tours.change(f"demo-walk-{number}", published)
        desk.walks.put(a_walk(f"w-{number}"))
        desk.walks.sign_up(a_seat(number, f"w-{number}"))
        desk.walk_reports.add_report(WalkReport(f"report-{number}", "demo-tour", "demo", "", 5, "", NOON))
        desk.walk_reports.add_obstacle(an_obstacle(number))
        survey = Survey(f"survey-{number}", "demo", "kerb", -7, "Torvet", 17.2, 55.7, (f"o{number}",), 2)
        desk.walk_reports.decide(survey)
        application.run_store.add(a_run(f"run-{number}"))
        desk.accounts.add(an_account(f"{number}@example.org"), "hash")
        place = desk.places.places("demo")[number].id
        desk.care.report(Report(f"r-{number}", place, "demo", "d", "other", "words", NOON))
        desk.care.confirm(place, f"device-{number}", NOON)
        desk.care.still_true(place, NOON)
        desk.town_requests.add(TownRequest(f"town-{number}", "Annecy", "", "why", "", "k", NOON), most=9)
        desk.rounds.ask(Question(("demo", "wawer")[number - 1], "many", NOON, "", 9, ("a",)))
        desk.media.add(Medium(f"m-{number}", "audio", f"s-{number}", "demo", "k", "d", NOON), most=1)
    stone = Tombstone("stone", "place", "demo", NOON, "")
    forgetting = Forgetting("nothing", "demo", (), None, whole=False, blank=lambda p: p, tombstones=(stone,))
    desk.revisions.forget(forgetting, Note())
    application.publishing.mirror_now()
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "data"))


def server_of(folder):
    application = build_application(Settings(data=folder))
    return application, Starlette(routes=web.routes(application), middleware=web.middleware(application))


def spoil(folder, table, column, value, where="rowid = (SELECT max(rowid) FROM {})"):
    with sqlite3.connect(folder / "micropolis.sqlite") as connection:
        text = value if isinstance(value, str) else None
        stored = "?" if text is not None else "CAST(? AS TEXT)"
        connection.execute(f"UPDATE {table} SET {column} = {stored} WHERE {where.format(table)}", (value,))
    connection.close()


def addresses(server):
    for route in server.routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()) and "vendor" not in route.path:
            yield re.sub(r"{(\w+)(:\w+)?}", lambda found: KNOWN.get(found[1], "x"), route.path)


def desks(application):
    """What organisers see, of each kind."""
    desk = application.participation
    return [
        len(moderating.queue(desk, LOCAL_ADMINISTRATOR)),
        len(touring_deciding.tour_queue(desk, LOCAL_ADMINISTRATOR)),
        len(desk.walks.walks()),
        len(desk.walks.seats("w-1")),
        len(desk.walk_reports.reports("demo")),
        len(desk.walk_reports.obstacles("demo")),
        len(desk.walk_reports.surveys("demo")),
        len(application.run_store.of_community("wawer")),
        len(desk.accounts.accounts()),
        len(desk.care.reports()),
        len(desk.media.all()),
        len(desk.town_requests.all()),
        len(desk.rounds.questions()),
        len(desk.tours.of_community("demo")),
        len(application.tour_store.tours("demo")),
    ]


DEAR = ("coverage", "report", "poster", ".pdf", "siting", "worker", "ogc/api", "tour.")
ASKED = {("place", "document"), ("tour_revision", "document"), ("report", "recorded")}
COLUMNS = (
    "document", "content", "thread", "flags", "inputs", "communities", "starts", "zone", "recorded",
    "created", "state", "role",
)  # fmt: skip
SPOILT = [
    (kind.table.name, column)
    for kind in KINDS
    for column in COLUMNS
    if column in kind.table.columns and (kind.table.name, column) not in CHECKED_ELSEWHERE
]


def test_what_is_damaged_hides_itself_only_and_is_named(folder):
    application, server = server_of(folder)
    asked = [one for one in addresses(server) if not any(word in one for word in DEAR)]
    expected = {address: get(server, address).status for address in asked}
    seen = desks(application)
    assert len(SPOILT) > 25
    for number, (table, column) in enumerate(SPOILT):
        name, value = list(WRONG.items())[number % len(WRONG)]
        if column == "inputs" and name != "wrong shape":  # any object is inputs
            name, value = "wrong shape", WRONG["wrong shape"]
        case = (table, column, name)
        with sqlite3.connect(folder / "micropolis.sqlite") as connection:
            key, good = connection.execute(f"SELECT max(rowid), {column} FROM {table}").fetchone()
        connection.close()
        spoil(folder, table, column, value, f"rowid = {key}")
        for address, status in expected.items() if (table, column) in ASKED else ():
            answer = get(server, address)
            assert answer.status == status, (*case, address)
            assert SECRET.encode() not in answer.body, (*case, address)
        now = zip(desks(application), seen, strict=True)
        assert all(there >= before - 1 for there, before in now), case
        damage, _ = damaged_documents(application.database)
        assert [bool(one.id) for one in damage] == [True], case
        assert SECRET not in repr(damage), case
        spoil(folder, table, column, good, f"rowid = {key}")
    assert damaged_documents(application.database)[0] == []


def test_the_keepers_are_told_how_many_where_and_which(folder, capsys):
    spoil(folder, "place", "document", WRONG["not JSON"], "id = 'wawer-anin'")
    spoil(folder, "proposal", "content", WRONG["bytes"], "id = 'proposal-1'")
    spoil(folder, "guided_walk", "starts", WRONG["wrong shape"], "id = 'w-1'")
    _, server = server_of(folder)
    answer = get(server, "/healthz")
    assert (answer.status, answer.json["status"], answer.json["store"]["writable"]) == (200, "degraded", True)
    assert answer.json["damaged"] == {"demo": 1, "wawer": 2}
    code = cli.main(["verify", "--json", "--data", str(folder)])
    out, err = capsys.readouterr()
    found = {(one["what"], one["thing"]) for one in json.loads(out)["problems"] if "delete" in one["todo"]}
    assert found == {("place", "wawer-anin"), ("proposal", "proposal-1"), ("guided walk", "w-1")}
    assert code == 1
    for text in (answer.text, out, err):
        assert SECRET not in text
    assert str(folder) not in answer.text


def test_the_public_file_keeps_what_it_last_said_of_a_damaged_place(folder):
    place = "demo-torvebroenden"
    spoil(folder, "place", "document", b"\xff", f"id = '{place}'")
    application, server = server_of(folder)
    application.publishing.renew()
    application.place_store.put(application.place_store.places("demo")[5])
    application.publishing.mirror_now()
    kept = json.loads((folder / "places.geojson").read_text(encoding="utf-8"))["features"]
    assert place in [feature["id"] for feature in kept]
    shown = get(server, "/data/demo/places.geojson").json["features"]
    assert place not in [feature["id"] for feature in shown]


def test_what_cannot_be_read_cannot_be_changed_and_says_so(folder):
    spoil(folder, "place", "document", b"\xff", "id = 'demo-torvebroenden'")
    application, _ = server_of(folder)
    other = application.place_store.places("demo")[0]
    with pytest.raises(MicropolisError, match="damaged") as caught:
        application.place_store.put(replace(other, id="demo-torvebroenden"))
    assert caught.value.args == ("place", "demo-torvebroenden")
    assert application.place_store.put_many([replace(other, id="demo-torvebroenden")]) == 0


def test_a_destroyed_page_takes_its_rows_and_no_other(folder):
    """The pages of the table are filled with garbage one by one; indexes and other tables stay."""
    application, server = server_of(folder)
    whole, before = len(application.place_store.places()), desks(application)
    with sqlite3.connect(folder / "micropolis.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        wanted = connection.execute("SELECT document FROM place ORDER BY rowid").fetchall()
    connection.close()
    content = bytearray((folder / "micropolis.sqlite").read_bytes())
    for (document,) in wanted[:: len(wanted) // 5]:
        start = content.find(document.encode()[:200]) // size * size
        broken = bytearray(content)
        broken[start : start + size] = b"\xa5" * size
        (folder / "micropolis.sqlite").write_bytes(broken)
        assert whole > len(application.place_store.places()) >= whole - 12
        for address in ("/healthz", "/data/wawer/places.geojson", "/data/demo/places.geojson"):
            assert get(server, address).status == 200, address
        assert desks(application) == before
        assert len(damaged_documents(application.database)[0]) >= 1


def test_a_database_that_cannot_be_read_is_said_in_json_without_where_it_is(folder, capsys):
    (folder / "micropolis.sqlite").write_bytes(b"a letter, no database " * 400)
    _, server = server_of(folder)
    answers = [
        get(server, address)
        for address in ("/healthz", "/data/demo/places.geojson", "/ogc/collections/places/items")
    ]
    assert {answer.status for answer in answers} == {503}
    for answer in answers:
        assert str(folder.parent) not in answer.text
        assert "restore a backup" in answer.text
    assert cli.main(["verify", "--json", "--data", str(folder)]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_where_a_database_server_is_and_who_asks_it_is_told_to_nobody(tmp_path):
    url = "postgresql+psycopg://anna:secret@127.0.0.1:9/townhall"
    application = build_application(Settings(data=tmp_path, database_url=url))
    server = Starlette(routes=web.routes(application), middleware=web.middleware(application))
    for address in ("/healthz", "/api/mine", "/ogc/collections/places/items", "/p/x"):
        answer = get(server, address)
        for word in ("anna", "secret", "127.0.0.1", "townhall", str(tmp_path)):
            assert word not in answer.text, address
