"""Each theme's inks can be read on each of its grounds (WCAG 2.2: 4.5 to 1; high contrast: 7 to 1)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from micropolis_map.web.assets import APP_FOLDER

THEMES = {
    "light": ":root {",
    "dark": ':root[data-theme="dark"] {',
    "contrast": ':root[data-theme="contrast"] {',
}
READABLE = {"light": 4.5, "dark": 4.5, "contrast": 7.0}
INKS = ("ink", "quiet", "accent", "bad", "good")
GROUNDS = ("paper", "sheet", "sand")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    *(("on", ground) for ground in ("accent", "bad", "good")),
    ("told", "told-ground"),
]
PAGE_PAIRS = [
    *(("on", ground) for ground in ("pin", "pin-over", "accent-over", "bad-over", "limited")),
    ("told", "note-ground"),
    ("ink", "note-ground"),
    ("well", "well-ground"),
    ("ink", "added"),
    ("removed-ink", "removed"),
    ("mark-ink", "mark"),
    ("ink", "offer"),
]
MAP_PAIRS = [(f"mm-{ink}", "mm-sheet") for ink in ("ink", "quiet", "accent", "bad", "plum")]
MAP_PAIRS += [("mm-ink", "mm-sand")]
FIRST_PAIRS = [(ink, ground) for ink in ("ink", "quiet", "accent", "mark") for ground in ("paper", "sheet")]
SHEETS = {
    "page": PAIRS + PAGE_PAIRS,
    "pin": PAIRS,
    "map": MAP_PAIRS,
    "first_visit": [*FIRST_PAIRS, ("sheet", "accent")],
}


def colours(sheet: str, theme: str) -> dict[str, str]:
    """Return the named colours of a style sheet in a theme; what it does not name anew is that of light."""
    text = (APP_FOLDER / "css" / f"{sheet}.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for name in ("light", theme):
        block = text.partition(THEMES[name])[2].partition("}")[0]
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rgb`` or ``#rrggbb``.

    Examples
    --------
    >>> luminance("#fff"), luminance("#000000")
    (1.0, 0.0)
    """
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_oracle_knows_the_extremes():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_inks_can_be_read_on_their_grounds(sheet, theme):
    named = colours(sheet, theme)
    poor = {
        (ink, ground): round(contrast(named[ink], named[ground]), 2)
        for ink, ground in SHEETS[sheet]
        if contrast(named[ink], named[ground]) < READABLE[theme]
    }
    assert poor == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_streamlits_own_parts_have_the_colours_of_our_page(theme):
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit/config.toml").read_text("utf-8"))
    theirs, ours = config["theme"][theme], colours("page", theme)
    named = {"textColor": "ink", "backgroundColor": "paper", "primaryColor": "accent", "linkColor": "accent"}
    assert {key: theirs[key] for key in named} == {key: ours[name] for key, name in named.items()}
