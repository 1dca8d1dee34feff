"""How long what nobody sees is kept: what was turned down or withdrawn is erased some months later."""

from __future__ import annotations

from micropolis_map.domain.freshness import moment_of, months_since
from micropolis_map.domain.place_parts import parts_of, reverted
from micropolis_map.domain.proposal import Proposal, State
from micropolis_map.errors import NotFound
from micropolis_map.services import forgetting
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import base_of
from micropolis_map.services.public_place import is_public
from micropolis_map.stores.place_store import Note

CLOSED: tuple[State, ...] = ("rejected", "withdrawn")
CARETAKER = "caretaker"
ERASED = "erased some months after it was turned down or withdrawn"


def erase_refused(desk: Participation, keep_months: int) -> int:
    """Erase what was turned down or withdrawn at least so many months ago; return how many proposals.

    A tombstone says when and why. Of something withdrawn its traces in the place's history go too, as if its
    author had deleted it; where an organiser put it back on the map, and for what was turned down, only the
    proposal itself and its files.
    """
    due = [
        proposal
        for proposal in desk.proposals.in_states(CLOSED)
        if proposal.content is not None
        and proposal.closed
        and months_since(moment_of(proposal.closed, desk.now()), desk.now()) >= keep_months
    ]
    for proposal in due:
        note = Note(CARETAKER, ERASED, desk.moment())
        if proposal.state == "withdrawn" and not _is_shown(desk, proposal):
            forgetting.erase(desk, [proposal], note)
        else:
            forgetting.erase_words(desk, proposal, note)
    return len(due)


def _is_shown(desk: Participation, proposal: Proposal) -> bool:
    """Return whether something the proposal brought is public after all."""
    try:
        stored = desk.places.get(proposal.place_id)
    except NotFound:
        return False
    if not is_public(stored) or proposal.content is None:
        return False
    base = base_of(desk, proposal.place_id, proposal.base_revision) if proposal.base_revision else None
    return parts_of(reverted(stored, base, proposal.content)) != parts_of(stored)
