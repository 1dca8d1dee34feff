"""Takes places of other files in: every row is added, updated, unchanged, or skipped with a reason."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from shapely.errors import ShapelyError
from shapely.geometry import shape

from micropolis_map.domain.community import Community
from micropolis_map.domain.duplicates import near_namesakes
from micropolis_map.domain.place import Place, Status
from micropolis_map.domain.place_geojson import feature_to_place, normalised, place_to_feature
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput, MicropolisError, Sentence
from micropolis_map.i18n import mark
from micropolis_map.ports import PlaceStore
from micropolis_map.services.community_reach import Reach
from micropolis_map.services.outlines import check_crossings
from micropolis_map.services.place_identity import Identities, Named
from micropolis_map.services.row_fields import is_ours, proposed_name, row_fields
from micropolis_map.services.terrastories import is_speaker, is_story, told
from micropolis_map.sources.place_files import ColumnMapping, ReadOptions, Row, RowFile, read_rows
from micropolis_map.sources.place_files.plain_text import words_of
from micropolis_map.sources.place_files.rows import short

Outcome = Literal["added", "updated", "unchanged", "skipped"]

_LOG = logging.getLogger(__name__)
_CLOSED: tuple[Status, ...] = ("hidden", "withdrawn", "archived")
EXAMPLES = 5
"""Values that are shown of those a column has that fit nowhere."""
MOST_NAMED = 40
"""Columns that are not used and are named."""
UNFORESEEN = (
    ArithmeticError, AttributeError, LookupError, RecursionError, ShapelyError, TypeError, ValueError,
)  # fmt: skip
"""What a row nobody thought of may raise: it is logged and told, and the other rows come in."""
T = TypeVar("T")
_BOOKKEEPING = ("created", "updated", "revision")


@dataclass(frozen=True)
class RowOutcome:
    """What becomes of one row: its number in the file, and the place or the reason (`error` to translate)."""

    row: int
    outcome: Outcome
    place_id: str = ""
    reason: str = ""
    error: MicropolisError | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class ImportPlan:
    """What an import will do; nothing is written before `apply_import`.

    Attributes
    ----------
    rows
        One outcome for each row of the file, in its order.
    places
        The places to write, sorted by id.
    notes
        What was recognised or left out, for people to read.
    twins
        Places to add, each with one on the map that may be the same (`duplicates.near_duplicates`).
    """

    rows: tuple[RowOutcome, ...]
    places: tuple[Place, ...]
    notes: tuple[str, ...] = ()
    twins: tuple[tuple[Place, Place], ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Return how many rows have the outcome."""
        return sum(row.outcome == outcome for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Return what ``import --json`` prints: ``read, added, updated, unchanged, skipped``."""
        return {
            "read": len(self.rows),
            "added": self.count("added"),
            "updated": self.count("updated"),
            "unchanged": self.count("unchanged"),
            "skipped": [
                {"row": row.row, "reason": row.reason} for row in self.rows if row.outcome == "skipped"
            ],
        }


def import_file(
    path: Path,
    community: Community,
    store: PlaceStore,
    *,
    answers: Mapping[str, str] | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportPlan:
    """Read the file, plan its import and apply it; return what was done.

    Parameters
    ----------
    answers
        Answers to the reader's questions by kind (``{"crs": "EPSG:2180"}``); what it proposes is taken else.
    mapping
        Columns and the fields they go to, over what is proposed.
    """
    options = read_options(community, answers or {}, ColumnMapping(mapping or {}))
    plan = plan_import(read_rows(path, options), community, store.places(None, published_only=False))
    apply_import(plan, store)
    return plan


def read_options(
    community: Community, answers: Mapping[str, str] | None = None, mapping: ColumnMapping | None = None
) -> ReadOptions:
    """Return how to read a file for `community`: near its centre and outline."""
    reach = Reach.of(community)
    return ReadOptions(
        centre=reach.centre if reach else None,
        bounds=reach.bounds if reach else None,
        answers=answers or {},
        mapping=mapping,
    )


def plan_import(
    rows: RowFile,
    community: Community,
    existing: Iterable[Place],
    mapping: ColumnMapping | None = None,
    *,
    now: str = "",
    status: Status = "published",
) -> ImportPlan:
    """Return what importing `rows` into `community` will do.

    A place's id is the row's own where it stands for itself, else made from what does not change
    (`place_identity`), so a second import of the same file adds nothing. A row of another program changes
    only what it states; languages, stories, photos and facts it does not mention stay. Places that are
    hidden, withdrawn or archived here are not brought back. Of several rows for one place the latest (by
    ``updated``, then by content, whatever the order of rows) is taken.

    Parameters
    ----------
    existing
        All places of all communities, in any status.
    mapping
        Which column is which field, instead of ``rows.mapping``.
    now
        ISO 8601 moment for new and changed places; "" for now.
    status
        Of added places.
    """
    planner = _Planner(
        community=community,
        places={place.id: place for place in existing},
        columns=(mapping or rows.mapping).columns,
        now=now or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        status=status,
        source=words_of(rows.name) or rows.kind,
    )
    before = [place for place in planner.places.values() if place.community == community.slug]
    outcomes = planner.plan(rows.rows)
    notes = [question.seen for question in rows.questions]
    unused = (mapping or rows.mapping).unused
    if unused:
        names = ", ".join(unused[:MOST_NAMED]) + (f" … ({len(unused)})" if len(unused) > MOST_NAMED else "")
        notes.append(Sentence(mark("columns that are not used: {names}"), names=names))
    added = [planner.touched[row.place_id] for row in outcomes if row.outcome == "added"]
    twins = tuple(near_namesakes(added, before))
    if twins:
        words = mark("new places that may be on the map already ({n}): {names}")
        notes.append(Sentence(words, n=len(twins), names=_listed(twins)))
    return ImportPlan(tuple(outcomes), planner.changed(), (*notes, *planner.notes), twins)


def apply_import(plan: ImportPlan, store: PlaceStore) -> int:
    """Write the plan's places in one transaction; return how many changed."""
    return store.put_many(plan.places)


@dataclass(frozen=True)
class _Described:
    """A row that can become a place, and the schema's properties it states."""

    named: Named
    fields: Mapping[str, Any]


@dataclass
class _Planner:
    community: Community
    places: dict[str, Place]
    columns: Mapping[str, str]
    now: str
    status: Status
    source: str

    def __post_init__(self) -> None:
        self.reach = Reach.of(self.community)
        self.lang = self.community.languages[0] if self.community.languages else "en"
        self.touched: dict[str, Place] = {}
        self.left_out: dict[str, list[str]] = {}
        self.notes: list[str] = []
        self.named_here = 0

    def changed(self) -> tuple[Place, ...]:
        return tuple(self.touched[key] for key in sorted(self.touched))

    def plan(self, rows: Sequence[Row]) -> list[RowOutcome]:
        outcomes: dict[int, RowOutcome] = {}
        stories = [row for row in rows if row.geometry is None and is_story(row)]
        told_apart = {row.number for row in stories}
        described = []
        for row in rows:
            if row.number not in told_apart:
                found = self._or_skipped(row, outcomes, self._read, row)
                described += [] if found is None else [found]
        identities = Identities(self.places, self.community.slug, [one.named for one in described])
        wanted: dict[str, list[tuple[Row, Place]]] = {}
        for one in described:
            row = one.named.row
            place = self._or_skipped(row, outcomes, self._placed, one, identities)
            if place is not None:
                wanted.setdefault(place.id, []).append((row, place))
        for candidates in wanted.values():
            self._settle(candidates, outcomes)
        for row in sorted(stories, key=_content):
            outcome = self._or_skipped(row, outcomes, self._tell, row)
            outcomes[row.number] = outcome or outcomes[row.number]
        self._tell_what_was_left_out(rows)
        return [outcomes[row.number] for row in rows]

    def _or_skipped(
        self, row: Row, outcomes: dict[int, RowOutcome], work: Callable[..., T], *given: Any
    ) -> T | None:
        """Return what the work gives; None where the row cannot be taken: it never stops the others."""
        try:
            return work(*given)
        except InvalidInput as error:
            outcomes[row.number] = RowOutcome(row.number, "skipped", reason=str(error), error=error)
        except UNFORESEEN as error:
            _LOG.exception("row %d of %s", row.number, self.source)
            unexpected = InvalidInput(
                mark("cannot be taken, by a mistake of this program ({error})"),
                mark("please report it, with the row"),
                error=f"{type(error).__name__}: {error}"[:200],
            )
            outcomes[row.number] = RowOutcome(row.number, "skipped", reason=str(unexpected), error=unexpected)
        return None

    def _read(self, row: Row) -> _Described:
        """Return what the row describes; InvalidInput to skip it."""
        if row.geometry is None:
            speaker = mark("describes a speaker, not a place")
            raise InvalidInput(speaker if is_speaker(row) else row.reason or mark("has no geometry"))
        if self.reach:
            self.reach.check(row.geometry)
        ours = is_ours(row.properties, self.columns)
        said = row_fields(row, self.columns, self.lang, ours=ours)
        fields = dict(said.fields)
        for column, value in said.left_out:
            self.left_out.setdefault(column, []).append(short(value, 40))
        row = replace(row, id=row.id or str(fields.pop("id", "") or ""))
        fields.pop("id", None)
        if not any(str(text).strip() for text in (fields.get("name") or {}).values()):
            fields["name"] = proposed_name(row, fields, self.lang)
            self.named_here += bool(fields["name"])
        if not fields["name"]:
            raise InvalidInput(mark("has no name"), mark("give it one, or say which column holds the names"))
        if ours and fields.get("community") != self.community.slug:
            raise InvalidInput(
                mark("belongs to the community {name}"),
                mark("import it there"),
                name=repr(fields.get("community")),
            )
        return _Described(Named(row, fields["name"], ours), fields)

    def _placed(self, one: _Described, identities: Identities) -> Place:
        """Return the place the row describes, merged into the one that is there; InvalidInput to skip it."""
        return self._merged(identities.of(one.named), one.named.row, dict(one.fields))

    def _merged(self, identifier: str, row: Row, fields: dict[str, Any]) -> Place:
        old = self.places.get(identifier)
        if old is not None and old.community != self.community.slug:
            raise InvalidInput(
                mark("its id {id} belongs to the community {name}"),
                mark("import it there"),
                id=repr(identifier),
                name=repr(old.community),
            )
        if old is not None and old.status in _CLOSED:
            raise InvalidInput(
                mark("place {id} is off the public map here"),
                mark("restore it first, or leave it out"),
                id=repr(identifier),
            )
        if old is None:
            start: dict[str, Any] = {"kind": "co-created", "source": self.source, "created": self.now}
            start["updated"] = self.now
            status = self.status
        else:
            start, status = place_to_feature(old)["properties"], old.status
            fields = {**fields, **{key: start[key] for key in _BOOKKEEPING}}
        properties = {**start, **_joined(start, fields), "community": self.community.slug}
        place = feature_to_place(
            {"type": "Feature", "id": identifier, "geometry": row.geometry, "properties": properties}
        )
        check_crossings(shape(dict(place.geometry)))
        return replace(place, status=status)

    def _settle(self, candidates: list[tuple[Row, Place]], outcomes: dict[int, RowOutcome]) -> None:
        candidates.sort(key=lambda pair: (_latest(pair), -pair[0].number), reverse=True)
        winner, place = candidates[0]
        outcomes[winner.number] = RowOutcome(winner.number, self._put(place), place.id)
        for row, other in candidates[1:]:
            if other == place:
                outcomes[row.number] = RowOutcome(row.number, "unchanged", place.id)
            else:
                same = mark("describes the same place as row {row} ({id}), otherwise")
                error = InvalidInput(same, row=winner.number, id=repr(place.id))
                outcomes[row.number] = RowOutcome(row.number, "skipped", reason=str(error), error=error)

    def _put(self, place: Place) -> Outcome:
        old = self.places.get(place.id)
        if old is not None and (place == old or place == normalised(old)):
            return "unchanged"
        self.places[place.id] = place if old is None else replace(place, updated=self.now)
        self.touched[place.id] = self.places[place.id]
        return "added" if old is None else "updated"

    def _tell(self, row: Row) -> RowOutcome:
        """Add a story of a table of stories to the places it names; InvalidInput to skip it."""
        changed = told(row, self._here(), self.lang)
        outcomes = [self._put(place) for place in changed]
        return RowOutcome(row.number, "updated" if "updated" in outcomes else "unchanged", changed[0].id)

    def _here(self) -> list[Place]:
        return [
            place
            for place in self.places.values()
            if place.community == self.community.slug and place.status not in _CLOSED
        ]

    def _tell_what_was_left_out(self, rows: Sequence[Row]) -> None:
        links = [column for column, target in self.columns.items() if target == "photo_link"]
        count = sum(any(row.properties.get(column) for column in links) for row in rows)
        if count:
            words = mark("rows that name photos elsewhere: {n}; those are not fetched, upload them instead")
            self.notes.append(Sentence(words, n=count))
        if self.named_here:
            words = mark("rows without a name, called by their description or address: {n}")
            self.notes.append(Sentence(words, n=self.named_here))
        for column, values in self.left_out.items():
            examples = list(dict.fromkeys(values))
            shown = ", ".join(examples[:EXAMPLES]) + (" …" if len(examples) > EXAMPLES else "")
            words = mark("column {name}: values that fit no field are left out: {n} ({examples})")
            self.notes.append(Sentence(words, name=repr(column), n=len(values), examples=shown))


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `new`; what holds many things by key keeps those of `old` it does not mention."""
    joined = dict(new)
    for key in ("name", "description", "access"):
        if isinstance(new.get(key), Mapping):
            joined[key] = {**(old.get(key) or {}), **new[key]}
    for key in ("stories", "photos"):
        if isinstance(new.get(key), list):
            named = {item.get("id"): item for item in new[key] if isinstance(item, Mapping)}
            kept = [named.pop(item["id"], item) for item in old.get(key) or ()]
            fresh = [item for item in new[key] if not isinstance(item, Mapping) or item.get("id") in named]
            joined[key] = [*kept, *fresh]
    return joined


def _listed(twins: Sequence[tuple[Place, Place]]) -> str:
    named = [f"{pick(new.name, 'en')[0]!r} ↔ {pick(old.name, 'en')[0]!r}" for new, old in twins[:5]]
    return ", ".join(named) + (" …" if len(twins) > 5 else "")


def _latest(pair: tuple[Row, Place]) -> tuple[str, str]:
    row, _place = pair
    return str(row.properties.get("updated", "")), _content(row)


def _content(row: Row) -> str:
    return json.dumps([row.geometry, dict(row.properties)], sort_keys=True, ensure_ascii=False, default=str)
