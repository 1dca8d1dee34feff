"""The style table of the maps as paper needs it: one theme's colours, widths by zoom, sizes of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.map_features import MapFeatures
from micropolis_map.maps import style

Colour = tuple[int, int, int]
FAR = 99.0


@dataclass(frozen=True)
class Rule:
    """How features of a layer are drawn between two zooms.

    Attributes
    ----------
    casing_px
        Of the casing on each side of the line.
    level
        Of the shade it is for; None: any.
    widths
        Pixels by zoom; between two zooms they grow evenly in proportion.
    dash
        In widths of the line.
    size
        Of a name, in pixels; 0 where the rule writes none.
    """

    layer: str
    kinds: tuple[str, ...]
    from_zoom: float
    to_zoom: float
    fill: Colour | None = None
    edge: Colour | None = None
    line: Colour | None = None
    casing: Colour | None = None
    casing_px: float = 0.65
    casing_from: float = 0.0
    level: int | None = None
    opacity: float = 1.0
    widths: tuple[tuple[float, float], ...] = ()
    dash: tuple[float, ...] = ()
    text: Colour | None = None
    size: float = 0.0
    bold: bool = False

    def width(self, zoom: float) -> float:
        """Return the width in pixels at a zoom."""
        if not self.widths:
            return 0.0
        zooms, pixels = zip(*self.widths, strict=True)
        return float(np.exp2(np.interp(zoom, zooms, np.log2(np.maximum(pixels, 1e-3)))))

    def chosen(self, layers: NDArray[np.str_], features: MapFeatures, zoom: float) -> NDArray[np.bool_]:
        """Return which features the rule is for at a zoom."""
        if not self.from_zoom <= zoom <= self.to_zoom:
            return np.zeros(len(layers), np.bool_)
        of_layer = layers == self.layer
        if self.kinds:
            of_layer &= np.isin(features.kind.astype(str), self.kinds)
        if self.level is not None:
            of_layer &= features.level == self.level
        return np.asarray(of_layer)


@dataclass(frozen=True)
class PaperStyle:
    """A theme's rules in painter's order; `paper` is the colour of the land where nothing is known of it."""

    rules: tuple[Rule, ...]
    colours: Mapping[str, Colour]

    @property
    def paper(self) -> Colour:
        """The colour below everything."""
        return self.colours["paper"]

    @property
    def water(self) -> Colour:
        """The colour of the sea."""
        return self.colours["water"]


@lru_cache(maxsize=8)
def paper_style(theme: str = "print") -> PaperStyle:
    """Return the rules of the style table in the colours of `theme`."""
    colours = {name: rgb(value) for name, value in style.colours(theme).items()}
    return PaperStyle(tuple(_rule(one, colours) for one in style.style_table()["rules"]), colours)


def rgb(colour: str) -> Colour:
    """Return ``#rrggbb`` as three numbers.

    Examples
    --------
    >>> rgb("#fee838")
    (254, 232, 56)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """Return `share` of a colour mixed with the rest of another.

    Examples
    --------
    >>> mixed((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    red, green, blue = (round(a * share + b * (1.0 - share)) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _rule(one: Mapping[str, Any], colours: Mapping[str, Colour]) -> Rule:
    def colour(name: str) -> Colour | None:
        given = one.get(name)
        return None if given is None else colours.get(given) or rgb(given)

    widths = one.get("width", {})
    return Rule(
        layer=one["layer"],
        kinds=tuple(one.get("kinds", ())),
        from_zoom=float(one.get("from", 0.0)),
        to_zoom=float(one.get("to", FAR)),
        fill=colour("fill"),
        edge=colour("edge"),
        line=colour("line"),
        casing=colour("casing"),
        casing_from=float(one.get("casing_from", 0.0)),
        casing_px=float(one.get("casing_px", 0.65)),
        level=one.get("level"),
        opacity=float(one.get("opacity", 1.0)),
        widths=tuple(sorted((float(zoom), float(px)) for zoom, px in widths.items())),
        dash=tuple(float(part) for part in one.get("dash", ())),
        text=colour("text"),
        size=float(one.get("size", 0.0)),
        bold=int(one.get("weight", 400)) >= 600,
    )
