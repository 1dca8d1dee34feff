"""Erasing for good: what somebody wrote, photographed and said is gone, a tombstone stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_parts import reverted
from micropolis_map.domain.proposal import OPEN, Proposal, media_of
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.stores.history_store import Entry, Forgetting
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.tombstones import Tombstone

DELETED = "deleted by its author"

Clean = Callable[[Place], Place]


def forget(desk: Participation, actor: Actor, proposal_ids: Iterable[str]) -> int:
    """Delete what was sent with these proposals from every table, revision and file; return how many.

    A place whose author takes it back goes whole, unless others told stories of it: then its name and spot
    stay for them. Changes are undone where nobody wrote over them since.

    Raises
    ------
    NotAllowed
        One of them was not sent with the actor's keys; nothing is deleted then.
    """
    wanted = [_deletable(desk, actor, proposal_id) for proposal_id in dict.fromkeys(proposal_ids)]
    if not wanted:
        raise InvalidInput(mark("nothing to delete was named"), mark("name the proposals"))
    by_place: dict[str, list[Proposal]] = {}
    for proposal in wanted:
        by_place.setdefault(proposal.place_id, []).append(proposal)
    for proposals in by_place.values():
        erase(desk, proposals, Note("resident", DELETED, desk.moment()))
    return len(wanted)


def _deletable(desk: Participation, actor: Actor, proposal_id: str) -> Proposal:
    """Return what the actor may delete, damaged or not; who may not is told the same, there or not."""
    try:
        found = desk.proposals.to_erase(proposal_id)
    except NotFound:
        require(actor, "delete", Subject())
        raise
    require(actor, "delete", found.subject)
    return found


def forget_again(desk: Participation, stones: Iterable[Tombstone]) -> int:
    """Delete what `stones` say was deleted and an older state brought back; return how many."""
    by_place: dict[str, list[Proposal]] = {}
    for stone in stones:
        if stone.what != "proposal":
            continue
        try:
            proposal = desk.proposals.get(stone.id)
        except NotFound:
            continue
        if proposal.state != "deleted":
            by_place.setdefault(proposal.place_id, []).append(proposal)
    for proposals in by_place.values():
        note = Note("resident", DELETED, desk.moment())
        brought = [proposal for proposal in proposals if proposal.state != "rejected"]
        for proposal in proposals:
            if proposal.state == "rejected":
                erase_words(desk, proposal, note)
        if brought:
            erase(desk, brought, note)
    return sum(map(len, by_place.values()))


def erase(desk: Participation, proposals: Sequence[Proposal], note: Note) -> None:
    """Erase what the proposals, all of one place, brought into any table, revision and file.

    Parameters
    ----------
    note
        Who erases it, why and when: for the tombstones and the place's history.
    """
    place_id, at = proposals[0].place_id, note.recorded
    entries = desk.revisions.entries(place_id)
    changes = [change for proposal in proposals if (change := _brought(proposal, entries)) is not None]

    def clean(place: Place) -> Place:
        for base, content in reversed(changes):
            place = reverted(place, base, content)
        return replace(place, updated=at)

    def blank(place: Place) -> Place:
        return Place(
            place.id, place.community, "co-created", {"en": note.text},
            {"type": "Point", "coordinates": [0.0, 0.0]},
            status="withdrawn", created="", updated=at, revision=place.revision,
        )  # fmt: skip

    stored = _stored(desk, place_id, entries)
    whole = any(p.kind == "place" for p in proposals) and not _others(desk, stored, clean, proposals)
    stones = [_stone(p, note) for p in proposals]
    if whole:
        stones.append(Tombstone(place_id, "place", proposals[0].community, at, note.text))
    files = _media(desk, [*proposals], clean, stored, whole=whole)
    forgetting = Forgetting(
        place_id=place_id,
        community=proposals[0].community,
        proposals=tuple(p.id for p in proposals),
        clean=clean,
        whole=whole,
        blank=blank,
        tombstones=tuple(stones),
    )
    _carry_out(desk, forgetting, note, sorted(files))


def erase_words(desk: Participation, proposal: Proposal, note: Note) -> None:
    """Erase what the proposal itself holds and its files; the place and its history stay as they are."""
    stored = _stored(desk, proposal.place_id, desk.revisions.entries(proposal.place_id))
    files = _media(desk, [proposal], lambda place: place, stored, whole=False)
    forgetting = Forgetting(
        place_id=proposal.place_id,
        community=proposal.community,
        proposals=(proposal.id,),
        clean=None,
        whole=False,
        blank=lambda place: place,
        tombstones=(_stone(proposal, note),),
    )
    _carry_out(desk, forgetting, note, sorted(files))


def _stone(proposal: Proposal, note: Note) -> Tombstone:
    return Tombstone(proposal.id, "proposal", proposal.community, note.recorded, note.text)


def _carry_out(desk: Participation, forgetting: Forgetting, note: Note, media: Sequence[str]) -> None:
    """Erase the words, then the files, then their records: killed in between, the records lead to the files.

    What no proposal shows any more `taking_care.remove_orphans` deletes within a day.
    """
    desk.revisions.forget(forgetting, note)
    for medium in media:
        if medium.startswith("a"):
            desk.audio.remove(medium)
        else:
            desk.photos.remove(medium)
    if media:
        desk.media.remove(media, note.recorded)


def _brought(proposal: Proposal, entries: Sequence[Entry]) -> tuple[Place | None, Place] | None:
    """Return the place as it was and as the proposal changed it; None where it changed nothing.

    Of one that cannot be read the place's history says it.
    """
    states = [entry.place for entry in entries]
    if proposal.content is not None:
        base = proposal.base_revision
        return next((place for place in states if base and place.revision == base), None), proposal.content
    result = proposal.result_revision
    before = [place for place in states if place.revision < result]
    after = [place for place in states if result and place.revision >= result]
    return (before[-1] if before else None, after[0]) if after else None


def _stored(desk: Participation, place_id: str, entries: Sequence[Entry]) -> Place | None:
    """Return the place; what its history says last where it is damaged, or its town hidden."""
    try:
        return desk.places.get(place_id)
    except NotFound:
        return entries[-1].place if entries else None


def _others(desk: Participation, stored: Place | None, clean: Clean, proposals: Sequence[Proposal]) -> bool:
    """Return whether somebody else told something about the place, or waits to."""
    ids = {proposal.id for proposal in proposals}
    # Where nothing of the place can be read, whoever had something approved told something.
    telling = OPEN if stored is not None else (*OPEN, "approved")
    waiting = any(
        p.id not in ids and p.state in telling for p in desk.proposals.of_place(proposals[0].place_id)
    )
    left = clean(stored).stories if stored is not None else ()
    return waiting or bool(left)


def _media(
    desk: Participation, proposals: Sequence[Proposal], clean: Clean, stored: Place | None, *, whole: bool
) -> set[str]:
    """Return the photos and recordings that go: those sent along that nothing else shows then.

    Something else is a state of the place as it stays, and what the author sent besides.
    """
    sent = {m.id for p in proposals for m in desk.media.of_submission(p.id)}
    photos, audio = media_of(p.content for p in proposals if p.content)
    mine = {m.id for key in {p.author_key for p in proposals} for m in desk.media.of_author(key)}
    others = [p for p in desk.proposals.of_author({p.author_key for p in proposals}) if p not in proposals]
    gone = (sent | ((photos | audio) & mine)).difference(*media_of(p.content for p in others if p.content))
    if stored is not None and not whole:
        kept_photos, kept_audio = media_of([clean(stored)])
        gone -= kept_photos | kept_audio
    return gone
