"""A tour that people make together: its revisions, who may change it, and which revision is public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from micropolis_map.domain.permission import Subject
from micropolis_map.domain.proposal import OPEN, Message, State
from micropolis_map.domain.tour import Tour

TourStatus = Literal["suggested", "published", "hidden", "withdrawn", "deleted"]
TOUR_STATUSES: tuple[TourStatus, ...] = ("suggested", "published", "hidden", "withdrawn", "deleted")
RevisionState = State | Literal["replaced"]
"""As of proposals; a waiting revision is ``replaced`` when its authors send a newer one."""


@dataclass(frozen=True)
class TourRevision:
    """A state of a tour; its content never changes, only what became of it.

    Attributes
    ----------
    number
        1 for the first.
    tour
        None once its author deleted the tour.
    base
        The revision it was made on; 0 for none.
    by
        ``author``, ``co-author``, or an organiser's role with the account's id.
    key
        Hash of the private key it was sent with; empty for an organiser's.
    submission, digest
        Made by the sender, to know a repeated sending.
    note
        What happened, such as ``restored revision 2``; for the history.
    """

    number: int
    tour: Tour | None
    state: RevisionState
    recorded: str
    by: str = "author"
    key: str = ""
    base: int = 0
    note: str = ""
    submission: str = ""
    digest: str = ""
    flags: tuple[str, ...] = ()
    thread: tuple[Message, ...] = ()
    decided: str = ""
    decided_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody's answer."""
        return self.state in OPEN

    @property
    def reason(self) -> str:
        """The last thing an organiser wrote, empty when nothing."""
        return next((message.text for message in reversed(self.thread) if message.by == "organiser"), "")


@dataclass(frozen=True)
class TourKey:
    """Somebody who may change the tour: the author, or a co-author the author invited.

    Attributes
    ----------
    key
        Hash of the private key.
    name
        What the author calls the co-author; for nobody else.
    """

    key: str
    role: Literal["author", "co-author"]
    added: str
    name: str = ""


@dataclass(frozen=True)
class SharedTour:
    """A tour with all that ever happened to it.

    Attributes
    ----------
    district
        Name of the district its first stop lies in, empty outside all.
    published
        Number of the revision that is shown while the status is ``published``; 0 before the first.
    """

    id: str
    community: str
    status: TourStatus
    created: str
    district: str = ""
    published: int = 0
    revisions: tuple[TourRevision, ...] = ()
    keys: tuple[TourKey, ...] = ()

    @property
    def public_tour(self) -> Tour | None:
        """The tour as everybody sees it; None while nobody does."""
        return self.revision(self.published).tour if self.status == "published" and self.published else None

    @property
    def latest(self) -> TourRevision:
        """The newest revision."""
        return self.revisions[-1]

    @property
    def waiting(self) -> TourRevision | None:
        """The revision that waits for an answer, None without one."""
        return next((revision for revision in reversed(self.revisions) if revision.is_open), None)

    def revision(self, number: int) -> TourRevision:
        """Return the revision; `LookupError` without it."""
        return next(revision for revision in self.revisions if revision.number == number)

    def subject(self, keys: Iterable[str] = (), *, author_only: bool = False) -> Subject:
        """Return what the permission function is asked, as of one of its authors where one of `keys` is.

        Parameters
        ----------
        author_only
            Co-authors do not count: the author alone may take the whole tour back.
        """
        asked = set(keys)
        own = [k.key for k in self.keys if k.key in asked and (k.role == "author" or not author_only)]
        return Subject(
            self.community,
            self.district,
            public=self.public_tour is not None,
            author_key=own[0] if own else "",
        )
