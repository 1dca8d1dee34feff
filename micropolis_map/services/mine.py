"""What somebody sent, seen with their private link: edit, withdraw, answer, find still true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from micropolis_map.domain.merge import Clash
from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_parts import parts_of, reverted
from micropolis_map.domain.proposal import OPEN, Message, Proposal
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.errors import Conflict, InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services import taking_care
from micropolis_map.services.moderating import MAX_REASON
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import base_of, clashes_with_current
from micropolis_map.services.public_place import is_public
from micropolis_map.stores.place_store import Note

RESIDENT_NOTE = "resident"
MAX_KEYS = 100


@dataclass(frozen=True)
class Thing:
    """Something that was sent, and what became of it.

    Attributes
    ----------
    place
        The place as it is now; None while it is not on the map.
    clashes
        What others changed since in the same parts; none while the place is off the map.
    freshness
        Of the place: ``ask`` and ``faded`` want the answer whether it is still true; empty without a place.
    """

    proposal: Proposal
    place: Place | None
    clashes: tuple[Clash, ...]
    freshness: str

    @property
    def looked_at(self) -> bool:
        """Whether it waits and an organiser took the place off the map: what is written there is theirs."""
        return self.proposal.state in OPEN and self.place is not None and not is_public(self.place)


def actor_of(secrets: Iterable[str]) -> Actor:
    """Return the resident who holds these private keys; InvalidInput for what cannot be one."""
    keys = [hashed(check_secret(secret)) for secret in secrets]
    if len(keys) > MAX_KEYS:
        raise InvalidInput(
            mark("{n} private keys at once"), mark("send at most {most}"), n=len(keys), most=MAX_KEYS
        )
    return Actor(keys=frozenset(keys))


def things(desk: Participation, actor: Actor) -> list[Thing]:
    """Return what was sent with the actor's keys, the newest first; what was deleted is gone.

    What is damaged stands there without its words: its author can delete it.
    """
    fresh = taking_care.Freshnesses(desk)
    return [
        Thing(
            proposal,
            place := _place(desk, proposal),
            clashes_with_current(desk, proposal) if place and is_public(place) else (),
            fresh.of(place) if place else "",
        )
        for proposal in desk.proposals.sent_with(actor.keys)
    ]


def answer(desk: Participation, actor: Actor, proposal_id: str, text: str) -> Proposal:
    """Answer an organiser's question; the proposal waits in the queue again."""
    said = text.strip()
    if not said or len(said) > MAX_REASON:
        raise InvalidInput(
            mark("the answer has {n} characters"), mark("write 1 to {most}"), n=len(said), most=MAX_REASON
        )
    at = desk.moment()

    def change(old: Proposal) -> Proposal:
        if old.state not in OPEN:
            raise Conflict(
                mark("nobody waits for an answer to this any more"), mark("there is nothing to answer")
            )
        return replace(old, state="pending", thread=(*old.thread, Message("author", at, said)))

    require(actor, "answer", desk.subject_of_proposal(proposal_id))
    return _changed(desk, proposal_id, change)


def withdraw(desk: Participation, actor: Actor, proposal_id: str) -> Proposal:
    """Take back what was sent: out of the queue, or off the public map; its author can see it still.

    A place others told stories of stays on the map without the author's stories.
    """
    require(actor, "withdraw", desk.subject_of_proposal(proposal_id))
    proposal = desk.proposals.get(proposal_id)
    base = base_of(desk, proposal.place_id, proposal.base_revision) if proposal.base_revision else None
    at = desk.moment()

    def change(old: Proposal, stored: Place | None) -> tuple[Proposal, Place | None]:
        if old.state in {"withdrawn", "deleted"}:
            return old, None
        place = _without(old, base, stored) if old.state == "approved" and stored else None
        if place is not None:
            place = replace(place, updated=at)
        return replace(old, state="withdrawn", closed=at), place

    note = Note(RESIDENT_NOTE, f"withdrew {proposal_id}", at)
    return desk.proposals.change(proposal_id, note, change)[0]


def still_true(desk: Participation, actor: Actor, place_id: str) -> Place:
    """Keep that somebody who told accepted things of the place found it true; archived, it comes back."""
    sent = desk.proposals.of_author(actor.keys)
    own = [p for p in sent if p.place_id == place_id and p.state == "approved"]
    try:
        subject = desk.subject_of(desk.places.get(place_id))
    except NotFound:  # or its town is closed: nobody else is told which
        subject = Subject()
    require(actor, "still_true", replace(subject, author_key=own[0].author_key if own else ""))
    return taking_care.found_true(desk, desk.places.get(place_id), RESIDENT_NOTE)


def _place(desk: Participation, proposal: Proposal) -> Place | None:
    try:
        return desk.places.get(proposal.place_id)
    except NotFound:
        return None


def _changed(desk: Participation, proposal_id: str, change: Callable[[Proposal], Proposal]) -> Proposal:
    return desk.proposals.change(proposal_id, Note(), lambda old, _: (change(old), None))[0]


def _without(proposal: Proposal, base: Place | None, stored: Place) -> Place | None:
    """Return the place without what the proposal brought: a change undone, a new place withdrawn.

    A new place that others told stories of stays, without the author's. None where nothing is left to undo.
    """
    if proposal.content is None:
        return None
    if base is not None:
        left = reverted(stored, base, proposal.content)
        return left if parts_of(left) != parts_of(stored) else None
    own = {story.id for story in proposal.content.stories}
    others = tuple(story for story in stored.stories if story.id not in own)
    return replace(stored, stories=others) if others else replace(stored, status="withdrawn")
