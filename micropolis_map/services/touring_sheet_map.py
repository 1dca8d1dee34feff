"""A map of a tour on one sheet of paper, drawn from the community's own layers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.services.paper_letters import FONT
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_paper import INK, SOFT, Paper

AREAS = {"water": (201, 222, 232), "green": (222, 233, 208), "buildings": (226, 219, 208)}
LINES = {"waterways": ((170, 203, 218), 0.5), "railways": ((150, 150, 150), 0.4)}
STREETS = {"main": ((178, 168, 152), 0.9), "": ((205, 198, 186), 0.45)}
ROUTE = (157, 35, 51)
GRID_COLUMNS, GRID_ROWS = "ABCDE", 6
MOST_CORNERS = 60_000
"""Of a layer; a denser one is left out of the paper, where it would be a grey blot of many megabytes."""
NICE_M = (50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Window:
    """A rectangle of the ground on a rectangle of paper (mm), in the ground's own proportions."""

    west: float
    north: float
    mm_per_lon: float
    mm_per_lat: float
    x: float
    y: float
    width: float
    height: float

    @classmethod
    def around(
        cls, lon: Sequence[float], lat: Sequence[float], box: tuple[float, float, float, float]
    ) -> Window:
        """Return the window that shows all the points with a border inside `box` (x, y, width, height)."""
        x, y, width, height = box
        middle = (min(lon) + max(lon)) / 2, (min(lat) + max(lat)) / 2
        east, north = (float(v) for v in metres_per_degree(np.array(middle[1])))
        metres_per_mm = max(
            (max(lon) - min(lon)) * east / (width * 0.84),
            (max(lat) - min(lat)) * north / (height * 0.84),
            1.0,
        )
        per_lon, per_lat = east / metres_per_mm, north / metres_per_mm
        return cls(
            middle[0] - width / 2 / per_lon,
            middle[1] + height / 2 / per_lat,
            per_lon,
            per_lat,
            x,
            y,
            width,
            height,
        )

    @property
    def mm_per_m(self) -> float:
        """Millimetres of paper for a metre on the ground."""
        return self.mm_per_lat / float(metres_per_degree(np.array(self.north))[1])

    def at(self, position: Sequence[float]) -> tuple[float, float]:
        """Return where a position ``[lon, lat]`` lies on the paper."""
        return self.x + (position[0] - self.west) * self.mm_per_lon, self.y + (
            self.north - position[1]
        ) * self.mm_per_lat

    def shows(self, line: Sequence[Sequence[float]]) -> bool:
        """Return whether any of the line may lie in the window."""
        lon, lat = [p[0] for p in line], [p[1] for p in line]
        east, south = self.west + self.width / self.mm_per_lon, self.north - self.height / self.mm_per_lat
        return min(lon) <= east and max(lon) >= self.west and min(lat) <= self.north and max(lat) >= south


def draw_map(
    paper: Paper, plan: TourPlan, build: Path | None, box: tuple[float, float, float, float]
) -> None:
    """Draw the tour into `box` (mm) over the layers of `build`, with a grid, numbers and a scale."""
    lon = [p for walk in plan.walks for p in walk.lon.tolist()] + [stop.lon for stop in plan.stops]
    lat = [p for walk in plan.walks for p in walk.lat.tolist()] + [stop.lat for stop in plan.stops]
    window = Window.around(lon, lat, box)
    paper.set_fill_color(250, 247, 240)
    paper.rect(*box, style="F")
    with paper.rect_clip(*box):
        if build is not None:
            draw_ground(paper, window, build)
            draw_streets(paper, window, build)
        _route(paper, plan, window)
    _grid(paper, window)
    draw_scale(paper, window)


def draw_ground(paper: Paper, window: Window, build: Path) -> None:
    """Draw greens, waters, buildings and railways of `build`."""
    for name, colour in AREAS.items():
        paper.set_fill_color(*colour)
        rings = [
            ring
            for _, ring in _lines(build / f"{name}.geojson", {"Polygon", "MultiPolygon"})
            if window.shows(ring)
        ]
        if sum(map(len, rings)) <= MOST_CORNERS:
            for ring in rings:
                paper.polygon([window.at(corner) for corner in ring], style="F")
    for name, (colour, width) in LINES.items():
        for _, line in _lines(build / f"{name}.geojson", {"LineString", "MultiLineString"}):
            draw_line(paper, window, line, colour, width)


def draw_streets(paper: Paper, window: Window, build: Path) -> None:
    """Draw the streets of `build`, quietly."""
    for kind, line in _lines(build / "streets.geojson", {"LineString", "MultiLineString"}):
        draw_line(paper, window, line, *STREETS.get(kind, STREETS[""]))


def draw_line(
    paper: Paper, window: Window, line: Sequence[Sequence[float]], colour: tuple[int, int, int], width: float
) -> None:
    """Draw a line ``[[lon, lat], …]``, `width` mm wide, where it may lie in the window."""
    if window.shows(line):
        paper.set_draw_color(*colour)
        paper.set_line_width(width)
        paper.polyline([window.at(corner) for corner in line])


def _route(paper: Paper, plan: TourPlan, window: Window) -> None:
    paper.set_draw_color(*ROUTE)
    paper.set_line_width(1.1)
    for walk in plan.walks:
        if walk.straight:
            paper.set_dash_pattern(dash=2.0, gap=1.6)
        corners = zip(walk.lon.tolist(), walk.lat.tolist(), strict=True)
        paper.polyline([window.at(corner) for corner in corners])
        paper.set_dash_pattern()
    for number, stop in enumerate(plan.stops, start=1):
        x, y = window.at((stop.lon, stop.lat))
        paper.set_fill_color(*ROUTE)
        paper.set_draw_color(255, 255, 255)
        paper.set_line_width(0.5)
        paper.circle(x, y, radius=3.4, style="DF")
        paper.set_font(FONT, "B", 10.0)
        paper.set_text_color(255, 255, 255)
        paper.set_xy(x - 5.0, y - 2.5)
        paper.cell(10.0, 5.0, str(number), align="C")


def _grid(paper: Paper, window: Window) -> None:
    paper.set_draw_color(*SOFT)
    paper.set_text_color(*SOFT)
    paper.set_font(FONT, "", 9.0)
    paper.set_line_width(0.1)
    wide, high = window.width / len(GRID_COLUMNS), window.height / GRID_ROWS
    for i, letter in enumerate(GRID_COLUMNS):
        paper.line(window.x + i * wide, window.y, window.x + i * wide, window.y + window.height)
        paper.text(window.x + (i + 0.5) * wide, window.y - 1.5, letter)
    for j in range(GRID_ROWS):
        paper.line(window.x, window.y + j * high, window.x + window.width, window.y + j * high)
        paper.text(window.x - 4.0, window.y + (j + 0.5) * high, str(j + 1))
    paper.set_line_width(0.3)
    paper.rect(window.x, window.y, window.width, window.height)


def square_of(plan: TourPlan, window: Window, number: int) -> str:
    """Return the square of the grid, such as ``B3``, in which the stop lies."""
    x, y = window.at((plan.stops[number].lon, plan.stops[number].lat))
    column = min(len(GRID_COLUMNS) - 1, int((x - window.x) / window.width * len(GRID_COLUMNS)))
    row = min(GRID_ROWS - 1, int((y - window.y) / window.height * GRID_ROWS))
    return f"{GRID_COLUMNS[column]}{row + 1}"


def draw_scale(paper: Paper, window: Window) -> None:
    """Draw a bar of a round length on the ground."""
    metres = max(m for m in NICE_M if m * window.mm_per_m <= window.width / 3 or m == NICE_M[0])
    length, y = metres * window.mm_per_m, window.y + window.height - 4.0
    paper.set_draw_color(*INK)
    paper.set_line_width(0.8)
    paper.line(window.x + 4.0, y, window.x + 4.0 + length, y)
    paper.set_text_color(*INK)
    paper.set_font(FONT, "", 10.0)
    paper.text(window.x + 4.0, y - 1.8, f"{metres} m")


def _lines(path: Path, kinds: set[str]) -> Iterator[tuple[str, Any]]:
    """Give each line or outer ring of the layer, with its street class; nothing where there is no layer."""
    if not path.is_file():
        return
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"] or {"type": ""}
        if geometry["type"] not in kinds:
            continue
        parts = geometry["coordinates"] if geometry["type"].startswith("Multi") else [geometry["coordinates"]]
        for part in parts:
            yield (
                str(feature["properties"].get("class", "")),
                part[0] if "Polygon" in geometry["type"] else part,
            )
