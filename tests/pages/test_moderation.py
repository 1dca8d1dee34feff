"""Moderation under AppTest: who sees it, what waits, deciding, several at once, taking back, history."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account, middle_of, sent, submitted

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Actor
from micropolis_map.domain.place_geojson import place_to_feature
from micropolis_map.services import moderating, signing_in
from micropolis_map.services.caretaking import Caretaker
from micropolis_map.services.participation import utc_now
from micropolis_map.services.taking_care import report
from micropolis_map.services.undoing import undo
from micropolis_map.settings import Settings
from micropolis_map.ui import people


@pytest.fixture
def application(data):
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))
    application.publishing.renew()
    return application


@pytest.fixture
def at(data):
    return middle_of(data, "demo")


@pytest.fixture
def signed_in(application, monkeypatch):
    """Sign somebody in for the pages of this test."""

    def sign_in(account):
        token = a_session(application, account)
        monkeypatch.setattr(people, "session_token", lambda: token)
        return account

    return sign_in


def text_of(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")) + "\n".join(
        element.value for element in (*app.markdown, *app.warning, *app.success, *app.info)
    )


def keys(app) -> set[str]:
    return {button.key or "" for button in app.button}


def test_nobody_signed_in_gets_the_way_in_and_sees_nothing(application, at, run_page):
    sent(application, at, "Secret garden")
    app = run_page("moderation", community="demo")
    assert not app.exception
    assert "Secret garden" not in text_of(app)
    assert "Look after this map" in text_of(app)


def test_an_organiser_of_elsewhere_sees_only_elsewhere(application, at, run_page, signed_in):
    sent(application, at, "Secret garden")
    signed_in(an_account(application, communities=("wawer",)))
    app = run_page("moderation", community="demo")
    assert not app.exception
    assert "Secret garden" not in text_of(app)
    assert "Nothing waits" in text_of(app)


def test_a_district_is_all_an_organiser_of_a_district_sees(application, at, run_page, signed_in):
    proposal = sent(application, at, "Secret garden")
    other = next(
        d.name for d in application.community_store.get("demo").districts if d.name != proposal.district
    )
    signed_in(an_account(application, communities=("demo",), districts=(f"demo/{other}",)))
    assert "Secret garden" not in text_of(run_page("moderation", community="demo"))
    signed_in(an_account(application, "ewa", communities=("demo",), districts=(f"demo/{proposal.district}",)))
    assert "Secret garden" in text_of(run_page("moderation", community="demo"))


def test_approving_publishes_and_undo_takes_back(application, at, run_page, signed_in):
    proposal = sent(application, at, "Old pump")
    signed_in(an_account(application))
    app = run_page("moderation", community="demo")
    assert "Old pump" in text_of(app)
    app.button(key="w_approve").click().run()
    assert not app.exception
    assert application.place_store.get(proposal.place_id).status == "published"
    assert "Nothing waits" in text_of(app)
    app.button(key="w_undo").click().run()
    assert not app.exception
    assert application.place_store.get(proposal.place_id).status == "withdrawn"
    assert "Old pump" in text_of(app)
    app.button(key="w_approve").click().run()
    assert application.place_store.get(proposal.place_id).status == "published"


def test_who_lost_the_account_decides_nothing_from_an_open_page(application, at, run_page, signed_in):
    proposal = sent(application, at, "Old pump")
    an_account(application, "adam", role="administrator", communities=())
    account = signed_in(an_account(application))
    app = run_page("moderation", community="demo")
    assert "Old pump" in text_of(app)
    signing_in.change_account(application.participation, LOCAL_ADMINISTRATOR, replace(account, active=False))
    app.button(key="w_approve").click().run()
    assert application.participation.proposals.get(proposal.id).state == "pending"
    assert "Old pump" not in text_of(app)
    assert "Sign in" in text_of(app)


def test_an_administrator_who_was_switched_off_does_not_come_back_from_an_open_page(
    application, run_page, signed_in
):
    desk = application.participation
    account = signed_in(an_account(application, "beata", role="administrator", communities=()))
    an_account(application, "adam", role="administrator", communities=())
    app = run_page("accounts")
    off = signing_in.change_account(desk, LOCAL_ADMINISTRATOR, replace(account, active=False))
    assert app.toggle(key=f"w_active_{account.id}").value
    app.button(key=f"w_save_{account.id}").click().run()
    assert {one.id: one for one in desk.accounts.accounts()}[account.id] == off
    again = run_page("accounts")
    assert not [button for button in again.button if button.key == f"w_again_{account.id}"]


def test_an_invitation_from_an_open_page_needs_the_account_as_it_is_now(application, run_page, signed_in):
    desk = application.participation
    account = signed_in(an_account(application, "beata", role="administrator", communities=()))
    an_account(application, "adam", role="administrator", communities=())
    app = run_page("accounts")
    signing_in.change_account(
        desk, LOCAL_ADMINISTRATOR, replace(account, role="planner", communities=("demo",))
    )
    app.text_input(key="w_invite_login").input("eve")
    app.text_input(key="w_invite_name").input("Eve")
    app.button(key="w_invite").click().run()
    assert "eve" not in {one.login for one in desk.accounts.accounts()}


def test_rejecting_needs_a_reason_that_the_author_reads(application, at, run_page, signed_in):
    proposal = sent(application, at)
    signed_in(an_account(application))
    app = run_page("moderation", community="demo")
    app.button(key="w_reject").click().run()
    app.button(key="w_send").click().run()
    assert application.participation.proposals.get(proposal.id).state == "pending"
    assert "reason" in text_of(app)
    app.text_area(key="w_reason").input("It is in Poland.")
    app.button(key="w_send").click().run()
    decided = application.participation.proposals.get(proposal.id)
    assert (decided.state, decided.reason) == ("rejected", "It is in Poland.")
    app.button(key="w_undo").click().run()
    assert application.participation.proposals.get(proposal.id).state == "pending"
    assert application.participation.proposals.get(proposal.id).thread == ()


def test_asking_keeps_it_in_the_queue(application, at, run_page, signed_in):
    proposal = sent(application, at)
    signed_in(an_account(application))
    app = run_page("moderation", community="demo")
    app.button(key="w_ask").click().run()
    app.text_area(key="w_reason").input("Which year was that?")
    app.button(key="w_send").click().run()
    assert application.participation.proposals.get(proposal.id).state == "questioned"
    assert "Which year was that?" in text_of(app)


def test_several_are_approved_at_once(application, at, run_page, signed_in):
    proposals = [sent(application, (at[0] + i * 0.0003, at[1]), f"Bench {i}") for i in range(4)]
    signed_in(an_account(application))
    app = run_page("moderation", community="demo")
    for proposal in proposals[:3]:
        app.checkbox(key=f"w_pick_{proposal.id}").check()
    app.run()
    app.button(key="w_approve_all").click().run()
    assert not app.exception
    states = [application.participation.proposals.get(p.id).state for p in proposals]
    assert states == ["approved", "approved", "approved", "pending"]
    app.button(key="w_undo").click().run()
    assert {application.participation.proposals.get(p.id).state for p in proposals} == {"pending"}


def test_an_edit_shows_what_changed_in_words_and_marks_what_is_personal(application, at, run_page, signed_in):
    first = sent(application, at, description={"en": "A pump of iron."})
    account = signed_in(an_account(application))
    place = moderating.approve(application.participation, account.actor, first.id)
    feature = place_to_feature(place)
    feature["properties"]["description"] = {"en": "A pump of steel, ask Anna Kowalska at 601 234 567."}
    submitted(application, "edit", "demo", feature, place_id=place.id, base_revision=place.revision)
    app = run_page("moderation", community="demo")
    shown = text_of(app)
    assert "<del>iron</del>" in shown
    assert "Description (English)" in shown
    assert "<mark>601 234 567</mark>" in shown
    assert "coordinates" not in shown
    assert "&quot;" not in shown


def test_next_and_back_walk_through_the_queue(application, at, run_page, signed_in):
    for name in ("First", "Second"):
        sent(application, (at[0] + len(name) * 0.0004, at[1]), f"{name} bench")
    signed_in(an_account(application))
    app = run_page("moderation", community="demo")
    assert "<h2>First bench</h2>" in text_of(app)
    app.button(key="w_step_J").click().run()
    assert "<h2>Second bench</h2>" in text_of(app)
    assert app.button(key="w_step_J").disabled
    app.button(key="w_step_K").click().run()
    assert "<h2>First bench</h2>" in text_of(app)


def test_a_report_is_read_and_closed(application, at, run_page, signed_in):
    account = signed_in(an_account(application))
    place = application.place_store.places("demo")[0]
    report(
        application.participation,
        "demo",
        place.id,
        "closed",
        "It is a bank now.",
        "device-0123456789abcdefghijkl",
    )
    app = run_page("moderation", community="demo")
    app.session_state["w_desk"] = "reports"
    app.run()
    assert "It is a bank now." in text_of(app)
    next(b for b in app.button if (b.key or "").startswith("w_close_")).click().run()
    assert moderating.reports(application.participation, account.actor, "demo") == []


def test_history_compares_restores_hides_and_shows(application, at, run_page, signed_in):
    account = signed_in(an_account(application))
    first = sent(application, at, description={"en": "One."})
    place = moderating.approve(application.participation, account.actor, first.id)
    from dataclasses import replace

    changed = replace(place, description={"en": "Two."})
    moderating.revise(application.participation, account.actor, changed, place.revision, "mended")
    app = run_page("moderation", community="demo")
    app.session_state["w_desk"] = "places"
    app.session_state["mm_history"] = place.id
    app.run()
    assert not app.exception
    assert "mended" in text_of(app)
    assert "<del>One</del>" in text_of(app)
    app.button(key="w_restore").click().run()
    assert application.place_store.get(place.id).description == {"en": "One."}
    app.text_input(key="w_hide_why").input("asked by a neighbour")
    app.button(key="w_hide_place").click().run()
    assert application.place_store.get(place.id).status == "hidden"
    app.button(key="w_show_place").click().run()
    assert application.place_store.get(place.id).status == "published"
    assert not app.exception


def test_what_was_changed_again_is_not_taken_back(application, at, signed_in):
    from micropolis_map.errors import Conflict

    account = signed_in(an_account(application))
    desk = application.participation
    before = sent(application, at)
    place = moderating.approve(desk, account.actor, before.id)
    moderating.hide(desk, account.actor, place.id, "why not")
    with pytest.raises(Conflict):
        undo(desk, account.actor, before)


def test_the_pages_for_organisers_are_in_the_navigation_of_organisers_only(application, explore, signed_in):
    app = explore(community="demo")
    assert not app.exception
    pages = app.session_state["mm_pages"]
    assert pages["moderation"].visibility == "hidden"
    signed_in(an_account(application))
    pages = explore(community="demo").session_state["mm_pages"]
    assert pages["moderation"].visibility == "visible"
    assert pages["accounts"].visibility == "hidden"


def test_what_would_be_archived_is_asked_done_and_taken_back(application, run_page, monkeypatch):
    """All the bundled places fall due on one day; here because the clock is years ahead."""
    later = replace(application.participation, now=lambda: utc_now() + timedelta(days=900))
    monkeypatch.setattr(people, "desk", lambda: later)
    organiser = Actor("organiser", "org1", frozenset({"demo"}))
    monkeypatch.setattr(people, "_recognise", lambda: organiser)
    there = {place.id for place in application.place_store.places("demo")}
    Caretaker(application.participation).look()
    Caretaker(later).look()
    app = run_page("moderation", community="demo")
    assert not app.exception
    assert "clock moved from" in text_of(app)
    assert {place.id for place in application.place_store.places("demo")} == there
    app.button(key="w_archive_later").click().run()
    assert "asked again in a month" in text_of(app)
    assert "w_archive_asked" not in keys(app)
    asked = later.rounds.questions()["demo"]
    later.rounds.ask(replace(asked, put_off="", reason="many"))
    app.run()
    assert f"{len(there)} of {len(there)} places" in text_of(app)
    app.button(key="w_archive_asked").click().run()
    assert application.place_store.places("demo") == []
    app.session_state["w_desk"] = "places"
    app.run()
    (back,) = (key for key in keys(app) if key.startswith("w_batch_"))
    app.button(key=back).click().run()
    assert not app.exception
    assert {place.id for place in application.place_store.places("demo")} == there
    monkeypatch.setattr(people, "_recognise", lambda: replace(organiser, districts=frozenset({"demo/x"})))
    later.rounds.ask(replace(asked, put_off=""))
    assert "w_archive_asked" not in keys(run_page("moderation", community="demo"))
