"""A small drawing of a plan: the districts' outlines and the numbered sites."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape

import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.services.siting_link import Points
from micropolis_map.ui import drawn_colours

WIDTH, HEIGHT, EDGE = 240.0, 170.0, 12.0
STYLE = drawn_colours.style(
    "circle{stroke-width:1.5}text{font:700 11px sans-serif;text-anchor:middle}",
    "polygon{fill:#efe6d2;stroke:#b9ad96}circle{fill:#0b4f6c;stroke:#fffdf8}text{fill:#fffdf8}",
    "polygon{fill:#323a41;stroke:#7d8790}circle{fill:#8ccbe8;stroke:#10181c}text{fill:#10181c}",
)


def minimap(areas: Sequence[BaseGeometry], sites: Points, label: str) -> str:
    """Return the drawing as an image; `label` is what it is called for those who do not see it."""
    places: list[BaseGeometry] = [*areas, *(shapely.Point(at) for at in sites)]
    west, south, east, north = shapely.total_bounds(places).tolist()
    squeeze = math.cos(math.radians((south + north) / 2.0))
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    left, top = (WIDTH - wide * scale) / 2.0, (HEIGHT - high * scale) / 2.0

    def at(lon: float, lat: float) -> tuple[float, float]:
        return left + (lon - west) * squeeze * scale, top + (north - lat) * scale

    rings = []
    for area in areas:
        for part in shapely.get_parts(shapely.simplify(area, 1.0 / scale)):
            if part.geom_type == "Polygon" and not part.is_empty:
                corners = " ".join("{:.1f},{:.1f}".format(*at(*xy)) for xy in part.exterior.coords)
                rings.append(f'<polygon points="{corners}"/>')
    pins = []
    for number, place in enumerate(sites, start=1):
        x, y = at(*place)
        pins.append(
            f'<g transform="translate({x:.1f} {y:.1f})"><circle r="9"/><text dy="4">{number}</text></g>'
        )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{STYLE}'
        f"{''.join(rings)}{''.join(pins)}</svg>"
    )
    data = base64.b64encode(drawing.encode()).decode()
    return f'<img class="mm-minimap" src="data:image/svg+xml;base64,{data}" alt="{escape(label)}">'
