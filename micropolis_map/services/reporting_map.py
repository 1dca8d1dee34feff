"""Maps of a report, drawn over the town's own map: walking time by street, or proposed sites."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.maps.walking_classes import (
    NEAR_BEFORE,
    NEWLY_NEAR,
    STILL_FAR,
    WalkingClass,
    walking_classes,
)
from micropolis_map.services.coverage_result import CoverageResult
from micropolis_map.services.paper_frame import Frame, Place
from micropolis_map.services.paper_labels import Label, Letters, point_label
from micropolis_map.services.paper_letters import FONT
from micropolis_map.services.paper_map import BROAD_HALO_PT, Ground, PaperMap, draw_shape, outlines
from micropolis_map.services.paper_scene import Shape, cut, lines_of
from micropolis_map.services.reporting_paper import WHITE, WIDTH_MM, Colour, ReportPaper, rgb, writable
from micropolis_map.services.siting_result import Plan, Site
from micropolis_map.services.speech import Speech
from micropolis_map.services.touring_paper import INK, MARGIN_MM

MOST_CORNERS = 250_000
"""Of the coloured streets; a larger town is coloured by hexagon, or its file would be of many megabytes."""
SITE: Colour = (157, 35, 51)
NEAR, NEWLY, FAR = rgb(NEAR_BEFORE), rgb(NEWLY_NEAR), rgb(STILL_FAR)
"""Homes within reach before, newly, and still not: apart in hue and in lightness."""
EDGE: Colour = (120, 108, 130)
STREET_MM, LEAST_STREET_MM = 0.75, 0.32
"""Streets in colour, of a small town and of a large one."""
SPOT_MM, SITE_MM = 1.4, 4.0
NAME = Letters(2.9, INK, bold=True)
HEXAGONS = 0.72
"""How much of the hexagons' colour lies over the ground."""
Collection = dict[str, Any]


def page_box(paper: ReportPaper, below_mm: float) -> Place:
    """Return the box from here to the foot of the page, leaving `below_mm` for a legend."""
    return MARGIN_MM, paper.get_y(), WIDTH_MM, paper.left_mm() - below_mm


def coverage_map(
    paper: ReportPaper,
    place: Place,
    ground: Ground,
    result: CoverageResult,
    layer: Collection,
    speech: Speech,
) -> None:
    """Draw `layer` (streets or hexagons with ``cost_s`` or ``median_s``) in classes of walking time."""
    classes = walking_classes(result.request.minutes)
    page = _begin(paper, place, ground, result, speech, is_quiet=True)
    with paper.rect_clip(*place):
        _draw_classes(page, layer, classes)
        _draw_outlines(page, _areas(result))
        spots = _draw_spots(page, result)
    page.keep_clear(spots)
    page.draw_names(_names(page, result))
    page.draw_edge()
    paper.set_xy(MARGIN_MM, place[1] + place[3] + 3.0)
    legend = [(rgb(walking.colour), class_words(walking, speech)) for walking in classes]
    paper.legend([*legend, (WHITE, speech._("meeting place"))])


def siting_map(
    paper: ReportPaper, place: Place, ground: Ground, before: CoverageResult, plan: Plan, speech: Speech
) -> None:
    """Draw the numbered sites of `plan`, and the homes: near before, newly near, or still far."""
    threshold_s = before.request.minutes[0] * 60.0 + 1e-9
    page = _begin(paper, place, ground, before, speech)
    with paper.rect_clip(*place):
        was, now = plan.cost_before_s <= threshold_s, plan.cost_after_s <= threshold_s
        lived = before.origin_population > 0.0
        for colour, which in ((NEAR, was & now), (FAR, ~now), (NEWLY, now & ~was)):
            _draw_homes(page, before, which & lived, colour)
        _draw_outlines(page, _areas(before))
        spots = _draw_spots(page, before)
    sites = [shapely.Point(page.frame.at((site.lon, site.lat))).buffer(SITE_MM + 0.5) for site in plan.sites]
    page.keep_clear([*spots, *sites])
    page.draw_names(_names(page, before))
    with paper.rect_clip(*place):
        for number, site in enumerate(plan.sites, start=1):
            _draw_site(page, number, site)
    page.draw_edge()
    paper.set_xy(MARGIN_MM, place[1] + place[3] + 3.0)
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


def _begin(
    paper: ReportPaper,
    place: Place,
    ground: Ground,
    result: CoverageResult,
    speech: Speech,
    *,
    is_quiet: bool = False,
) -> PaperMap:
    west, south, east, north = shapely.total_bounds(_areas(result)).tolist()
    frame = Frame.around([west, east], [south, north], place, border_mm=4.0)
    page = PaperMap(paper, frame, ground, speech.lang, is_quiet=is_quiet, halo_pt=BROAD_HALO_PT)
    page.draw_ground()
    return page


def _time(feature: Collection) -> float:
    found = feature["properties"].get("cost_s", feature["properties"].get("median_s"))
    return math.inf if found is None else float(found)


def _class_number(cost_s: float, classes: Sequence[WalkingClass]) -> int:
    if math.isinf(cost_s):
        return len(classes) - 1
    return next(k for k, c in enumerate(classes) if c.up_to is None or cost_s <= c.up_to * 60.0 + 1e-9)


def _parts(geometry: Collection) -> Iterator[list[list[float]]]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "MultiLineString":
        yield from coordinates
    else:
        yield coordinates[0] if kind == "Polygon" else coordinates


def _draw_classes(page: PaperMap, layer: Collection, classes: Sequence[WalkingClass]) -> None:
    """Draw the layer class by class, the longest walks first."""
    by_class: list[list[BaseGeometry]] = [[] for _ in classes]
    for feature in layer["features"]:
        which = by_class[_class_number(_time(feature), classes)]
        which += [_shape(feature, line) for line in _parts(feature["geometry"]) if len(line) > 1]
    room = page.frame.paper.buffer(2.0, join_style="mitre")
    width = min(max(STREET_MM * 2.0 ** ((page.frame.zoom - 14.0) / 2.0), LEAST_STREET_MM), STREET_MM)
    for walking, shapes in zip(reversed(classes), reversed(by_class), strict=True):
        if not shapes:
            continue
        on_page = page.frame.shapes_on_page(np.array(shapes, object))
        areas = shapely.get_type_id(on_page) == 3
        colour, dash = rgb(walking.colour), (0.9, 1.5) if walking.dash else ()
        draw_shape(page.paper, Shape(cut(on_page[areas], room), fill=colour, opacity=HEXAGONS))
        lines = lines_of(on_page[~areas], room)
        draw_shape(page.paper, Shape(lines, line=colour, width_mm=width, dash_mm=dash))


def _shape(feature: Collection, corners: list[list[float]]) -> BaseGeometry:
    is_area = feature["geometry"]["type"] == "Polygon"
    return shapely.Polygon(corners) if is_area else shapely.LineString(corners)


def _draw_outlines(page: PaperMap, areas: Sequence[BaseGeometry]) -> None:
    lines = page.frame.shapes_on_page(np.asarray(outlines(areas).geometry, object))
    room = page.frame.paper.buffer(2.0, join_style="mitre")
    draw_shape(page.paper, Shape(lines_of(lines, room), line=EDGE, width_mm=0.25, dash_mm=(1.6, 1.2)))


def _draw_spots(page: PaperMap, result: CoverageResult) -> list[BaseGeometry]:
    """Draw the meeting places; return their discs."""
    paper = page.paper
    paper.set_fill_color(*WHITE)
    paper.set_draw_color(*INK)
    paper.set_line_width(0.5)
    at = page.frame.on_page(np.column_stack((result.spots.lon, result.spots.lat)))
    for x, y in at.tolist():
        paper.circle(x, y, radius=SPOT_MM, style="DF")
    return [shapely.Point(x, y).buffer(SPOT_MM + 0.3) for x, y in at.tolist()]


def _names(page: PaperMap, result: CoverageResult) -> list[Label]:
    """Return the districts' names where they are, large ones first."""
    named = zip(result.districts, result.district_areas, strict=True)
    ordered = sorted(
        ((area.name, shape) for area, shape in named if shape is not None), key=lambda pair: -pair[1].area
    )
    found = []
    for name, area in ordered:
        point = shapely.point_on_surface(area)
        at = page.frame.at((point.x, point.y))
        text = writable(name)
        label = point_label(text, at, NAME, page.room, page.measure)
        found += [] if label is None else [label]
    return found


def _draw_homes(page: PaperMap, before: CoverageResult, which: NDArray[np.bool_], colour: Colour) -> None:
    size = 0.7 if which.size > 15_000 else 1.0
    page.paper.set_fill_color(*colour)
    at = page.frame.on_page(np.column_stack((before.origins.lon[which], before.origins.lat[which])))
    for x, y in at.tolist():
        page.paper.rect(x - size / 2, y - size / 2, size, size, style="F")


def _draw_site(page: PaperMap, number: int, site: Site) -> None:
    paper = page.paper
    x, y = page.frame.at((site.lon, site.lat))
    paper.set_fill_color(*SITE)
    paper.set_draw_color(*WHITE)
    paper.set_line_width(0.7)
    paper.circle(x, y, radius=SITE_MM, style="DF")
    paper.set_font(FONT, "B", 12.0)
    paper.set_text_color(*WHITE)
    text = str(number)
    paper.text(x - paper.get_string_width(text) / 2, y + 1.5, text)
