"""What somebody proposes for the map, until an organiser decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from micropolis_map.domain.permission import Subject
from micropolis_map.domain.place import Place

ProposalKind = Literal["place", "story", "edit"]
PROPOSAL_KINDS: tuple[ProposalKind, ...] = ("place", "story", "edit")

State = Literal["pending", "questioned", "approved", "rejected", "withdrawn", "deleted"]
STATES: tuple[State, ...] = ("pending", "questioned", "approved", "rejected", "withdrawn", "deleted")
OPEN: tuple[State, ...] = ("pending", "questioned")
"""States in which somebody waits for an answer."""


@dataclass(frozen=True)
class Message:
    """What the author and the organisers write to each other about a proposal."""

    by: Literal["author", "organiser"]
    at: str
    text: str


@dataclass(frozen=True)
class Proposal:
    """A new place, a story on a place, or a change of one.

    Attributes
    ----------
    id
        The submission's id, made by the sender: sending twice is one proposal.
    base_revision
        The revision it was made on; 0 for a new place.
    content
        The whole place as proposed; None once its author deleted it.
    author_key
        Hash of the sender's private key.
    district
        Name of the district it lies in, empty outside all.
    flags
        What organisers should look at: ``first_time``, ``links``, ``personal:phone`` …
    digest
        Hash of what was sent, to know a repeated sending from another one.
    result_revision
        The place's revision that holds it since it was approved; 0 before.
    closed
        When it was turned down or withdrawn, empty otherwise: what it says is kept for a while from then on.
    """

    id: str
    community: str
    place_id: str
    base_revision: int
    kind: ProposalKind
    state: State
    content: Place | None
    author_key: str
    created: str
    district: str = ""
    decided: str = ""
    decided_by: str = ""
    thread: tuple[Message, ...] = ()
    flags: tuple[str, ...] = ()
    digest: str = ""
    result_revision: int = 0
    closed: str = ""

    @property
    def subject(self) -> Subject:
        """What the permission function is asked about."""
        return Subject(self.community, self.district, public=False, author_key=self.author_key)

    @property
    def reason(self) -> str:
        """The last thing an organiser wrote, empty when nothing."""
        return next((message.text for message in reversed(self.thread) if message.by == "organiser"), "")


def media_of(places: Iterable[Place]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of the photos and of the recordings in `places` and their stories."""
    photos: set[str] = set()
    audio: set[str] = set()
    for place in places:
        photos.update(photo.id for photo in place.photos)
        for story in place.stories:
            photos.update(photo.id for photo in story.photos)
            audio.update([story.audio] if story.audio else [])
    return frozenset(photos), frozenset(audio)
