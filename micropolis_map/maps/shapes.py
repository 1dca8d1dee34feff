"""The shapes and colours that tell kinds of places apart, for the map's markers and the pages' legends.

Three hues of the Okabe–Ito palette, darkened until white and paper stand out on them (contrast ≥ 4.5),
and a shape for each kind, so that nothing depends on telling colours apart.

References
----------
Okabe, M., Ito, K. (2008). Color Universal Design. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Shape:
    """A marker: `outline` filled with `colour`, `mark` drawn on it; SVG paths in a 32 × 32 box."""

    colour: str
    outline: str
    mark: str


SHAPES: dict[str, Shape] = {
    # a gate
    "historical": Shape(
        "#b04a00",
        "M4 29V14a12 12 0 0 1 24 0v15z",
        "M12 28v-10a4 4 0 0 1 8 0v10",
    ),
    # a leaf
    "natural": Shape(
        "#00725a",
        "M16 31C6 27 1 17 7 8c3-4.500 8-7 18-7 0.500 1 4 9 2 17-2 7-6 11-11 13z",
        "M12 24c2-6 5-10 9-14M15 17l-4-3M15.500 16.500l6 0",
    ),
    # a cell of a comb: many hands side by side
    "co-created": Shape(
        "#0a62a0",
        "M16 1l13 7.500v15L16 31 3 23.500v-15z",
        "M16 10v6m0 0l-5.200 3.500m5.200-3.500l5.200 3.500",
    ),
    # a round sign with a cross
    "help_point": Shape(
        "#8a2e5d",
        "M16 2a14 14 0 1 1 0 28 14 14 0 0 1 0-28z",
        "M16 10v12M10 16h12",
    ),
}


def shapes_for_script() -> dict[str, dict[str, str]]:
    """Return the shapes as the map's script takes them."""
    return {name: asdict(shape) for name, shape in SHAPES.items()}


def style_variables() -> str:
    """Return a CSS rule that gives each shape as the variable ``--shape-<kind>`` (a picture to use as background)."""
    rules = "".join(f'--shape-{kind}:url("data:image/svg+xml,{quote(svg(kind))}");' for kind in SHAPES)
    return f":root{{{rules}}}"


def svg(kind: str) -> str:
    """Return the shape of `kind` as an SVG picture."""
    shape = SHAPES[kind]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<path d="{shape.outline}" fill="{shape.colour}"/>'
        f'<path d="{shape.mark}" fill="none" stroke="#fffdf8" stroke-width="2.2" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
