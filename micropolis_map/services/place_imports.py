"""Importing as people do it: look first, bring in, take back. Every change is a revision with a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.place import Place
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.importing import ImportPlan, plan_import, read_options
from micropolis_map.services.participation import Participation
from micropolis_map.sources.place_files import ColumnMapping, RowFile, read_rows
from micropolis_map.stores.place_store import Note
from micropolis_map.workers.pool import FILE, READERS

UNDONE = "import taken back"


@dataclass(frozen=True)
class Written:
    """A place that an import wrote: as it was (None for a new one), and the revision it has since."""

    place_id: str
    before: Place | None
    revision: int


@dataclass(frozen=True)
class Import:
    """What an import did, kept to take it back."""

    name: str
    community: str
    plan: ImportPlan
    written: tuple[Written, ...]


@dataclass(frozen=True)
class TakenBack:
    """How many places are as before, and the ids of those left alone because they were changed since."""

    places: int
    left: tuple[str, ...]


def look_at(
    desk: Participation,
    actor: Actor,
    slug: str,
    path: Path,
    answers: Mapping[str, str] | None = None,
    mapping: Mapping[str, str] | None = None,
) -> tuple[RowFile, ImportPlan]:
    """Return the file's rows and what importing them would do; nothing is written.

    Parameters
    ----------
    answers
        Answers to the reader's questions, by their kind.
    mapping
        Columns and the fields they go to, over what is proposed.

    Raises
    ------
    NotAllowed
        `actor` does not look after the whole community.
    UnreadableFile
        The file is broken or of no kind we read.
    InvalidInput
        An answer or a field of `mapping` is none there is.
    """
    community = desk.communities.get(slug)
    require(actor, "import", Subject(slug))
    options = read_options(community, answers or {}, ColumnMapping(mapping or {}))
    rows = READERS.run(read_rows, path, options, limits=FILE)
    return rows, plan_import(rows, community, _existing(desk, slug), now=desk.moment())


def check_columns(rows: RowFile, mapping: Mapping[str, str]) -> None:
    """Raise InvalidInput where somebody named a column that the file does not have."""
    there = rows.mapping.columns
    missing = next((column for column in mapping if column not in there), None)
    if missing is not None:
        raise InvalidInput(
            mark("{file} has no column {name}"),
            mark("name one of its columns: {names}"),
            file=repr(rows.name),
            name=repr(missing),
            names=", ".join(there),
        )


def bring_in(desk: Participation, actor: Actor, slug: str, name: str, plan: ImportPlan) -> Import:
    """Write the plan's places in one transaction."""
    require(actor, "import", Subject(slug))
    old = _by_id(desk, slug)
    note = Note(f"{actor.role}:{actor.account_id}"[:60], f"imported from {name}"[:200], desk.moment())
    desk.revisions.put_many(plan.places, note)
    now = _by_id(desk, slug)
    written = tuple(
        Written(place.id, _shown(old.get(place.id)), now[place.id].revision) for place in plan.places
    )
    return Import(name, slug, plan, written)


def take_back(desk: Participation, actor: Actor, done: Import) -> TakenBack:
    """Withdraw what an import added and bring back what it changed; what was changed since stays."""
    require(actor, "import", Subject(done.community))
    now = _by_id(desk, done.community)
    at = desk.moment()
    back, left = [], []
    for one in done.written:
        current = now.get(one.place_id)
        if current is None or current.revision != one.revision:
            left.append(one.place_id)
        elif one.before is None:
            back.append(replace(current, status="withdrawn", updated=at))
        else:
            back.append(replace(one.before, updated=at))
    note = Note(f"{actor.role}:{actor.account_id}"[:60], UNDONE, at)
    desk.revisions.put_many(back, note)
    return TakenBack(len(back), tuple(left))


def _by_id(desk: Participation, slug: str) -> dict[str, Place]:
    return {place.id: place for place in desk.places.places(slug, published_only=False)}


def _shown(place: Place | None) -> Place | None:
    return None if place is None or place.status == "withdrawn" else place


def _existing(desk: Participation, slug: str) -> Sequence[Place]:
    """Return all places but those of imports that were taken back: they may come in again."""
    places = desk.places.places(None, published_only=False)
    return [place for place in places if not (place.community == slug and _was_taken_back(desk, place))]


def _was_taken_back(desk: Participation, place: Place) -> bool:
    if place.status != "withdrawn":
        return False
    entries = desk.revisions.entries(place.id)
    return bool(entries) and entries[-1].note == UNDONE
