"""A walk drawn on a map of paper: its line, its numbered stops, benches and toilets beside it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.i18n import mark
from micropolis_map.services.paper_frame import LEAST_M, PX_MM, Frame, Place
from micropolis_map.services.paper_labels import Label, Letters, point_label
from micropolis_map.services.paper_letters import FONT, pick_legible
from micropolis_map.services.paper_map import WHITE, Ground, PaperMap, draw_shape
from micropolis_map.services.paper_scene import Shape, lines_of
from micropolis_map.services.paper_style import Colour, mixed
from micropolis_map.services.speech import Speech
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_comforts import Comforts, Nearby
from micropolis_map.services.touring_paper import INK, Paper
from micropolis_map.services.touring_walks import Walk

ROUTE: Colour = (157, 35, 51)
ROUTE_MM = 1.0
DISC_MM = 2.7
"""Radius of a stop's disc."""
SKETCH_M = 1_400.0
"""What a map shows at least of a sketch, whose coasts are generalised: larger, they would look exact."""
SIGN_MM = 2.6
STOP_NAME_MM = 2.6
COMFORT: Colour = (24, 92, 125)
SIGNS = {"bench": mark("Bench"), "toilets": mark("Toilet"), "drinking_water": mark("Drinking water")}
ORDER = ("toilets", "drinking_water", "bench")
"""Which sign stays where two would lie over each other."""
GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
"""The angle by which no two of many directions fall together."""
MOST_PUSHES = 200
KEPT = 0.35
"""How much of the line's colour is left on the parts that other pages tell of."""


def draw_walk_map(
    paper: Paper,
    plan: TourPlan,
    ground: Ground,
    place: Place,
    *,
    shown: Collection[int] = (),
    comforts: Comforts | None = None,
    px_mm: float = PX_MM,
) -> Frame:
    """Draw the tour into `place` (mm), and return its frame.

    Parameters
    ----------
    shown
        Numbers (from 0) of the stops the map is about, with the way to each; empty: all of them.
    comforts
        What is beside the line; None where that is not known or not to be drawn.
    px_mm
        How large a pixel of the style is: posters are read from afar.
    """
    numbers = sorted(shown) or list(range(len(plan.stops)))
    least_m = SKETCH_M if ground.is_sketch else LEAST_M
    frame = Frame.around(*extent(plan, numbers), place, px_mm=px_mm, least_m=least_m)
    size = px_mm / PX_MM
    spots = spread([frame.at((stop.lon, stop.lat)) for stop in plan.stops], (2 * DISC_MM + 0.3) * size)
    discs = [shapely.Point(spot).buffer((DISC_MM + 0.4) * size) for spot in spots]
    marks = [discs[number] for number in numbers]
    lines = _near_line(frame, walks_to(plan, numbers))
    page = PaperMap(paper, frame, ground, plan.request.lang, marks=marks, lines=lines)
    page.draw_ground()
    signs = _signs(frame, comforts, discs)
    page.keep_clear([*discs, *(box for _, box in signs)])
    with paper.rect_clip(*place):
        _draw_line(paper, frame, plan, numbers, ROUTE_MM * size)
    page.draw_names(_stop_names(page, plan, numbers, spots) if ground.is_sketch else ())
    with paper.rect_clip(*place):
        for kind, box in signs:
            draw_sign(paper, kind, box.bounds[0], box.bounds[1])
        others = [n for n, disc in enumerate(discs) if n not in numbers and page.shows(disc)]
        for number in others + numbers[::-1]:
            stop, spot = plan.stops[number], spots[number]
            _draw_stalk(paper, frame.at((stop.lon, stop.lat)), spot)
            draw_disc(paper, number + 1, *spot, is_told=number in numbers, size=size)
    page.draw_edge()
    return frame


def walks_to(plan: TourPlan, numbers: Collection[int]) -> list[Walk]:
    """Return the walks that lead to these stops (from 0); the way back to the start is the last stop's."""
    at = {stop.id: number for number, stop in enumerate(plan.stops)}
    last = len(plan.stops) - 1
    found = []
    for number, walk in enumerate(plan.walks):
        to = at.get(walk.destination.id, last)
        is_back = to == 0 and number > 0
        if (last if is_back else to) in numbers:
            found.append(walk)
    return found


def extent(plan: TourPlan, numbers: Sequence[int]) -> tuple[list[float], list[float]]:
    """Return longitudes and latitudes of these stops and of the ways to them."""
    walks, stops = walks_to(plan, numbers), [plan.stops[number] for number in numbers]
    lon = [p for walk in walks for p in walk.lon.tolist()] + [stop.lon for stop in stops]
    lat = [p for walk in walks for p in walk.lat.tolist()] + [stop.lat for stop in stops]
    return lon, lat


def _stop_names(
    page: PaperMap, plan: TourPlan, numbers: Sequence[int], spots: Sequence[tuple[float, float]]
) -> list[Label]:
    """Return the stops' names beside their discs, for a map that has little else."""
    letters = Letters(STOP_NAME_MM * page.frame.px_mm / PX_MM, INK, bold=True)
    found = []
    for number in numbers:
        stop = plan.stops[number]
        name = pick_legible(stop.name, plan.request.lang) or stop.id
        found.append(point_label(name, spots[number], letters, page.room, page.measure))
    return [label for label in found if label is not None]


def spread(points: Sequence[tuple[float, float]], apart_mm: float) -> list[tuple[float, float]]:
    """Return the points moved, as little as it takes, until none is nearer to another than `apart_mm`.

    Points in the same place go different ways, by their number.
    """
    at = np.array(points, np.float64).reshape(-1, 2)
    turn = np.arange(len(at)) * GOLDEN
    at = at + np.column_stack((np.cos(turn), np.sin(turn))) * 1e-3
    for _ in range(MOST_PUSHES):
        away = at[:, None] - at[None]
        far = np.hypot(away[..., 0], away[..., 1])
        np.fill_diagonal(far, np.inf)
        push = np.clip(apart_mm - far, 0.0, None)
        if not (push > 0.01).any():
            break
        at = at + (away / np.maximum(far, 1e-9)[..., None] * push[..., None] * 0.52).sum(axis=1)
    return [(x, y) for x, y in at.tolist()]


def _draw_stalk(paper: Paper, spot: tuple[float, float], disc: tuple[float, float]) -> None:
    """Draw a line from where a stop is to its disc, where that had to give way to another."""
    if math.dist(spot, disc) < DISC_MM * 0.4:
        return
    paper.set_draw_color(*ROUTE)
    paper.set_fill_color(*ROUTE)
    paper.set_line_width(0.4)
    paper.line(*spot, *disc)
    paper.circle(*spot, radius=0.7, style="F")


def draw_disc(
    paper: Paper, number: int, x: float, y: float, *, is_told: bool = True, size: float = 1.0
) -> None:
    """Draw a stop's disc with its number around a point of the page, `size` times as large as on a page."""
    colour = ROUTE if is_told else mixed(ROUTE, WHITE, KEPT + 0.2)
    paper.set_fill_color(*colour)
    paper.set_draw_color(*WHITE)
    paper.set_line_width(0.45)
    paper.circle(x, y, radius=DISC_MM * size, style="DF")
    points = (8.5 if number < 100 else 6.5) * size
    paper.set_font(FONT, "B", points)
    paper.set_text_color(*WHITE)
    text = str(number)
    paper.text(x - paper.get_string_width(text) / 2, y + points * 0.128, text)


def draw_sign(paper: Paper, kind: str, x: float, y: float) -> None:
    """Draw the sign of a bench, a toilet or drinking water; its upper left corner lies at (x, y)."""
    size, letters = SIGN_MM, {"toilets": "WC"}.get(kind, "")
    paper.set_fill_color(*(WHITE if kind == "bench" else COMFORT))
    paper.set_draw_color(*(COMFORT if kind == "bench" else WHITE))
    paper.set_line_width(0.2)
    paper.rect(x, y, size, size, style="DF", round_corners=True, corner_radius=0.5)
    if letters:
        paper.set_font(FONT, "B", 4.2)
        paper.set_text_color(*WHITE)
        paper.text(x + (size - paper.get_string_width(letters)) / 2, y + size * 0.7, letters)
    elif kind == "bench":
        paper.set_draw_color(*COMFORT)
        paper.set_line_width(0.3)
        for height in (0.35, 0.58):
            paper.line(x + size * 0.2, y + size * height, x + size * 0.8, y + size * height)
        for side in (0.3, 0.7):
            paper.line(x + size * side, y + size * 0.58, x + size * side, y + size * 0.82)
    else:
        paper.set_fill_color(*WHITE)
        middle = x + size / 2
        paper.polygon([(middle, y + 0.45), (middle + 0.62, y + 1.5), (middle - 0.62, y + 1.5)], style="F")
        paper.circle(middle, y + 1.55, radius=0.62, style="F")


def draw_signs_legend(paper: Paper, comforts: Comforts | None, x: float, y: float, lang: str) -> None:
    """Write on one line what the signs mean; nothing where there are none."""
    speech = Speech(lang)
    kinds = [kind for kind in ORDER if comforts is not None and comforts.count(kind)]
    for kind in kinds:
        draw_sign(paper, kind, x, y)
        paper.set_font(FONT, "", 6.8)
        paper.set_text_color(*INK)
        words = speech._(SIGNS[kind])
        paper.text(x + SIGN_MM + 1.0, y + SIGN_MM * 0.78, words)
        x += SIGN_MM + paper.get_string_width(words) + 5.0


def _signs(
    frame: Frame, comforts: Comforts | None, taken: Sequence[BaseGeometry]
) -> list[tuple[str, shapely.Polygon]]:
    """Return the signs that lie free in the frame: none over a stop or another sign."""
    found: list[tuple[str, shapely.Polygon]] = []
    nearby: Sequence[Nearby] = () if comforts is None else comforts.nearby
    for one in sorted(nearby, key=lambda near: ORDER.index(near.kind) if near.kind in ORDER else 9):
        x, y = frame.at((one.lon, one.lat))
        box = shapely.box(x - SIGN_MM / 2, y - SIGN_MM / 2, x + SIGN_MM / 2, y + SIGN_MM / 2)
        others = [*taken, *(other for _, other in found)]
        if one.kind in SIGNS and frame.paper.contains(box) and not any(box.intersects(o) for o in others):
            found.append((one.kind, box))
    return found


def _line(frame: Frame, walk: Walk) -> shapely.LineString | None:
    corners = frame.on_page(np.column_stack((walk.lon, walk.lat)))
    return shapely.LineString(corners) if len(corners) > 1 else None


def _near_line(frame: Frame, walks: Sequence[Walk]) -> list[BaseGeometry]:
    lines = [line for walk in walks if (line := _line(frame, walk)) is not None]
    return [shapely.union_all(lines).buffer(ROUTE_MM * 0.5)] if lines else []


def _draw_line(paper: Paper, frame: Frame, plan: TourPlan, numbers: Sequence[int], width_mm: float) -> None:
    """Draw the line of the walk with a white edge, stronger where the map is about it."""
    told = {id(walk) for walk in walks_to(plan, numbers)}
    room = frame.paper.buffer(ROUTE_MM * 2)
    drawn = []
    for walk in sorted(plan.walks, key=lambda walk: id(walk) in told):
        line = _line(frame, walk)
        if line is not None and line.length > 0.0:
            colour = ROUTE if id(walk) in told else mixed(ROUTE, WHITE, KEPT)
            dash = (2.0, 1.5) if walk.straight else ()
            drawn.append((lines_of(np.array([line], object), room), colour, dash))
    for lines, _, _ in drawn:
        draw_shape(paper, Shape(lines, line=WHITE, width_mm=width_mm * 1.7))
    for lines, colour, dash in drawn:
        draw_shape(paper, Shape(lines, line=colour, width_mm=width_mm, dash_mm=dash))
