"""A hidden town is nowhere, a shown one is as it was, an erased one does not come back by itself."""

from __future__ import annotations

import io
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from asgi_client import Client
from PIL import Image
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[2]))

from desk_builders import an_account, middle_of, sent
from races import at_once, refused

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, RESIDENT, Actor
from micropolis_map.errors import Cancelled, InvalidInput, NotAllowed, NotFound, StoreUnavailable
from micropolis_map.services import guided_walks, media, moderating, removing_towns, signing_in
from micropolis_map.services.backing_up import back_up, restore
from micropolis_map.services.loading import LoadRequest, load_bundled, load_community
from micropolis_map.services.verifying import verify
from micropolis_map.settings import Settings
from micropolis_map.stores.tables import METADATA

ROOT = Path(__file__).parents[3]


@pytest.fixture
def application(tmp_path):
    """The bundled towns without streets, with something of every kind in the demo town."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "geo", data / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    shutil.copytree(ROOT / "data" / "tours", data / "tours")
    shutil.copy(ROOT / "data" / "places.geojson", data / "places.geojson")
    application = build_application(Settings(data=data))
    tour = application.tour_store.tours("demo")[0].id
    when = "2099-05-01T10:00"
    told = guided_walks.Announcement(tour, when, "Europe/Copenhagen", 60, "Quay", "Ola", 5)
    desk = application.participation
    guided_walks.announce(desk, application.tour_store, LOCAL_ADMINISTRATOR, "demo", told)
    proposal = sent(application, middle_of(data, "demo"), "Zqxwv pump")
    moderating.approve(desk, LOCAL_ADMINISTRATOR, proposal.id)
    application.publishing.mirror_now()
    return application


@pytest.fixture
def client(application):
    return Client(Starlette(routes=web.routes(application), middleware=web.middleware(application)))


def addresses(application) -> set[str]:
    """Every GET route we have, about the demo town."""
    place = next(one.id for one in application.place_store.places("demo"))
    tour = application.participation.walks.walks("demo")[0].tour_id
    walk = application.participation.walks.walks("demo")[0].id
    found = set()
    names = (place, tour, walk, f"{tour}.gpx", f"{tour}.geojson", f"{place}.pdf", "demo", "places")
    for route in web.routes(application):
        if "GET" in (getattr(route, "methods", None) or ()):
            for one in names:
                value = {"slug": "demo", "size": "320"}
                found.add(re.sub(r"\{(\w+)(?::\w+)?\}", lambda m, v=value, o=one: v.get(m[1], o), route.path))
    return found


def about(application, client) -> dict[str, int]:
    """The statuses of the addresses that say something of the demo town."""
    told = {}
    for address in sorted(addresses(application)):
        answer = client.get(address)
        if answer.status_code == 200 and (b"demo" in answer.content or "/demo" in address):
            told[address] = answer.status_code
    return told


def test_a_hidden_town_is_nowhere_and_a_shown_one_as_it_was(application, client):
    all_addresses = addresses(application)
    before = about(application, client)
    assert len(before) > 20
    public = (application.settings.data / "places.geojson").read_text(encoding="utf-8")
    ids = [place.id.encode() for place in application.place_store.places("demo")]
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "demo")
    application.publishing.mirror_now()
    for address in sorted(all_addresses):
        answer = client.get(address)
        if "{" in address or "demo" in address.replace("-demo", ""):
            assert answer.status_code != 200 or b"Zqxwv" not in answer.content, address
        assert not [one for one in ids if one in answer.content and one not in address.encode()], address
        assert "/demo" not in address or answer.status_code == 404, address
    assert b"Zqxwv" not in (application.settings.data / "places.geojson").read_bytes()
    assert application.tour_store.tours("demo") == []
    assert "demo" not in application.community_store.slugs()
    assert verify(application.participation, application.database, application.publishing)["ok"]
    removing_towns.show(application, LOCAL_ADMINISTRATOR, "demo")
    application.publishing.mirror_now()
    assert about(application, client) == before
    assert _without_moment(application) == re.sub(r'"exported": *"[^"]*"', "", public)


def _without_moment(application) -> str:
    text = (application.settings.data / "places.geojson").read_text(encoding="utf-8")
    return re.sub(r'"exported": *"[^"]*"', "", text)


def test_only_administrators_hide_show_and_erase(application):
    for actor in (RESIDENT, Actor("organiser", "o", frozenset({"demo"})), Actor("planner", "p")):
        for act in (removing_towns.hide, removing_towns.show, removing_towns.erase):
            with pytest.raises(NotAllowed):
                act(application, actor, "demo")
        with pytest.raises(NotAllowed):
            removing_towns.hidden(application, actor)
    with pytest.raises(NotFound):
        removing_towns.erase(application, LOCAL_ADMINISTRATOR, "demo")  # it is not hidden
    assert "demo" in application.community_store.slugs()


def test_the_last_town_stays_also_when_all_are_hidden_at_once(application):
    slugs = list(application.community_store.slugs())
    answers = at_once(
        [lambda slug=slug: removing_towns.hide(application, LOCAL_ADMINISTRATOR, slug) for slug in slugs]
    )
    assert [type(one) for one in refused(answers)] == [InvalidInput]
    assert len(application.community_store.slugs()) == 1


def test_a_loading_stops_when_its_town_is_hidden(application):
    def hide(share: float, _message: str) -> None:
        if share > 0:
            removing_towns.hide(application, LOCAL_ADMINISTRATOR, "demo")

    for _ in range(2):  # meanwhile, and from the start
        with pytest.raises(Cancelled, match="hidden"):
            load_community(application, "demo", LoadRequest(), hide, actor=LOCAL_ADMINISTRATOR)
    removing_towns.show(application, LOCAL_ADMINISTRATOR, "demo")
    assert application.community_store.current_build("demo") is None


def test_an_erased_town_leaves_nothing_and_does_not_come_back_by_itself(application, client, tmp_path):
    desk, data = application.participation, application.settings.data
    planner = an_account(application, "pla", "planner", ("demo",))
    both = an_account(application, "ola", "organiser", ("demo", "wawer"), ("demo/Strandby",))
    backup = tmp_path / "before.zip"
    back_up(desk, application.database, backup)
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "demo")
    removing_towns.erase(application, LOCAL_ADMINISTRATOR, "demo")
    application.publishing.mirror_now()
    assert _rows(application) == []
    assert [path.name for path in (data / "geo" / "demo").iterdir()] == ["state.json"]
    assert not (data / "tours" / "demo.toml").exists()
    files = [path for path in data.rglob("*") if path.is_file()]
    assert all(b"Zqxwv" not in path.read_bytes() for path in files)
    assert not desk.accounts.get(planner.id).active  # a planner of no town would be one of all
    left = desk.accounts.get(both.id)
    assert (left.communities, left.districts, left.active) == (("wawer",), (), True)
    assert removing_towns.hidden(application, LOCAL_ADMINISTRATOR) == {}

    shutil.copytree(ROOT / "data" / "geo" / "demo", data / "geo" / "demo", dirs_exist_ok=True)  # an upgrade
    shutil.copy(ROOT / "data" / "places.geojson", data / "places.geojson")
    application.publishing.renew()
    load_bundled(application)
    restore(desk, application.database, application.publishing, backup)
    assert _rows(application) == []
    assert "demo" not in application.community_store.slugs()
    assert client.get("/data/demo/places.geojson").status_code == 404
    assert not desk.accounts.get(planner.id).active
    with pytest.raises(NotFound):
        removing_towns.show(application, LOCAL_ADMINISTRATOR, "demo")


def test_who_looks_after_a_hidden_town_can_still_be_changed(application):
    account = an_account(application, "ola", "organiser", ("demo", "wawer"))
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "demo")
    changed = signing_in.change_account(
        application.participation, LOCAL_ADMINISTRATOR, replace(account, active=False)
    )
    assert not changed.active


def _rows(application) -> list[str]:
    """The tables that hold anything of the demo town, but for the stone that says it was erased."""
    with application.database.reading() as connection:
        return [
            f"{table.name} {dict(row)}"[:200]
            for table in METADATA.sorted_tables
            for row in connection.execute(sa.select(table)).mappings()
            if re.search(r"\bdemo\b", repr(dict(row))) and row.get("id") != "town:demo"
        ]


def test_an_erasing_that_was_broken_off_leaves_no_file_when_it_is_done_again(application, monkeypatch):
    desk = application.participation
    waiting = sent(application, middle_of(application.settings.data, "demo"), "Photo")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    sending = media.Sending("demo", waiting.id, "ania-0123456789abcdefghijkl")
    photo = media.add_photo(desk, sending, picture.getvalue()).medium.id
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "demo")
    with monkeypatch.context() as broken:
        broken.setattr(
            type(desk.photos), "remove", lambda *_: (_ for _ in ()).throw(StoreUnavailable("full"))
        )
        with pytest.raises(StoreUnavailable):
            removing_towns.erase(application, LOCAL_ADMINISTRATOR, "demo")
    assert photo in desk.photos.ids()
    removing_towns.erase(application, LOCAL_ADMINISTRATOR, "demo")
    assert list(desk.photos.ids()) == []


def test_a_damaged_state_hides_its_own_town_only(application, client, caplog):
    (application.settings.data / "geo" / "demo" / "state.json").write_text("{")
    assert client.get("/data/wawer/places.geojson").status_code == 200
    assert client.get("/data/demo/places.geojson").status_code == 404
    assert "demo" in caplog.text
    removing_towns.show(application, LOCAL_ADMINISTRATOR, "demo")
    assert client.get("/data/demo/places.geojson").status_code == 200
