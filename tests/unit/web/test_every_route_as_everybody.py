"""Every route of the table, asked as everybody there is: who may, and that who may not changes nothing.

A route without a line in `WHO` fails. What a line says is asked with what waits (a place with its photo, a
walk, a town, a seat) and belongs to the resident whose key is sent.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from asgi_client import Client, Reply
from PIL import Image
from recordings import webm
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "pinning"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tours"))

from desk_builders import PASSWORD, a_session, an_account, stored_rows
from pinning_builders import ANIN, FALENICA, a_story, a_submission, feature, published, secret
from tour_senders import document

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import (
    guided_walks,
    media,
    moderating,
    pinning,
    signing_in,
    touring_deciding,
    touring_suggesting,
    town_requests,
)
from micropolis_map.services.guided_walks import Announcement, SignUp
from micropolis_map.services.town_requests import TownWish
from micropolis_map.settings import Settings
from micropolis_map.web.answers import Always

STRANGER, AUTHOR, ADMINISTRATOR = "stranger", "resident with a key", "administrator"
ORGANISER, ELSEWHERE, DISTRICT = "organiser", "organiser of another community", "organiser of a district"
PLANNER, SWITCHED_OFF = "planner", "switched-off account"
ROLES = (STRANGER, AUTHOR, ELSEWHERE, DISTRICT, ORGANISER, PLANNER, ADMINISTRATOR, SWITCHED_OFF)
EVERYBODY = frozenset(ROLES)
OWN = frozenset({AUTHOR})
DECIDE = frozenset({AUTHOR, ORGANISER, DISTRICT, ADMINISTRATOR})
SIGNED_IN = EVERYBODY - {STRANGER, AUTHOR, SWITCHED_OFF}

_OPEN = """
    /healthz /vendor/{file} /assets/{file} /data/{slug}/version.json /data/{slug}/places.geojson
    /data/{slug}/places/{place_id}.json /data/{slug}/districts.geojson
    /data/{slug}/layers/{name}.geojson /tiles/{slug}/{build}/{z}/{x}/{y} /data/{slug}/coverage/{layer}.geojson
    /data/{slug}/coverage/{layer}.json /data/{slug}/coverage/{layer}.bin
    /data/{slug}/siting/{name}.json /pin/worker.js /pin/{slug} /pin/{slug}/place/{place_id}
    /embed/{slug} /mine /api/{slug}/care.json /api/{slug}/answering.json /api/{slug}/find
    /report/{slug}/coverage.{ending} /report/{slug}/siting.{ending} /tours/{tour}.gpx
    /tours/{tour}.kml /tours/{tour}.geojson /tours/{tour}.pdf /data/{slug}/tour.gpx
    /data/{slug}/tour.kml /data/{slug}/tour.geojson /data/{slug}/tour.pdf /poster/{id}.pdf
    /walk/worker.js /walk/paint.js /walk/{tour} /walk/{tour}/pack.json
    /walk/{tour}/layers/{name}.geojson
    /calendar/{slug}.ics /guided/{walk}.ics /guided/{walk} /feeds/{slug}.atom /ogc /ogc/api
    /towns/{slug}/picture.svg /data/{slug}/known_spots.geojson
    /ogc/conformance /ogc/collections /ogc/collections/{name} /ogc/collections/{name}/schema
    /ogc/collections/{name}/items /ogc/collections/{name}/items/{feature}
"""
"""Addresses that give everybody the same."""

WHO: Mapping[tuple[str, str], frozenset[str]] = {
    **dict.fromkeys((("GET", path) for path in _OPEN.split()), EVERYBODY),
    ("GET", "/api/session"): SIGNED_IN,
    ("POST", "/api/session"): SIGNED_IN,
    ("POST", "/api/session/end"): EVERYBODY,
    ("POST", "/api/session/setup"): frozenset(),  # there is an administrator
    ("POST", "/api/session/invited"): frozenset(),  # nobody has a link
    ("GET", "/photos/{photo_id}/{size}.webp"): DECIDE,
    ("GET", "/audio/{audio_id}"): frozenset(),  # there is none
    ("GET", "/api/walk/{tour}/feedback"): DECIDE,
    ("POST", "/api/walk/{tour}/obstacles"): EVERYBODY,
    ("POST", "/api/walk/{tour}/reports"): EVERYBODY,
    ("GET", "/api/guided/{walk}/seats"): OWN,
    ("POST", "/api/guided/{walk}/seats"): EVERYBODY,
    ("POST", "/api/guided/{walk}/give-back"): OWN,
    ("POST", "/api/{slug}/places/{place_id}/confirm"): EVERYBODY,
    ("POST", "/api/{slug}/places/{place_id}/report"): EVERYBODY,
    ("POST", "/api/{slug}/submissions"): EVERYBODY,
    ("POST", "/api/{slug}/check"): EVERYBODY,
    ("POST", "/api/{slug}/photos"): OWN,  # to what they sent
    ("POST", "/api/{slug}/audio"): OWN,
    ("POST", "/api/{slug}/tours"): EVERYBODY,
    **{("GET", f"/api/mine{end}"): OWN for end in ("", "/towns", "/tours", "/tours/compare")},
    **{("POST", f"/api/mine/{what}"): OWN for what in ("answer", "still-true", "withdraw", "delete")},
    ("POST", "/api/mine/towns/delete"): OWN,
    **{
        ("POST", f"/api/mine/tours/{what}"): OWN
        for what in ("invite", "uninvite", "answer", "restore", "withdraw", "delete")
    },
}
"""Who may, for each method and address; what nothing is behind is 404 for all and stands in no line."""

_numbers = count(1)


@dataclass
class World:
    """An application with something of everything, and the accounts by role."""

    application: Any
    server: Any
    accounts: dict[str, Any]
    place: str
    waiting: str
    photo: str
    tour: str
    asked_tour: str
    walk: str
    seat: str
    town: str
    slug: str = "wawer"

    def client(self, role: str) -> Client:
        """A browser of somebody in that role, with a session of their own."""
        client = Client(self.server, address=f"192.0.2.{ROLES.index(role)}")
        client.headers = {**client.headers, "x-micropolis-key": secret("ania" if role == AUTHOR else "eve")}
        account = self.accounts.get(role)
        if account is not None:
            client.cookies["micropolis_session"] = a_session(self.application, account)
        return client

    def rows(self) -> list[str]:
        """All that is stored."""
        return stored_rows(self.application)


@pytest.fixture(scope="module", autouse=True)
def quick_hashes():
    """Argon2 takes its time for a reason; the many passwords here need not."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = signing_in.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(signing_in, "_HASHER", hasher)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    return a_world(tmp_path_factory.mktemp("everybody"))


def a_world(folder: Path) -> World:
    """A server with something of everything in Wawer, and another town."""
    application = build_application(Settings(data=folder))
    town = Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22), districts=(ANIN, FALENICA))
    application.community_store.save(town)
    application.community_store.save(Community("demo", {"en": "Demo"}, centre=(9.7, 55.5)))
    desk = application.participation
    accounts = {
        ADMINISTRATOR: an_account(application, "ada", "administrator", ()),
        ORGANISER: an_account(application, "ola", "organiser", ("wawer",)),
        DISTRICT: an_account(application, "dan", "organiser", ("wawer",), ("wawer/Anin",)),
        ELSEWHERE: an_account(application, "eli", "organiser", ("demo",)),
        PLANNER: an_account(application, "pla", "planner", ("wawer",)),
        SWITCHED_OFF: an_account(application, "off", "administrator", ()),
    }
    off = replace(accounts[SWITCHED_OFF], active=False)
    signing_in.change_account(desk, LOCAL_ADMINISTRATOR, off)
    places = [published(desk, feature=feature(f"Spot {n}", 21.15 + n / 1000))[1].id for n in range(3)]
    waiting = pinning.submit(desk, a_submission(feature=feature("Waiting", stories=[a_story()]))).proposal.id
    photo = media.add_photo(desk, media.Sending("wawer", waiting, secret()), _photo("teal")).medium.id
    moderating.ask(desk, LOCAL_ADMINISTRATOR, waiting, "Where is it?")
    tour = _tour(desk, places)
    touring_deciding.approve_tour(desk, LOCAL_ADMINISTRATOR, tour)
    asked = _tour(desk, places)
    touring_deciding.answer_tour(desk, LOCAL_ADMINISTRATOR, asked, "Why?", reject=False)
    told = Announcement(tour, "2099-05-01T10:00", "Europe/Warsaw", 60, "Gate", "Ola", 60)
    walk = guided_walks.announce(desk, application.tour_store, LOCAL_ADMINISTRATOR, "wawer", told).id
    seat = guided_walks.sign_up(desk, SignUp(walk, "sign-up-of-ania-0001", secret(), "Ania")).seat.id
    town_id = town_requests.ask(
        desk, TownWish("town-request-000001", secret(), "Annecy", "France", "Why not", seconds=60.0)
    ).id
    server = Starlette(routes=web.routes(application), middleware=web.middleware(application))
    names = (places[0], waiting, photo, tour, asked, walk, seat, town_id)
    return World(application, server, accounts, *names)


def _tour(desk, places) -> str:
    number = next(_numbers)
    submission = touring_suggesting.TourSubmission(
        f"walk-submission-{number:06d}",
        secret(),
        "wawer",
        document(f"Round {number}", tuple(places)),
        seconds=60.0,
    )
    return touring_suggesting.suggest(desk, submission).shared.id


def _photo(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def body_of(world: World, role: str, path: str) -> dict[str, Any]:
    """What somebody in that role posts there: theirs with a key of their own, or about what waits."""
    number = next(_numbers)
    fresh, device = f"of-everybody-{number:010d}", {"device": secret(f"device{number}")}
    account = world.accounts.get(role)
    who = secret("ania" if role == AUTHOR else "eve")
    sent = {"id": fresh, "secret": who, "started": 1_000, "sent": 61_000, "website2": ""}
    stops = tuple(place.id for place in world.application.place_store.places(world.slug))[:3]
    asked = {"tour": world.asked_tour}
    bodies: dict[str, dict[str, Any]] = {
        "/api/session": {"login": account.login if account else "nobody", "password": PASSWORD},
        "/api/session/end": {},
        "/api/session/setup": {"token": "x" * 32, "login": "eve", "name": "Eve", "password": PASSWORD},
        "/api/session/invited": {"token": "x" * 32, "password": PASSWORD},
        "/api/mine/answer": {"proposal_id": world.waiting, "text": "Behind the church."},
        "/api/mine/withdraw": {"proposal_id": world.waiting},
        "/api/mine/delete": {"proposal_id": world.waiting},
        "/api/mine/still-true": {"place_id": world.place},
        "/api/mine/towns/delete": {"id": world.town},
        "/api/mine/tours/invite": {**asked, "secret": secret("bea"), "name": "Bea"},
        "/api/mine/tours/uninvite": {**asked, "number": 1},
        "/api/mine/tours/answer": {**asked, "text": "So that."},
        "/api/mine/tours/restore": {**asked, "revision": 1},
        "/api/mine/tours/withdraw": asked,
        "/api/mine/tours/delete": asked,
        "/api/{slug}/submissions": {**sent, "kind": "place", "feature": feature(f"New {number}")},
        "/api/{slug}/check": {"name": "Pump", "lon": 21.15, "lat": 52.22},
        "/api/{slug}/tours": {**sent, "tour": document(f"Walk {number}", stops)},
        "/api/{slug}/places/{place_id}/confirm": device,
        "/api/{slug}/places/{place_id}/report": {**device, "reason": "wrong", "text": ""},
        "/api/guided/{walk}/seats": {"id": fresh, "secret": secret(f"walker{number}"), "name": "Walker"},
        "/api/guided/{walk}/give-back": {"seat": world.seat},
        "/api/walk/{tour}/reports": {"id": fresh, "minutes": 40},
        "/api/walk/{tour}/obstacles": {**device, "id": fresh, "kind": "steps", "lon": 21.15, "lat": 52.22},
    }
    return bodies[path]


def addressed(world: World, path: str) -> str:
    """The address of that pattern, about what the world holds."""
    values = {
        "slug": world.slug, "place_id": world.place, "id": world.place, "tour": world.tour,
        "walk": world.walk, "photo_id": world.photo, "audio_id": "a" * 32, "size": "320",
        "name": "places", "layer": "homes", "ending": "pdf", "build": "20260101T000000Z-00000000", "z": "8",
        "x": "143", "y": "84", "file": "leaflet.js", "feature": world.place,
    }  # fmt: skip
    address = re.sub(r"\{(\w+)\}", lambda name: values[name[1]], path)
    query = {
        "/api/mine/tours/compare": f"?tour={world.asked_tour}&before=0&after=1",
        "/api/{slug}/photos": f"?submission={world.waiting}",
        "/api/{slug}/audio": f"?submission={world.waiting}",
        "/api/{slug}/find": "?q=spot",
    }
    return address + query.get(path, "")


def ask(world: World, client: Client, role: str, method: str, path: str) -> Reply:
    """The answer to somebody in that role."""
    address = addressed(world, path)
    if method == "GET":
        return client.get(address)
    if path in {"/api/{slug}/photos", "/api/{slug}/audio"}:
        content = _photo("navy") if path.endswith("photos") else webm()
        return client.post(address, content=content)
    return client.post(address, json=body_of(world, role, path))


def granted(world: World, method: str, path: str, reply: Reply) -> bool:
    """Whether the answer gives what the address is for."""
    if (method, path) == ("GET", "/api/session"):
        return bool(reply.json()["signed_in"])
    own = {"/api/mine": world.waiting, "/api/mine/towns": world.town, "/api/mine/tours": world.asked_tour}
    own["/api/guided/{walk}/seats"] = world.seat
    if method == "GET" and path in own:
        return own[path].encode() in reply.content
    return reply.status_code < 400


def table(world: World) -> set[tuple[str, str]]:
    """Methods and patterns of our routes, without those behind which nothing is."""
    found = set()
    for route in web.routes(world.application):
        wrong_method = isinstance(route.endpoint, Always)
        nothing = wrong_method or route.endpoint.__name__ in {"nothing_here", "_nothing_here", "_gone"}
        path = re.sub(r":\w+\}", "}", route.path)
        if not nothing:
            found |= {(method, path.rstrip("/") or "/") for method in route.methods & {"GET", "POST"}}
    return found


def test_every_route_has_a_line(world):
    assert table(world) == set(WHO)


@pytest.mark.parametrize(("method", "path"), sorted(WHO, key=lambda one: one[0]))
def test_who_may_is_what_the_table_says(world, method, path):
    may = WHO[(method, path)]
    if method == "GET" and may == EVERYBODY:
        replies = [ask(world, world.client(role), role, method, path) for role in (STRANGER, ADMINISTRATOR)]
        assert len({reply.status_code for reply in replies}) == 1  # nobody sees more than a stranger
        assert replies[0].status_code in {200, 400, 404}
        return
    for role in (*(role for role in ROLES if role != AUTHOR), AUTHOR):
        client = world.client(role)
        before = world.rows()
        reply = ask(world, client, role, method, path)
        assert granted(world, method, path, reply) == (role in may), (
            role,
            reply.status_code,
            reply.content[:300],
        )
        if role not in may:
            assert reply.status_code in {200, 400, 404}, role
            assert world.rows() == before, role
