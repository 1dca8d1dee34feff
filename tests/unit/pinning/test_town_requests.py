"""Anybody asks for a town; an administrator starts or declines; nobody else sees it, and it is erased."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from pinning_builders import ADMINISTRATOR, ORGANISER, PLANNER, holder, look_daily, secret
from races import at_once, refused

from micropolis_map.domain.permission import RESIDENT
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, TooMany
from micropolis_map.i18n import translation
from micropolis_map.services import pinning, town_requests
from micropolis_map.services.town_requests import TownWish

WHY = "Grandmothers meet nowhere zqxw"


def a_wish(number: int = 1, who: str = "ania", **changes) -> TownWish:
    wish = TownWish(
        f"town-request-{number:06d}", secret(who), "Annecy", "France", WHY, "ania@example.org", 30.0
    )
    return replace(wish, **changes)


def test_who_asked_sees_the_answer_and_nobody_but_administrators_the_request(desk):
    one = town_requests.ask(desk, a_wish())
    assert town_requests.ask(desk, a_wish()) == one  # sent again
    assert town_requests.requests(desk, ADMINISTRATOR) == [one]
    for actor in (RESIDENT, holder("eve"), ORGANISER, PLANNER):
        for act in (
            lambda actor=actor: town_requests.requests(desk, actor),
            lambda actor=actor: town_requests.decline(desk, actor, one.id, "No."),
            lambda actor=actor: town_requests.finish(desk, actor, one.id),
            lambda actor=actor: town_requests.undo(desk, actor, one.id),
            lambda actor=actor: town_requests.take_back(desk, actor, one.id),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert town_requests.asked_by(desk, actor) == []
    town_requests.decline(desk, ADMINISTRATOR, one.id, " No streets there. ")
    (seen,) = town_requests.asked_by(desk, holder())
    assert (seen.state, seen.reason) == ("declined", "No streets there.")
    with pytest.raises(Conflict):
        town_requests.finish(desk, ADMINISTRATOR, one.id)
    assert town_requests.undo(desk, ADMINISTRATOR, one.id) == one
    assert town_requests.finish(desk, ADMINISTRATOR, one.id).state == "done"


@pytest.mark.parametrize(
    "changes",
    [
        {"town": " "},
        {"where": ""},
        {"why": "\n"},
        {"town": "x" * 81},
        {"why": "x" * 1_001},
        {"contact": "x" * 201},
        {"town": "\u3164\u200b\x00"},
        {"why": "http://a http://b www.c https://d"},
        {"id": "short"},
        {"secret": "short"},
        {"honeypot": "x"},
        {"seconds": 1.0},
        {"seconds": None},
    ],
)
def test_what_no_person_would_send_is_not_kept(desk, changes):
    with pytest.raises(InvalidInput):
        town_requests.ask(desk, a_wish(**changes))
    assert town_requests.requests(desk, ADMINISTRATOR) == []


def test_what_nobody_sees_is_left_out_and_fields_are_called_as_on_the_form(desk):
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    wish = a_wish(town="An\u200bnecy\x07\t \u202eville", why=f"Because\nof {family}")
    one = town_requests.ask(desk, wish)
    assert (one.town, one.why) == ("Annecy ville", f"Because\nof {family}")
    with pytest.raises(InvalidInput) as raised:
        town_requests.ask(desk, a_wish(2, where=" "))
    assert "Kraj lub region" in raised.value.told(translation("pl").gettext)[0]


def test_requests_are_limited_by_address_and_in_all(desk, monkeypatch):
    monkeypatch.setattr(pinning, "LIMITS", {"ask_town": (2, 86_400.0)})
    for number in (1, 2):
        town_requests.ask(desk, a_wish(number), "192.0.2.1")
    with pytest.raises(TooMany):
        town_requests.ask(desk, a_wish(3), "192.0.2.1")
    monkeypatch.setattr(town_requests, "MOST_WAITING", 4)
    asked = at_once([lambda n=n: town_requests.ask(desk, a_wish(n)) for n in range(10, 16)])
    assert len(refused(asked)) == 3  # two found room, and one took that of whoever had two
    with pytest.raises(Conflict):
        town_requests.ask(desk, a_wish(1, "eve"))


@pytest.mark.parametrize("form", ["192.0.{}.7", "2001:db8:{}::7"])
def test_networks_that_ask_for_all_they_may_leave_room_for_everybody_else(desk, monkeypatch, form):
    monkeypatch.setattr(town_requests, "MOST_WAITING", 40)
    for number in range(40):
        town_requests.ask(desk, a_wish(number, "eve"), form.format(number // 5))
    before = [one.id for one in desk.town_requests.all()]
    others = [town_requests.ask(desk, a_wish(900 + n), f"198.51.{n}.1") for n in range(12)]
    kept = desk.town_requests.all()
    assert len(kept) == 40
    assert set(others) <= set(kept)
    gone = Counter(before.index(one) // 5 for one in before if one not in {other.id for other in kept})
    assert set(gone.values()) == {1, 2}  # none lost two before all had lost one
    assert len(gone) == 8


@pytest.mark.parametrize(
    ("one", "other"), [("192.0.2.{}", "192.0.3.1"), ("2001:db8:7:{}::1", "2001:db8:8::1")]
)
def test_addresses_of_one_network_take_places_from_each_other_only(desk, monkeypatch, one, other):
    monkeypatch.setattr(town_requests, "MOST_WAITING", 6)
    theirs = town_requests.ask(desk, a_wish(99), other)
    for number in range(5):
        town_requests.ask(desk, a_wish(number, "eve", town="zqxw"), one.format(number))
    for number in range(5, 9):
        with pytest.raises(Conflict):
            town_requests.ask(desk, a_wish(number, "eve"), one.format(number))
    town_requests.ask(desk, a_wish(98), other)
    assert [wish.id[-2:] for wish in desk.town_requests.all()] == ["00", "01", "02", "03", "98", "99"]
    assert theirs in desk.town_requests.all()
    assert town_requests.ask(desk, a_wish(4, "eve"), other).id.endswith("04")  # who had to go may come again


def test_all_that_waits_is_a_megabyte_and_says_no_address(desk):
    longest = {
        field: "\U0001f469" * town_requests.LONGEST[field] for field in ("town", "where", "why", "contact")
    }
    kept = town_requests.ask(desk, a_wish(**longest), "192.0.2.7")
    assert town_requests.MOST_WAITING * sum(len(getattr(kept, one).encode()) for one in longest) < 1.1e6
    assert len(kept.network) == 64
    desk.care.salt("2099-01-01", "another day")
    assert "192.0.2" not in repr(kept)


def test_it_is_erased_when_taken_back_and_some_months_after_its_answer(desk, clock, tmp_path):
    def on_disk() -> bool:
        return any(b"zqxw" in path.read_bytes() for path in tmp_path.glob("micropolis.sqlite*"))

    one = town_requests.ask(desk, a_wish())
    assert on_disk()
    town_requests.take_back(desk, holder(), one.id)
    assert not on_disk()
    old, waiting = (town_requests.ask(desk, a_wish(number)) for number in (2, 3))
    town_requests.decline(desk, ADMINISTRATOR, old.id, "zqxw")
    clock.move(days=363)
    look_daily(desk, clock, 1)
    assert len(desk.town_requests.all()) == 2
    look_daily(desk, clock, 5)  # found due twice, days apart
    assert desk.town_requests.all() == [waiting]
