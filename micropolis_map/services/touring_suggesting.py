"""Suggesting a tour, or a change of one: without an account, kept once however often it is sent.

As with pins the sender makes the submission's id and the private key; a new tour's id follows from the
submission's. What residents send waits for an organiser; what an organiser sends is published at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import LICENCE
from micropolis_map.domain.privacy import personal_data
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.domain.shared_tour import SharedTour, TourKey, TourRevision
from micropolis_map.domain.spam import MAX_LINKS, links_in
from micropolis_map.domain.tour import Tour
from micropolis_map.domain.tour_document import MOST_STOPS, tour_of_document
from micropolis_map.domain.tour_parts import merged_tour
from micropolis_map.errors import Conflict, InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import PersonalData, limit
from micropolis_map.services.place_district import district_at
from micropolis_map.services.submission import WrongFields, check_sent_again, refuse_machines

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
FEWEST_STOPS = 2


@dataclass(frozen=True)
class TourSubmission:
    """A tour as it came over the wire.

    Attributes
    ----------
    id
        Made by the sender: 16 to 64 letters, digits, ``-`` and ``_``; sending it twice is sending it once.
    document
        As `tour_document.tour_of_document` reads it.
    tour_id, base
        Of the tour it changes and the revision it was made on; empty and 0 for a new one.
    seconds
        Between opening the page and sending, by the sender's clock; None when it was not told.
    """

    id: str
    secret: str
    community: str
    document: Mapping[str, Any]
    tour_id: str = ""
    base: int = 0
    seconds: float | None = None
    honeypot: str = ""

    @property
    def digest(self) -> str:
        """A hash of what is sent, by which a second sending is known."""
        what = [self.community, self.tour_id, self.base, self.document]
        return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def new_tour_id(self) -> str:
        """The id of the tour this submission makes: always the same for the same submission."""
        return f"{self.community}-walk-{hashlib.sha256(self.id.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class TourReceipt:
    """What became of it; `new` is False when it had been sent before."""

    shared: SharedTour
    revision: TourRevision
    findings: tuple[PersonalData, ...]
    new: bool


def suggest(desk: Participation, submission: TourSubmission, address: str = "") -> TourReceipt:
    """Keep the tour, or the change of one, as a revision that waits for an organiser.

    Parameters
    ----------
    address
        The sender's network address, for the limits; empty for none.

    Raises
    ------
    InvalidInput
        Something a person can correct (`WrongFields` says which fields), or it looks made by a machine.
    NotFound
        There is no such community, no such tour, or a stop that is not a public place of it.
    NotAllowed
        The key may not change this tour.
    Conflict
        The id was used for something else, or somebody changed the same parts meanwhile.
    TooMany
        Too much from this address.
    """
    if not isinstance(submission.id, str) or not _ID.fullmatch(submission.id):
        raise InvalidInput(
            mark("submission id {id} is not valid"),
            mark("use 16 to 64 of A-Za-z0-9-_"),
            id=repr(str(submission.id)[:80]),
        )
    key = hashed(check_secret(submission.secret))
    require(Actor(), "propose")
    known = desk.tours.of_submission(submission.id)
    if known is not None:
        return _again(known, submission, key)
    refuse_machines(submission.honeypot, submission.seconds)
    limit(desk, address, "submit")
    desk.communities.get(submission.community)
    if submission.tour_id:
        return _changed(desk, submission, key)
    return _new(desk, submission, key)


def checked_tour(desk: Participation, community: str, tour_id: str, document: Mapping[str, Any]) -> Tour:
    """Return the tour of a document somebody sent, with every stop a public place.

    Raises
    ------
    WrongFields
        It has too few or too many stops, or too many links.
    InvalidInput
        A field breaks the schema, or a stop is not a public place of the community.
    """
    tour = tour_of_document(tour_id, community, document)
    if not FEWEST_STOPS <= len(tour.stops) <= MOST_STOPS:
        raise WrongFields({"stops": "too_few" if len(tour.stops) < FEWEST_STOPS else "too_many"})
    public = {place.id for place in desk.places.places(community)}
    missing = [place for place, _ in tour.stops if place not in public]
    if missing:
        raise InvalidInput(
            mark("there is no place {id} in {community}"),
            mark("take the stop out"),
            id=repr(missing[0][:128]),
            community=repr(community),
        )
    if links_in(text for _, text in _texts(tour)) > MAX_LINKS:
        raise WrongFields({"about": "too_many_links"})
    languages = tuple(dict.fromkeys((*tour.languages, *tour.name)))
    told = tuple(lang for lang in languages if lang in tour.name)
    return replace(tour, languages=told, licence=tour.licence or LICENCE)


def findings_in(tour: Tour, before: Tour | None = None) -> tuple[PersonalData, ...]:
    """Return what may be personal in the texts of `tour` that `before` has not."""
    old = set(_texts(before)) if before else set()
    return tuple(
        PersonalData(field, finding.kind, finding.text)
        for field, text in _texts(tour)
        if (field, text) not in old
        for finding in personal_data(text)
    )


def district_of_tour(desk: Participation, tour: Tour) -> str:
    """Return the name of the district in which the tour's first stop lies, empty outside all."""
    first: Place = desk.places.get(tour.stops[0][0])
    return district_at(desk.communities.get(tour.community), first)


def replaced(shared: SharedTour) -> tuple[TourRevision, ...]:
    """Return the revisions with what waits marked as replaced by a newer one."""
    return tuple(
        replace(revision, state="replaced") if revision.is_open else revision for revision in shared.revisions
    )


def _new(desk: Participation, submission: TourSubmission, key: str) -> TourReceipt:
    tour = checked_tour(desk, submission.community, submission.new_tour_id, submission.document)
    now = desk.moment()
    revision = replace(_revision(desk, submission, tour, key), number=1)
    shared = SharedTour(
        id=tour.id,
        community=tour.community,
        status="suggested",
        created=now,
        district=district_of_tour(desk, tour),
        revisions=(revision,),
        keys=(TourKey(key, "author", now),),
    )
    kept, new = desk.tours.add(shared)
    if not new:
        return _again(kept, submission, key)
    return TourReceipt(kept, revision, findings_in(tour), new=True)


def _changed(desk: Participation, submission: TourSubmission, key: str) -> TourReceipt:
    shared = desk.tours.find(submission.tour_id)
    require(Actor(keys=frozenset({key})), "edit_tour", shared.subject([key]) if shared else Subject())
    if shared is None or shared.community != submission.community or shared.status == "deleted":
        raise NotFound(
            mark("there is no tour {id}"),
            mark("open your private link again"),
            id=repr(submission.tour_id[:128]),
        )
    tour = checked_tour(desk, shared.community, shared.id, submission.document)
    sent = _revision(desk, submission, tour, key)

    added: list[TourRevision] = []

    def change(old: SharedTour) -> SharedTour:
        if any(one.submission == submission.id for one in old.revisions):
            return old  # the same was sent twice at once, and the other one was faster
        require(Actor(keys=frozenset({key})), "edit_tour", old.subject([key]))
        role = next(one.role for one in old.keys if one.key == key)
        merged = _merged(old, submission.base, tour)
        number = old.latest.number
        revision = replace(sent, number=number + 1, base=number, tour=merged, by=role)
        added.append(revision)
        status = "suggested" if old.status == "withdrawn" else old.status
        return replace(old, status=status, revisions=(*replaced(old), revision))

    kept = desk.tours.change(shared.id, change)
    if not added:
        return _again(kept, submission, key)
    return TourReceipt(kept, kept.latest, findings_in(tour, shared.latest.tour), new=True)


def _merged(shared: SharedTour, base: int, mine: Tour) -> Tour:
    """Return `mine` with what others changed since `base`; `Conflict` where both changed the same."""
    theirs = shared.latest.tour
    start = next((one.tour for one in shared.revisions if one.number == base), None)
    if start is None or theirs is None:
        raise InvalidInput(
            mark("revision {revision} of {id} is unknown"),
            mark("open the tour again"),
            revision=base,
            id=repr(shared.id),
        )
    tour, clashes = merged_tour(start, mine, theirs)
    if clashes:
        parts = ", ".join(clash.path for clash in clashes)
        raise Conflict(
            mark("somebody else changed the same meanwhile: {parts}"),
            mark("open the tour again and look"),
            parts=parts,
        )
    return tour


def _revision(desk: Participation, submission: TourSubmission, tour: Tour, key: str) -> TourRevision:
    flags = {f"personal:{finding.kind}" for finding in findings_in(tour)}
    own = desk.tours.of_keys([key])
    if not any(shared.published for shared in own) and not desk.proposals.approved_count(key):
        flags.add("first_time")
    return TourRevision(
        number=0,
        tour=tour,
        state="pending",
        recorded=desk.moment(),
        key=key,
        submission=submission.id,
        digest=submission.digest,
        flags=tuple(sorted(flags)),
    )


def _again(known: SharedTour, submission: TourSubmission, key: str) -> TourReceipt:
    mine = [one for one in known.revisions if one.submission == submission.id and one.key == key]
    same_words = any(one.digest == submission.digest for one in mine)
    check_sent_again(submission.id, same_author=bool(mine), same_words=same_words)
    revision = mine[0]
    return TourReceipt(known, revision, findings_in(revision.tour) if revision.tour else (), new=False)


def _texts(tour: Tour) -> Iterable[tuple[str, str]]:
    yield from ((f"name/{lang}", text) for lang, text in tour.name.items())
    yield from ((f"about/{lang}", text) for lang, text in tour.about.items())
