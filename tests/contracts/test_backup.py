"""A backup brings everything back, to either database; what its author deleted meanwhile stays deleted."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account, middle_of, sent

from micropolis_map.bootstrap import build_application
from micropolis_map.cli import main
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Actor
from micropolis_map.domain.secret import hashed
from micropolis_map.errors import StoreUnavailable, UnreadableFile
from micropolis_map.services import forgetting, media, moderating, signing_in
from micropolis_map.services.backing_up import back_up, restore
from micropolis_map.services.verifying import verify
from micropolis_map.settings import Settings
from micropolis_map.stores import backup_archive
from micropolis_map.stores.tables import METADATA

ROOT = Path(__file__).parents[2]


def _application(folder, url=""):
    (folder / "geo" / "demo").mkdir(parents=True)
    for name in ("community.toml", "districts.geojson"):
        (folder / "geo" / "demo" / name).write_bytes((ROOT / "data" / "geo" / "demo" / name).read_bytes())
    features = json.loads((ROOT / "data" / "places.geojson").read_text(encoding="utf-8"))
    features["features"] = [f for f in features["features"] if f["properties"]["community"] == "demo"][:5]
    (folder / "places.geojson").write_text(json.dumps(features), encoding="utf-8")
    return build_application(Settings.read({"MICROPOLIS_DATA": str(folder), "MICROPOLIS_DATABASE_URL": url}))


@pytest.fixture(params=["sqlite", "postgresql"])
def application(tmp_path, request):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return _application(tmp_path / "data", url)


@pytest.fixture
def at(application):
    return middle_of(application.settings.data, "demo")


def _photo():
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    return out.getvalue()


def _sent_photo(desk):
    sending = media.Sending("demo", "submission-photo-1", "bo-0123456789abcdefghijkl")
    return media.add_photo(desk, sending, _photo()).medium


def _everything(application):
    desk = application.participation
    places = list(desk.places.places(published_only=False))
    entries = {place.id: list(desk.revisions.entries(place.id)) for place in places}
    return places, entries, desk.media.all(), list(desk.photos.ids()), list(desk.revisions.tombstones())


def _put_away(application, path):
    return back_up(application.participation, application.database, path)


def _brought_back(application, path):
    return restore(application.participation, application.database, application.publishing, path)


def _looked_at(application):
    return verify(application.participation, application.database, application.publishing)


def _approved(application, at, name, who="ania"):
    proposal = sent(application, at, name, who=who)
    moderating.approve(application.participation, LOCAL_ADMINISTRATOR, proposal.id)
    return proposal


def test_all_comes_back_and_what_came_later_is_gone(application, at, tmp_path):
    desk = application.participation
    an_account(application)
    stays = _approved(application, at, "The old pump")
    photo = _sent_photo(desk)
    application.publishing.mirror_now()
    before = _everything(application)
    accounts = list(desk.accounts.accounts())
    manifest = _put_away(application, tmp_path / "b.zip")
    assert manifest["tables"]["place"] == len(before[0])

    later = _approved(application, (at[0], at[1] + 0.001), "Came later", who="bo")
    desk.photos.remove(photo.id)
    application.publishing.mirror_now()
    assert later.place_id in application.publishing.path.read_text(encoding="utf-8")
    version = application.place_store.version()
    facts = _brought_back(application, tmp_path / "b.zip")

    assert _everything(application) == before
    assert list(desk.accounts.accounts()) == accounts
    assert application.place_store.version() != version
    public = application.publishing.path.read_text(encoding="utf-8")
    assert later.place_id not in public
    assert stays.place_id in public
    application.publishing.mirror_now()
    assert _everything(application) == before
    found = _looked_at(application)
    assert found["ok"], found["problems"]
    _approved(application, (at[0], at[1] - 0.001), "After the restore")  # numbers go on
    _brought_back(application, Path(facts["before"]))
    assert later.place_id in {place.id for place in desk.places.places()}


def test_what_its_author_deleted_since_stays_deleted(application, at, tmp_path):
    desk = application.participation
    proposal = _approved(application, at, "A name to be forgotten")
    _put_away(application, tmp_path / "b.zip")
    author = Actor("resident", keys=frozenset({hashed("ania-0123456789abcdefghijkl")}))
    forgetting.forget(desk, author, [proposal.id])
    facts = _brought_back(application, tmp_path / "b.zip")
    assert facts["forgotten"] == 1
    assert proposal.place_id not in {place.id for place in desk.places.places()}
    assert desk.proposals.get(proposal.id).state == "deleted"
    with application.database.reading() as connection:
        for table in METADATA.sorted_tables:
            assert "A name to be forgotten" not in str(connection.execute(sa.select(table)).all())
    assert _looked_at(application)["ok"]


def test_a_session_that_ended_since_stays_ended_and_the_others_go_on(application, tmp_path):
    desk = application.participation
    account = an_account(application)
    stolen, own = a_session(application, account), a_session(application, account)
    _put_away(application, tmp_path / "b.zip")
    signing_in.sign_out(desk, stolen)
    _brought_back(application, tmp_path / "b.zip")
    assert signing_in.actor_of_session(desk, stolen) is None
    assert signing_in.actor_of_session(desk, own).account_id == account.id
    other = _application(tmp_path / "another")
    _brought_back(other, tmp_path / "b.zip")
    assert signing_in.actor_of_session(other.participation, own).account_id == account.id


def _rewritten(path, out, change):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return out


def test_a_broken_backup_changes_nothing(tmp_path):
    application = _application(tmp_path / "data")
    _put_away(application, tmp_path / "b.zip")
    before = _everything(application)

    def altered(name, data):
        return data.replace(b"2026", b"2025") if name == "tables/place.jsonl" else data

    def newer(name, data):
        return data.replace(b'"schema": "0', b'"schema": "9') if name == "manifest.json" else data

    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "b.zip").read_bytes()[:-200])
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    cases = {
        _rewritten(tmp_path / "b.zip", tmp_path / "altered.zip", altered): "tables/place.jsonl",
        _rewritten(tmp_path / "b.zip", tmp_path / "newer.zip", newer): "upgrade",
        cut: "not a backup",
        text: "not a backup",
    }
    for path, said in cases.items():
        with pytest.raises(UnreadableFile, match=said):
            _brought_back(application, path)
    with pytest.raises(StoreUnavailable, match=r"nothing\.zip"):
        _brought_back(application, tmp_path / "nothing.zip")
    assert _everything(application) == before


def test_a_backup_of_an_older_program_is_brought_to_the_new_schema(tmp_path):
    application = _application(tmp_path / "data")
    _put_away(application, tmp_path / "b.zip")
    before = _everything(application)
    old = {"meta", "place", "place_revision", "proposal", "tombstone", "media", "account", "token"}

    with zipfile.ZipFile(tmp_path / "b.zip") as new:
        lines = new.read("tables/meta.jsonl").splitlines(keepends=True)
    meta = b"".join(line for line in lines if b"tour" not in line)

    def aged(name, data):
        if name == "tables/meta.jsonl":
            return meta
        if name == "manifest.json":
            manifest = json.loads(data)
            keep = {f"tables/{table}.jsonl" for table in old}
            manifest["schema"] = "0002"
            manifest["sha256"] = {k: v for k, v in manifest["sha256"].items() if k in keep}
            manifest["sha256"]["tables/meta.jsonl"] = hashlib.sha256(meta).hexdigest()
            return json.dumps(manifest)
        return data

    _brought_back(application, _rewritten(tmp_path / "b.zip", tmp_path / "old.zip", aged))
    assert _everything(application) == before


def test_what_was_altered_behind_our_back_is_found(tmp_path):
    application = _application(tmp_path / "data")
    desk = application.participation
    application.publishing.mirror_now()
    photo = _sent_photo(desk)
    assert _looked_at(application)["ok"]
    one, other = [place.id for place in desk.places.places()][:2]
    with application.database.writing() as connection:
        connection.execute(
            sa.text("UPDATE place SET document = replace(document, :a, :b) WHERE id = :id"),
            {"a": '"updated":"2026', "b": '"updated":"2024', "id": one},
        )
        connection.execute(sa.text("DELETE FROM place_revision WHERE place_id = :id"), {"id": other})
    desk.photos.path(photo.id, 960).write_bytes(b"RIFF")
    problems = _looked_at(application)["problems"]
    assert {(p["what"], p["thing"]) for p in problems} >= {
        ("place", one), ("place", other), ("photo", photo.id), ("public file", one),
    }  # fmt: skip


def test_no_table_is_left_out(tmp_path):
    application = _application(tmp_path / "data")
    with application.database.reading() as connection:
        real = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert real == set(METADATA.tables)


def test_the_commands_say_what_they_did(tmp_path, capsys):
    _application(tmp_path / "data")
    data, file = str(tmp_path / "data"), str(tmp_path / "b.zip")
    assert main(["backup", file, "--data", data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] > 10
    assert main(["restore", file, "--data", data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["forgotten"] == 0
    assert main(["verify", "--data", data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]
    (tmp_path / "data" / "places.geojson").write_text("{")
    assert main(["verify", "--data", data, "--json"]) == 1
    printed = capsys.readouterr()
    assert not json.loads(printed.out)["ok"]
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    assert "places.geojson" in printed.err
    assert main(["restore", str(tmp_path / "none.zip"), "--data", data]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_a_backup_that_cannot_open_the_database_blames_the_database(tmp_path, capsys):
    (tmp_path / "data").write_text("a file where the folder of data should be")
    assert main(["backup", str(tmp_path / "b.zip"), "--data", str(tmp_path / "data")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: the database ")
    assert "b.zip" not in said


def test_each_damaged_document_of_a_backup_is_named_and_nothing_is_replaced(tmp_path):
    application = _application(tmp_path / "data")
    desk = application.participation
    sent(application, middle_of(application.settings.data, "demo"), "Waits")
    _put_away(application, tmp_path / "b.zip")
    before, names = _everything(application), []

    def damaged(name, data):
        if name not in {"tables/place.jsonl", "tables/proposal.jsonl"}:
            return data
        first, *rest = [json.loads(line) for line in data.splitlines()]
        column = "document" if "document" in first else "content"
        first[column] = '{"name": "Xylophonic"}'
        names.append(first["id"])
        return b"".join(json.dumps(row).encode() + b"\n" for row in (first, *rest))

    with pytest.raises(UnreadableFile, match="damaged documents") as caught:
        _brought_back(application, _summed(_rewritten(tmp_path / "b.zip", tmp_path / "bad.zip", damaged)))
    assert len(names) == 2
    assert all(name in str(caught.value) for name in names)
    assert "Xylophonic" not in str(caught.value)
    assert _everything(application) == before
    assert not list((tmp_path / "data" / "backups").glob("*"))
    assert desk.places.places()


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda rows: [row for row in rows if row["key"] != "store_id"],
        lambda rows: [row | {"value": "many"} if row["key"].endswith("changes") else row for row in rows],
        lambda rows: [
            row | {"value": "9" * 5_000} if row["key"].endswith("changes") else row for row in rows
        ],
    ],
)
def test_a_backup_that_says_nothing_sound_of_its_store_leaves_a_store_that_works(tmp_path, change):
    application = _application(tmp_path / "data")
    _put_away(application, tmp_path / "b.zip")
    before, version = _everything(application), application.participation.places.version()

    def damaged(name, data):
        if name != "tables/meta.jsonl":
            return data
        rows = change([json.loads(line) for line in data.splitlines()])
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    _brought_back(application, _summed(_rewritten(tmp_path / "b.zip", tmp_path / "bad.zip", damaged)))
    assert _everything(application) == before
    assert application.participation.places.version() != version


def _summed(path):
    """The archive with sums that are right."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items() if name != "manifest.json"}
    parts["manifest.json"] = json.dumps({**manifest, "sha256": sums}).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def _webp(side=320, **more):
    out = io.BytesIO()
    Image.new("RGB", (side, 20), "teal").save(out, "WEBP", **more)
    return out.getvalue()


PHOTO, AUDIO = "photos/p" + "a" * 24 + "/320.webp", "audio/a" + "b" * 24


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (PHOTO, b"any bytes"),
        (PHOTO, b"<svg onload=alert(1)>"),
        (PHOTO, _webp(321)),
        (PHOTO, _webp() + b"<script>"),
        (PHOTO, _webp(exif=b"Exif\x00\x00II*\x00")),
        (PHOTO, _webp()[:-30]),
        (AUDIO + ".webm", b"<html>"),
        (AUDIO + ".ogg", b"\x1aE\xdf\xa3 webm in another coat" * 9),
    ],
)
def test_a_photo_or_recording_we_would_not_have_written_is_refused(tmp_path, name, data):
    application = _application(tmp_path / "data")
    _put_away(application, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as archive:
        archive.writestr(name, data)
    before = _everything(application)
    with pytest.raises(UnreadableFile, match=name[:20]):
        _brought_back(application, _summed(tmp_path / "b.zip"))
    assert _everything(application) == before
    assert not (tmp_path / "data" / name).exists()


def test_a_small_backup_with_a_huge_photo_is_refused_by_its_listing(tmp_path):
    application = _application(tmp_path / "data")
    _put_away(application, tmp_path / "b.zip")
    with (
        zipfile.ZipFile(tmp_path / "b.zip", "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(PHOTO, "w") as out,
    ):
        for _ in range(200):
            out.write(bytes(1_000_000))
    assert (tmp_path / "b.zip").stat().st_size < 2_000_000
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="200 MB"):
        _brought_back(application, tmp_path / "b.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_what_an_author_took_back_comes_back_in_no_file_either(application, at, tmp_path):
    desk = application.participation
    photo = _sent_photo(desk)
    feature = {"photos": [{"id": photo.id, "alt": {"en": "x"}}]}
    proposal = sent(application, at, "With a photo", who="bo", id="submission-photo-1", **feature)
    _put_away(application, tmp_path / "b.zip")
    author = Actor("resident", keys=frozenset({hashed("bo-0123456789abcdefghijkl")}))
    forgetting.forget(desk, author, [proposal.id])
    assert _brought_back(application, tmp_path / "b.zip")["forgotten"] == 1
    assert list(desk.photos.ids()) == []
    assert desk.media.all() == []


def test_a_damaged_document_is_in_the_backup_as_it_is(tmp_path):
    application = _application(tmp_path / "data")
    sent(application, middle_of(tmp_path / "data", "demo"), "Pump")
    with sqlite3.connect(tmp_path / "data" / "micropolis.sqlite") as connection:
        connection.execute("UPDATE proposal SET flags = CAST(x'ff22' AS TEXT)")
    connection.close()
    _put_away(application, tmp_path / "damaged.zip")
    with pytest.raises(UnreadableFile, match="cannot be restored"):
        _brought_back(application, tmp_path / "damaged.zip")


def test_an_emptied_database_stays_one_when_restoring_fails(tmp_path, monkeypatch):
    application = _application(tmp_path / "data")
    sent(application, middle_of(tmp_path / "data", "demo"), "Pump")
    _put_away(application, tmp_path / "whole.zip")
    for path in (tmp_path / "data").glob("micropolis.sqlite*"):
        if not path.name.endswith(".made"):
            path.unlink()
    application.database._engine = None  # as after a start
    full = StoreUnavailable("the disk is full")
    with monkeypatch.context() as broken:
        broken.setattr(backup_archive, "replace_all", lambda *_: (_ for _ in ()).throw(full))
        with pytest.raises(StoreUnavailable):
            _brought_back(application, tmp_path / "whole.zip")
    with pytest.raises(StoreUnavailable):
        sent(application, middle_of(tmp_path / "data", "demo"), "Tree")
    _brought_back(application, tmp_path / "whole.zip")
    assert len(application.participation.proposals.in_states(("pending",))) == 1
