"""The outline OpenStreetMap found for a name, drawn before anything is loaded."""

from __future__ import annotations

import base64
import math

import numpy as np
import shapely
import streamlit as st
from shapely.geometry.base import BaseGeometry

from micropolis_map.errors import MicropolisError, SourceUnavailable
from micropolis_map.services.outline_found import FoundPlace, find_outline
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.ui import drawn_colours, numbers, people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.load_by_hand import FOUND, by_hand
from micropolis_map.ui.language import _

WIDTH, HEIGHT, EDGE = 640.0, 360.0, 24.0
"""Of the drawing, in its own units, with the room left around the outline."""
STYLE = drawn_colours.style(
    "",
    ".area{fill:#1f7a99;stroke:#1f7a99}.bar{stroke:#6b6358}text{fill:#6b6358}",
    ".area{fill:#8ccbe8;stroke:#8ccbe8}.bar{stroke:#b9bfc1}text{fill:#b9bfc1}",
)
MOST_CORNERS = 1500
MOST_OTHERS = 5


def outline_map(slug: str, name: str) -> FoundPlace | None:
    """Offer to look where `name` is, and draw what was found; return it."""
    kept = st.session_state.setdefault(FOUND, {}).get(slug)
    found: FoundPlace | None = kept[1] if kept and kept[0] == name else None
    if found is None:
        asked = st.button(
            _("Show me which place that is"), key=f"w_where_{slug}", icon=":material/travel_explore:"
        )
        if not asked:
            return None
        try:
            with st.spinner(_("Asking OpenStreetMap …")):
                found = find_outline(session.application(), people.actor(), slug, name)
        except MicropolisError as error:
            trouble.show(error)
            if isinstance(error, SourceUnavailable):
                by_hand(slug)
            return None
        st.session_state[FOUND][slug] = (name, found)
    with st.container(key=f"where_{slug}"):
        st.html(_words_and_drawing(found))
        st.caption(_("Not the right one? Write more of its address: “Monaco, Bavaria”."))
    return found


def _words_and_drawing(found: FoundPlace) -> str:
    size = _("{n} km²").format(n=numbers.rough(found.area_km2))
    point = found.area.representative_point()
    link = f"https://www.openstreetmap.org/?mlat={point.y:.4f}&mlon={point.x:.4f}#map=11/{point.y:.4f}/{point.x:.4f}"
    others = "".join(f"<li>{safe_text.html(other)}</li>" for other in found.others[:MOST_OTHERS])
    may = safe_text.html(_("The name may also mean:"))
    also = f'<p class="mm-quiet">{may}</p><ul>{others}</ul>' if others else ""
    see = safe_text.html(_("See it on openstreetmap.org"))
    label = safe_text.html(found.label)
    href = f'href="{safe_text.html(link)}" target="_blank" rel="noopener noreferrer"'
    words = f"<b>{label}</b> · {safe_text.html(size)} · <a {href}>{see}</a>"
    packed = base64.b64encode(drawing(found.area).encode()).decode()  # a page lets no drawing in as such
    image = f'<img src="data:image/svg+xml;base64,{packed}" alt="{label}" width="640" height="360">'
    drawn = f"{image}<figcaption>{words}</figcaption>"
    return (
        f'<figure class="mm-where">{drawn}</figure>{also}<p class="mm-quiet">© OpenStreetMap contributors</p>'
    )


def drawing(area: BaseGeometry) -> str:
    """Return the outline as SVG, north up and to scale, with a bar that says how long a kilometre is.

    Parameters
    ----------
    area
        EPSG:4326.
    """
    projection = LocalProjection.around(area)
    metres = projection.to_metres(area)
    west, south, east, north = metres.bounds
    scale = min((WIDTH - 2 * EDGE) / max(east - west, 1.0), (HEIGHT - 2 * EDGE) / max(north - south, 1.0))
    left = (WIDTH - (east - west) * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2
    if shapely.get_num_coordinates(metres) > MOST_CORNERS:
        metres = metres.simplify(1 / scale)
    origin, flip = np.array([west, north]), np.array([1.0, -1.0])
    rings = [
        (shapely.get_coordinates(ring) - origin) * flip * scale + (left, top)
        for part in shapely.get_parts(metres)
        for ring in (part.exterior, *part.interiors)
    ]
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    bar_m = _round_length(0.25 * WIDTH / scale)
    bar = bar_m * scale
    words = safe_text.html(_("{n} km").format(n=numbers.as_it_is(bar_m / 1000)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'width="{WIDTH:.0f}" height="{HEIGHT:.0f}" font-family="sans-serif">'
        f'{STYLE}<path class="area" d="{path}" fill-opacity=".16" fill-rule="evenodd" '
        'stroke-width="2" stroke-linejoin="round"/>'
        f'<path class="bar" d="M16 {HEIGHT - 16:.0f}h{bar:.1f}" stroke-width="3"/>'
        f'<text x="16" y="{HEIGHT - 24:.0f}" font-size="14">{words}</text>'
        "</svg>"
    )


def _round_length(longest_m: float) -> float:
    """Return 1, 2 or 5 times a power of ten, as long as possible."""
    power = 10.0 ** math.floor(math.log10(longest_m))
    return float(max(power * step for step in (1, 2, 5) if power * step <= longest_m))
