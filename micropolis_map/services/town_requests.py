"""Asking for a town: anybody may, an administrator starts it or declines, nobody else sees it.

Who asked holds a private key, as for everything else: with it they see what became of it, and take it back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from micropolis_map.domain.freshness import moment_of, months_since
from micropolis_map.domain.network_address import SUBSCRIBER, network
from micropolis_map.domain.permission import Actor, require
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.domain.spam import MAX_LINKS, links_in
from micropolis_map.domain.town_request import TownRequest, TownState
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import Conflict, InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import hashed_today, limit
from micropolis_map.services.retention import APART
from micropolis_map.services.rounds import Round
from micropolis_map.services.submission import refuse_machines

LONGEST = {"town": 80, "where": 80, "why": 1_000, "contact": 200, "reason": 1_000}
WORDS = {
    "town": Sentence(mark("Town, district or village")),
    "where": Sentence(mark("Country or region")),
    "why": Sentence(mark("What for?")),
    "contact": Sentence(mark("How can we answer you? (optional)")),
    "reason": Sentence(mark("Why not? Whoever asked reads it.")),
}
"""What the form calls its fields."""
MOST_WAITING = 200
"""In all, that is a megabyte of text: more than an administrator can look at are no requests any more.

Nobody fills them for others: see `SqlTownRequestStore.add`.
"""

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class TownWish:
    """What somebody sends who asks for a town.

    Attributes
    ----------
    id
        Made by the sender: 16 to 64 letters, digits, ``-`` and ``_``; sending it twice is asking once.
    secret
        The private key; only its hash is kept.
    seconds
        Between opening the form and sending; None when it was not told.
    """

    id: str
    secret: str
    town: str
    where: str
    why: str
    contact: str = ""
    seconds: float | None = None
    honeypot: str = ""


def ask(desk: Participation, wish: TownWish, address: str = "") -> TownRequest:
    """Keep the request; the same id sent again by the same person is the same request.

    Raises
    ------
    InvalidInput
        Something is missing or too long, holds too many links, or looks made by a machine.
    Conflict
        The id is somebody else's, or too many wait already and no network sent more than this one.
    TooMany
        Too much from this address.
    """
    require(Actor(), "propose")
    key = hashed(check_secret(wish.secret))
    if not _ID.fullmatch(wish.id):
        raise InvalidInput(
            mark("request id {id} is not valid"),
            mark("use 16 to 64 of A-Z a-z 0-9 - _"),
            id=repr(wish.id[:80]),
        )
    refuse_machines(wish.honeypot, wish.seconds)
    town, where = _text("town", wish.town, required=True), _text("where", wish.where, required=True)
    why, contact = _text("why", wish.why, required=True), _text("contact", wish.contact)
    if links_in((town, where, why, contact)) > MAX_LINKS:
        raise InvalidInput(mark("there are too many links in it"), mark("leave some out"))
    limit(desk, address, "ask_town")
    came_from = hashed_today(desk, f"town {network(address, SUBSCRIBER)}") if address else ""
    request = TownRequest(wish.id, town, where, why, contact, key, desk.moment(), network=came_from)
    kept = desk.town_requests.add(request, MOST_WAITING)
    if kept.author_key != key:
        raise Conflict(mark("this request's id is taken"), mark("reload the page and ask again"))
    return kept


def asked_by(desk: Participation, actor: Actor) -> Sequence[TownRequest]:
    """Return what was asked for with the actor's keys, the newest first."""
    return desk.town_requests.of_keys(actor.keys)


def take_back(desk: Participation, actor: Actor, request_id: str) -> None:
    """Erase the request for good, for who asked."""
    found = next((one for one in desk.town_requests.to_erase() if one.id == request_id), None)
    require(actor, "delete", (found or desk.town_requests.get(request_id)).subject)
    desk.town_requests.remove(request_id, desk.moment())


def requests(desk: Participation, actor: Actor, state: TownState = "waiting") -> list[TownRequest]:
    """Return the requests in this state, the oldest first."""
    require(actor, "add_town")
    return [one for one in desk.town_requests.all() if one.state == state]


def decline(desk: Participation, actor: Actor, request_id: str, reason: str) -> TownRequest:
    """Decline the request; its asker reads the reason."""
    require(actor, "add_town")
    said = _text("reason", reason, required=True)
    return _decide(desk, actor, request_id, "declined", said)


def finish(desk: Participation, actor: Actor, request_id: str) -> TownRequest:
    """Say that the town is on the map."""
    require(actor, "add_town")
    return _decide(desk, actor, request_id, "done", "")


def undo(desk: Participation, actor: Actor, request_id: str) -> TownRequest:
    """Take the decision back: the request waits again."""
    require(actor, "add_town")

    def change(old: TownRequest) -> TownRequest:
        return replace(old, state="waiting", reason="", decided="", decided_by="")

    return desk.town_requests.change(request_id, change)


def erase_old(desk: Participation, keep_months: int, this: Round) -> int:
    """Erase what was declined or done at least so many months ago; return how many.

    Two rounds `APART` must find it due. What is damaged counts as answered when it was asked.
    """
    due = [
        one.id
        for one in desk.town_requests.to_erase()
        if one.state != "waiting" and months_since(moment_of(one.decided, this.now), this.now) >= keep_months
    ]
    ripe = this.ripe("town_request", due, APART)
    return desk.town_requests.erase_decided(ripe, desk.moment()) if ripe else 0


def _decide(desk: Participation, actor: Actor, request_id: str, state: TownState, reason: str) -> TownRequest:
    at = desk.moment()

    def change(old: TownRequest) -> TownRequest:
        if old.state != "waiting":
            raise Conflict(mark("somebody decided this already"), mark("look at the list again"))
        return replace(old, state=state, reason=reason, decided=at, decided_by=actor.account_id)

    return desk.town_requests.change(request_id, change)


def _text(field: str, text: str, *, required: bool = False) -> str:
    seen = visible(text)
    said = seen.strip() if field in {"why", "reason"} else " ".join(seen.split())
    if required and not said:
        raise InvalidInput(mark("{field} is empty"), mark("write something"), field=WORDS[field])
    if len(said) > LONGEST[field]:
        raise InvalidInput(
            mark("{field} has {n} characters"),
            mark("write at most {most}"),
            field=WORDS[field],
            n=len(said),
            most=LONGEST[field],
        )
    return said
