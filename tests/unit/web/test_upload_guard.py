"""Files reach Streamlit only from who may give them, and never more than can be held."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from asgi_client import Client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.account import Account
from micropolis_map.domain.permission import RESIDENT, Subject
from micropolis_map.errors import NotAllowed
from micropolis_map.services.uploading import MOST_OF_ALL, MOST_OF_SESSION
from micropolis_map.settings import Settings

PLACE = "/_stcore/upload_file/{session}/{file}"
ADA = Account("ada", "ada@example.org", "Ada", "organiser", ("wawer",))


@pytest.fixture
def application(tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.participation.accounts.add(ADA)
    return application


@pytest.fixture
def uploads(application):
    return application.uploads


@pytest.fixture
def streamlit():
    """What came through the guard; `status` is what Streamlit answers."""
    return {"came": [], "status": 204}


@pytest.fixture
def client(application, streamlit):
    async def takes(request: Request) -> Response:
        streamlit["came"].append((request.method, request.path_params["file"], len(await request.body())))
        return Response(status_code=streamlit["status"])

    routes = [Route(PLACE, takes, methods=["PUT", "DELETE", "OPTIONS"])]
    return Client(Starlette(routes=routes, middleware=web.middleware(application)))


def grant(uploads, session="one", is_there=lambda: True, action="import"):
    uploads.grant(ADA.actor, session, action, Subject("wawer"), is_there)


def put(client, session="one", file="f1", size=10, **headers):
    address = PLACE.format(session=session, file=file)
    return client.ask(
        "PUT", address, content=b"x" * min(size, 100), headers={"content-length": str(size), **headers}
    )


def test_a_visitor_sends_nothing(client, streamlit, uploads):
    assert put(client).status_code == 404
    assert "takes no files" in put(client).json()["error"]
    assert client.ask("PUT", "/somewhere" + PLACE.format(session="one", file="f")).status_code == 404
    assert (streamlit["came"], uploads.held()) == ([], 0)


def test_who_may_import_sends_files_of_that_session_only(client, streamlit, uploads):
    grant(uploads)
    assert put(client).status_code == 204
    assert put(client, session="two").status_code == 404
    assert (streamlit["came"], uploads.held()) == ([("PUT", "f1", 10)], 10)


@pytest.mark.parametrize(
    ("action", "community"), [("import", "demo"), ("load", "demo"), ("add_town", "wawer")]
)
def test_a_page_lets_nobody_send_who_may_not_do_what_it_is_for(uploads, action, community):
    with pytest.raises(NotAllowed):
        uploads.grant(ADA.actor, "one", action, Subject(community), lambda: True)
    with pytest.raises(NotAllowed):
        uploads.grant(RESIDENT, "one", "load", Subject("wawer"), lambda: True)


@pytest.mark.parametrize("lost", [{"active": False}, {"communities": ("demo",)}, {"role": "planner"}])
def test_who_lost_the_right_sends_nothing_more(client, streamlit, uploads, application, lost):
    grant(uploads)
    accounts = application.participation.accounts
    accounts.replace(replace(ADA, **lost))
    assert put(client).status_code == 404
    assert streamlit["came"] == []


def test_a_session_holds_no_more_than_its_part(client, streamlit, uploads):
    grant(uploads)
    assert put(client, file="f1", size=MOST_OF_SESSION - 5).status_code == 204
    refused = put(client, file="f2", size=6)
    assert refused.status_code == 429
    assert "300 MB" in refused.json()["error"]
    assert put(client, file="f2", size=5).status_code == 204
    assert put(client, file="f1", size=20).status_code == 204  # in the place of the first
    assert uploads.held() == 25


def test_all_sessions_hold_no_more_than_the_server_can_and_ended_ones_nothing(client, uploads):
    there = {f"s{n}" for n in range(3)}
    for name in sorted(there):
        grant(uploads, name, is_there=lambda name=name: name in there)
    sizes = [MOST_OF_SESSION, MOST_OF_ALL - MOST_OF_SESSION, 1]
    assert [put(client, f"s{n}", size=size).status_code for n, size in enumerate(sizes)] == [204, 204, 429]
    there.discard("s0")
    assert put(client, "s2", size=1).status_code == 204
    assert put(client, "s0", size=1).status_code == 404
    assert uploads.held() == MOST_OF_ALL - MOST_OF_SESSION + 1


def test_at_once_they_hold_no_more_either(uploads):
    grant(uploads)
    refused, start = [], threading.Barrier(12)

    def send(number):
        start.wait()
        try:
            uploads.begin("one", str(number), MOST_OF_SESSION // 6)
        except Exception as error:  # noqa: BLE001 - each is looked at below
            refused.append(type(error).__name__)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["TooMany"] * 6
    assert uploads.held() == MOST_OF_SESSION


def test_what_did_not_come_or_was_removed_is_not_counted(client, streamlit, uploads):
    grant(uploads)
    streamlit["status"] = 413
    put(client)
    assert uploads.held() == 0
    streamlit["status"] = 204
    put(client)
    streamlit["status"] = 400
    put(client, size=7)  # the first one is still held
    assert uploads.held() == 10
    streamlit["status"] = 204
    assert client.ask("DELETE", PLACE.format(session="one", file="f1")).status_code == 204
    assert uploads.held() == 0


@pytest.mark.parametrize("told", ["", "-1", "²", "1e9", "9" * 400])
def test_a_file_that_does_not_say_its_size_is_refused(client, streamlit, uploads, told):
    grant(uploads)
    assert put(client, **{"content-length": told}).status_code == 400
    assert (streamlit["came"], uploads.held()) == ([], 0)


def test_a_page_drawn_again_forgets_nothing_that_is_held(client, uploads):
    grant(uploads)
    put(client)
    grant(uploads)
    assert uploads.held() == 10
