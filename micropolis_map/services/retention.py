"""How long what nobody sees is kept: what was turned down or withdrawn some months, ended sessions days."""

from __future__ import annotations

import logging
from datetime import timedelta

from micropolis_map.domain.freshness import iso, moment_of, months_since
from micropolis_map.domain.place_parts import parts_of, reverted
from micropolis_map.domain.proposal import Proposal, State
from micropolis_map.errors import MicropolisError
from micropolis_map.services import forgetting
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import base_of
from micropolis_map.services.public_place import is_public
from micropolis_map.services.rounds import Round
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.run_store import SqlRunStore

CLOSED: tuple[State, ...] = ("rejected", "withdrawn")
_LOG = logging.getLogger(__name__)
CARETAKER = "caretaker"
APART = timedelta(days=3)
RUNS_AFTER = timedelta(days=30)
ERASED = "erased some months after it was turned down or withdrawn"


def erase_refused(desk: Participation, keep_months: int, this: Round) -> int:
    """Erase what was turned down or withdrawn at least so many months ago; return how many proposals.

    Two rounds `APART` must find it due. A tombstone says when and why. Of something withdrawn its traces in
    the place's history go too, as if its author had deleted it; where an organiser put it back on the map,
    and for what was turned down, only the proposal itself and its files.
    """
    due = {
        proposal.id: proposal
        for proposal in desk.proposals.with_words(CLOSED)
        if proposal.closed and months_since(moment_of(proposal.closed, this.now), this.now) >= keep_months
    }
    ripe = [due[one] for one in this.ripe("refused", due, APART)]
    for proposal in ripe:
        note = Note(CARETAKER, ERASED, desk.moment())
        try:
            if proposal.state == "withdrawn" and not _is_shown(desk, proposal):
                forgetting.erase(desk, [proposal], note)
            else:
                forgetting.erase_words(desk, proposal, note)
        except MicropolisError as error:  # a damaged place keeps nobody else's words here
            _LOG.error("the proposal %s is not erased: %s", proposal.id, error)
    return len(ripe)


def erase_deleted_runs(runs: SqlRunStore, this: Round) -> int:
    """Erase kept results that were deleted `RUNS_AFTER` ago; two rounds `APART` must find them due."""
    due = runs.deleted_before(iso(this.now - RUNS_AFTER))
    ripe = this.ripe("run", due, APART)
    return runs.erase(ripe, iso(this.now)) if ripe else 0


def erase_expired_tokens(desk: Participation, this: Round) -> int:
    """Erase sessions, devices and one-time links that are over; two rounds `APART` must find them so.

    They open nothing before, but a clock that was ahead may be put right until then.
    """
    ripe = this.ripe("token", desk.accounts.expired(iso(this.now)), APART)
    if ripe:
        desk.accounts.erase_tokens(ripe)
    return len(ripe)


def _is_shown(desk: Participation, proposal: Proposal) -> bool:
    """Return whether something the proposal brought is public after all; of a damaged one it may be."""
    entries = desk.revisions.entries(
        proposal.place_id
    )  # as it is stored: a hidden town's places are not lost
    if not entries or not is_public(entries[-1].place):
        return False
    if proposal.content is None:
        return True
    stored = entries[-1].place
    base = base_of(desk, proposal.place_id, proposal.base_revision) if proposal.base_revision else None
    return parts_of(reverted(stored, base, proposal.content)) != parts_of(stored)
