"""Who may do what: one table, asked by every service, page, route and export.

A rule names who holds a right:

``anyone``
    Everybody, also without an account.
``anyone_if_public``
    Everybody, where the thing is published.
``author``
    Whoever holds the private key it was sent with.
``organiser``
    An organiser of its community, or of its district where the organiser looks after districts only.
``planner``
    A planner of its community (of any where none is named).
``administrator``
    An administrator, everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from micropolis_map.domain.place import Place
from micropolis_map.errors import NotAllowed
from micropolis_map.i18n import mark

Role = Literal["resident", "organiser", "planner", "administrator"]
ROLES: tuple[Role, ...] = ("resident", "organiser", "planner", "administrator")

Action = Literal[
    "see", "propose", "confirm", "report", "export",
    "see_proposal", "answer", "withdraw", "delete", "still_true",
    "decide", "hide", "revise", "see_history", "restore", "see_reports", "reissue_link", "import",
    "plan", "load", "add_town", "remove_town", "manage_accounts", "backup",
    "guide", "see_feedback", "survey",
    "edit_tour", "see_tour_history", "invite",
]  # fmt: skip
Holder = Literal["anyone", "anyone_if_public", "author", "organiser", "planner", "administrator"]

_ORGANISERS: tuple[Holder, ...] = ("organiser", "administrator")
_AUTHOR_ONLY: tuple[Holder, ...] = ("author",)

RULES: Mapping[Action, tuple[Holder, ...]] = {
    "see": ("anyone_if_public", "author", *_ORGANISERS),
    "propose": ("anyone",),
    "confirm": ("anyone_if_public",),
    "report": ("anyone_if_public",),
    "export": ("anyone_if_public", *_ORGANISERS),
    "see_proposal": ("author", *_ORGANISERS),
    "answer": _AUTHOR_ONLY,
    "withdraw": _AUTHOR_ONLY,
    "delete": _AUTHOR_ONLY,
    "still_true": ("author", *_ORGANISERS),
    "decide": _ORGANISERS,
    "hide": _ORGANISERS,
    "revise": _ORGANISERS,
    "see_history": _ORGANISERS,
    "restore": _ORGANISERS,
    "see_reports": _ORGANISERS,
    "reissue_link": _ORGANISERS,
    "import": _ORGANISERS,
    "plan": ("planner", *_ORGANISERS),
    "load": ("planner", *_ORGANISERS),
    "add_town": ("administrator",),
    "remove_town": ("administrator",),
    "manage_accounts": ("administrator",),
    "backup": ("administrator",),
    "guide": _ORGANISERS,
    "see_feedback": ("author", *_ORGANISERS),
    "survey": _ORGANISERS,
    "edit_tour": ("author", *_ORGANISERS),
    "see_tour_history": ("author", *_ORGANISERS),
    "invite": _AUTHOR_ONLY,
}


@dataclass(frozen=True)
class Actor:
    """Who asks.

    Attributes
    ----------
    account_id
        Empty for a resident.
    communities
        Slugs an organiser looks after, or a planner works for.
    districts
        ``<slug>/<district>`` an organiser looks after; without any, the whole of `communities`.
    keys
        Hashes (`secret.hashed`) of the private keys the asker showed.
    """

    role: Role = "resident"
    account_id: str = ""
    communities: frozenset[str] = field(default_factory=frozenset)
    districts: frozenset[str] = field(default_factory=frozenset)
    keys: frozenset[str] = field(default_factory=frozenset)
    name: str = ""


@dataclass(frozen=True)
class Subject:
    """What it is about; the default is about nothing in particular.

    Attributes
    ----------
    district
        Name of the district it lies in, without the community; empty outside all.
    public
        Whether it is published.
    author_key
        Hash of the key it was sent with; empty when nobody's.
    """

    community: str = ""
    district: str = ""
    public: bool = False
    author_key: str = ""


RESIDENT = Actor()
"""Everybody, without a key and without an account."""
LOCAL_ADMINISTRATOR = Actor("administrator", "local", name="the command line")
"""Who runs commands on the server's own machine holds its files anyway."""


def subject_of(place: Place, district: str = "") -> Subject:
    """Return what `may` is asked about `place`; its author is told by the proposals it came with."""
    return Subject(place.community, district, public=place.status == "published")


def may(actor: Actor, action: Action, subject: Subject | None = None) -> bool:
    """Return whether `actor` may do `action` to `subject`; what no rule grants is forbidden."""
    about = subject or Subject()
    return any(_HOLDS[holder](actor, about) for holder in RULES.get(action, ()))


def require(actor: Actor, action: Action, subject: Subject | None = None) -> None:
    """Raise `NotAllowed` unless `may`."""
    if not may(actor, action, subject):
        raise NotAllowed(
            mark("this is not open to you ({action})"),
            mark("sign in, or use your own link"),
            action=action.replace("_", " "),
        )


def _is_author(actor: Actor, subject: Subject) -> bool:
    return bool(subject.author_key) and subject.author_key in actor.keys


def _is_organiser(actor: Actor, subject: Subject) -> bool:
    if actor.role != "organiser" or not subject.community:
        return False
    own = {district for district in actor.districts if district.startswith(f"{subject.community}/")}
    if own:
        return bool(subject.district) and f"{subject.community}/{subject.district}" in own
    return subject.community in actor.communities


def _is_planner(actor: Actor, subject: Subject) -> bool:
    return actor.role == "planner" and (not actor.communities or subject.community in actor.communities)


_HOLDS: Mapping[Holder, Callable[[Actor, Subject], bool]] = {
    "anyone": lambda _actor, _subject: True,
    "anyone_if_public": lambda _actor, subject: subject.public,
    "author": _is_author,
    "organiser": _is_organiser,
    "planner": _is_planner,
    "administrator": lambda actor, _subject: actor.role == "administrator",
}
