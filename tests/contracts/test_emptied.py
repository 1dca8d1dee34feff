"""A database that was used and is empty now is no fresh start, whatever emptied it and whichever it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import an_account
from place_builders import a_place

from micropolis_map import bootstrap
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services import signing_in
from micropolis_map.services.backing_up import back_up, restore
from micropolis_map.settings import Settings
from micropolis_map.stores import backup_archive
from micropolis_map.stores.database import Database, EmptiedDatabase
from micropolis_map.stores.tables import METADATA


def _started(settings):
    """The application as a new process has it."""
    bootstrap._BUILT.clear()
    return bootstrap.build_application(settings)


def _without_tables(connection):
    METADATA.drop_all(connection)
    connection.execute(sa.text("DROP TABLE alembic_version"))


def _without_rows(connection):
    for table in reversed(METADATA.sorted_tables):
        connection.execute(sa.delete(table))


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(tmp_path, request):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return Settings(data=tmp_path / "data", database_url=url)


@pytest.fixture(params=[_without_tables, _without_rows])
def emptied(settings, tmp_path, request):
    """Settings of a store that had a place and an administrator, and a backup of it."""
    application = _started(settings)
    application.participation.places.put(a_place("oak"))
    an_account(application, "ada", "administrator", communities=())
    back_up(application.participation, application.database, tmp_path / "whole.zip")
    with application.database.writing() as connection:
        connection.execute(
            sa.text("PRAGMA foreign_keys=OFF" if application.database.is_sqlite else "SELECT 1")
        )
        request.param(connection)
    application.database._engine.dispose()
    return settings


def _restored(application, path):
    restore(application.participation, application.database, application.publishing, path)


def test_it_is_neither_read_nor_begun_anew_by_itself(emptied):
    application = _started(emptied)
    for ask in (application.place_store.check, application.database.require_whole):
        with pytest.raises(EmptiedDatabase, match="was there and is gone or empty"):
            ask()
    with pytest.raises(StoreUnavailable):
        signing_in.setup_link(application.participation)


def test_a_backup_brings_it_back_and_one_that_fails_leaves_it_emptied(emptied, tmp_path, monkeypatch):
    full = StoreUnavailable("the disk is full")
    with monkeypatch.context() as broken:
        broken.setattr(backup_archive, "replace_all", lambda *_: (_ for _ in ()).throw(full))
        with pytest.raises(StoreUnavailable, match="full"):
            _restored(_started(emptied), tmp_path / "whole.zip")
    with pytest.raises(EmptiedDatabase):
        _started(emptied).place_store.check()
    application = _started(emptied)
    _restored(application, tmp_path / "whole.zip")
    assert [one.login for one in application.participation.accounts.accounts()] == ["ada"]
    assert application.place_store.get("oak")
    _started(emptied).place_store.check()


def test_whoever_wants_it_begins_anew(emptied):
    application = _started(emptied)
    assert application.database.begin_anew()
    assert not application.database.begin_anew()
    application.participation.places.put(a_place("elm"))
    assert {place.id for place in _started(emptied).place_store.places()} >= {"elm"}


def test_rows_that_go_while_it_is_used_are_said(settings):
    application = _started(settings)
    application.place_store.check()
    with application.database.writing() as connection:
        _without_rows(connection)
    for ask in (application.place_store.version, application.participation.tours.version):
        with pytest.raises(StoreUnavailable, match="it was emptied"):
            ask()


def test_another_database_of_the_same_server_is_a_fresh_start(postgres_url, tmp_path):
    here = Database(postgres_url, beside=tmp_path)
    here.check_writing()
    url = sa.make_url(postgres_url)
    renamed = url.set(username="somebody").render_as_string(hide_password=False)
    assert Database(renamed, beside=tmp_path)._mark == here._mark
    other = url.update_query_dict({"options": "-csearch_path=other"}).render_as_string(hide_password=False)
    assert not Database(other, beside=tmp_path)._mark.exists()
