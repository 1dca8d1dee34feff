"""The one table of how a town's map looks: ``web/static/map/style.json``, read by the browser and by paper.

Keys of a rule: ``layer`` and ``kinds`` (none: all) say what it is for, ``level`` which shade, ``from`` and
``to`` at which zooms of the map; ``fill`` and ``edge``, ``line`` and ``casing`` (from ``casing_from`` on,
``casing_px`` on each side) and ``text`` are colours of the theme or ``#rrggbb``; ``width`` is pixels by zoom,
even in proportion between two; ``dash`` counts in widths of the line, ``size`` of a text in pixels. Rules
are in the painter's order; those of texts, the most important first.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "web" / "static" / "map" / "style.json"
THEMES = ("light", "dark", "contrast", "print")


@lru_cache(maxsize=1)
def style_table() -> dict[str, Any]:
    """Return the table as it is written, ``themes`` and ``rules``."""
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def colours(theme: str) -> dict[str, str]:
    """Return the colours of a theme of `THEMES`, ``#rrggbb`` by name.

    Examples
    --------
    >>> colours("light")["water"]
    '#a9cfe2'
    """
    named: dict[str, str] = style_table()["themes"][theme]
    return named
