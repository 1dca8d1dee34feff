"""The database in bad times: damaged, locked, read-only, newer, and opened by many at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import collection
from micropolis_map.errors import InvalidInput, StoreUnavailable
from micropolis_map.stores import migrations
from micropolis_map.stores.database import Database
from micropolis_map.stores.place_store import SqlPlaceStore
from micropolis_map.stores.tables import METADATA

POINT = {"type": "Point", "coordinates": [21, 52]}
FIRST_START = """
import sys
from pathlib import Path
from micropolis_map.services.publishing import Publishing
from micropolis_map.stores.database import Database
from micropolis_map.stores.place_store import SqlPlaceStore

folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
store = SqlPlaceStore(Database(f"sqlite:///{folder}/x.sqlite"))
store.version()  # the migrations, before any other lock
added = Publishing(store, folder / "places.geojson").renew().added
store.check()
print(added, len(store.places()))
"""


def open_store(path: Path, **options) -> SqlPlaceStore:
    return SqlPlaceStore(Database(f"sqlite:///{path}", **options))


def test_a_damaged_file_is_named_with_what_to_do(tmp_path):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"this is not a database, it is a letter" * 200)
    with pytest.raises(StoreUnavailable, match="restore a backup") as caught:
        open_store(path).version()
    assert str(path) in str(caught.value)


def test_a_damaged_page_is_named(tmp_path):
    path = tmp_path / "x.sqlite"
    open_store(path).check()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match=r"x\.sqlite"):
        open_store(path).check()


def test_a_locked_database_says_so(tmp_path):
    path = tmp_path / "x.sqlite"
    store = open_store(path, busy_timeout_s=0.1)
    store.check()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        store.check()  # somebody writes just now: that is no fault
        with pytest.raises(StoreUnavailable, match="another process holds it"):
            [store.check() for _ in iter(int, 1)]  # for as long as a change waits
        assert store.version()  # reading goes on while somebody writes
    finally:
        holder.close()
    store.check()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    store.check()  # held by the next one, since just now
    holder.close()


def test_a_file_that_cannot_be_opened_says_so(tmp_path):
    with pytest.raises(StoreUnavailable, match="its folder exists and may be written"):
        open_store(tmp_path).check()


def test_a_read_only_database_says_so(tmp_path):
    path = tmp_path / "x.sqlite"
    open_store(path).check()
    store = SqlPlaceStore(Database(f"sqlite:///file:{path}?mode=ro&uri=true"))
    assert store.version()
    with pytest.raises(StoreUnavailable, match="right to write"):
        store.check()


def test_a_database_that_comes_back_is_used_again(tmp_path):
    path = tmp_path / "folder" / "x.sqlite"
    path.parent.write_text("in the way")
    store = open_store(path)
    with pytest.raises(StoreUnavailable):
        store.check()
    path.parent.unlink()
    store.check()


@pytest.mark.parametrize("url", ["nonsense:secret", "", "mysql://anna:secret@host/x"])
def test_an_address_of_another_kind_is_refused_without_its_password(url):
    with pytest.raises(InvalidInput, match="MICROPOLIS_DATABASE_URL") as caught:
        Database(url)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_down_is_named_without_its_password():
    with pytest.raises(StoreUnavailable, match="database server runs") as caught:
        SqlPlaceStore(Database("postgresql://anna:secret@127.0.0.1:9/x")).check()
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_newer_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "x.sqlite"
    open_store(path).check()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match=r"9999.*upgrade"):
        open_store(path).check()


def test_sqlite_is_durable_and_checks_keys(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.sqlite")
    with database.reading() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 30_000]


def test_the_migrations_end_at_head_and_make_the_tables(tmp_path):
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD
    database = Database(f"sqlite:///{tmp_path}/x.sqlite")
    with database.reading() as connection:
        inspector = sa.inspect(connection)
        for table in METADATA.sorted_tables:
            made = {column["name"] for column in inspector.get_columns(table.name)}
            assert made == set(table.columns.keys())


def test_migrations_work_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_store(tmp_path / "a folder with %20 in it" / "x.sqlite").check()


def test_four_processes_may_start_at_once(tmp_path):
    (tmp_path / "places.geojson").write_text(
        collection([Place(f"p{n}", "wawer", "natural", {"en": "P"}, POINT) for n in range(30)], "")
    )
    command = [sys.executable, "-c", FIRST_START, str(tmp_path)]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)
        for _ in range(4)
    ]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    for process in processes:
        process.stdin.close()
    found = sorted(process.stdout.read() for process in processes)
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert found == ["0 30\n", "0 30\n", "0 30\n", "30 30\n"]
    store = open_store(tmp_path / "x.sqlite")
    assert all(len(store.revisions(f"p{n}")) == 1 for n in range(30))
