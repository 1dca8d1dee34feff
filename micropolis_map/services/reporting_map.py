"""Maps of a report, drawn from the community's own layers: walking time by street, or proposed sites."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from fpdf.enums import TextMode
from shapely.geometry.base import BaseGeometry

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.maps.walking_classes import WalkingClass, walking_classes
from micropolis_map.services.coverage_result import CoverageResult
from micropolis_map.services.paper_letters import FONT
from micropolis_map.services.reporting_paper import PAPER, WHITE, WIDTH_MM, Colour, ReportPaper, rgb, writable
from micropolis_map.services.siting_result import Plan, Site
from micropolis_map.services.speech import Speech
from micropolis_map.services.touring_paper import INK, MARGIN_MM, SOFT
from micropolis_map.services.touring_sheet_map import (
    Window,
    draw_ground,
    draw_line,
    draw_scale,
    draw_streets,
)

MOST_CORNERS = 250_000
"""Of the coloured streets; a larger town is coloured by hexagon, or its file would be of many megabytes."""
SITE: Colour = (157, 35, 51)
NEAR, NEWLY, FAR = rgb("#c8b866"), rgb("#0a62a0"), rgb("#3b3f46")
"""Homes within reach before, newly, and still not: apart in hue and in lightness."""
SHIFTS = (0.0, -4.0, 4.0, -8.0, 8.0)
"""How far, in mm, a name may move away from a spot or another name."""
Collection = dict[str, Any]


@dataclass(frozen=True)
class MapBox:
    """Where a map stands on its page, in mm."""

    x: float
    y: float
    width: float
    height: float


def page_box(paper: ReportPaper, below_mm: float, result: CoverageResult) -> MapBox:
    """Return the box from here down for the districts' proportions, leaving `below_mm` for a legend."""
    west, south, east, north = shapely.total_bounds(_areas(result)).tolist()
    lon_m, lat_m = (float(v) for v in metres_per_degree(np.array((south + north) / 2)))
    wanted = WIDTH_MM * (north - south) * lat_m / max(1.0, (east - west) * lon_m)
    height = min(max(wanted, WIDTH_MM * 0.6), paper.left_mm() - below_mm)
    return MapBox(MARGIN_MM, paper.get_y(), WIDTH_MM, height)


def coverage_map(
    paper: ReportPaper, box: MapBox, build: Path, result: CoverageResult, layer: Collection, speech: Speech
) -> None:
    """Draw `layer` (streets or hexagons with ``cost_s`` or ``median_s``) in classes of walking time."""
    classes = walking_classes(result.request.minutes)
    areas = _areas(result)
    window = _begin(paper, box, areas)
    with paper.rect_clip(box.x, box.y, box.width, box.height):
        draw_ground(paper, window, build)
        for feature in sorted(layer["features"], key=_time, reverse=True):
            walking = _class_of(_time(feature), classes)
            if walking.dash:
                paper.set_dash_pattern(dash=0.9, gap=1.5)
            for line in _parts(feature["geometry"]):
                if feature["geometry"]["type"] == "Polygon":
                    _fill(paper, window, line, rgb(walking.colour))
                else:
                    draw_line(paper, window, line, rgb(walking.colour), 0.75)
            paper.set_dash_pattern()
        _outlines(paper, window, areas)
        _spots(paper, window, result)
        _names(paper, window, result)
    _frame(paper, box, window)
    paper.set_xy(MARGIN_MM, box.y + box.height + 3.0)
    legend = [(rgb(walking.colour), class_words(walking, speech)) for walking in classes]
    paper.legend([*legend, (WHITE, speech._("meeting place"))])


def siting_map(
    paper: ReportPaper, box: MapBox, build: Path, before: CoverageResult, plan: Plan, speech: Speech
) -> None:
    """Draw the numbered sites of `plan`, and the homes: near before, newly near, or still far."""
    areas = _areas(before)
    threshold_s = before.request.minutes[0] * 60.0 + 1e-9
    window = _begin(paper, box, areas)
    with paper.rect_clip(box.x, box.y, box.width, box.height):
        draw_ground(paper, window, build)
        draw_streets(paper, window, build)
        was, now = plan.cost_before_s <= threshold_s, plan.cost_after_s <= threshold_s
        lived = before.origin_population > 0.0
        for colour, which in ((NEAR, was & now), (FAR, ~now), (NEWLY, now & ~was)):
            _dots(paper, window, before, which & lived, colour)
        _outlines(paper, window, areas)
        _spots(paper, window, before)
        _names(paper, window, before, plan.sites)
        for number, site in enumerate(plan.sites, start=1):
            _site(paper, window, number, site)
    _frame(paper, box, window)
    paper.set_xy(MARGIN_MM, box.y + box.height + 3.0)
    paper.legend(
        [
            (SITE, speech._("proposed place, with its number")),
            (NEAR, speech._("home that is near already")),
            (NEWLY, speech._("home newly near")),
            (FAR, speech._("home still too far")),
            (WHITE, speech._("meeting place")),
        ]
    )


def is_too_much(layer: Collection) -> bool:
    """Return whether the layer has too many corners to draw on paper."""
    return (
        sum(len(line) for feature in layer["features"] for line in _parts(feature["geometry"])) > MOST_CORNERS
    )


def class_words(walking: WalkingClass, speech: Speech) -> str:
    """Return the words for a class of walking time."""
    if walking.over is None and walking.up_to is None:
        return speech._("cannot be reached")
    if walking.over is None:
        return speech._("up to {n} min").format(n=speech.as_it_is(walking.up_to or 0.0))
    over = speech.as_it_is(walking.over)
    if walking.up_to is None:
        return speech._("over {n} min").format(n=over)
    return speech._("{a}–{b} min").format(a=over, b=speech.as_it_is(walking.up_to))


def _areas(result: CoverageResult) -> list[BaseGeometry]:
    return [area for area in result.district_areas if area is not None]


def _begin(paper: ReportPaper, box: MapBox, areas: Sequence[BaseGeometry]) -> Window:
    west, south, east, north = shapely.total_bounds(list(areas)).tolist()
    paper.set_fill_color(*PAPER)
    paper.rect(box.x, box.y, box.width, box.height, style="F")
    paper.set_auto_page_break(auto=False)  # a drawing never starts a new page
    return Window.around([west, east], [south, north], (box.x, box.y, box.width, box.height))


def _time(feature: Collection) -> float:
    found = feature["properties"].get("cost_s", feature["properties"].get("median_s"))
    return math.inf if found is None else float(found)


def _class_of(cost_s: float, classes: Sequence[WalkingClass]) -> WalkingClass:
    if math.isinf(cost_s):
        return classes[-1]
    return next(c for c in classes if c.up_to is None or cost_s <= c.up_to * 60.0 + 1e-9)


def _parts(geometry: Collection) -> Iterator[list[list[float]]]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "MultiLineString":
        yield from coordinates
    else:
        yield coordinates[0] if kind == "Polygon" else coordinates


def _fill(paper: ReportPaper, window: Window, ring: list[list[float]], colour: Colour) -> None:
    if window.shows(ring):
        paper.set_fill_color(*colour)
        with paper.local_context(fill_opacity=0.75):
            paper.polygon([window.at(corner) for corner in ring], style="F")


def _outlines(paper: ReportPaper, window: Window, areas: Sequence[BaseGeometry]) -> None:
    paper.set_dash_pattern(dash=1.6, gap=1.2)
    for area in areas:
        for part in shapely.get_parts(area):
            ring = shapely.get_coordinates(shapely.get_exterior_ring(part)).tolist()
            draw_line(paper, window, ring, SOFT, 0.25)
    paper.set_dash_pattern()


def _spots(paper: ReportPaper, window: Window, result: CoverageResult) -> None:
    paper.set_fill_color(*WHITE)
    paper.set_draw_color(*INK)
    paper.set_line_width(0.5)
    for lon, lat in zip(result.spots.lon.tolist(), result.spots.lat.tolist(), strict=True):
        paper.circle(*window.at((lon, lat)), radius=1.5, style="DF")


def _names(paper: ReportPaper, window: Window, result: CoverageResult, sites: Sequence[Site] = ()) -> None:
    """Write the districts' names where they are, with a bright edge; none over another or over a spot."""
    spots = zip(result.spots.lon.tolist(), result.spots.lat.tolist(), strict=True)
    taken = [shapely.Point(window.at(spot)).buffer(1.6) for spot in spots]
    taken += [shapely.Point(window.at((site.lon, site.lat))).buffer(4.4) for site in sites]
    paper.set_font(FONT, "B", 9.5)
    named = zip(result.districts, result.district_areas, strict=True)
    for name, area in sorted(
        ((area.name, shape) for area, shape in named if shape is not None), key=lambda pair: -pair[1].area
    ):
        text, point = writable(name), shapely.point_on_surface(area)
        x, middle = window.at((point.x, point.y))
        width = paper.get_string_width(text)
        x = min(max(x - width / 2, window.x + 2.0), window.x + window.width - width - 2.0)
        rooms = {
            middle + dy: shapely.box(x, middle + dy - 3.2, x + width, middle + dy + 1.0) for dy in SHIFTS
        }
        free = [y for y, room in rooms.items() if not any(room.intersects(other) for other in taken)]
        if not free:
            continue
        y = free[0]
        taken.append(rooms[y])
        with paper.local_context(text_mode=TextMode.STROKE, draw_color=WHITE, line_width=1.0):
            paper.text(x, y, text)
        paper.set_text_color(*INK)
        paper.text(x, y, text)


def _dots(
    paper: ReportPaper, window: Window, before: CoverageResult, which: np.ndarray[Any, Any], colour: Colour
) -> None:
    size = 0.7 if which.size > 15_000 else 1.0
    paper.set_fill_color(*colour)
    for lon, lat in zip(before.origins.lon[which].tolist(), before.origins.lat[which].tolist(), strict=True):
        x, y = window.at((lon, lat))
        paper.rect(x - size / 2, y - size / 2, size, size, style="F")


def _site(paper: ReportPaper, window: Window, number: int, site: Site) -> None:
    x, y = window.at((site.lon, site.lat))
    paper.set_fill_color(*SITE)
    paper.set_draw_color(*WHITE)
    paper.set_line_width(0.7)
    paper.circle(x, y, radius=4.2, style="DF")
    paper.set_font(FONT, "B", 12.0)
    paper.set_text_color(*WHITE)
    paper.set_xy(x - 5.0, y - 3.0)
    paper.cell(10.0, 6.0, str(number), align="C")


def _frame(paper: ReportPaper, box: MapBox, window: Window) -> None:
    draw_scale(paper, window)
    paper.set_draw_color(*SOFT)
    paper.set_line_width(0.3)
    paper.rect(box.x, box.y, box.width, box.height)
    x, y = box.x + box.width - 8.0, box.y + 5.0
    paper.set_fill_color(*INK)
    paper.polygon([(x, y), (x + 2.6, y + 8.0), (x, y + 6.2), (x - 2.6, y + 8.0)], style="F")
    paper.set_font(FONT, "B", 10.0)
    paper.set_text_color(*INK)
    paper.text(x - 1.3, y + 12.5, "N")
    paper.set_auto_page_break(auto=True, margin=MARGIN_MM + 4.0)
