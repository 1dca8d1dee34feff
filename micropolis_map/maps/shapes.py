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
    """A marker: `outline` filled with `colour`, `mark` drawn on it; SVG paths in a 32 × 32 box.

    A line or an area of the kind has the same colour; `dash` (SVG) tells its edge from the others'.
    """

    colour: str
    outline: str
    mark: str
    dash: str = ""


SHAPES: dict[str, Shape] = {
    # a gate
    "historical": Shape(
        "#b04a00",
        "M4 29V14a12 12 0 0 1 24 0v15z",
        "M12 28v-10a4 4 0 0 1 8 0v10",
        "14 6",
    ),
    # a leaf
    "natural": Shape(
        "#00725a",
        "M10 29C2 24 1.5 13 8 7c4.5-4 11-5.5 21.5-5 .5 9.5-.5 17-5 22-4 4.5-9.5 6-14.5 5z",
        "M11 25.500c1.500-7 5-12.500 10.500-17.500",
    ),
    # a cell of a comb: many hands side by side
    "co-created": Shape(
        "#0a62a0",
        "M16 1l13 7.500v15L16 31 3 23.500v-15z",
        "M16 9.500V16m0 0l-5.500 3.500M16 16l5.500 3.500",
        "1 8",
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
    """Return a CSS rule with each shape as the variable ``--shape-<kind>``, a background picture."""
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
