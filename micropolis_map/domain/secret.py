"""Secrets people hold (private links, sessions, one-time links) and the hashes we keep of them."""

from __future__ import annotations

import hashlib
import re
import secrets

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

_SECRET = re.compile(r"[A-Za-z0-9_-]{22,128}")
"""22 characters of base64url carry 132 bits, more than the 128 that nobody guesses."""


def new_secret() -> str:
    """Return 192 random bits as 32 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(24)


def hashed(secret: str) -> str:
    """Return the SHA-256 of a random secret: what is stored; passwords, being people's, get argon2."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_secret(secret: object) -> str:
    """Return `secret`; InvalidInput, never repeating it, unless it could carry 128 random bits."""
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret) or len(set(secret)) < 8:
        raise InvalidInput(
            mark("the private key is not 22 to 128 random letters, digits, - and _"),
            mark("let the page make a new one, or open your private link again"),
        )
    return secret
