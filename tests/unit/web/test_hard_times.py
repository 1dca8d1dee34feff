"""A disk gone read-only, a database that was emptied: what can be read is read, nothing is lost or begun."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgi_client import Client
from PIL import Image
from recordings import ogg
from starlette.applications import Starlette

from micropolis_map import bootstrap, cli, web
from micropolis_map.domain.account import Account
from micropolis_map.services.backing_up import back_up
from micropolis_map.settings import Settings
from micropolis_map.web.first_start import announce_setup_link

DATA = Path(__file__).parents[3] / "data"
NOBODY = 65534
READ = (
    "/data/demo/places.geojson", "/feeds/demo.atom", "/embed/demo", "/ogc/collections/places/items",
    "/api/demo/care.json", "/pin/demo", "/walk/demo-op-ad-bakketrappen",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA / "geo" / "demo", folder / "geo" / "demo", ignore=shutil.ignore_patterns("built"))
    shutil.copytree(DATA / "tours", folder / "tours")
    shutil.copy(DATA / "places.geojson", folder / "places.geojson")
    application = started(folder)[0]
    application.publishing.mirror_now()
    application.participation.accounts.add(Account("a", "ada", "Ada", "administrator"), "hash")
    return folder


def started(folder):
    """A server as a new process has it."""
    bootstrap._BUILT.clear()
    application = bootstrap.build_application(Settings(data=folder))
    server = Starlette(routes=web.routes(application), middleware=web.middleware(application))
    return application, Client(server)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Let nothing in the folder be written: root is, for the block, somebody who may not."""
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")]}
    for path, mode in modes.items():
        path.chmod((mode | 0o555 if path.is_dir() else mode | 0o444) & ~0o222)
    closed = [above for above in folder.parents if above.stat().st_mode & 0o011 != 0o011]
    for above in closed:  # pytest's own folders: somebody else has to come through
        modes[above] = above.stat().st_mode
        above.chmod(modes[above] | 0o011)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        with pytest.raises(OSError, match=r"denied|Read-only"):
            (folder / "try").write_text("x")
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


def a_pin():
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.7, 55.5]}}
    feature["properties"] = {"kind": "natural", "name": {"en": "Old oak"}}
    times = {"started": 1_790_000_000_000, "sent": 1_790_000_030_000}
    who = {"id": "submission-00000001", "secret": "resident-0123456789abcdefghijkl", "kind": "place"}
    return {**who, "feature": feature, "website2": "", **times}


@pytest.mark.parametrize("log", ["no log", "a log that still holds something", "while the server runs"])
def test_a_disk_gone_read_only_still_reads_everything(folder, log):
    application, client = started(folder)
    expected = {address: client.get(address).content for address in READ}
    holder = sqlite3.connect(folder / "micropolis.sqlite", isolation_level=None)
    if log == "a log that still holds something":
        holder.execute("BEGIN")
        holder.execute("SELECT * FROM meta").fetchall()  # keeps the log from being emptied
        application.place_store.put(application.place_store.places("demo")[0])
        assert (folder / "micropolis.sqlite-wal").stat().st_size
        expected = {address: client.get(address).content for address in READ}
    else:
        holder.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        holder.close()
    with unwritable(folder):
        if log != "while the server runs":
            application, client = started(folder)
        for address, content in expected.items():
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.content)
            assert answer.content == content, address
        assert [one.login for one in application.participation.accounts.accounts()] == ["ada"]
        sent = client.post("/api/demo/submissions", json=a_pin())
        assert (sent.status_code, bool(sent.json()["todo"])) == (503, True)
        health = client.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (503, "read-only")
        assert str(folder) not in health.content.decode()
    holder.close()
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.post("/api/demo/submissions", json=a_pin()).status_code != 503


def emptied(folder, how):
    for name in ("micropolis.sqlite-wal", "micropolis.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    if how == "vanished":
        (folder / "micropolis.sqlite").unlink()
    else:
        (folder / "micropolis.sqlite").write_bytes(b"")


@pytest.mark.parametrize("how", ["emptied", "vanished"])
@pytest.mark.parametrize("when", ["before a start", "while it runs"])
def test_an_emptied_database_is_no_fresh_start(folder, how, when, capsys, caplog):
    application, client = started(folder)
    expected = client.get("/data/demo/places.geojson").json()["features"]
    public = (folder / "places.geojson").read_bytes()
    back_up(application.participation, application.database, folder.parent / "b.zip")
    emptied(folder, how)
    if when == "before a start":
        application, client = started(folder)
    assert client.get("/data/demo/places.geojson").json()["features"] == expected
    for address in READ:
        assert client.get(address).status_code == 200, address
    assert client.post("/api/demo/submissions", json=a_pin()).status_code == 503
    health = client.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "read-only")
    assert "begin-anew" in health.content.decode()
    announce_setup_link(application)
    said = capsys.readouterr().err
    assert "#setup=" not in said
    assert "restore" in said
    assert "gone or empty" in caplog.text
    application.publishing._look()
    assert (folder / "places.geojson").read_bytes() == public
    assert cli.main(["verify", "--json", "--data", str(folder)]) == 1
    assert not json.loads(capsys.readouterr().out)["ok"]
    assert cli.main(["backup", str(folder.parent / "c.zip"), "--data", str(folder)]) == 1

    assert cli.main(["restore", str(folder.parent / "b.zip"), "--data", str(folder)]) == 0
    assert [one.login for one in application.participation.accounts.accounts()] == ["ada"]
    assert client.get("/healthz").json()["status"] == "ok"


def test_beginning_anew_is_possible_on_purpose(folder, capsys):
    emptied(folder, "emptied")
    application, client = started(folder)
    assert cli.main(["begin-anew", "--data", str(folder)]) == 0
    announce_setup_link(application)
    assert "#setup=" in capsys.readouterr().err
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/data/demo/places.geojson").json()["features"]


def test_a_data_folder_of_an_older_version_gets_its_mark_on_its_first_sound_start(folder):
    (folder / "micropolis.sqlite.made").unlink()
    started(folder)
    assert (folder / "micropolis.sqlite.made").exists()


def test_what_waits_is_read_by_nobody_else_on_the_machine(folder):
    (folder / "micropolis.sqlite").chmod(0o644)
    application, _ = started(folder)
    holder = sqlite3.connect(folder / "micropolis.sqlite", isolation_level=None)
    holder.execute("SELECT * FROM meta").fetchall()
    application.place_store.put(application.place_store.places("demo")[0])
    desk = application.participation
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    photo = desk.photos.add(picture.getvalue(), "x.jpg")
    recording, _ = desk.audio.find(desk.audio.add(ogg()))
    kept = [*folder.glob("micropolis.sqlite*"), desk.photos.path(photo.id, 320), recording]
    for path in kept:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in kept[-2:]:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path
    holder.close()


def test_asking_how_it_is_writes_nothing(folder):
    application, client = started(folder)
    application.database.scrub()
    files = [path for path in folder.glob("micropolis.sqlite*") if "shm" not in path.name]
    before = {path: path.stat().st_mtime_ns for path in files}
    for _ in range(3):
        answer = client.get("/healthz")
        assert (answer.json()["status"], answer.headers["cache-control"]) == ("ok", "no-store")
    assert {path: path.stat().st_mtime_ns for path in before} == before
