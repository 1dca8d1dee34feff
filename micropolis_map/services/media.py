"""Photos and recordings of submissions: taken in before or after it is sent, shown to whom they may be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from micropolis_map.domain.permission import Actor, Subject, may
from micropolis_map.domain.place import Photo, Place
from micropolis_map.domain.proposal import OPEN, Proposal, media_of
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import check_not_refused, limit
from micropolis_map.services.public_place import is_public
from micropolis_map.services.submission import MAX_PHOTOS
from micropolis_map.stores.media_store import Medium
from micropolis_map.stores.photos import gps_of
from micropolis_map.stores.place_store import Note

MAX_RECORDINGS = 3
_MEDIUM_ID = re.compile(r"[\w.:@~-]{1,128}")
_MOST: Mapping[str, int] = {"photo": MAX_PHOTOS, "audio": MAX_RECORDINGS}


@dataclass(frozen=True)
class Sending:
    """Which submission something is sent for, by whom; the photo's description where one was given."""

    community: str
    submission: str
    secret: str
    address: str = ""
    alt: str = ""
    lang: str = "en"


@dataclass(frozen=True)
class Received:
    """A photo or recording that was taken in.

    Attributes
    ----------
    gps
        ``(lon, lat)`` the photo says it was taken at; only told to its sender, never kept.
    attached
        Whether it was added to the proposal, which had been sent before it.
    """

    medium: Medium
    gps: tuple[float, float] | None = None
    attached: bool = False


def add_photo(desk: Participation, sending: Sending, data: bytes) -> Received:
    """Take a photo in; the same bytes sent again for the same submission are the same photo."""
    known = _known(desk, sending, data)
    if known is not None:
        return Received(known, gps_of(data), attached=_attach(desk, sending, known))
    stored = desk.photos.add(data, "photo")
    medium = replace(
        _medium(desk, sending, stored.id, data), kind="photo", width=stored.width, height=stored.height
    )
    kept = _keep(desk, medium, desk.photos.remove)
    return Received(kept, stored.gps, attached=_attach(desk, sending, kept))


def add_audio(desk: Participation, sending: Sending, data: bytes) -> Received:
    """Take a recording in; the same bytes sent again for the same submission are the same recording."""
    known = _known(desk, sending, data)
    if known is not None:
        return Received(known, attached=_attach(desk, sending, known))
    medium = replace(_medium(desk, sending, desk.audio.add(data), data), kind="audio")
    kept = _keep(desk, medium, desk.audio.remove)
    return Received(kept, attached=_attach(desk, sending, kept))


def photo(desk: Participation, actor: Actor, photo_id: str, size: int) -> tuple[bytes, bool]:
    """Return the photo as WebP and whether it is public; `NotFound` for who may not see it."""
    public = _seen(desk, actor, photo_id)
    return desk.photos.read(photo_id, size), public


def recording(desk: Participation, actor: Actor, audio_id: str) -> tuple[Path, str, bool]:
    """Return the recording's file, its media type and whether it is public; `NotFound` as for photos."""
    public = _seen(desk, actor, audio_id)
    path, media_type = desk.audio.find(audio_id)
    return path, media_type, public


def _seen(desk: Participation, actor: Actor, medium_id: str) -> bool:
    if not _MEDIUM_ID.fullmatch(medium_id):
        raise NotFound(
            mark("there is no photo or recording {id}"),
            mark("look the place up again"),
            id=repr(medium_id[:60]),
        )
    if medium_id in _published(desk, desk.places.version()):
        return True
    medium = desk.media.find(medium_id)
    if medium is not None:
        proposal = desk.proposals.find(medium.submission)
        subject = proposal.subject if proposal else Subject(author_key=medium.author_key)
        if may(actor, "see_proposal", subject):
            return False
    elif _in_hidden(desk, actor, medium_id):
        return False
    raise NotFound(
        mark("there is no photo or recording {id}"), mark("look the place up again"), id=repr(medium_id[:60])
    )


@lru_cache(maxsize=4)
def _published(desk: Participation, version: str) -> frozenset[str]:  # noqa: ARG001 - renews the answer
    photos, audio = media_of(desk.places.places())
    return photos | audio


def _in_hidden(desk: Participation, actor: Actor, medium_id: str) -> bool:
    """Return whether it belongs to a place off the map that the actor may see (imported: nobody sent it)."""
    if actor.role == "resident":
        return False
    hidden = [place for place in desk.places.places(published_only=False) if not is_public(place)]
    return any(
        medium_id in ids and may(actor, "see", desk.subject_of(place))
        for place in hidden
        for ids in media_of([place])
    )


def _known(desk: Participation, sending: Sending, data: bytes) -> Medium | None:
    """Return the same bytes sent before, after checking that the sender may send for the submission."""
    key = hashed(check_secret(sending.secret))
    if not 16 <= len(sending.submission) <= 64:
        raise InvalidInput(f"submission {sending.submission[:80]!r} is not valid", "send the submission's id")
    desk.communities.get(sending.community)
    if not data:
        raise InvalidInput(mark("nothing was sent"), mark("choose a file that is not empty"))
    check_not_refused(desk, sending.address, "media")
    proposal = desk.proposals.find(sending.submission)
    if proposal is not None and proposal.author_key != key:
        raise NotAllowed(
            mark("submission {id} is not yours"), mark("use your own link"), id=repr(sending.submission)
        )
    digest = hashlib.sha256(data).hexdigest()
    for medium in desk.media.of_submission(sending.submission):
        if medium.author_key == key and medium.digest == digest:
            return medium
    limit(desk, sending.address, "media")
    return None


def _keep(desk: Participation, medium: Medium, remove: Callable[[str], None]) -> Medium:
    """Keep the record of a stored file, which goes where there are too many or it was sent twice at once."""
    try:
        kept = desk.media.add(medium, _MOST[medium.kind])
    except Conflict:
        remove(medium.id)
        raise
    if kept.id != medium.id:
        remove(medium.id)
    return kept


def _medium(desk: Participation, sending: Sending, medium_id: str, data: bytes) -> Medium:
    return Medium(
        id=medium_id,
        kind="photo",
        submission=sending.submission,
        community=sending.community,
        author_key=hashed(sending.secret),
        digest=hashlib.sha256(data).hexdigest(),
        created=desk.moment(),
    )


def _attach(desk: Participation, sending: Sending, medium: Medium) -> bool:
    """Add the medium to the proposal where that was sent first and nobody decided yet."""
    proposal = desk.proposals.find(sending.submission)
    if proposal is None:
        return False

    def change(old: Proposal, _: Place | None) -> tuple[Proposal, None]:
        if old.content is None or medium.id in frozenset().union(*media_of([old.content])):
            return old, None
        if old.state not in OPEN:
            raise Conflict(
                mark("an organiser has decided on this by now"), mark("add it as a change of the place")
            )
        return replace(old, content=_with_medium(old.content, old.kind, medium, sending)), None

    return desk.proposals.change(sending.submission, Note(), change)[0].content is not None


def _with_medium(content: Place, kind: str, medium: Medium, sending: Sending) -> Place:
    """Return the content with the medium in its newest story; a photo of a place goes to the place."""
    if medium.kind == "photo" and (kind != "story" or not content.stories):
        return replace(content, photos=(*content.photos, _photo(medium, sending)))
    if not content.stories:
        raise Conflict(mark("a recording needs a story to go with"), mark("send the story first"))
    *others, last = content.stories
    if medium.kind == "photo":
        last = replace(last, photos=(*last.photos, _photo(medium, sending)))
    else:
        last = replace(last, audio=medium.id)
    return replace(content, stories=(*others, last))


def _photo(medium: Medium, sending: Sending) -> Photo:
    return Photo(medium.id, {sending.lang: sending.alt[:500]} if sending.alt.strip() else {})
