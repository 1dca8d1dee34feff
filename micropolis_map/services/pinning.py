"""Pinning a place, telling a story, suggesting a change: everything becomes a proposal, and none is lost.

A submission has an id its sender made; its proposal has the same id, and a new place's id follows from it.
So whatever happens between sending and the answer, sending again gives the same proposal and the same place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from micropolis_map.domain.merge import Clash, merge
from micropolis_map.domain.permission import Actor, may, require, subject_of
from micropolis_map.domain.place import Place
from micropolis_map.domain.privacy import personal_data
from micropolis_map.domain.proposal import OPEN, Proposal
from micropolis_map.domain.secret import check_secret, hashed, new_secret
from micropolis_map.errors import Conflict, InvalidInput, NotFound, TooMany
from micropolis_map.i18n import mark
from micropolis_map.services.community_reach import Reach
from micropolis_map.services.nearby import duplicates_of
from micropolis_map.services.participation import Participation
from micropolis_map.services.place_district import district_at
from micropolis_map.services.public_place import is_public
from micropolis_map.services.submission import (
    Submission,
    WrongFields,
    check_sent_again,
    check_submission,
    is_named,
    new_media,
    properties_of,
    proposed_place,
    refuse_machines,
    texts_of,
)
from micropolis_map.stores.place_store import Note

LIMITS: Mapping[str, tuple[int, float]] = {
    "submit": (30, 3600.0),
    "media": (80, 3600.0),
    "check": (600, 3600.0),
    "confirm": (120, 3600.0),
    "report": (10, 3600.0),
    "sign_in": (20, 900.0),
    "sign_up": (40, 3600.0),
    "seat": (5, 86_400.0),
    "walk_report": (60, 3600.0),
    "ask_town": (5, 86_400.0),
}
"""How often one address may do it, within how many seconds. A school class behind one address still fits."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the same: `clashes` holds both versions of each part, `current` the place now."""

    def __init__(self, clashes: tuple[Clash, ...], current: Place) -> None:
        super().__init__(
            mark("somebody else changed {n} of the same things meanwhile"),
            mark("look at both and choose, or send yours beside theirs"),
            n=len(clashes),
        )
        self.args = (clashes, current)
        self.clashes = clashes
        self.current = current


@dataclass(frozen=True)
class PersonalData:
    """What may be personal in a text: pointed out, never a reason to refuse."""

    field: str
    kind: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """What became of a submission; `new` is False when it had been sent before."""

    proposal: Proposal
    findings: tuple[PersonalData, ...]
    new: bool
    mended: bool = False


def submit(desk: Participation, submission: Submission, address: str = "") -> Receipt:
    """Keep what was sent as a proposal; sending it again returns the same.

    Parameters
    ----------
    address
        The sender's network address, for the limits; empty for none. Only a hash of it is kept, for a day.

    Raises
    ------
    InvalidInput
        Something a person can correct (`WrongFields` says which fields), or it looks made by a machine.
    NotFound
        There is no such community, or no such published place to add to.
    Conflict
        The id was used for something else; `ChangedMeanwhile` when somebody else changed the same parts.
    TooMany
        Too much from this address.
    """
    check_submission(submission)
    key = hashed(check_secret(submission.secret))
    require(Actor(), "propose")
    known = desk.proposals.find(submission.id)
    if known is not None:
        return _again(known, submission, key)
    refuse_machines(submission.honeypot, submission.seconds)
    limit(desk, address, "submit")
    community = desk.communities.get(submission.community)
    base = _base(desk, submission, key)
    if isinstance(base, Proposal):
        return _corrected(desk, base, submission)
    place, repaired = proposed_place(submission, base, desk.moment())
    _check_reach(Reach.of(community), place)
    _check_media(desk, key, place, base)
    if base is not None and submission.kind == "edit" and not submission.keep_both:
        _refuse_clashes(desk, base, place)
    findings = findings_in(place, base)
    flags = {f"personal:{finding.kind}" for finding in findings}
    if not desk.proposals.approved_count(key):
        flags.add("first_time")
    proposal = Proposal(
        id=submission.id,
        community=submission.community,
        place_id=place.id,
        base_revision=base.revision if base else 0,
        kind=submission.kind,
        state="pending",
        content=place,
        author_key=key,
        created=desk.moment(),
        district=district_at(community, place),
        flags=tuple(sorted(flags)),
        digest=submission.digest,
    )
    kept, new = desk.proposals.add(proposal)
    if not new:  # somebody (a retry of the same sender) was faster
        return _again(kept, submission, key)
    return Receipt(kept, findings, new=True, mended=repaired)


def check(
    desk: Participation, slug: str, feature: Mapping[str, Any]
) -> tuple[list[Place], list[PersonalData]]:
    """Return published places that may be the same, the nearest first, and what may be personal.

    Parameters
    ----------
    feature
        As of a submission; incomplete is fine. Nothing is stored.
    """
    desk.communities.get(slug)
    named = is_named(properties_of(feature))
    draft = Submission("check", "", "place", slug, _named(feature, named=named))
    place, _ = proposed_place(draft, None, desk.moment())
    similar = duplicates_of(desk, place) if named else []
    return similar, list(findings_in(place, None))


def findings_in(place: Place, base: Place | None) -> tuple[PersonalData, ...]:
    """Return what may be personal in the texts of `place` that `base` has not."""
    old = set(texts_of(base)) if base else set()
    return tuple(
        PersonalData(field, finding.kind, finding.text)
        for field, text in texts_of(place)
        if (field, text) not in old
        for finding in personal_data(text)
    )


def limit(desk: Participation, address: str, action: str, *, of: str = "", most: int | None = None) -> None:
    """Count the action of the address; `TooMany` when it did it too often.

    Parameters
    ----------
    of
        What it does it to, where each of these counts by itself: a walk's id.
    most
        Fewer than `LIMITS` says.
    """
    if not address:
        return
    usual, window_s = LIMITS[action]
    most = usual if most is None else min(most, usual)
    who = hashed_today(desk, address + of)
    _check_wait(desk.care.attempt(who, action, desk.now().timestamp(), window_s, most), window_s, most)


def check_not_refused(desk: Participation, address: str, action: str) -> None:
    """Raise `TooMany` for an address that `limit` told to wait and that did not; it counts nothing.

    For what looks something up before it counts: who does not wait costs no look.
    """
    if address:
        most, window_s = LIMITS[action]
        who = hashed_today(desk, address)
        _check_wait(desk.care.refused(who, action, desk.now().timestamp(), most), window_s, most)


def _check_wait(wait_s: float, window_s: float, most: int) -> None:
    if wait_s:
        raise TooMany(
            mark("{most} within {minutes} minutes came from your network"),
            mark("try again in {wait} minutes; nothing you wrote is lost"),
            wait_s,
            most=most,
            minutes=round(window_s / 60),
            wait=round(wait_s / 60),
        )


def hashed_today(desk: Participation, text: str) -> str:
    """Return the hash of an address, with a salt that changes daily and is then gone.

    Nobody can tell later who it was.
    """
    return hashing_today(desk)(text)


def hashing_today(desk: Participation) -> Callable[[str], str]:
    """Return what hashes addresses, as `hashed_today`."""
    salt = desk.care.salt(desk.now().astimezone(UTC).date().isoformat(), new_secret())
    return lambda text: hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def base_of(desk: Participation, place_id: str, revision: int) -> Place | None:
    """Return the place as it was at that revision, None without it."""
    entries = desk.revisions.entries(place_id)
    return next((entry.place for entry in entries if entry.place.revision == revision), None)


def clashes_with_current(desk: Participation, proposal: Proposal) -> tuple[Clash, ...]:
    """Return where the place was changed since the proposal was made, in the same parts."""
    base = base_of(desk, proposal.place_id, proposal.base_revision)
    if base is None or proposal.content is None or proposal.state not in OPEN:
        return ()
    return merge(base, proposal.content, desk.places.get(proposal.place_id)).clashes


def _again(known: Proposal, submission: Submission, key: str) -> Receipt:
    check_sent_again(
        submission.id, same_author=known.author_key == key, same_words=known.digest == submission.digest
    )
    return Receipt(known, findings_in(known.content, None) if known.content else (), new=False)


def _base(desk: Participation, submission: Submission, key: str) -> Place | Proposal | None:
    """Return the place the submission was made on, or the sender's own waiting proposal of it.

    Only what everybody could see is a base: what organisers wrote while the place was off the map is theirs.
    """
    if submission.kind == "place":
        return None
    sent = [p for p in desk.proposals.of_place(submission.place_id) if p.author_key == key]
    waiting = [p for p in sent if p.state in OPEN and p.kind == "place"]
    if submission.kind == "edit" and waiting:
        return waiting[-1]
    current = desk.places.get(submission.place_id)
    own = any(p.state in {*OPEN, "approved", "withdrawn"} for p in sent)
    subject = replace(subject_of(current), author_key=key if own else "")
    seen = may(Actor(keys=frozenset({key})), "see", subject)
    shown = _shown(desk, current) if seen else None
    if current.community != submission.community or shown is None:
        raise NotFound(
            mark("there is no place {id}"),
            mark("look it up in the list of places"),
            id=repr(submission.place_id[:128]),
        )
    if submission.kind == "story" or submission.base_revision in {None, shown.revision}:
        return shown
    base = base_of(desk, submission.place_id, int(submission.base_revision or 0))
    if base is None or not is_public(base):
        raise InvalidInput(
            mark("base_revision {revision} of {id} is unknown"),
            mark("open the place again and repeat the change"),
            revision=submission.base_revision,
            id=repr(submission.place_id),
        )
    return base


def _shown(desk: Participation, current: Place) -> Place | None:
    """Return the place as everybody sees it, or last saw it; None when nobody ever did."""
    if is_public(current):
        return current
    states = (entry.place for entry in reversed(desk.revisions.entries(current.id)))
    return next((place for place in states if is_public(place)), None)


def _corrected(desk: Participation, waiting: Proposal, submission: Submission) -> Receipt:
    """Write the sender's new version over their own proposal that nobody decided on yet."""
    draft = replace(submission, id=waiting.id)
    place, repaired = proposed_place(draft, waiting.content, desk.moment())
    place = replace(place, id=waiting.place_id, revision=1)
    community = desk.communities.get(submission.community)
    _check_reach(Reach.of(community), place)
    _check_media(desk, waiting.author_key, place, waiting.content)
    findings = findings_in(place, None)

    def change(old: Proposal, _: Place | None) -> tuple[Proposal, None]:
        if old.state not in OPEN:
            raise Conflict(
                mark("an organiser has decided on this by now"), mark("open your private link again")
            )
        flags = {flag for flag in old.flags if not flag.startswith("personal:")}
        flags |= {f"personal:{finding.kind}" for finding in findings}
        district = district_at(community, place)
        new = replace(old, content=place, flags=tuple(sorted(flags)), district=district, state="pending")
        return new, None

    kept, _ = desk.proposals.change(waiting.id, Note(), change)
    return Receipt(kept, findings, new=False, mended=repaired)


def _refuse_clashes(desk: Participation, base: Place, place: Place) -> None:
    current = desk.places.get(place.id)
    if not is_public(current):  # the same words whatever is written there now: guesses learn nothing
        raise Conflict(
            mark("an organiser looks at this place"),
            mark("send yours beside theirs, or wait until it is on the map again"),
        )
    if current.revision != base.revision:
        clashes = merge(base, place, current).clashes
        if clashes:
            raise ChangedMeanwhile(clashes, current)


def _check_reach(reach: Reach | None, place: Place) -> None:
    if reach is not None:
        reach.check(place.geometry)


def _check_media(desk: Participation, key: str, place: Place, base: Place | None) -> None:
    wanted = new_media(place, base)
    mine = {medium.id for medium in desk.media.of_author(key)} if wanted else set()
    if wanted - mine:
        raise WrongFields({"photos": "unknown"})


def _named(feature: Mapping[str, Any], *, named: bool) -> Mapping[str, Any]:
    if named:
        return feature
    return {**feature, "properties": {**properties_of(feature), "name": {"en": "?"}}}


def waited_s(proposal: Proposal, now: datetime) -> float:
    """Return how long the proposal has waited for an answer, in seconds."""
    return max(0.0, (now - datetime.fromisoformat(proposal.created)).total_seconds())
