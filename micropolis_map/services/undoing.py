"""Taking back an organiser's last decision, before anybody built on it."""

from __future__ import annotations

from dataclasses import replace

from micropolis_map.domain.permission import Actor, require
from micropolis_map.domain.place import Place
from micropolis_map.domain.proposal import Proposal
from micropolis_map.errors import Conflict, InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import base_of
from micropolis_map.stores.place_store import Note

_DECIDED = ("approved", "rejected", "questioned")


def undo(desk: Participation, actor: Actor, before: Proposal) -> Proposal:
    """Put a proposal back to how it was `before` a decision; what was published is taken back as a revision.

    A place that came with it is withdrawn, one that it changed gets its former content: nothing is erased.

    Raises
    ------
    Conflict
        Its author answered meanwhile, or the place was changed again.
    """
    now = desk.proposals.get(before.id)
    require(actor, "decide", now.subject)
    if now.place_id != before.place_id or now.content != before.content:
        raise Conflict(
            mark("proposal {id} was changed meanwhile"), mark("look at the queue again"), id=repr(before.id)
        )
    former = base_of(desk, now.place_id, now.result_revision - 1) if now.result_revision > 1 else None
    at = desk.moment()

    def change(old: Proposal, stored: Place | None) -> tuple[Proposal, Place | None]:
        if old.state not in _DECIDED:
            raise InvalidInput(
                mark("no decision on {id} stands"), mark("there is no decision to take back"), id=repr(old.id)
            )
        if any(message.by == "author" for message in old.thread[len(before.thread) :]):
            raise Conflict(mark("its author answered meanwhile"), mark("look at the queue again"))
        if old.state != "approved":
            return before, None
        if stored is None or stored.revision != old.result_revision:
            raise Conflict(
                mark("the place was changed again since"), mark("restore an older state in its history")
            )
        if former is None:
            return before, replace(stored, status="withdrawn", updated=at)
        return before, replace(former, updated=at)

    note = Note(f"{actor.role}:{actor.account_id}"[:60], f"took back the approval of {before.id}", at)
    return desk.proposals.change(before.id, note, change)[0]
