"""What organisers do with tours: look at what waits, approve, ask, turn down, change, hide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from micropolis_map.domain.permission import Actor, may, require
from micropolis_map.domain.place_parts import Difference
from micropolis_map.domain.proposal import OPEN, Message
from micropolis_map.domain.shared_tour import SharedTour, TourRevision, TourStatus
from micropolis_map.domain.tour import Tour
from micropolis_map.domain.tour_document import tour_document
from micropolis_map.domain.tour_parts import merged_tour, tour_differences
from micropolis_map.errors import Conflict
from micropolis_map.i18n import mark
from micropolis_map.ports import TourStore
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import PersonalData
from micropolis_map.services.touring_revisions import (
    exchanged,
    open_revision,
    own_revision,
    said_text,
    shared_tour,
)
from micropolis_map.services.touring_suggesting import (
    checked_tour,
    district_of_tour,
    findings_in,
)


@dataclass(frozen=True)
class TourItem:
    """A tour that waits, with what an organiser needs to decide.

    Attributes
    ----------
    tour
        As proposed.
    before
        The published tour it would change; None for a new one.
    missing
        Stops that are not public any more.
    """

    shared: SharedTour
    revision: TourRevision
    tour: Tour
    before: Tour | None
    differences: tuple[Difference, ...]
    findings: tuple[PersonalData, ...]
    missing: tuple[str, ...]


def tour_queue(desk: Participation, actor: Actor, community: str | None = None) -> list[TourItem]:
    """Return the tours that wait and `actor` may decide on, the oldest first."""
    found = desk.tours.in_states(OPEN, community)
    return [_item(desk, shared) for shared in found if may(actor, "decide", shared.subject())]


def approve_tour(desk: Participation, actor: Actor, tour_id: str) -> SharedTour:
    """Publish what waits, merged with what was published since; approving twice is approving once.

    Raises
    ------
    Conflict
        Nothing waits, or an organiser changed the same parts since it was sent.
    """
    require(actor, "decide", shared_tour(desk, tour_id).subject())
    at = desk.moment()

    def change(old: SharedTour) -> SharedTour:
        waiting = old.waiting
        if waiting is None or waiting.tour is None:
            if old.public_tour is not None:
                return old
            raise Conflict(
                mark("nothing of the tour {id} waits"), mark("look at the queue again"), id=repr(old.id)
            )
        approved = replace(waiting, state="approved", decided=at, decided_by=actor.account_id)
        revisions = exchanged(old.revisions, approved)
        tour = _with_published(old, waiting, waiting.tour)
        if tour != waiting.tour:
            more = own_revision(old, actor, tour, at, f"merged revision {waiting.number}")
            return replace(old, status="published", published=more.number, revisions=(*revisions, more))
        return replace(old, status="published", published=approved.number, revisions=revisions)

    return desk.tours.change(tour_id, change)


def answer_tour(desk: Participation, actor: Actor, tour_id: str, text: str, *, reject: bool) -> SharedTour:
    """Ask the authors, or turn what waits down with a reason they read."""
    require(actor, "decide", shared_tour(desk, tour_id).subject())
    said, at = said_text(text), desk.moment()

    def change(old: SharedTour) -> SharedTour:
        waiting = open_revision(old)
        thread = (*waiting.thread, Message("organiser", at, said))
        new = replace(waiting, state="rejected" if reject else "questioned", thread=thread)
        new = replace(new, decided=waiting.decided or at, decided_by=actor.account_id)
        return replace(old, revisions=exchanged(old.revisions, new))

    return desk.tours.change(tour_id, change)


def revise_tour(
    desk: Participation, actor: Actor, tours: TourStore, tour: Tour, base: int, note: str = ""
) -> SharedTour:
    """Publish an organiser's own change at once; a tour that came with the program is taken over first.

    Parameters
    ----------
    base
        The revision the change was made on; 0 for a tour of which none is kept yet.

    Raises
    ------
    Conflict
        Somebody changed it meanwhile.
    """
    shared = desk.tours.find(tour.id) or _taken_over(desk, tours.get(tour.id))
    require(actor, "edit_tour", shared.subject())
    whole = checked_tour(desk, tour.community, tour.id, tour_document(tour))
    at = desk.moment()

    def change(old: SharedTour) -> SharedTour:
        if base not in (0, old.latest.number):
            raise Conflict(
                mark("the tour {id} is at revision {revision} by now"),
                mark("open it again"),
                id=repr(old.id),
                revision=old.latest.number,
            )
        new = own_revision(old, actor, whole, at, note or "changed by an organiser")
        revisions = (*old.revisions, new)
        return replace(old, status="published", published=new.number, revisions=revisions)

    return desk.tours.change(tour.id, change)


def show_tour(
    desk: Participation, actor: Actor, tours: TourStore, tour_id: str, *, public: bool
) -> SharedTour:
    """Take a tour off the public list, or put it back; nothing of it is deleted."""
    shared = desk.tours.find(tour_id)
    if shared is None:
        shared = _taken_over(desk, tours.get(tour_id))
    require(actor, "hide", shared.subject())

    def change(old: SharedTour) -> SharedTour:
        if not old.published or old.status == "deleted":
            raise Conflict(
                mark("no revision of {id} was published yet"), mark("approve one"), id=repr(old.id)
            )
        status: TourStatus = "published" if public else "hidden"
        return replace(old, status=status)

    return desk.tours.change(tour_id, change)


def _item(desk: Participation, shared: SharedTour) -> TourItem:
    revision = shared.waiting
    if revision is None or revision.tour is None:
        raise Conflict(
            mark("nothing of the tour {id} waits"), mark("look at the queue again"), id=repr(shared.id)
        )
    before = shared.revision(shared.published).tour if shared.published else None
    public = {place.id for place in desk.places.places(shared.community)}
    missing = tuple(place for place, _ in revision.tour.stops if place not in public)
    return TourItem(
        shared,
        revision,
        revision.tour,
        before,
        tour_differences(before, revision.tour),
        findings_in(revision.tour, before),
        missing,
    )


def _with_published(shared: SharedTour, waiting: TourRevision, mine: Tour) -> Tour:
    """Return what waits with what an organiser published after it was sent."""
    tours = {one.number: one.tour for one in shared.revisions}
    base, theirs = tours.get(waiting.base), tours.get(shared.published)
    if base is None or theirs is None or shared.published <= waiting.base:
        return mine
    tour, clashes = merged_tour(base, mine, theirs)
    if clashes:
        parts = ", ".join(clash.path for clash in clashes)
        raise Conflict(
            mark("an organiser changed the same since: {parts}"),
            mark("ask its authors to send it anew"),
            parts=parts,
        )
    return tour


def _taken_over(desk: Participation, tour: Tour) -> SharedTour:
    at = desk.moment()
    first = TourRevision(1, tour, "approved", at, "program", note="came with the program", decided=at)
    district = district_of_tour(desk, tour)
    return desk.tours.add(SharedTour(tour.id, tour.community, "published", at, district, 1, (first,)))[0]
