"""Keeping the map true: neighbours confirm and report, old entries are asked about, faded, archived."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from micropolis_map.domain.freshness import Freshness, freshness, iso, moment_of
from micropolis_map.domain.permission import Actor, require
from micropolis_map.domain.place import Place
from micropolis_map.domain.proposal import STATES, media_of
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.public_place import public_place
from micropolis_map.services.rounds import Round
from micropolis_map.stores.care_store import Report
from micropolis_map.stores.place_store import Note

REASONS = ("not_here", "wrong", "closed", "offensive", "personal_data", "duplicate", "other")
MAX_REPORT = 1_000
CARETAKER = "caretaker"
_ORPHAN_AFTER = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Freshnesses:
    """How fresh places are, all by one look at the stores."""

    def __init__(self, desk: Participation) -> None:
        self._now = desk.now()
        self._recorded = desk.revisions.last_recorded()
        self._confirmed = desk.care.confirmations()
        self._found_true = desk.care.found_true()

    def of(self, place: Place) -> Freshness:
        """Return how fresh the place is since it was last changed, confirmed, or found still true."""
        return freshness(self.last(place), self._now)

    def last(self, place: Place) -> datetime:
        """Return when the place was last changed, confirmed, or found still true."""
        # When we recorded it counts too: what an old file brings in today is first asked about in a year.
        told = (place.updated or place.created, self._recorded.get(place.id, ""))
        confirmed = self._confirmed.get(place.id, (0, ""))[1]
        texts = (*told, confirmed, self._found_true.get(place.id, ""))
        return max(moment_of(text, _LONG_AGO) for text in texts)

    def known_by(self, place_id: str) -> int:
        """Return how many neighbours said that they know the place."""
        return self._confirmed.get(place_id, (0, ""))[0]


def confirm(desk: Participation, community: str, place_id: str, device: str) -> int:
    """Count "I know this place", once for each device; return how many know it.

    Parameters
    ----------
    device
        A secret the device made; only its hash with the place is kept, so devices cannot be followed.
    """
    place = public_place(desk.places, community, place_id)
    require(Actor(), "confirm", desk.subject_of(place))
    return desk.care.confirm(place_id, _device(device, place_id), desk.moment())


def report(desk: Participation, community: str, place_id: str, reason: str, text: str, device: str) -> Report:
    """Keep a problem with a published place for its organisers."""
    place = public_place(desk.places, community, place_id)
    require(Actor(), "report", desk.subject_of(place))
    if reason not in REASONS:
        raise InvalidInput(f"reason is {reason[:40]!r}", f"give one of {', '.join(REASONS)}")
    if len(text) > MAX_REPORT:
        raise InvalidInput(
            mark("the text has {n} characters"), mark("write at most {most}"), n=len(text), most=MAX_REPORT
        )
    kept = Report(
        secrets.token_hex(10),
        place_id,
        community,
        _device(device, place_id),
        reason,
        text.strip(),
        desk.moment(),
    )
    return desk.care.report(kept)


def found_true(desk: Participation, place: Place, actor: str) -> Place:
    """Keep that the place is still true; one archived for its age is published again."""
    desk.care.still_true(place.id, desk.moment())
    if place.status != "archived":
        return place
    note = Note(actor, "found still true", desk.moment())
    return desk.revisions.put(replace(place, status="published"), note, expected_revision=place.revision)


def still_true(desk: Participation, actor: Actor, place_id: str) -> Place:
    """Keep an organiser's word that the place is still true."""
    place = desk.places.get(place_id)
    require(actor, "still_true", desk.subject_of(place))
    return found_true(desk, place, f"{actor.role}:{actor.account_id}"[:60])


def care(desk: Participation, community: str) -> dict[str, dict[str, object]]:
    """Return by published place how many know it and how fresh it is; the others are fresh and unknown."""
    known = Freshnesses(desk)
    facts: dict[str, dict[str, object]] = {
        p.id: {"known_by": known.known_by(p.id), "freshness": known.of(p)}
        for p in desk.places.places(community)
    }
    return {
        place_id: fact for place_id, fact in facts.items() if fact != {"known_by": 0, "freshness": "fresh"}
    }


def remove_orphans(desk: Participation, this: Round) -> int:
    """Delete photos and recordings that no place and no proposal has shown for a day; return how many."""
    unshown = {
        medium.id: medium
        for medium in desk.media.all()
        if medium.id not in _shown(desk, medium.author_key, medium.submission)
    }
    sent_before = iso(this.now - _ORPHAN_AFTER)
    ripe = [unshown[one] for one in this.ripe("orphan", unshown, _ORPHAN_AFTER)]
    orphans = [medium for medium in ripe if medium.created < sent_before]
    for medium in orphans:
        if medium.kind == "audio":
            desk.audio.remove(medium.id)
        else:
            desk.photos.remove(medium.id)
    desk.media.remove([medium.id for medium in orphans], desk.moment())
    return len(orphans)


def remove_strays(desk: Participation, this: Round) -> int:
    """Delete files that no record, place, proposal or revision has named for a day; return how many.

    The server was killed after a file was written and before its record was. Files older than the first
    record are left alone: they may be those of another database.
    """
    media = desk.media.all()
    photos = dict(desk.photos.written())
    written = photos | dict(desk.audio.written())
    unnamed = written.keys() - {medium.id for medium in media} if media else set()
    if unnamed:
        since = min(moment_of(medium.created, _LONG_AGO) for medium in media).timestamp()
        unnamed = {one for one in unnamed if since <= written[one]}.difference(*media_of(_everything(desk)))
    written_before = (this.now - _ORPHAN_AFTER).timestamp()
    strays = [one for one in this.ripe("stray", unnamed, _ORPHAN_AFTER) if written[one] < written_before]
    for one in strays:
        (desk.photos if one in photos else desk.audio).remove(one)
    return len(strays)


def _everything(desk: Participation) -> Iterator[Place]:
    """Yield what every proposal holds and every state of every place: files of imports have no record."""
    yield from (p.content for p in desk.proposals.in_states(STATES) if p.content is not None)
    for place in desk.places.places(None, published_only=False):
        yield from _states(desk, place.id, place)


def _shown(desk: Participation, author_key: str, submission: str) -> set[str]:
    """Return the media in what the author sent, and in every revision of the places it is about."""
    shown: set[str] = set()
    known = desk.proposals.find(submission)
    for proposal in [*desk.proposals.of_author([author_key]), *([known] if known else [])]:
        for ids in media_of(_states(desk, proposal.place_id, proposal.content)):
            shown |= ids
    return shown


def _states(desk: Participation, place_id: str, content: Place | None) -> Iterator[Place]:
    if content is not None:
        yield content
    for entry in desk.revisions.entries(place_id):
        yield entry.place


def _device(device: str, place_id: str) -> str:
    return hashed(f"{check_secret(device)}/{place_id}")
