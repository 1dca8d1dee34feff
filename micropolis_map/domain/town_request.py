"""What somebody asks for who wants their town on the map and may not add it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from micropolis_map.domain.permission import Subject

TownState = Literal["waiting", "declined", "done"]


@dataclass(frozen=True)
class TownRequest:
    """A town somebody asked for; only administrators and its asker see it.

    Attributes
    ----------
    where
        Country, or whatever else tells it from others of its name.
    contact
        How to answer; may be empty.
    author_key
        Hash of the private key it was sent with.
    reason
        Why it was declined.
    decided, decided_by
        When and by whose account it was declined or done.
    network
        Hash of the network it came from, with a salt of that day; empty where nobody knows.
    """

    id: str
    town: str
    where: str
    why: str
    contact: str
    author_key: str
    created: str
    state: TownState = "waiting"
    reason: str = ""
    decided: str = ""
    decided_by: str = ""
    network: str = ""

    @property
    def name(self) -> str:
        """The town as one writes it on an envelope."""
        return ", ".join(part for part in (self.town, self.where) if part)

    @property
    def subject(self) -> Subject:
        """What the permission function is asked about."""
        return Subject(author_key=self.author_key)
