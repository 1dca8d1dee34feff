"""Whatever is sent to any of our routes, it is answered: never a 5xx, and what is wrong is said in JSON.

The routes are read from the table itself: one that is new and of which nothing valid is known here fails.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hostile_requests import bodies, headers, pieces, queries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from own_loop import run
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from tiny_town import write_boundary, write_town
from town_loading import load_community

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "walks"))

from walk_builders import TOURS, a_place, at

from micropolis_map import web
from micropolis_map.bootstrap import Application, build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.proposal import OPEN
from micropolis_map.errors import Conflict
from micropolis_map.services import guided_walks, moderating, pinning
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.submission import Submission
from micropolis_map.services.touring_suggesting import TourSubmission, suggest
from micropolis_map.settings import Settings

SECRET = "ania-0123456789abcdefghijkl"
PASSWORD = "correct horse battery"
ROUNDS = int(os.environ.get("MICROPOLIS_FUZZ_ROUNDS", "1"))
"""How many times as many examples: by hand some hundreds, with ``--hypothesis-profile=new``."""
DATABASE = os.environ.get("MICROPOLIS_FUZZ_DATABASE", "")
"""The URL of an empty database to run on, by hand; SQLite without."""

PLACE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": list(at(2, 2))},
    "properties": {
        "kind": "natural", "name": {"en": "Old oak"}, "description": {"en": "Very old."}, "themes": ["trees"],
        "period": {"from": 1900, "to": None}, "access": {"step_free": "yes", "toilet": True},
        "website": "https://a.example/",
        "photos": [], "opening_hours": "Mo-Fr 10:00-19:00", "activity": "library", "source": "",
        "licence": "",
        "stories": [{"title": "A", "text": "B", "lang": "en", "about": "past", "year": 1950, "photos": [],
                     "translations": {"pl": {"title": "C", "text": "D"}}}],
    },
}  # fmt: skip
PICTURED = {"id": "0" * 32, "alt": {"en": "x"}, "credit": "", "licence": ""}
AREA = {
    **PLACE,
    "geometry": {
        "type": "Polygon",
        "coordinates": [[list(at(x, y)) for x, y in ((1, 1), (2, 1), (2, 2), (1, 1))]],
    },
}
TOUR = {
    "name": {"en": "Round"}, "about": {"en": "x"},
    "stops": [{"place": "tiny-a", "minutes": 5}, {"place": "tiny-b"}],
    "loop": False, "licence": "", "authors": ["A"], "languages": ["en"],
}  # fmt: skip
SENT = {"secret": SECRET, "started": 1_790_000_000_000, "sent": 1_790_000_030_000, "website2": ""}
ON_A = {"place_id": "tiny-a", "base_revision": 1}
AT = dict(zip(("lon", "lat"), at(2, 2), strict=True))
ID = "submission-fuzzed"
"""Of each request its own: a number is put behind it."""

BODIES: dict[str, tuple[dict[str, Any], ...]] = {
    "/api/session": ({"login": "ola", "password": PASSWORD},),
    "/api/session/end": ({},),
    "/api/session/setup": ({"token": "x", "login": "ola", "name": "Ola", "password": PASSWORD},),
    "/api/session/invited": ({"token": "x", "password": PASSWORD},),
    "/api/mine/withdraw": ({"proposal_id": "waiting-submission-1"},),
    "/api/mine/answer": ({"proposal_id": "waiting-submission-1", "text": "yes"},),
    "/api/mine/delete": ({"proposal_id": "waiting-submission-1", "everything": False},),
    "/api/mine/towns/delete": ({"id": "town-request-000001"},),
    "/api/mine/still-true": ({"place_id": "tiny-a"},),
    "/api/{slug}/places/{place_id}/confirm": ({"device": SECRET},),
    "/api/{slug}/places/{place_id}/report": ({"reason": "wrong", "text": "x", "device": SECRET},),
    "/api/{slug}/submissions": (
        {"id": ID, "kind": "place", "feature": PLACE, **SENT},
        {"id": ID, "kind": "place", "feature": AREA, **SENT},
        {"id": ID, "kind": "story", "feature": PLACE, **ON_A, **SENT},
        {"id": ID, "kind": "edit", "keep_both": True, "feature": PLACE, **ON_A, **SENT},
    ),
    "/api/{slug}/check": ({"feature": PLACE}, {"name": "Oak", "text": "x", "lang": "en", **AT}),
    "/api/{slug}/photos": ({},),
    "/api/{slug}/audio": ({},),
    "/api/{slug}/tours": ({"id": ID, "tour": TOUR, "tour_id": "", "base": 0, **SENT},),
    "/api/mine/tours/answer": ({"tour": "tiny-suggested", "text": "x"},),
    "/api/mine/tours/withdraw": ({"tour": "tiny-suggested"},),
    "/api/mine/tours/delete": ({"tour": "tiny-suggested"},),
    "/api/mine/tours/invite": ({"tour": "tiny-suggested", "secret": SECRET, "name": "Ola"},),
    "/api/mine/tours/uninvite": ({"tour": "tiny-suggested", "number": 1},),
    "/api/mine/tours/restore": ({"tour": "tiny-suggested", "revision": 1},),
    "/api/walk/{tour}/obstacles": ({"id": ID, "device": SECRET, "kind": "steps", "text": "x", **AT},),
    "/api/walk/{tour}/reports": ({"id": ID, "minutes": 30, "text": "x", "variant": ""},),
    "/api/guided/{walk}/seats": ({"id": ID, "secret": SECRET, "name": "Ania", "contact": ""},),
    "/api/guided/{walk}/give-back": ({"seat": "x"},),
}  # fmt: skip
"""By path what our pages send there."""

PIECES: dict[str, tuple[str, ...]] = {
    "slug": ("tiny",), "place_id": ("tiny-a", "tiny-hidden"), "tour": ("tiny-round",),
    "walk": (), "name": ("places", "streets", "plan", "homes", "outlines", "tours", "roads"),
    "layer": ("streets", "homes", "worst", "worst_areas", "senior"),
    "ending": ("pdf", "csv", "geojson", "gpkg", "parquet"),
    "photo_id": ("0" * 32,), "size": ("320", "960"), "audio_id": ("0" * 32,), "id": ("tiny-a", "tiny-round"),
    "build": ("20260101T000000Z-00000000",), "z": ("15", "8", "2147483648"), "x": ("0", "17000"),
    "y": ("0", "11000"),
    "feature": ("tiny-a", "tiny-round"), "file": ("leaflet.js", "css/map.css"), "rest": ("x", "x/y"),
}  # fmt: skip
"""By name what stands in an address."""

_QUERY = """
lang=pl uk|q=oak B|kind=natural library|theme=trees|activity=library|ids=tiny-a|years=1900..1950
profile=senior wheelchair|minutes=5,10|step_free=1 yes|open=Sa-10:00|people=older|build=x
sites=12.003,55.002 nan,nan|show=homes|by=hex street district|within=5|keep=no|new=1|goal=equity|where=venues
venue=library|chosen=tiny-a|in=West|area=12,55;12.01,55;12,55.01|older=2|children=3|name=x
stops=tiny-a,tiny-b tiny-a|first=1 tiny-a|last=tiny-b|order=own|loop=1|visit=5|marks=1|variant=step-free
paper=A3|place=tiny-a|edit=x|submission=waiting-submission-1|alt=x|tour=tiny-suggested|before=1|after=1
limit=2|offset=1|bbox=12,55,12.1,55.1|datetime=2026-01-01/..|f=json|v=1|community=tiny
"""
QUERY: dict[str, tuple[str, ...]] = {
    name: tuple(values.split(" "))
    for name, _, values in (pair.partition("=") for pair in re.split(r"[|\n]", _QUERY.strip()))
}
"""Every parameter a route reads, with values that mean something."""

_numbers, _ids = count(1), count(1)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """The tiny town with places, one hidden, one waiting, tours and a guided walk."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "data" / "tours").mkdir(parents=True)
    (folder / "data" / "tours" / "tiny.toml").write_text(TOURS, encoding="utf-8")
    application = build_application(Settings(data=folder / "data", database_url=DATABASE))
    load_community(
        application, "tiny", LoadRequest(osm=(write_town(folder),), boundary=write_boundary(folder))
    )
    hidden = a_place("tiny-hidden", 2, 3, status="hidden")
    shown = [a_place("tiny-a", 1, 1), a_place("tiny-b", 4, 2), a_place("tiny-hill", 3, 7.5)]
    application.place_store.put_many([*shown, hidden])
    desk = application.participation
    waiting = Submission("waiting-submission-1", SECRET, "place", "tiny", PLACE, seconds=30.0)
    pinning.submit(desk, waiting)
    tour = TourSubmission("tour-submission-1", SECRET, "tiny", TOUR, seconds=30.0)
    shared = suggest(desk, tour).shared
    PIECES["tour"] = ("tiny-round", "tiny-flat.step-free", shared.id)
    for path in [path for path in BODIES if path.startswith("/api/mine/tours/")]:
        BODIES[path] = ({**BODIES[path][0], "tour": shared.id},)
    starts = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT10:00")
    told = guided_walks.Announcement("tiny-round", starts, "Europe/Warsaw", 60, "At the pump", "Ola", 20)
    PIECES["walk"] = (
        guided_walks.announce(desk, application.tour_store, LOCAL_ADMINISTRATOR, "tiny", told).id,
    )
    return application


@pytest.fixture(scope="module")
def server(application: Application) -> Any:
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


def parameters_of(path: str) -> list[str]:
    return re.findall(r"{(\w+)(?::\w+)?}", path)


def unknown(route: BaseRoute) -> list[str]:
    """What of the route nothing valid is known of."""
    if not isinstance(route, Route):
        return [repr(route)]
    missing = [f"{route.path}: PIECES[{name!r}]" for name in parameters_of(route.path) if name not in PIECES]
    if "POST" in (route.methods or ()) and route.path not in BODIES:
        missing.append(f"BODIES[{route.path!r}]")
    return missing


def test_of_every_route_something_valid_is_known(application):
    routes = web.routes(application)
    assert [missing for route in routes for missing in unknown(route)] == []
    assert set(BODIES) <= {route.path for route in routes if isinstance(route, Route)}


def numbered(body: bytes) -> bytes:
    """The body with a submission's id of its own."""
    return body.replace(ID.encode(), f"{ID}-{next(_ids)}".encode())


@st.composite
def requests(draw: st.DrawFn, routes: list[Route]) -> dict[str, Any]:
    route = draw(st.sampled_from(routes))
    address = route.path
    for name in parameters_of(route.path):
        piece = draw(pieces(PIECES[name])).replace("\\", "%5c")
        address = re.sub(rf"{{{name}(:\w+)?}}", piece, address)
    posted = "POST" in (route.methods or ())
    method = "POST" if posted else "GET"
    if draw(st.integers(0, 9)) == 0:
        method = draw(
            st.sampled_from(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "X-ODD"))
        )
    body = (
        draw(bodies(draw(st.sampled_from(BODIES[route.path]))))
        if posted
        else draw(st.just(b"") | st.binary(max_size=9))
    )
    usual = {"host": "map.example", "content-type": "application/json", "x-micropolis-key": SECRET}
    return {
        "method": method,
        "address": address,
        "query": draw(queries(QUERY)),
        "body": body,
        "headers": usual | (draw(headers) if draw(st.booleans()) else {}),
    }


def ask(
    server: Any, method: str, address: str, query: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the answer; what the server raises is raised here."""
    number = next(_numbers)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(address), "raw_path": address.encode(), "query_string": query.encode(),
        "root_path": "",
        "server": ("127.0.0.1", 80), "client": (str(ip_address(10 << 24 | number)), 1),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }  # fmt: skip
    messages: list[Any] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    run(server(scope, receive, send))
    found = {name.decode().lower(): value.decode("latin-1") for name, value in messages[0]["headers"]}
    return messages[0]["status"], found, b"".join(m.get("body", b"") for m in messages[1:])


def check(asked: dict[str, Any], status: int, found: dict[str, str], body: bytes) -> None:
    """Check that the answer is one: below 500 (or 503 with what to do), an error in JSON or as a page."""
    assert status < 500 or status == 503, (status, body[:300])
    page = found.get("content-type", "").startswith("text/html")
    if status < 400 or asked["method"] == "HEAD" or (page and status == 404):
        return
    if status == 416 or (status == 400 and "range" in asked["headers"] and "/audio/" in asked["address"]):
        return  # Starlette's own answer to a part of a recording that there is not
    told = json.loads(body)
    if asked["address"].startswith("/ogc") and "code" in told:
        assert told["description"]
    else:
        assert told["error"], told
        assert "todo" in told


def a_request(path: str, body: dict[str, Any]) -> dict[str, Any]:
    for name in parameters_of(path):
        path = path.replace(f"{{{name}}}", PIECES[name][0])
    return {
        "method": "POST",
        "address": path,
        "query": "",
        "body": numbered(json.dumps(body).encode()),
        "headers": {"host": "map.example", "content-type": "application/json", "x-micropolis-key": SECRET},
    }


TAKEN = ("/api/{slug}/submissions", "/api/{slug}/check", "/api/{slug}/tours", "/api/walk/{tour}/obstacles",
         "/api/walk/{tour}/reports", "/api/guided/{walk}/seats",
         "/api/{slug}/places/{place_id}/confirm")  # fmt: skip


@pytest.mark.parametrize("path", TAKEN)
def test_what_the_changes_start_from_is_taken(server, path):
    for body in BODIES[path]:
        status, _, told = ask(server, **a_request(path, body))
        assert status in {200, 201}, told


SUBMIT, CHECK = "/api/{slug}/submissions", "/api/{slug}/check"
OF_M14: list[tuple[str, tuple[str, ...], Any]] = [
    *((path, ("feature", "properties"), value) for path in (SUBMIT, CHECK) for value in ([], ["x"], "x", 5)),
    *(
        (path, ("feature", "properties", "name"), value)
        for path in (SUBMIT, CHECK)
        for value in ("x", ["x"], 5)
    ),
    (SUBMIT, ("feature", "geometry", "coordinates"), [10**400, 1]),
    (SUBMIT, ("feature", "geometry", "type"), []),
    (SUBMIT, ("started",), -(10**400)),
    ("/api/walk/{tour}/obstacles", ("lon",), 10**400),
]


@pytest.mark.parametrize(("path", "way", "value"), OF_M14)
def test_a_value_of_the_wrong_type_is_named(server, path, way, value):
    document = json.loads(json.dumps(BODIES[path][0]))
    holder = document
    for name in way[:-1]:
        holder = holder[name]
    holder[way[-1]] = value
    status, _, told = ask(server, **a_request(path, document))
    assert (status, path) == (400, path) or value == []  # nothing said of a draft is nothing wrong
    assert status < 500
    assert "error" in json.loads(told) or status == 200


@pytest.mark.parametrize(
    ("address", "query", "status"),
    [
        (f"/photos/{'0' * 32}/%C2%B2%C2%B2%C2%B2.webp", "", 404),
        (f"/photos/{'0' * 32}/{'9' * 400}.webp", "", 404),
        ("/data/tiny/coverage/streets.geojson", "sites=nan,nan", 400),
        ("/data/tiny/coverage/streets.geojson", "minutes=nan", 400),
        ("/data/tiny/places.geojson", "q=%00", 400),
        ("/api/session/end", "", 405),
    ],
)
def test_an_address_that_makes_no_sense_is_answered_in_json(server, address, query, status):
    asked = {
        "method": "GET",
        "address": address,
        "query": query,
        "body": b"",
        "headers": {"host": "map.example"},
    }
    found = ask(server, **asked)
    assert found[0] == status
    check(asked, *found)


def approve_all(application: Application) -> None:
    """Put on the map what was taken, so that what is read holds it; an edit may clash, anything else not."""
    desk = application.participation
    for proposal in desk.proposals.in_states(OPEN):
        try:
            moderating.approve(desk, LOCAL_ADMINISTRATOR, proposal.id)
        except Conflict:
            assert proposal.kind != "place"


def test_no_request_breaks_a_route(application, server):
    routes = [route for route in web.routes(application) if isinstance(route, Route) and route.methods]
    posting = [route for route in routes if "POST" in (route.methods or ())]
    reading = [route for route in routes if route not in posting]

    def fuzz(routes: list[Route], examples: int) -> None:
        @settings(max_examples=examples * ROUNDS, suppress_health_check=list(HealthCheck))
        @given(requests(routes))
        def no_5xx(asked: dict[str, Any]) -> None:
            check(asked, *ask(server, **asked | {"body": numbered(asked["body"])}))

        no_5xx()

    fuzz([route for route in posting if route.path in TAKEN], 60)
    fuzz(posting, 60)
    approve_all(application)
    fuzz(reading, 80)


def test_a_websocket_to_our_routes_is_closed(server):
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "websocket", "path": "/api/mine", "raw_path": b"/api/mine", "query_string": b"",
        "root_path": "", "headers": [(b"host", b"map.example")], "client": ("10.9.9.9", 1),
        "scheme": "ws", "subprotocols": [],
    }  # fmt: skip
    run(server(scope, receive, send))
    assert [message["type"] for message in said] == ["websocket.close"]
