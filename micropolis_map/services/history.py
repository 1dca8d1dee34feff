"""A place's history: who changed what and when; any two states compared; any state restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from micropolis_map.domain.permission import Actor, require
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_parts import Difference, differences
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.stores.history_store import Entry
from micropolis_map.stores.place_store import Note


def history(desk: Participation, actor: Actor, place_id: str) -> Sequence[Entry]:
    """Return the place's revisions, the oldest first."""
    require(actor, "see_history", desk.subject_of(desk.places.get(place_id)))
    return desk.revisions.entries(place_id)


def compare(
    desk: Participation, actor: Actor, place_id: str, before: int, after: int
) -> tuple[Difference, ...]:
    """Return what differs between two revisions; 0 for `before` is the empty beginning."""
    entries = {entry.revision: entry.place for entry in history(desk, actor, place_id)}
    for revision in {before, after} - {0}:
        if revision not in entries:
            raise NotFound(
                mark("{id} has no revision {revision}"),
                mark("choose one of 1 to {last}"),
                id=repr(place_id),
                revision=revision,
                last=max(entries),
            )
    return differences(entries.get(before), entries[after])


def restore(desk: Participation, actor: Actor, place_id: str, revision: int) -> Place:
    """Append the content of an old revision as the newest; whether it is public stays as it is."""
    current = desk.places.get(place_id)
    require(actor, "restore", desk.subject_of(current))
    entries = {entry.revision: entry.place for entry in desk.revisions.entries(place_id)}
    if revision not in entries:
        raise NotFound(
            mark("{id} has no revision {revision}"),
            mark("choose one of 1 to {last}"),
            id=repr(place_id),
            revision=revision,
            last=max(entries),
        )
    now = desk.moment()
    restored = replace(entries[revision], status=current.status, updated=now)
    note = Note(f"{actor.role}:{actor.account_id}"[:60], f"restored revision {revision}", now)
    return desk.revisions.put(restored, note, expected_revision=current.revision)
