"""The style table: whole in each theme, and its texts can be read on what lies under them."""

from __future__ import annotations

from itertools import product

import pytest

from micropolis_map.maps.style import THEMES, colours, style_table

KINDS = {
    "ground": "residential industrial civic wood park grass farmland cemetery pitch sand rock square parking "
    "pier",
    "water": "sea lake river pool",
    "waterways": "river canal stream",
    "streets": "motorway trunk primary secondary tertiary minor pedestrian service path track steps",
    "railways": "rail tram subway funicular",
    "borders": "outline district approximate",
    "beyond": "outside haze1 haze2 haze3 haze4 haze5 veil",
    "labels": "city town village suburb quarter neighbourhood district park wood cemetery water sea island "
    "station square civic house",
}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_has_each_colour_that_a_rule_names(theme):
    named = colours(theme)
    assert set(named) == set(colours("light"))
    for rule in style_table()["rules"]:
        for part in ("fill", "edge", "line", "casing", "text"):
            assert rule.get(part, "paper") in named


def test_each_kind_that_tiles_hold_has_a_rule():
    for layer, kinds in KINDS.items():
        ruled = {kind for rule in style_table()["rules"] if rule["layer"] == layer for kind in rule["kinds"]}
        assert set(kinds.split()) == ruled, layer


@pytest.mark.parametrize(
    ("theme", "text"),
    product(THEMES, ["text", "street_text", "green_text", "water_text", "rail_text", "house_text"]),
)
def test_names_can_be_read_on_their_halo_and_on_the_paper(theme, text):
    named = colours(theme)
    for ground in ("halo", "paper", "residential"):
        assert contrast(named[text], named[ground]) >= 4.5, ground


def test_widths_grow_with_the_zoom():
    for rule in style_table()["rules"]:
        widths = [px for _, px in sorted((float(zoom), px) for zoom, px in rule.get("width", {}).items())]
        assert widths == sorted(widths), rule


@pytest.mark.parametrize("layer", ["streets", "waterways"])
def test_a_name_stands_only_along_a_line_that_is_drawn(layer):
    rules = [rule for rule in style_table()["rules"] if rule["layer"] == layer]
    drawn = {
        kind: min(r["from"] for r in rules if "line" in r and kind in r["kinds"])
        for kind in KINDS[layer].split()
    }
    for rule in rules:
        if "text" in rule:
            assert all(rule["from"] >= drawn[kind] for kind in rule["kinds"]), rule
