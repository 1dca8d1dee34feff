"""What tells a machine's submission from a person's, without asking anybody to prove anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

FASTEST_S = 3.0
"""Nobody fills in a place in less."""

MAX_LINKS = 3

_LINK = re.compile(r"(?:https?://|www\.)\S|\[url|<a\s", re.IGNORECASE)

Suspicion = Literal["honeypot", "too_fast"]


def suspicion(honeypot: str, seconds: float | None) -> Suspicion | None:
    """Return why a submission looks made by a machine, None where it does not.

    Parameters
    ----------
    honeypot
        What stands in the field that people do not see.
    seconds
        Between opening the page and sending, by the sender's clock; None when it was not told, which with a
        negative one counts as a machine's.
    """
    if honeypot.strip():
        return "honeypot"
    if seconds is None or seconds < FASTEST_S:
        return "too_fast"
    return None


def links_in(texts: Iterable[str]) -> int:
    """Return how many links the texts hold."""
    return sum(len(_LINK.findall(text)) for text in texts)
