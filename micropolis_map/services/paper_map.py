"""A map on a page: ground, streets and names as vectors, with its scale, its north and whose data it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from fpdf.enums import StrokeJoinStyle, TextMode
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.i18n import mark
from micropolis_map.services.paper_frame import PX_MM, Frame
from micropolis_map.services.paper_labels import POINTS_PER_MM, Label, Letters, Room, labels
from micropolis_map.services.paper_letters import FONT, legible
from micropolis_map.services.paper_scene import Shape, scene
from micropolis_map.services.paper_style import Colour, PaperStyle, paper_style
from micropolis_map.services.speech import Speech
from micropolis_map.services.touring_paper import INK, SOFT, Paper
from micropolis_map.stores.map_features import read_map_features

WHITE: Colour = (255, 255, 255)
HALO_PT, BROAD_HALO_PT = 2.1, 3.4
"""The bright edge of names; broader where the map's owner paints streets and homes dark."""
PLATE = 0.82
"""How white the plates below scale and credit are."""
BAR_MM = 26.0
SMALL_PT = 6.2
SPOTS = (
    ((0.0, 1.0), (0.0, 0.0), (1.0, 1.0), (1.0, 0.0)),
    ((1.0, 0.0), (0.0, 0.0), (0.85, 0.0), (0.15, 0.0), (1.0, 0.3)),
    ((1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0)),
)
"""Where scale, north and credit stand, the best place first: shares of the room across and down."""
ELSEWHERE = tuple(
    (across, down) for down in (0.0, 1.0, 0.5, 0.25, 0.75) for across in (0.5, 0.25, 0.75, 0.0, 1.0)
)
"""Where they stand when marks lie everywhere there."""
OF_DAY = mark("map data of {day}")
SKETCH = mark("a sketch: the streets are not known here")
SKETCH_ZOOM = 14.0
"""A sketch has few names: all of them are written at any scale."""


@dataclass(frozen=True)
class Ground:
    """What maps of a town are drawn from; goes to a worker as it is.

    Attributes
    ----------
    file
        Of the features; None for a town whose streets are not loaded.
    drawn
        Features beside those of the file: a sketch, outlines. EPSG:4326.
    credit, day
        Whose data they are, empty for an invented town, and the day they are of, ISO 8601, empty if unknown.
    """

    file: Path | None = None
    drawn: MapFeatures | None = None
    credit: str = ""
    day: str = ""

    @property
    def is_sketch(self) -> bool:
        """Whether the streets are not known, and what is drawn instead is."""
        return self.file is None and self.drawn is not None

    def around(self, frame: Frame) -> MapFeatures:
        """Return the features that may lie in a frame, also across the antimeridian.

        Raises
        ------
        StoreUnavailable
            The file is damaged.
        """
        west, south, east, north = frame.bounds
        found = [] if self.drawn is None else [self.drawn]
        if self.file is not None and self.file.is_file():
            turns = [turn for turn in (-360.0, 0.0, 360.0) if west + turn < 180.0 and east + turn > -180.0]
            found += [
                read_map_features(self.file, (west + turn, south, east + turn, north)) for turn in turns
            ]
        return joined(found)


@dataclass
class PaperMap:
    """A map being drawn: first the ground, then whatever its owner draws, names, marks, and the edge.

    Attributes
    ----------
    halo_pt
        How broad the bright edge of names is.
    marks
        What its owner draws and nothing may cover, in mm on the page.
    lines
        What names keep clear of, and scale, north and credit where they can.
    room
        What names keep clear of.
    is_quiet
        Whether streets are neither drawn nor named, because the map's owner draws them in its own colours.
    """

    paper: Paper
    frame: Frame
    ground: Ground
    lang: str
    theme: str = "print"
    is_quiet: bool = False
    halo_pt: float = HALO_PT
    marks: Sequence[BaseGeometry] = ()
    lines: Sequence[BaseGeometry] = ()
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        self.room = Room(self.frame.paper.buffer(-1.0, join_style="mitre"))
        self.paper.set_auto_page_break(auto=False)  # a drawing never starts a new page
        plates = [shapely.box(x, y, x + w, y + h) for x, y, w, h in self._plates]
        self.keep_clear([*self.marks, *self.lines, *plates])

    @cached_property
    def style(self) -> PaperStyle:
        """The rules and colours."""
        return paper_style(self.theme)

    @cached_property
    def features(self) -> MapFeatures:
        """What lies in the frame."""
        found = self.ground.around(self.frame)
        return found.take(found.layer != "streets") if self.is_quiet else found

    def draw_ground(self) -> None:
        """Fill the frame with land, and draw what is known of it."""
        frame, paper = self.frame, self.paper
        paper.set_fill_color(*self.style.paper)
        paper.rect(frame.x, frame.y, frame.width, frame.height, style="F")
        with paper.rect_clip(frame.x, frame.y, frame.width, frame.height):
            for shape in scene(self.features, frame, self.style):
                draw_shape(paper, shape)

    def keep_clear(self, marks: Sequence[BaseGeometry]) -> None:
        """Keep names away from marks, in mm on the page."""
        for one in marks:
            self.room.take(one, anyway=True)

    def shows(self, mark: BaseGeometry) -> bool:
        """Return whether a mark lies whole in the frame, and not where scale, north and credit stand."""
        plates = (shapely.box(x, y, x + w, y + h) for x, y, w, h in self._plates)
        return self.frame.paper.contains(mark) and not any(mark.intersects(plate) for plate in plates)

    def draw_names(self, more: Sequence[Label] = ()) -> list[Label]:
        """Write the names in `more`, and those of the ground that find room."""
        frame = self.frame
        named = {" ".join(label.lines) for label in more}
        some = self.features.take(np.array([name not in named for name in self.features.name], np.bool_))
        zoom = max(frame.zoom, SKETCH_ZOOM) if self.ground.is_sketch else frame.zoom
        found = [*more, *labels(some, frame, self.style, self.room, self.measure, self.lang, zoom)]
        with self.paper.rect_clip(frame.x, frame.y, frame.width, frame.height):
            write_labels(self.paper, found, self.halo_pt)
        return found

    def measure(self, text: str, letters: Letters) -> float:
        """Return the width of a text in mm."""
        self.paper.set_font(FONT, letters.style, letters.points)
        return float(self.paper.get_string_width(legible(text)))

    def draw_edge(self) -> None:
        """Draw scale bar, north arrow, whose data these are, and the frame's line."""
        paper, frame = self.paper, self.frame
        paper.set_fill_color(*WHITE)
        with paper.local_context(fill_opacity=PLATE):
            for plate in self._plates:
                paper.rect(*plate, style="F", round_corners=True, corner_radius=0.8 * self._size)
        self._scale(*self._plates[0][:2])
        self._north(*self._plates[1][:2])
        if self._credit:
            x, y, _, height = self._plates[2]
            paper.set_font(FONT, "", SMALL_PT * self._size)
            paper.set_text_color(*INK)
            paper.text(x + self._size, y + height - self._size, self._credit)
        paper.set_draw_color(*SOFT)
        paper.set_line_width(0.25)
        paper.rect(frame.x, frame.y, frame.width, frame.height)
        paper.set_auto_page_break(auto=True, margin=paper.margin_mm + 4.0)

    @property
    def _size(self) -> float:
        """How much larger things are than on a page one holds."""
        return self.frame.px_mm / PX_MM

    @cached_property
    def _credit(self) -> str:
        speech = Speech(self.lang)
        parts = [self.ground.credit] if self.ground.credit else []
        if parts and self.ground.day:
            day = speech.moment(self.ground.day).split(",")[0]
            parts.append(speech._(OF_DAY).format(day=day))
        if self.ground.is_sketch:
            parts.append(speech._(SKETCH))
        return legible(" · ".join(parts))

    @cached_property
    def _bar(self) -> tuple[float, float]:
        """The length of the scale bar in metres and in mm."""
        return self.frame.bar(min(BAR_MM * self._size, self.frame.width / 4))

    @cached_property
    def _plates(self) -> list[tuple[float, float, float, float]]:
        """Left, top, width and height of what stands on the map: scale, north, credit; not over a mark."""
        size = self._size
        words, small = self._scale_words, Letters(SMALL_PT / POINTS_PER_MM * size, INK)
        sides = [
            (max(self._bar[1], *(self.measure(text, small) for text in words)) + 4.0 * size, 8.0 * size),
            (5.5 * size, 9.5 * size),
        ]
        if self._credit:
            sides.append((self.measure(self._credit, small) + 2.0 * size, 3.6 * size))
        taken, plates = list(self.marks), []
        for (width, height), spots in zip(sides, SPOTS, strict=False):
            boxes = [self._inside(spot, width, height) for spot in (*spots, *ELSEWHERE)]
            free = [box for box in boxes if not shapely.intersects(box, taken).any()]
            clear = [box for box in free if not shapely.intersects(box, [*self.lines]).any()]
            box = (clear or free or boxes)[0]
            taken.append(box)
            plates.append((box.bounds[0], box.bounds[1], width, height))
        return plates

    def _inside(self, spot: tuple[float, float], width: float, height: float) -> shapely.Polygon:
        frame, off = self.frame, 1.5 * self._size
        x = frame.x + off + spot[0] * (frame.width - 2 * off - width)
        y = frame.y + off + spot[1] * (frame.height - 2 * off - height)
        return shapely.box(x, y, x + width, y + height)

    @property
    def _scale_words(self) -> tuple[str, str]:
        speech, metres = Speech(self.lang), self._bar[0]
        length = f"{speech.decimal(metres / 1000)} km" if metres >= 1000 else f"{speech.decimal(metres)} m"
        return f"1 : {speech.count(round(self.frame.scale))}", length

    def _scale(self, x: float, y: float) -> None:
        paper, size = self.paper, self._size
        scale, words = self._scale_words
        paper.set_draw_color(*INK)
        paper.set_line_width(0.35 * size)
        left, foot = x + 2.0 * size, y + 6.9 * size
        right, top = left + self._bar[1], foot - 1.2 * size
        paper.polyline([(left, top), (left, foot), (right, foot), (right, top)])
        paper.set_text_color(*INK)
        paper.set_font(FONT, "B", SMALL_PT * size)
        paper.text(left, y + 2.5 * size, scale)
        paper.set_font(FONT, "", SMALL_PT * size)
        paper.text(left + 0.8 * size, foot - 0.9 * size, words)

    def _north(self, x: float, y: float) -> None:
        paper, size = self.paper, self._size
        middle = x + 2.75 * size
        paper.set_fill_color(*INK)
        shape = ((0.0, 0.8), (1.7, 5.8), (0.0, 4.8), (-1.7, 5.8))
        paper.polygon([(middle + dx * size, y + dy * size) for dx, dy in shape], style="F")
        paper.set_font(FONT, "B", 6.5 * size)
        paper.set_text_color(*INK)
        paper.text(middle - paper.get_string_width("N") / 2, y + 8.7 * size, "N")


def outlines(shapes: Sequence[BaseGeometry], kind: str = "outline") -> MapFeatures:
    """Return the edges of areas (EPSG:4326) as features of a map; an edge that two share is there once."""
    rings = [
        ring
        for part in shapely.get_parts(np.array(shapes, object)).tolist()
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    edges = shapely.line_merge(shapely.union_all([shapely.LineString(ring.coords) for ring in rings]))
    return features("borders", kind, np.asarray(shapely.get_parts([edges]), object))


def draw_shape(paper: Paper, shape: Shape) -> None:
    """Draw the geometries of a shape: holes stay open (even-odd), lines are round at their corners."""
    told = ["q", _stroke(paper, shape)]
    if shape.fill is not None:
        told.append(f"{_rgb(shape.fill)} rg")
        paint = "f*" if shape.line is None else "B*"
        told += [f"{path} {paint}" for path in _paths(paper, shape.geometries, close=True)]
    elif shape.line is not None:
        told += [f"{path} S" for path in _paths(paper, shape.geometries, close=False)]
    told.append("Q")
    if shape.opacity < 1.0:
        with paper.local_context(fill_opacity=shape.opacity):
            paper.operators("\n".join(told))
    else:
        paper.operators("\n".join(told))


def _stroke(paper: Paper, shape: Shape) -> str:
    if shape.line is None:
        return ""
    dash = " ".join(f"{part * paper.k:.2f}" for part in shape.dash_mm)
    cap = 0 if shape.butt or shape.dash_mm else 1
    return f"{_rgb(shape.line)} RG {shape.width_mm * paper.k:.2f} w {cap} J 1 j [{dash}] 0 d"


def _rgb(colour: Colour) -> str:
    return " ".join(f"{value / 255:.3g}" for value in colour)


def _paths(paper: Paper, shapes: NDArray[np.object_], *, close: bool) -> list[str]:
    """Return a path of PDF's for each geometry, of a part for each ring."""
    rings, owner = shapely.get_rings(shapes, return_index=True) if close else (shapes, np.arange(len(shapes)))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    x = np.round(corners[:, 0] * paper.k, 2)
    y = np.round((paper.h - corners[:, 1]) * paper.k, 2)
    first = np.diff(ring, prepend=-1) > 0
    last = np.diff(ring, append=len(rings)) > 0
    told: list[list[str]] = [[] for _ in range(len(shapes))]
    for a, b, begins, ends, which in zip(
        x.tolist(), y.tolist(), first.tolist(), last.tolist(), np.asarray(owner)[ring].tolist(), strict=True
    ):
        if close and ends:
            told[which].append("h")
        else:
            told[which].append(f"{a:g} {b:g} {'m' if begins else 'l'}")
    return [" ".join(one) for one in told if one]


def write_labels(paper: Paper, names: Sequence[Label], halo_pt: float = HALO_PT) -> None:
    """Write names, each with a bright edge below it, `halo_pt` points broad in all."""
    with paper.local_context(
        text_mode=TextMode.STROKE,
        draw_color=WHITE,
        line_width=halo_pt,
        stroke_join_style=StrokeJoinStyle.ROUND,
    ):
        for name in names:
            _write(paper, name)
    for name in names:
        paper.set_text_color(*name.letters.colour)
        _write(paper, name)


def _write(paper: Paper, label: Label) -> None:
    paper.set_font(FONT, label.letters.style, label.letters.points)
    size = label.letters.size_mm
    top = label.y - size * 1.1 * (len(label.lines) - 1) / 2 + size * 0.36
    for number, line in enumerate(label.lines):
        text = legible(line)
        x, y = label.x - paper.get_string_width(text) / 2, top + size * 1.1 * number
        if abs(label.angle) < 0.1:
            paper.text(x, y, text)
            continue
        with paper.rotation(label.angle, label.x, label.y):
            paper.text(x, y, text)
