"""Revisions of a tour that people make together: found, appended, exchanged; nothing is ever rewritten."""

from __future__ import annotations

from collections.abc import Iterable

from micropolis_map.domain.permission import Actor, Subject
from micropolis_map.domain.shared_tour import SharedTour, TourRevision
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import Conflict, InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.moderating import MAX_REASON
from micropolis_map.services.participation import Participation


def shared_tour(desk: Participation, tour_id: str) -> SharedTour:
    """Return the tour in any status; `NotFound` without one."""
    shared = desk.tours.find(tour_id)
    if shared is None:
        raise NotFound(
            mark("there is no tour {id}"), mark("look it up in the list of tours"), id=repr(tour_id[:128])
        )
    return shared


def tour_subject(
    desk: Participation, tour_id: str, keys: Iterable[str] = (), *, author_only: bool = False
) -> Subject:
    """Return what the permission function is asked about the tour, as `SharedTour.subject`.

    Where there is none it is nobody's: whoever may do nothing with it is told the same, there or not.
    """
    shared = desk.tours.find(tour_id)
    return shared.subject(keys, author_only=author_only) if shared else Subject()


def open_revision(shared: SharedTour) -> TourRevision:
    """Return the revision that waits; `Conflict` without one."""
    waiting = shared.waiting
    if waiting is None:
        raise Conflict(mark("nothing of the tour {id} waits"), mark("look at it again"), id=repr(shared.id))
    return waiting


def own_revision(shared: SharedTour, actor: Actor, tour: Tour, at: str, note: str) -> TourRevision:
    """Return an organiser's own revision, approved as it is written, to be appended."""
    count = shared.latest.number
    by = f"{actor.role}:{actor.account_id}"[:60]
    return TourRevision(
        count + 1, tour, "approved", at, by, base=count, note=note, decided=at, decided_by=actor.account_id
    )


def exchanged(revisions: Iterable[TourRevision], new: TourRevision) -> tuple[TourRevision, ...]:
    """Return the revisions with `new` in the place of the one of its number."""
    return tuple(new if revision.number == new.number else revision for revision in revisions)


def said_text(text: str) -> str:
    """Return what somebody wrote, trimmed; InvalidInput where it is nothing, or too much."""
    said = text.replace("\x00", "").strip()
    if not said or len(said) > MAX_REASON:
        raise InvalidInput(
            mark("the text has {n} characters"), mark("write 1 to {most}"), n=len(said), most=MAX_REASON
        )
    return said
