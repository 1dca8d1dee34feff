"""The three things that make a fresh map one that people look after."""

from __future__ import annotations

from dataclasses import dataclass

from micropolis_map.domain.permission import Actor, require
from micropolis_map.i18n import mark
from micropolis_map.services.loading import Deps
from micropolis_map.services.participation import Participation

NOBODY_YET = mark(
    "Nobody looks after this map yet. If you started it: open the link in its terminal, and you become "
    "its administrator."
)
"""What everybody reads until there is an administrator."""


@dataclass(frozen=True)
class FirstSteps:
    """What is done, and what there is to choose from.

    Attributes
    ----------
    looked_after
        There is an administrator.
    streets
        The streets of a town that is not invented are loaded.
    organiser
        Somebody besides administrators is invited to look after it.
    bare
        Slugs of the towns, none of them invented, whose streets are not loaded.
    """

    looked_after: bool
    streets: bool
    organiser: bool
    bare: tuple[str, ...] = ()

    @property
    def done(self) -> tuple[bool, bool, bool]:
        """Return which of the three is done, in their order."""
        return self.looked_after, self.streets, self.organiser

    @property
    def all_done(self) -> bool:
        """Return whether nothing is left to do."""
        return all(self.done)


def is_looked_after(desk: Participation) -> bool:
    """Return whether the map has an administrator; anybody may know."""
    return desk.accounts.has_administrator()


def first_steps(deps: Deps, desk: Participation, actor: Actor) -> FirstSteps:
    """Return how far the map is.

    Raises
    ------
    NotAllowed
        The actor does not manage accounts.
    """
    require(actor, "manage_accounts")
    store = deps.community_store
    real = [slug for slug in store.slugs() if not store.get(slug).fictional]
    bare = tuple(slug for slug in real if store.current_build(slug) is None)
    invited = any(account.role == "organiser" and account.active for account in desk.accounts.accounts())
    return FirstSteps(is_looked_after(desk), len(bare) < len(real), invited, bare)
