"""Texts on pages: residents' words are shown as typed, figures as the reader writes them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.maps.addresses import coverage_url, places_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.shapes import SHAPES, style_variables
from micropolis_map.maps.state_layer import script_json
from micropolis_map.maps.walking_classes import RAMP, UNREACHABLE, walking_classes
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.components.load_forms import slug_of
from micropolis_map.ui.view_state import ViewState


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_stand_out_on_paper_as_large_text_must(kind):
    assert contrast(SHAPES[kind].colour, "#faf6ee") >= 4.5


def test_kinds_differ_in_shape_not_only_in_colour():
    assert len({shape.outline for shape in SHAPES.values()}) == len(SHAPES)
    assert all(f"--shape-{kind}:" in style_variables() for kind in SHAPES)


@given(st.text())
def test_html_holds_no_tag_of_its_own(text):
    shown = safe_text.html(text)
    assert "<" not in shown
    assert ">" not in shown
    assert '"' not in shown


@given(st.text())
def test_paragraphs_are_the_only_tags(text):
    shown = safe_text.paragraphs(text)
    for tag in ("<p>", "</p>", "<br>"):
        shown = shown.replace(tag, "")
    assert "<" not in shown
    assert ">" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "![](http://example.org/x.png)",
        "**b**",
        ":red[x]",
        "$x$",
        "`c`",
        "<b>",
        "# h",
    ],
)
def test_labels_hold_no_live_markdown(text):
    shown = safe_text.label(text)
    unescaped = shown.replace("\\\\", "")
    assert all(unescaped[i - 1] == "\\" for i, char in enumerate(unescaped) if char in "[]()*!`<>$#:")


@given(
    st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
)
def test_script_json_cannot_leave_its_script(value):
    import json

    text = script_json(value)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_the_map_loads_nothing_from_other_hosts_and_its_script_is_small_and_constant():
    from streamlit_folium import _get_map_string

    def script() -> str:
        made = BaseMap((17.2, 55.7), 14)
        made.get_root().render()
        made.render()
        return _get_map_string(made).replace(made.get_name(), "map")

    made = BaseMap((17.2, 55.7), 14)
    links = [address for _, address in (*made.default_js, *made.default_css)]
    assert links
    assert all(address.startswith("/") and not address.startswith("//") for address in links)
    assert script() == script()
    assert len(script()) < 60_000
    assert "http" not in script()


def test_addresses_hold_the_filter_and_nothing_unquoted():
    view = ViewState(kinds=("natural",), theme="sea & salt", q="łąka?")
    assert places_url("demo", view.wanted, "v 1") == (
        "/data/demo/places.geojson?kind=natural&theme=sea+%26+salt&q=%C5%82%C4%85ka%3F&v=v+1"
    )
    assert coverage_url("a/b", "senior") == "/data/a%2Fb/coverage/streets.geojson?profile=senior"


@given(st.lists(st.sampled_from([5, 10, 15, 20, 30]), min_size=1, unique=True).map(sorted))
def test_walking_classes_cover_every_walk_once_in_different_colours(minutes):
    classes = walking_classes(minutes)
    assert [c.up_to for c in classes] == [*minutes, None, None]
    assert [c.over for c in classes] == [None, *minutes, None]
    colours = [c.colour for c in classes]
    assert len(set(colours)) == min(len(colours), len(RAMP) + 1)
    assert colours[-1] == UNREACHABLE


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0 %"), (0.004, "0.4 %"), (0.5, "50 %"), (0.9996, "99.9 %"), (1.0, "100 %"), (math.nan, "–")],
)
def test_shares_do_not_round_somebody_away(value, expected):
    assert numbers.share(value) == expected


def test_walks_say_minutes_or_that_there_is_no_way():
    assert numbers.walk(289.0) == "4.8 min"
    assert numbers.walk(math.inf) == "cannot be reached"
    assert numbers.walk(math.nan) == "–"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łódź, Polska", "lodz"),
        ("Sankt Pölten", "sankt-polten"),
        ("Київ", ""),
        ("  ", ""),
        ("A" * 60, "a" * 40),
    ],
)
def test_names_become_addresses(name, slug):
    assert slug_of(name) == slug


def test_streamlit_does_not_take_our_pages_for_its_own():
    from pathlib import Path

    script = Path(__file__).parents[2] / "micropolis_map" / "ui" / "navigation" / "main.py"
    assert script.is_file()
    assert not (script.parent / "pages").exists()
