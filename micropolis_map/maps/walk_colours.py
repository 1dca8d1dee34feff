"""Colours of walks that stand side by side, on the map and on their cards."""

from __future__ import annotations

WALKS: tuple[tuple[str, str], ...] = (
    ("#9d2233", "#f4929c"),
    ("#0a62a0", "#6db3e8"),
    ("#00725a", "#7fd3b7"),
    ("#8a5a00", "#e0b260"),
    ("#6b3f73", "#d0a3d8"),
)
"""On light ground and on dark; each walk has its number, too."""


def walk_colours(number: int) -> tuple[str, str]:
    """Return the colours of walk `number` (from 1); after the last the first comes again."""
    return WALKS[(number - 1) % len(WALKS)]
