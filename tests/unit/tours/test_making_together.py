"""Tours made together: suggested without an account, approved, changed by several, restored, deleted."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parent))

from asgi_client import Client
from tour_senders import ELSEWHERE, ORGANISER, STOPS, body, document, holder, secret

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import RESIDENT
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound
from micropolis_map.services import touring_authors, touring_deciding
from micropolis_map.services.touring_published import published_tour
from micropolis_map.settings import Settings

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture
def application(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    shutil.copytree(DATA / "tours", folder / "tours")
    shutil.copy(DATA / "places.geojson", folder / "places.geojson")
    return build_application(Settings(data=folder))


@pytest.fixture
def desk(application):
    return application.participation


@pytest.fixture
def browser(application):
    return Client(Starlette(routes=web.routes(application), middleware=web.middleware(application)))


def send(browser, sent, slug="demo", status=201):
    reply = browser.post(f"/api/{slug}/tours", json=sent)
    assert reply.status_code == status, reply.content
    return reply.json()


def addresses(tour_id):
    return [f"/tours/{tour_id}{ending}" for ending in (".gpx", ".kml", ".geojson", ".pdf")] + [
        f"/tours/{tour_id}.step-free.gpx",
        f"/poster/{tour_id}.pdf",
        f"/walk/{tour_id}",
    ]


def test_a_suggestion_is_kept_once_and_nobody_sees_it_before_it_is_approved(application, browser, desk):
    sent = body()
    told = send(browser, sent)
    assert told["state"] == "pending"
    assert send(browser, sent, status=200)["tour_id"] == told["tour_id"]
    assert len(touring_deciding.tour_queue(desk, ORGANISER, "demo")) == 1
    assert told["tour_id"] not in [tour.id for tour in application.tour_store.tours()]
    for address in addresses(told["tour_id"]):
        assert browser.get(address).status_code == 404, address


def test_approved_it_is_listed_and_answers_everywhere_and_hidden_it_is_gone(application, browser, desk):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    assert application.tour_store.tours("demo")[-1].id == tour_id
    assert [stop.id for stop in published_tour(application, tour_id).stops] == list(STOPS)
    for address in addresses(tour_id)[:4]:
        assert browser.get(address).status_code == 200, address
    touring_deciding.show_tour(desk, ORGANISER, application.tour_store, tour_id, public=False)
    for address in addresses(tour_id):
        assert browser.get(address).status_code == 404, address
    touring_deciding.show_tour(desk, ORGANISER, application.tour_store, tour_id, public=True)
    assert browser.get(f"/tours/{tour_id}.gpx").status_code == 200


BROKEN = [
    document(name=" "), document(stops=STOPS[:1]), document(stops=(*STOPS, "nope")), document(stops="x"),
    document(stops=(STOPS[0], STOPS[0])), document(name="a\nb"), document(name="x" * 201), [],
    document(about={"en": "www.a.b www.c.d www.e.f www.g.h"}),
    {"name": {"en": "X"}, "stops": [{"place": STOPS[0], "minutes": 5000}, {"place": STOPS[1]}]},
]  # fmt: skip
SUSPICIOUS = [
    {"website2": "buy"}, {"sent": 2_000}, {"sent": None}, {"id": "short"}, {"secret": "x"}, {"base": -1},
]  # fmt: skip


@pytest.mark.parametrize("change", [*({"tour": tour} for tour in BROKEN), *SUSPICIOUS])
def test_what_is_not_right_or_made_by_a_machine_is_refused_and_nothing_is_kept(browser, desk, change):
    reply = browser.post("/api/demo/tours", json=body(**change))
    assert reply.status_code == 400, reply.content
    assert reply.json()["todo"]
    assert desk.tours.ids() == frozenset()


def test_another_site_cannot_send_and_too_much_is_refused(browser, desk):
    assert browser.post("/api/nowhere/tours", json=body()).status_code == 404
    browser.headers["origin"] = "http://evil.example"
    assert browser.post("/api/demo/tours", json=body()).status_code == 404
    browser.headers["origin"] = "http://map.example"
    answers = [browser.post("/api/demo/tours", json=body()).status_code for _ in range(31)]
    assert answers[:30] == [201] * 30
    assert answers[30] == 429


def test_an_id_used_before_by_another_or_for_other_words_is_a_conflict(browser):
    sent = body()
    send(browser, sent)
    assert browser.post("/api/demo/tours", json=sent | {"secret": secret("piotr")}).status_code == 409
    assert browser.post("/api/demo/tours", json=sent | {"tour": document("Other")}).status_code == 409


def test_only_organisers_of_the_place_decide(desk, browser):
    tour_id = send(browser, body())["tour_id"]
    for actor in (RESIDENT, holder("ania"), ELSEWHERE):
        assert touring_deciding.tour_queue(desk, actor) == []
        with pytest.raises(NotAllowed):
            touring_deciding.approve_tour(desk, actor, tour_id)
        with pytest.raises(NotAllowed):
            touring_deciding.answer_tour(desk, actor, tour_id, "No.", reject=True)


def test_a_question_is_answered_and_a_reason_read(browser, desk):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.answer_tour(desk, ORGANISER, tour_id, "Is the gate open?", reject=False)
    key = {"x-micropolis-key": secret("ania")}
    (mine,) = browser.get("/api/mine/tours", headers=key).json()["tours"]
    assert (mine["revisions"][0]["state"], mine["revisions"][0]["reason"]) == (
        "questioned",
        "Is the gate open?",
    )
    said = {"tour": tour_id, "text": "Always."}
    assert browser.post("/api/mine/tours/answer", json=said, headers=key).status_code == 200
    touring_deciding.answer_tour(desk, ORGANISER, tour_id, "There is one already.", reject=True)
    (mine,) = browser.get("/api/mine/tours", headers=key).json()["tours"]
    assert mine["revisions"][0]["state"] == "rejected"
    assert [message["text"] for message in mine["revisions"][0]["thread"]] == [
        "Is the gate open?", "Always.", "There is one already.",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    with pytest.raises(InvalidInput):
        touring_deciding.answer_tour(desk, ORGANISER, tour_id, " ", reject=True)


def test_a_co_author_changes_it_others_cannot_and_the_change_waits_while_the_old_stays_public(
    application, browser, desk
):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    invitation = {"tour": tour_id, "secret": secret("piotr"), "name": "Piotr from the library"}
    change = {"tour_id": tour_id, "base": 1, "tour": document("Round the quay and back", loop=True)}
    assert browser.post("/api/demo/tours", json=body("piotr", **change)).status_code == 404
    strangers = {"x-micropolis-key": secret("piotr")}
    assert browser.post("/api/mine/tours/invite", json=invitation, headers=strangers).status_code == 404
    author = {"x-micropolis-key": secret("ania")}
    done = browser.post("/api/mine/tours/invite", json=invitation, headers=author).json()
    assert done["tour"]["co_authors"][0]["name"] == "Piotr from the library"

    assert send(browser, body("piotr", **change))["revision"] == 2
    assert application.tour_store.get(tour_id).name["en"] == "Round the quay"
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    assert application.tour_store.get(tour_id).name["en"] == "Round the quay and back"
    assert application.tour_store.get(tour_id).loop

    for what in ("withdraw", "delete", "invite"):
        asked = {"tour": tour_id, "secret": secret("ewa")}
        assert browser.post(f"/api/mine/tours/{what}", json=asked, headers=strangers).status_code == 404
    out = {"tour": tour_id, "number": 1}
    assert browser.post("/api/mine/tours/uninvite", json=out, headers=author).status_code == 200
    again = {**change, "base": 2}
    assert browser.post("/api/demo/tours", json=body("piotr", **again)).status_code == 404
    assert browser.get("/api/mine/tours", headers=strangers).json() == {"tours": []}


@pytest.mark.parametrize("column", ["role", "added", "name", "key"])
def test_an_author_whose_row_is_damaged_invites_and_takes_out_and_stays_the_author(
    application, browser, desk, column
):
    tour_id = send(browser, body("ania"))["tour_id"]
    for name in ("bo", "cy"):
        touring_authors.invite(desk, holder("ania"), tour_id, secret(name), name)
    with sqlite3.connect(application.settings.data / "micropolis.sqlite") as connection:
        author = f"UPDATE tour_key SET {column} = CAST(? AS TEXT) WHERE tour_id = ? AND role = 'author'"
        connection.execute(author, (b"\xff", tour_id))
    connection.close()
    for other in (holder("bo"), holder("eve"), RESIDENT):
        with pytest.raises(NotAllowed):
            touring_authors.uninvite(desk, other, tour_id, 1)
    left = touring_authors.uninvite(desk, holder("ania"), tour_id, 1)
    assert [key.name for key in left.keys] == ["cy"]
    touring_authors.invite(desk, holder("ania"), tour_id, secret("di"), "di")
    with pytest.raises(NotAllowed):
        touring_authors.uninvite(desk, holder("di"), tour_id, 1)
    with sqlite3.connect(application.settings.data / "micropolis.sqlite") as connection:
        connection.text_factory = bytes
        kept = connection.execute(f"SELECT {column} FROM tour_key WHERE tour_id = ?", (tour_id,)).fetchall()
    connection.close()
    assert (b"\xff",) in kept  # what nobody could read nobody wrote over
    assert len(kept) == 3
    touring_authors.delete_tour(desk, holder("ania"), tour_id)


def test_two_who_change_different_parts_lose_nothing_and_the_same_part_is_a_conflict(
    application, browser, desk
):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    touring_authors.invite(desk, holder("ania"), tour_id, secret("piotr"), "P")
    renamed = {"tour_id": tour_id, "base": 1, "tour": document("Along the water")}
    longer = {"tour_id": tour_id, "base": 1, "tour": document(stops=(*STOPS, "demo-cafe-havkatten"))}
    send(browser, body("ania", **renamed))
    send(browser, body("piotr", **longer))
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    public = application.tour_store.get(tour_id)
    assert (public.name["en"], len(public.stops)) == ("Along the water", 4)
    clash = {"tour_id": tour_id, "base": 1, "tour": document("By the sea")}
    assert browser.post("/api/demo/tours", json=body("piotr", **clash)).status_code == 409


def test_an_organisers_change_meanwhile_is_merged_when_the_authors_is_approved(application, browser, desk):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    send(browser, body(tour_id=tour_id, base=1, tour=document(stops=STOPS[::-1])))
    store = application.tour_store
    named = replace(store.get(tour_id), name={"en": "Round the quay", "da": "Rundt om kajen"})
    touring_deciding.revise_tour(desk, ORGANISER, store, named, base=0)
    assert store.get(tour_id).name["da"] == "Rundt om kajen"
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    public = store.get(tour_id)
    assert public.name["da"] == "Rundt om kajen"
    assert [place for place, _ in public.stops] == list(STOPS[::-1])


def test_revisions_are_compared_and_restored_by_authors_and_organisers(application, browser, desk):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    send(browser, body(tour_id=tour_id, base=1, tour=document("Second name")))
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    key = {"x-micropolis-key": secret("ania")}
    compared = browser.get(f"/api/mine/tours/compare?tour={tour_id}&before=1&after=2", headers=key).json()
    assert [(d["path"], d["before"], d["after"]) for d in compared["differences"]] == [
        ("name/en", "Round the quay", "Second name")
    ]
    assert browser.get(f"/api/mine/tours/compare?tour={tour_id}&before=1&after=2").status_code == 404
    assert (
        browser.get(f"/api/mine/tours/compare?tour={tour_id}&before=1&after=9", headers=key).status_code
        == 404
    )
    with pytest.raises(NotAllowed):
        touring_authors.tour_history(desk, RESIDENT, tour_id)

    restored = {"tour": tour_id, "revision": 1}
    assert browser.post("/api/mine/tours/restore", json=restored, headers=key).status_code == 200
    assert application.tour_store.get(tour_id).name["en"] == "Second name"  # it waits
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    assert application.tour_store.get(tour_id).name["en"] == "Round the quay"
    touring_authors.restore_tour(desk, ORGANISER, tour_id, 2)
    assert application.tour_store.get(tour_id).name["en"] == "Second name"
    history = touring_authors.tour_history(desk, ORGANISER, tour_id)
    assert [revision.tour.name["en"] for revision in history] == [
        "Round the quay", "Second name", "Round the quay", "Second name",
    ]  # fmt: skip


def test_only_the_newest_of_what_waits_waits(application, browser, desk):
    def states():
        return [revision.state for revision in desk.tours.find(tour_id).revisions]

    tour_id = send(browser, body())["tour_id"]
    send(browser, body(tour_id=tour_id, base=1, tour=document("Second name")))
    assert states() == ["replaced", "pending"]
    touring_authors.restore_tour(desk, holder("ania"), tour_id, 1)
    assert states() == ["replaced", "replaced", "pending"]
    assert [item.revision.number for item in touring_deciding.tour_queue(desk, ORGANISER)] == [3]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    assert states() == ["replaced", "replaced", "approved"]
    assert touring_deciding.tour_queue(desk, ORGANISER) == []


def test_taken_back_it_is_gone_from_the_list_and_a_change_brings_it_to_the_queue_again(
    application, browser, desk
):
    tour_id = send(browser, body())["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    key = {"x-micropolis-key": secret("ania")}
    assert browser.post("/api/mine/tours/withdraw", json={"tour": tour_id}, headers=key).status_code == 200
    with pytest.raises(NotFound):
        application.tour_store.get(tour_id)
    send(browser, body(tour_id=tour_id, base=1, tour=document("Better")))
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    assert application.tour_store.get(tour_id).name["en"] == "Better"


def test_deleted_no_word_of_it_is_left_anywhere(application, browser, desk):
    sent = body(name="Walk of the unmistakable heron")
    tour_id = send(browser, sent)["tour_id"]
    touring_deciding.approve_tour(desk, ORGANISER, tour_id)
    key = {"x-micropolis-key": secret("ania")}
    assert browser.post("/api/mine/tours/delete", json={"tour": tour_id}, headers=key).status_code == 200
    (mine,) = browser.get("/api/mine/tours", headers=key).json()["tours"]
    assert (mine["status"], mine["revisions"][0]["tour"]) == ("deleted", None)
    for path in application.settings.data.rglob("*"):
        assert not path.is_file() or b"unmistakable heron" not in path.read_bytes(), path
    assert browser.get(f"/tours/{tour_id}.gpx").status_code == 404
    change = body(tour_id=tour_id, base=1)
    assert browser.post("/api/demo/tours", json=change).status_code == 404


def test_a_tour_of_the_program_is_changed_and_hidden_like_any_other(application, desk):
    store, hill = application.tour_store, "demo-op-ad-bakketrappen"
    place = [tour.id for tour in store.tours("demo")].index(hill)
    changed = replace(store.get(hill), loop=True)
    with pytest.raises(NotAllowed):
        touring_deciding.revise_tour(desk, ELSEWHERE, store, changed, base=0)
    touring_deciding.revise_tour(desk, ORGANISER, store, changed, base=0)
    assert store.get(hill).loop
    assert [tour.id for tour in store.tours("demo")].index(hill) == place
    touring_deciding.show_tour(desk, ORGANISER, store, hill, public=False)
    assert hill not in [tour.id for tour in store.tours("demo")]
    with pytest.raises(NotFound):
        store.get(hill)
    touring_authors.restore_tour(desk, ORGANISER, hill, 1)
    assert not store.get(hill).loop


def test_personal_data_and_first_timers_are_pointed_out_to_organisers(desk, browser):
    told = send(browser, body(tour=document(about={"en": "Ring the bell or call 601 234 567."})))
    assert [finding["kind"] for finding in told["findings"]] == ["phone"]
    (item,) = touring_deciding.tour_queue(desk, ORGANISER, "demo")
    assert {"first_time", "personal:phone"} <= set(item.revision.flags)
    assert item.before is None
    assert item.missing == ()
