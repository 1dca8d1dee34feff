"""Who comes in with OpenID Connect: the first time by a verified e-mail address, then by issuer and subject.

Addresses change, and are given to somebody else; issuer and subject together name one person for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from micropolis_map.domain.account import Account, Identity
from micropolis_map.domain.freshness import iso
from micropolis_map.domain.permission import Actor, require
from micropolis_map.services.participation import Participation

Claims = Mapping[str, Any]
"""What the provider says, as ``st.user`` gives it: ``iss sub iat email email_verified`` and others."""

_LONGEST = {"iss": 500, "sub": 255}


def actor_of_identity(desk: Participation, claims: Claims) -> Actor | None:
    """Return the account an identity may use; None without one, or where it may not sign in.

    A known identity is asked for nothing else. An unknown one becomes known when the provider says that it
    verified its e-mail address, the address is the login of an active account, and no other identity is
    that account's already.
    """
    identity = _identity(claims)
    if identity is None:
        return None
    known = desk.accounts.of_identity(identity)
    if known is None and (found := _by_address(desk, claims)) and not found.has_identity:
        known = desk.accounts.bind_identity(found.id, identity, desk.moment())
    return known.actor if known is not None and known.active else None


def is_taken(desk: Participation, claims: Claims) -> bool:
    """Return whether the account of the verified address is another identity's: an administrator can help."""
    identity, found = _identity(claims), _by_address(desk, claims)
    if identity is None or found is None or not found.active:
        return False
    return desk.accounts.of_identity(identity) is None


def forget_identity(desk: Participation, actor: Actor, account_id: str) -> Account:
    """Let the account's next sign-in be its first one again: its owner has another identity by now.

    Who holds the identity until now is out at once, and comes in again only as everybody does: by the
    verified address, with a sign-in later than this.
    """
    require(actor, "manage_accounts")
    return desk.accounts.forget_identity(account_id, desk.moment(), by=actor.account_id)


def _identity(claims: Claims) -> Identity | None:
    names = [claims.get(name) for name in _LONGEST]
    if not all(
        isinstance(text, str) and 0 < len(text) <= most and text.isprintable()
        for text, most in zip(names, _LONGEST.values(), strict=True)
    ):
        return None
    return Identity(str(names[0]), str(names[1]), _issued(claims.get("iat")))


def _issued(seconds: object) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ""
    try:
        return iso(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return ""


def _by_address(desk: Participation, claims: Claims) -> Account | None:
    """Return the account of the address, where the provider says that it verified it.

    Some say it as a text, and of an address that nobody checked some say nothing.
    """
    email = str(claims.get("email") or "").strip().lower()
    verified = claims.get("email_verified")
    if not email or not (verified is True or verified == "true"):
        return None
    found = desk.accounts.by_login(email)
    return found[0] if found else None
