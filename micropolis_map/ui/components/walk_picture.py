"""A walk in miniature for its card: the shape of its way, and below it how it goes up and down."""

from __future__ import annotations

from urllib.parse import quote

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.maps.walk_colours import walk_colours
from micropolis_map.services.touring import TourPlan
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.ui import drawn_colours

Floats = NDArray[np.float64]

WIDTH, HEIGHT, EDGE = 112.0, 92.0, 10.0
HILLS = 22.0
"""Height of the profile, at the bottom."""
LEAST_M = 20.0
"""Of height from top to bottom of the profile: what is flat looks flat."""
CORNERS = 60
"""Points of the profile."""


def walk_picture(plan: TourPlan, number: int) -> str:
    """Return the drawing as an image without words (the card's button has them); none where nobody walks."""
    if not plan.walks:
        return ""
    lon, lat, height = (
        np.concatenate([getattr(walk, name) for walk in plan.walks]) for name in ("lon", "lat", "height_m")
    )
    line = LocalProjection.around(shapely.MultiPoint(np.column_stack([lon, lat]))).metres(lon, lat)
    hills = _hills(line, height)
    way = _way(line, number, HEIGHT - (HILLS if hills else 0.0), straight=plan.walks[0].straight)
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">'
        f"{_style(number)}{hills}{way}</svg>"
    )
    return f'<img class="mm-walkpicture" alt="" src="data:image/svg+xml,{quote(drawing)}">'


def _style(number: int) -> str:
    light, dark = walk_colours(number)

    def said(colour: str, ink: str, share: str) -> str:
        fills = f".hills{{fill:{colour};fill-opacity:{share}}}circle{{fill:{colour}}}text{{fill:{ink}}}"
        return f".way{{stroke:{colour}}}{fills}"

    return drawn_colours.style(
        ".way{fill:none;stroke-width:3;stroke-linejoin:round;stroke-linecap:round}"
        ".straight{stroke-dasharray:1 6}text{font:700 11px sans-serif;text-anchor:middle}",
        said(light, "#fff", ".22"),
        said(dark, "#10181c", ".3"),
    )


def _way(line: Floats, number: int, high: float, *, straight: bool) -> str:
    low, top = line.min(axis=0), line.max(axis=0)
    wide, tall = np.maximum(top - low, 1.0).tolist()
    scale = min((WIDTH - 2 * EDGE) / wide, (high - 2 * EDGE) / tall)
    drawn = (line - (low + top) / 2) * (scale, -scale) + (WIDTH / 2, high / 2)
    corners = shapely.get_coordinates(shapely.simplify(shapely.linestrings(drawn), 0.4)).tolist()
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    x, y = drawn[0].tolist()
    return (
        f'<polyline class="way{" straight" if straight else ""}" points="{points}"/>'
        f'<g transform="translate({x:.1f} {y:.1f})"><circle r="8"/><text dy="4">{number}</text></g>'
    )


def _hills(line: Floats, height: Floats) -> str:
    """Return the profile along the way; nothing where a height is not known."""
    if len(height) != len(line) or not np.isfinite(height).all():
        return ""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0.0, along[-1], CORNERS)
    seen = np.interp(at, along, height)
    up = (seen - seen.min()) / max(float(np.ptp(seen)), LEAST_M)
    across = np.linspace(0.0, WIDTH, CORNERS)
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, HEIGHT - 3 - up * (HILLS - 6), strict=True))
    return f'<polygon class="hills" points="0,{HEIGHT:g} {corners} {WIDTH:g},{HEIGHT:g}"/>'
