"""Names on a map of paper: the most important first, along streets, none over another or over a mark."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.map_features import MapFeatures
from micropolis_map.services.paper_frame import Frame
from micropolis_map.services.paper_scene import cut
from micropolis_map.services.paper_style import Colour, PaperStyle, Rule

Measure = Callable[[str, "Letters"], float]
"""Gives the width of a text in mm."""
POINTS_PER_MM = 72.0 / 25.4
BLACK: Colour = (0, 0, 0)
GAP_MM = 0.7
"""Between a name and whatever is next to it."""
WRAPPED = 15
"""Longer names of points stand in two lines where they can."""
STRAIGHT = 0.985
"""A run of a street takes a name where its ends are at least so far apart, as a share of its length."""
STEP_MM = 1.0
AGAIN_MM = 70.0
"""So far from each other the same street is named again."""
MOST_NAMED = 900
"""Runs of streets that are tried; a map of a large town holds no more names."""
MOST_POINTS = 600
SHIFTS = ((0.0, 0.0), (0.0, -1.0), (0.0, 1.0), (0.7, 0.0), (-0.7, 0.0), (0.0, -2.0), (0.0, 2.0))
"""Where a point's name may stand, in heights and widths of it from the point."""


@dataclass(frozen=True)
class Letters:
    """How a name is written."""

    size_mm: float
    colour: Colour
    bold: bool = False

    @property
    def points(self) -> float:
        """The size as printers count it."""
        return self.size_mm * POINTS_PER_MM

    @property
    def style(self) -> str:
        """The font's style as fpdf2 calls it."""
        return "B" if self.bold else ""


@dataclass(frozen=True)
class Label:
    """A name at its place.

    Attributes
    ----------
    x, y
        Its middle, in mm on the page.
    angle
        Degrees anticlockwise.
    lines
        Its text, in one or two lines.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    letters: Letters
    angle: float = 0.0


@dataclass
class Room:
    """What is taken on a page: boxes of names and of marks, which no name may meet.

    Attributes
    ----------
    paper
        Where names may stand.
    """

    paper: shapely.Polygon
    taken: list[BaseGeometry] = field(default_factory=list)

    def take(self, box: BaseGeometry, *, anyway: bool = False) -> bool:
        """Take the box where it is free and in the frame; return whether it was."""
        if not anyway and not (self.paper.contains(box) and self.is_free(box)):
            return False
        self.taken.append(box)
        return True

    def is_free(self, box: BaseGeometry) -> bool:
        """Return whether nothing was taken where the box is."""
        return not bool(shapely.intersects(np.array(self.taken, object), box).any())


def labels(
    features: MapFeatures,
    frame: Frame,
    style: PaperStyle,
    room: Room,
    measure: Measure,
    lang: str,
    zoom: float,
) -> list[Label]:
    """Return the names for a map at a zoom in the reader's language; each takes its box of `room`."""
    features = features.take(features.name != "")
    layers = features.layer.astype(str)
    found: list[Label] = []
    for rule in style.rules:
        if rule.text is None:
            continue
        chosen = rule.chosen(layers, features, zoom)
        if rule.layer == "labels":
            chosen &= features.zoom <= max(math.floor(zoom - 0.5), 7)
        some = features.take(np.flatnonzero(chosen))
        if len(some):
            place = _points if rule.layer == "labels" else _runs
            found += place(rule, some, frame, room, measure, lang)
    return found


def name_of(features: MapFeatures, number: int, lang: str) -> str:
    """Return a feature's name in a language, else as it is called there."""
    told = features.names[number]
    names: dict[str, Any] = json.loads(told) if told else {}
    return str(names.get(lang) or features.name[number])


def _points(
    rule: Rule, features: MapFeatures, frame: Frame, room: Room, measure: Measure, lang: str
) -> Iterator[Label]:
    at = frame.on_page(shapely.get_coordinates(features.geometry))
    letters = Letters(rule.size * frame.px_mm, rule.text or BLACK, rule.bold)
    seen: list[tuple[str, float, float]] = []
    inside = np.flatnonzero(shapely.intersects_xy(room.paper, at[:, 0], at[:, 1]))
    for number in inside[np.argsort(features.rank[inside], kind="stable")][:MOST_POINTS].tolist():
        x, y = at[number].tolist()
        name = name_of(features, number, lang)
        if any(name == other and math.hypot(x - a, y - b) < AGAIN_MM for other, a, b in seen):
            continue
        label = point_label(name, (x, y), letters, room, measure)
        if label is not None:
            seen.append((name, x, y))
            yield label


def point_label(
    name: str, at: tuple[float, float], letters: Letters, room: Room, measure: Measure
) -> Label | None:
    """Return the name near a point where there is room for it, else None."""
    for lines in dict.fromkeys((wrapped(name), (name,))):
        width = max(measure(line, letters) for line in lines)
        height = letters.size_mm * 1.1 * len(lines)
        for dx, dy in SHIFTS:
            x, y = at[0] + dx * width, at[1] + dy * height
            box = shapely.box(
                x - width / 2 - GAP_MM,
                y - height / 2 - GAP_MM / 2,
                x + width / 2 + GAP_MM,
                y + height / 2 + GAP_MM / 2,
            )
            if room.take(box):
                return Label(lines, x, y, letters)
    return None


def wrapped(name: str) -> tuple[str, ...]:
    """Return a long name in two lines of about the same length.

    Examples
    --------
    >>> wrapped("Nowe Miasto"), wrapped("Saska Kępa nad Wisłą")
    (('Nowe Miasto',), ('Saska Kępa', 'nad Wisłą'))
    """
    words = name.split(" ")
    if len(name) <= WRAPPED or len(words) == 1:
        return (name,)
    ways = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
    return min(ways, key=lambda lines: max(map(len, lines)))


def _runs(
    rule: Rule, features: MapFeatures, frame: Frame, room: Room, measure: Measure, lang: str
) -> Iterator[Label]:
    """Give the names of lines along their straight runs, the longest first."""
    size = rule.size * frame.px_mm
    letters = Letters(size, rule.text or BLACK, rule.bold)
    seen: dict[str, list[tuple[float, float]]] = {}
    for name, line in _named_lines(features, frame, lang)[:MOST_NAMED]:
        width = measure(name, letters)
        for x, y, angle in _beside(_straight_runs(line, width + 2 * GAP_MM), size):
            near = seen.setdefault(name, [])
            if any(math.hypot(x - a, y - b) < AGAIN_MM for a, b in near):
                continue
            if room.take(_turned_box(x, y, width + 2 * GAP_MM, size * 1.05, angle)):
                near.append((x, y))
                yield Label((name,), x, y, letters, angle)


def _named_lines(features: MapFeatures, frame: Frame, lang: str) -> list[tuple[str, shapely.LineString]]:
    """Return lines on the page joined by name, the longest first."""
    names = np.array([name_of(features, number, lang) for number in range(len(features))], object)
    page = frame.shapes_on_page(np.asarray(features.geometry, object))
    by_name: dict[str, list[BaseGeometry]] = {}
    for name, shape in zip(names.tolist(), page.tolist(), strict=True):
        by_name.setdefault(name, []).append(shape)
    found = []
    for name, shapes in by_name.items():
        parts = shapely.get_parts(cut(np.array(shapes, object), frame.paper))
        parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
        merged = shapely.line_merge(shapely.union_all(parts)) if len(parts) else shapely.MultiLineString()
        found += [(name, line) for line in shapely.get_parts(merged).tolist() if line.length > STEP_MM * 4]
    return sorted(found, key=lambda pair: -pair[1].length)


def _straight_runs(line: shapely.LineString, width: float) -> list[tuple[float, float, float]]:
    """Return middles and angles of runs of this width that are straight enough, from the middle outwards."""
    steps = math.ceil(width / STEP_MM)
    count = int(line.length / STEP_MM)
    if count < steps:
        return []
    at: NDArray[np.float64] = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.arange(count + 1) * STEP_MM)
    )
    ends = at[steps:] - at[:-steps]
    straight = np.hypot(ends[:, 0], ends[:, 1]) / (steps * STEP_MM)
    good = np.flatnonzero(straight >= STRAIGHT)
    middle = (count - steps) / 2
    good = good[np.argsort(np.abs(good - middle), kind="stable")][:: max(1, steps // 6)][:24]
    runs = []
    for first in good.tolist():
        part = at[first : first + steps + 1]
        x, y = part.mean(axis=0).tolist()
        dx, dy = ends[first].tolist()
        angle = math.degrees(math.atan2(-dy, dx))
        runs.append((x, y, angle - 180.0 * round(angle / 180.0)))
    return runs


def _beside(runs: Sequence[tuple[float, float, float]], size: float) -> Iterator[tuple[float, float, float]]:
    """Give each run, then each again above and below the line, where a walk may lie on the street."""
    for aside in (0.0, 1.15, -1.15):
        for x, y, angle in runs:
            turn = math.radians(angle)
            yield x - math.sin(turn) * aside * size, y - math.cos(turn) * aside * size, angle


def _turned_box(x: float, y: float, width: float, height: float, angle: float) -> shapely.Polygon:
    turn = math.radians(angle)
    along = np.array([math.cos(turn), -math.sin(turn)]) * width / 2
    up = np.array([math.sin(turn), math.cos(turn)]) * height / 2
    corners: Sequence[NDArray[np.float64]] = (along + up, along - up, -along - up, up - along)
    return shapely.Polygon([(x + a, y + b) for a, b in (corner.tolist() for corner in corners)])
