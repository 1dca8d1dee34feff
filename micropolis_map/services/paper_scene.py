"""One scene of a map: its features as areas and lines in millimetres of paper, from the lowest to the top.

What draws it (PDF today) needs to know nothing of towns: it gets shapes with their colours and widths.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.map_features import MapFeatures
from micropolis_map.services.paper_frame import Frame
from micropolis_map.services.paper_style import Colour, PaperStyle, Rule, mixed

Geometries = NDArray[np.object_]

POLYGON, LINE_TYPES = 3, (1, 2)
"""Of shapely: a line, and one that ends where it begins."""
FINE_MM = 0.05
"""Corners closer to a line than this are left out: nobody sees them in print."""
LEAST_MM2 = 0.03
"""Smaller areas are a speck of dust."""
LEAST_BUILDING_MM2 = 0.12
OVER_MM = 2.0
"""How far shapes reach beyond the frame, where they are cut off: no line of an edge is seen inside."""
LEAST_PX = 0.1
"""Thinner lines are none."""
TUNNEL = 0.5
"""How much of a tunnel's colour is left on the paper's."""
AREAS = ("ground", "shade", "water", "buildings", "beyond")
LINES = ("waterways", "streets", "railways", "borders")
STAGES = {
    **dict.fromkeys(("ground", "shade", "waterways", "water", "buildings"), 0),
    "tunnels": 1,
    "casings": 2,
    "streets": 3,
    "railways": 4,
    "bridge casings": 5,
    "bridges": 6,
    **dict.fromkeys(("beyond", "borders"), 7),
}
"""What lies over what; in the same stage the order of the style's rules."""
SEAM_MM = 0.02
"""Waters that touch are one: no shore is drawn between them."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Geometries drawn alike, in mm on the page.

    Attributes
    ----------
    fill, line
        Colours; None where there is no such part.
    width_mm, dash_mm
        Of the line; a dash and a gap, empty for a whole line.
    opacity
        Of the fill.
    butt
        Whether lines end where they end, not half a width later.
    """

    geometries: Geometries
    fill: Colour | None = None
    line: Colour | None = None
    width_mm: float = 0.0
    dash_mm: tuple[float, ...] = ()
    opacity: float = 1.0
    butt: bool = False


def scene(features: MapFeatures, frame: Frame, style: PaperStyle) -> list[Shape]:
    """Return what to draw of `features` in `frame`, in painter's order; all of it lies in the frame.

    Parameters
    ----------
    features
        EPSG:4326; those of tile zooms above the frame's are left out, as on a screen.
    """
    zoom = frame.zoom
    features = features.take(features.zoom <= max(math.floor(zoom - 0.5), 7))
    page = frame.shapes_on_page(np.asarray(features.geometry, object))
    room = frame.paper.buffer(OVER_MM, join_style="mitre")
    layers = features.layer.astype(str)
    painted: list[tuple[int, int, Shape]] = []
    for number, rule in enumerate(style.rules):
        chosen = rule.chosen(layers, features, zoom)
        if not chosen.any():
            continue
        if rule.layer in AREAS:
            found = _areas(page[chosen], features.rank[chosen], room, _least(rule.layer))
            found = _without_seams(found) if rule.layer == "water" and len(found) else found
            painted += [(STAGES[rule.layer], number, _area(rule, found, frame, zoom))] if len(found) else []
        elif rule.layer in LINES:
            painted += [
                (stage, number, shape)
                for stage, shape in _lines(rule, features, chosen, page, room, frame, style)
            ]
    painted.sort(key=lambda one: one[:2])
    return [shape for _, _, shape in painted]


def _least(layer: str) -> float:
    return LEAST_BUILDING_MM2 if layer == "buildings" else LEAST_MM2


def _area(rule: Rule, found: Geometries, frame: Frame, zoom: float) -> Shape:
    edge = rule.edge if rule.width(zoom) > LEAST_PX else None
    return Shape(found, rule.fill, edge, rule.width(zoom) * frame.px_mm, opacity=rule.opacity)


def _areas(page: Geometries, rank: NDArray[np.int32], room: shapely.Polygon, least: float) -> Geometries:
    """Return the polygons cut at `room`, big ones first, without specks; holes stay holes."""
    order = np.argsort(rank, kind="stable")
    parts = shapely.get_parts(cut(page[order], room))
    parts = parts[shapely.get_type_id(parts) == POLYGON]
    parts = shapely.simplify(parts[shapely.area(parts) >= least], FINE_MM)
    return np.asarray(parts[~shapely.is_empty(parts)], object)


def _without_seams(found: Geometries) -> Geometries:
    whole = shapely.union_all(found, grid_size=SEAM_MM)
    parts = shapely.get_parts(np.array([whole], object))
    return np.asarray(parts[shapely.get_type_id(parts) == POLYGON], object)


def cut(page: Geometries, room: shapely.Polygon) -> Geometries:
    """Return the part of each geometry in the rectangle `room`; what lies elsewhere is left out."""
    west, south, east, north = room.bounds
    bounds = shapely.bounds(page)
    meets = (bounds[:, 0] < east) & (bounds[:, 2] > west) & (bounds[:, 1] < north) & (bounds[:, 3] > south)
    inside = (
        (bounds[:, 0] >= west) & (bounds[:, 2] <= east) & (bounds[:, 1] >= south) & (bounds[:, 3] <= north)
    )
    crossing = meets & ~inside
    found = page.copy()
    if crossing.any():
        shapes = found[crossing]
        broken = ~shapely.is_valid(shapes)
        shapes[broken] = shapely.make_valid(shapes[broken])
        found[crossing] = shapely.intersection(shapes, room)
    found = found[meets]
    return np.asarray(found[~shapely.is_empty(found)], object)


def lines_of(page: Geometries, room: shapely.Polygon) -> Geometries:
    """Return the lines cut at `room`, in parts, without corners that nobody sees."""
    parts = shapely.get_parts(cut(page, room))
    parts = parts[np.isin(shapely.get_type_id(parts), LINE_TYPES)]
    return np.asarray(shapely.simplify(parts, FINE_MM), object)


def _lines(
    rule: Rule,
    features: MapFeatures,
    chosen: NDArray[np.bool_],
    page: Geometries,
    room: shapely.Polygon,
    frame: Frame,
    style: PaperStyle,
) -> Iterator[tuple[int, Shape]]:
    """Give the shapes of a rule for lines with their stage: tunnels, then streets, then bridges over them."""
    tunnel, bridge = features.tunnel.astype(bool), features.bridge.astype(bool)
    is_street = rule.layer == "streets"
    if rule.layer == "railways":
        chosen = chosen & ~tunnel
    plain = lines_of(page[chosen & ~tunnel & ~(bridge & is_street)], room)
    above = lines_of(page[chosen & bridge], room) if is_street else plain[:0]
    below = lines_of(page[chosen & tunnel], room) if is_street else plain[:0]
    zoom, px = frame.zoom, frame.px_mm
    width = rule.width(zoom) * px
    dash = tuple(part * width for part in rule.dash)
    if rule.line is None or rule.width(zoom) <= LEAST_PX:
        return
    colour = mixed(rule.line, style.paper, rule.opacity)
    if len(below):
        yield STAGES["tunnels"], Shape(below, line=mixed(colour, style.paper, TUNNEL), width_mm=width)
    for found, casings, top, extra in (
        (plain, "casings", rule.layer if not is_street else "streets", rule.casing_px),
        (above, "bridge casings", "bridges", rule.casing_px + 0.5),
    ):
        if not len(found):
            continue
        if rule.casing is not None and zoom >= rule.casing_from:
            wide = width + 2 * extra * px
            yield STAGES[casings], Shape(found, line=rule.casing, width_mm=wide, butt=top == "bridges")
        yield STAGES[top], Shape(found, line=colour, width_mm=width, dash_mm=dash, butt=bool(dash))
