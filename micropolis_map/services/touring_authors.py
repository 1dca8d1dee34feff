"""What a tour's authors do with it: answer, take back, invite co-authors, compare and restore revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from micropolis_map.domain.permission import Actor, Subject, may, require
from micropolis_map.domain.place_parts import Difference
from micropolis_map.domain.proposal import Message
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.domain.shared_tour import SharedTour, TourKey, TourRevision, TourStatus
from micropolis_map.domain.tour_document import tour_document
from micropolis_map.domain.tour_parts import tour_differences
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.touring_revisions import (
    exchanged,
    open_revision,
    own_revision,
    said_text,
    shared_tour,
    tour_subject,
)
from micropolis_map.services.touring_suggesting import checked_tour, replaced

MOST_KEYS = 12
LONGEST_NAME = 60
DELETED = "deleted by its author"


def tours_of(desk: Participation, actor: Actor) -> list[SharedTour]:
    """Return the tours the actor's keys may change, the newest first; deleted ones, too."""
    return list(desk.tours.of_keys(actor.keys))


def reply(desk: Participation, actor: Actor, tour_id: str, text: str) -> SharedTour:
    """Answer an organiser's question; the tour waits in the queue again."""
    require(actor, "edit_tour", tour_subject(desk, tour_id, actor.keys))
    said, at = said_text(text), desk.moment()

    def change(old: SharedTour) -> SharedTour:
        waiting = open_revision(old)
        thread = (*waiting.thread, Message("author", at, said))
        return replace(
            old, revisions=exchanged(old.revisions, replace(waiting, state="pending", thread=thread))
        )

    return desk.tours.change(tour_id, change)


def withdraw_tour(desk: Participation, actor: Actor, tour_id: str) -> SharedTour:
    """Take the whole tour back: out of the queue and off the public list; sending a change brings it back."""
    require(actor, "withdraw", tour_subject(desk, tour_id, actor.keys, author_only=True))

    def change(old: SharedTour) -> SharedTour:
        if old.status == "deleted":
            return old
        revisions = tuple(replace(r, state="withdrawn") if r.is_open else r for r in old.revisions)
        return replace(old, status="withdrawn", revisions=revisions)

    return desk.tours.change(tour_id, change)


def delete_tour(desk: Participation, actor: Actor, tour_id: str) -> None:
    """Delete every word of the tour on its author's wish; a tombstone stays."""
    try:
        theirs = desk.tours.to_erase(tour_id)
    except NotFound:  # who may not delete is told the same, there or not
        require(actor, "delete", Subject())
        raise
    require(actor, "delete", theirs.subject(actor.keys, author_only=True))
    desk.tours.erase(tour_id, desk.moment(), DELETED)


def invite(desk: Participation, actor: Actor, tour_id: str, secret: str, name: str) -> SharedTour:
    """Let whoever holds `secret` (made by the author's browser) change the tour, too.

    Parameters
    ----------
    name
        What the author calls the co-author; only the tour's authors see it.
    """
    require(actor, "invite", _of_its_author(desk, tour_id, actor))
    key = hashed(check_secret(secret))
    called = " ".join(visible(name).split())[:LONGEST_NAME]
    at = desk.moment()

    def change(old: SharedTour) -> SharedTour:
        if any(known.key == key for known in old.keys):
            return old
        if len(old.keys) >= MOST_KEYS:
            raise InvalidInput(
                mark("{n} people can change it already"), mark("take one of them out first"), n=len(old.keys)
            )
        return replace(old, keys=(*old.keys, TourKey(key, "co-author", at, called)))

    return desk.tours.change(tour_id, change)


def uninvite(desk: Participation, actor: Actor, tour_id: str, number: int) -> SharedTour:
    """Take a co-author's right to change the tour away; `number` counts them from 1 as they were added."""
    require(actor, "invite", _of_its_author(desk, tour_id, actor))

    def change(old: SharedTour) -> SharedTour:
        others = [key for key in old.keys if key.role == "co-author"]
        if not 1 <= number <= len(others):
            raise NotFound(
                mark("there is no co-author {number}"),
                mark("choose one of 1 to {last}"),
                number=number,
                last=len(others),
            )
        gone = others[number - 1]
        return replace(old, keys=tuple(key for key in old.keys if key != gone))

    return desk.tours.change(tour_id, change)


def _of_its_author(desk: Participation, tour_id: str, actor: Actor) -> Subject:
    """Return what is asked about an author's right, also where the row that says who it is is damaged."""
    try:
        return desk.tours.to_erase(tour_id).subject(actor.keys, author_only=True)
    except NotFound:  # who may do nothing with it is told the same, there or not
        return Subject()


def tour_history(desk: Participation, actor: Actor, tour_id: str) -> Sequence[TourRevision]:
    """Return the tour's revisions, the oldest first."""
    require(actor, "see_tour_history", tour_subject(desk, tour_id, actor.keys))
    return shared_tour(desk, tour_id).revisions


def compare_tour(
    desk: Participation, actor: Actor, tour_id: str, before: int, after: int
) -> tuple[Difference, ...]:
    """Return what differs between two revisions; 0 for `before` is the empty beginning."""
    found = {revision.number: revision.tour for revision in tour_history(desk, actor, tour_id)}
    new = found.get(after)
    if new is None or (before and found.get(before) is None):
        raise NotFound(
            mark("{id} has no revisions {before} and {after}"),
            mark("choose of 1 to {last}"),
            id=repr(tour_id),
            before=before,
            after=after,
            last=max(found),
        )
    return tour_differences(found.get(before), new)


def restore_tour(desk: Participation, actor: Actor, tour_id: str, number: int) -> SharedTour:
    """Append the content of an old revision as the newest: an organiser's is public, an author's waits."""
    require(actor, "edit_tour", tour_subject(desk, tour_id, actor.keys))
    shared = shared_tour(desk, tour_id)
    wanted = next((one for one in shared.revisions if one.number == number and one.tour is not None), None)
    if wanted is None or wanted.tour is None:
        raise NotFound(
            mark("{id} has no revision {revision}"),
            mark("choose one of 1 to {last}"),
            id=repr(tour_id),
            revision=number,
            last=shared.latest.number,
        )
    tour = checked_tour(desk, shared.community, shared.id, tour_document(wanted.tour))
    note, at = f"restored revision {number}", desk.moment()
    decides = may(actor, "decide", shared.subject())

    def change(old: SharedTour) -> SharedTour:
        if decides:
            new = own_revision(old, actor, tour, at, note)
            return replace(old, published=new.number, status="published", revisions=(*old.revisions, new))
        mine = next(one for one in old.keys if one.key in actor.keys)
        count = old.latest.number
        new = TourRevision(count + 1, tour, "pending", at, mine.role, mine.key, base=count, note=note)
        status: TourStatus = "suggested" if old.status == "withdrawn" else old.status
        return replace(old, status=status, revisions=(*replaced(old), new))

    return desk.tours.change(tour_id, change)
