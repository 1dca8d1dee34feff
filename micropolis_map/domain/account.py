"""Accounts of those who look after a map."""

from __future__ import annotations

from dataclasses import dataclass

from micropolis_map.domain.permission import Actor, Role


@dataclass(frozen=True)
class Account:
    """Somebody who signs in.

    Attributes
    ----------
    login
        E-mail address or another name, in small letters; unique.
    communities, districts
        As in `Actor`: slugs, and ``<slug>/<district>``.
    active
        Whether they may sign in.
    has_password
        Whether they set one; else they sign in with OpenID Connect or have an unused link.
    has_identity
        Whether they came in with OpenID Connect, and are known by it since.
    """

    id: str
    login: str
    name: str
    role: Role
    communities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    active: bool = True
    created: str = ""
    has_password: bool = False
    has_identity: bool = False

    @property
    def actor(self) -> Actor:
        """Who they are to the permission function."""
        return Actor(
            self.role, self.id, frozenset(self.communities), frozenset(self.districts), name=self.name
        )


@dataclass(frozen=True)
class Identity:
    """Who somebody is to an OpenID Connect provider: what never changes, unlike an e-mail address.

    Attributes
    ----------
    issued
        When the provider said so last, ISO 8601; empty when it does not tell.
    """

    issuer: str
    subject: str
    issued: str = ""
