"""What organisers do with proposals: look, approve, ask, reject, hide; and how fast they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.merge import Clash, Side, merge
from micropolis_map.domain.permission import Actor, Subject, may, require
from micropolis_map.domain.place import Place, Status
from micropolis_map.domain.place_parts import Difference, differences
from micropolis_map.domain.proposal import OPEN, Message, Proposal, State
from micropolis_map.domain.secret import hashed, new_secret
from micropolis_map.errors import Conflict, InvalidInput, MicropolisError, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.nearby import duplicates_of
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import (
    ChangedMeanwhile,
    PersonalData,
    base_of,
    clashes_with_current,
    findings_in,
    waited_s,
)
from micropolis_map.stores.care_store import Report
from micropolis_map.stores.place_store import Note

MAX_REASON = 2_000
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class QueueItem:
    """A proposal with what an organiser needs to decide.

    Attributes
    ----------
    current
        The place now; None for a new one.
    differences
        What would change.
    clashes
        What others changed since, in the same parts.
    duplicates
        Published places near it with a similar name, for new ones.
    """

    proposal: Proposal
    current: Place | None
    differences: tuple[Difference, ...]
    findings: tuple[PersonalData, ...]
    clashes: tuple[Clash, ...]
    duplicates: tuple[Place, ...]
    waited_s: float


@dataclass(frozen=True)
class Outcome:
    """What became of one of several: the place's id, or why not."""

    proposal_id: str
    place_id: str = ""
    error: MicropolisError | None = None


def queue(
    desk: Participation, actor: Actor, community: str | None = None, states: Iterable[State] = OPEN
) -> list[QueueItem]:
    """Return what waits and `actor` may decide on, the oldest first."""
    return [
        _item(desk, proposal, proposal.content)
        for proposal in desk.proposals.in_states(states, community)
        if may(actor, "decide", proposal.subject) and proposal.content is not None
    ]


def approve(
    desk: Participation, actor: Actor, proposal_id: str, take: Mapping[str, Side] | None = None
) -> Place:
    """Publish what is proposed, merged with what others changed since; return the place.

    Approving twice is approving once.

    Parameters
    ----------
    take
        For each clash's path whether ``mine`` (the proposal) or ``theirs`` (the place now) is taken.

    Raises
    ------
    ChangedMeanwhile
        There are clashes that `take` does not name.
    Conflict
        It was answered otherwise already.
    """
    before = desk.proposals.get(proposal_id)
    require(actor, "decide", before.subject)
    base = base_of(desk, before.place_id, before.base_revision) if before.base_revision else None
    at = desk.moment()

    def change(old: Proposal, stored: Place | None) -> tuple[Proposal, Place | None]:
        if old.state == "approved":
            return old, None
        if old.state not in OPEN or old.content is None:
            raise Conflict(
                mark("proposal {id} was answered or withdrawn already"),
                mark("look at the queue again"),
                id=repr(old.id),
            )
        place = _to_publish(old.content, stored, base or stored, take or {}, at)
        return _decided(old, "approved", actor, at), place

    new, place = desk.proposals.change(proposal_id, _note(actor, f"approved {proposal_id}", at), change)
    return place or desk.places.get(new.place_id)


def ask(desk: Participation, actor: Actor, proposal_id: str, question: str) -> Proposal:
    """Ask the author; the proposal waits for an answer."""
    return _answer(desk, actor, proposal_id, "questioned", question)


def reject(desk: Participation, actor: Actor, proposal_id: str, reason: str) -> Proposal:
    """Turn the proposal down with a reason its author reads; it stays theirs, and can be sent anew."""
    return _answer(desk, actor, proposal_id, "rejected", reason)


def decide_many(
    desk: Participation, actor: Actor, proposal_ids: Iterable[str], decision: State, reason: str = ""
) -> list[Outcome]:
    """Approve or reject several, each by itself: one that cannot be does not hold the others up."""
    outcomes = []
    for proposal_id in proposal_ids:
        try:
            if decision == "approved":
                outcomes.append(Outcome(proposal_id, approve(desk, actor, proposal_id).id))
            else:
                done = _answer(desk, actor, proposal_id, decision, reason)
                outcomes.append(Outcome(proposal_id, done.place_id))
        except MicropolisError as error:
            outcomes.append(Outcome(proposal_id, error=error))
    return outcomes


def hide(desk: Participation, actor: Actor, place_id: str, reason: str) -> Place:
    """Take a place off the public map; nothing of it is deleted."""
    return set_status(desk, actor, place_id, "hidden", _said(reason))


def show(desk: Participation, actor: Actor, place_id: str, reason: str = "") -> Place:
    """Put a hidden, withdrawn or archived place back on the public map."""
    return set_status(desk, actor, place_id, "published", reason)


def set_status(desk: Participation, actor: Actor, place_id: str, status: Status, reason: str) -> Place:
    """Append a revision with another status; the same status again is no revision."""
    place = desk.places.get(place_id)
    require(actor, "hide", desk.subject_of(place))
    if place.status == status:
        return place
    note = _note(actor, f"{status}: {reason}" if reason else status, desk.moment())
    changed = replace(place, status=status, updated=desk.moment())
    return desk.revisions.put(changed, note, expected_revision=place.revision)


def revise(desk: Participation, actor: Actor, place: Place, expected_revision: int, why: str = "") -> Place:
    """Save an organiser's own change of a place, merged with what others changed since.

    Raises
    ------
    ChangedMeanwhile
        Somebody else changed the same parts.
    """
    current = desk.places.get(place.id)
    require(actor, "revise", desk.subject_of(current))
    base = base_of(desk, place.id, expected_revision)
    if base is None:
        raise InvalidInput(
            mark("revision {revision} of {id} is unknown"),
            mark("open it again"),
            revision=expected_revision,
            id=repr(place.id),
        )
    merged = merge(base, place, current)
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes, current)
    changed = replace(merged.place, updated=desk.moment())
    note = _note(actor, why or "changed by an organiser", desk.moment())
    return desk.revisions.put(changed, note, expected_revision=current.revision)


def reissue_link(desk: Participation, actor: Actor, proposal_id: str) -> str:
    """Return a new private key for what was sent with the proposal's; the old one opens nothing any more."""
    require(actor, "reissue_link", desk.proposals.get(proposal_id).subject)
    secret = new_secret()
    desk.proposals.reissue(proposal_id, hashed(secret))
    return secret


def median_answer_s(desk: Participation, community: str) -> float | None:
    """Return the median seconds from sending to the first decision, over the last year; None without any."""
    since = iso(desk.now() - _YEAR)
    waits = [
        (datetime.fromisoformat(decided) - datetime.fromisoformat(created)).total_seconds()
        for created, decided in desk.proposals.answered(community, since)
    ]
    return median(waits) if waits else None


def reports(desk: Participation, actor: Actor, community: str | None = None) -> list[tuple[Report, Place]]:
    """Return the open reports `actor` may see, each with its place, the oldest first."""
    found = []
    for report in desk.care.reports(community):
        try:
            place = desk.places.get(report.place_id)
        except NotFound:
            continue
        if may(actor, "see_reports", desk.subject_of(place)):
            found.append((report, place))
    return found


def close_report(desk: Participation, actor: Actor, report_id: str) -> None:
    """Close a report; its words are deleted."""
    about = desk.care.about(report_id)
    if about is None or not may(actor, "see_reports", _subject_of_report(desk, *about)):
        raise NotFound(
            mark("there is no open report {id}"), mark("look at the list again"), id=repr(report_id[:40])
        )
    desk.care.close_report(report_id, actor.account_id, desk.moment())


def _subject_of_report(desk: Participation, place_id: str, community: str) -> Subject:
    try:
        return desk.subject_of(desk.places.get(place_id))
    except NotFound:  # it is damaged: its community can still be asked
        return Subject(community)


def author_subject(desk: Participation, place: Place, keys: Iterable[str]) -> Subject:
    """Return what the permission function is asked about `place`, as of one of its authors if of `keys`."""
    subject = desk.subject_of(place)
    authors = {proposal.author_key for proposal in desk.proposals.of_place(place.id)} - {""}
    mine = next((key for key in keys if key in authors), "")
    return replace(subject, author_key=mine)


def _item(desk: Participation, proposal: Proposal, content: Place) -> QueueItem:
    base = base_of(desk, proposal.place_id, proposal.base_revision) if proposal.base_revision else None
    try:
        current = desk.places.get(proposal.place_id)
    except NotFound:
        current = None
    nearby = duplicates_of(desk, content) if base is None else []
    return QueueItem(
        proposal=proposal,
        current=current,
        differences=differences(base, content),
        findings=findings_in(content, base),
        clashes=clashes_with_current(desk, proposal) if base is not None else (),
        duplicates=tuple(nearby),
        waited_s=waited_s(proposal, desk.now()),
    )


def _to_publish(
    content: Place, stored: Place | None, base: Place | None, take: Mapping[str, Side], at: str
) -> Place:
    if stored is None or base is None:
        return replace(content, status="published", revision=1, updated=at)
    merged = merge(base, content, stored, take)
    open_clashes = tuple(clash for clash in merged.clashes if clash.path not in take)
    if open_clashes:
        raise ChangedMeanwhile(open_clashes, stored)
    status: Status = "published" if stored.status == "withdrawn" else stored.status
    return replace(merged.place, status=status, updated=at)


def _answer(desk: Participation, actor: Actor, proposal_id: str, state: State, text: str) -> Proposal:
    require(actor, "decide", desk.proposals.get(proposal_id).subject)
    said = _said(text)
    at = desk.moment()

    def change(old: Proposal, _: Place | None) -> tuple[Proposal, None]:
        if old.state not in OPEN:
            raise Conflict(
                mark("proposal {id} was answered or withdrawn already"),
                mark("look at the queue again"),
                id=repr(old.id),
            )
        message = Message("organiser", at, said)
        closed = at if state == "rejected" else ""
        return replace(_decided(old, state, actor, at), thread=(*old.thread, message), closed=closed), None

    return desk.proposals.change(proposal_id, Note(), change)[0]


def _decided(old: Proposal, state: State, actor: Actor, at: str) -> Proposal:
    """Return the proposal in its new state; the first answer is the one that counts for the median."""
    return replace(old, state=state, decided=old.decided or at, decided_by=actor.account_id)


def _note(actor: Actor, text: str, at: str) -> Note:
    return Note(f"{actor.role}:{actor.account_id}"[:60], text, at)


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise InvalidInput(mark("no reason was given"), mark("say in a sentence why"))
    if len(said) > MAX_REASON:
        raise InvalidInput(
            mark("the text has {n} characters"), mark("write at most {most}"), n=len(said), most=MAX_REASON
        )
    return said
