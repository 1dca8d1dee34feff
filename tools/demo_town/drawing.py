"""A picture of the town, to look at while its plan changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tools.demo_town.plan import Xy
from tools.demo_town.terrain import EAST, NORTH, SOUTH, STEP_M, WEST
from tools.demo_town.town import Town

GREEN = {
    "wood": "#b9d3a4", "park": "#cfe5b4", "allotments": "#dbe3b5", "meadow": "#e2ecc6", "heath": "#dcd0c4",
    "pitch": "#b5dcae", "beach": "#f7e8bd", "residential": "#f2ece2", "farmland": "#f1e7c4",
    "orchard": "#d7e4b6", "harbour": "#e4dfd8",
}  # fmt: skip
STREET = {
    "secondary": ("#f6c667", 9), "tertiary": ("#fbe39a", 8), "residential": ("#ffffff", 6),
    "unclassified": ("#ffffff", 5), "living_street": ("#ffffff", 4.6), "pedestrian": ("#efe3ee", 3.6),
    "service": ("#ffffff", 3.4), "footway": ("#d98f7d", 1.6), "steps": ("#c4453a", 2.6),
    "path": ("#a98b5e", 1.5), "track": ("#c4a25c", 2.2),
}  # fmt: skip

Box = tuple[float, float, float, float]


class Sheet:
    """A picture with the town's metres as its coordinates, drawn at twice its size."""

    def __init__(self, box: Box, width: int) -> None:
        self.west, self.south, self.east, self.north = box
        self.scale = width * 2 / (self.east - self.west)
        size = (width * 2, int((self.north - self.south) * self.scale))
        self.image = Image.new("RGB", size, "#a8cfdf")
        self.pen = ImageDraw.Draw(self.image)

    def at(self, points: Iterable[Xy]) -> list[Xy]:
        """Return where the points lie in the picture."""
        return [((x - self.west) * self.scale, (self.north - y) * self.scale) for x, y in points]

    def fill(self, points: Iterable[Xy], colour: str, edge: str | None = None) -> None:
        """Fill a shape."""
        self.pen.polygon(self.at(points), fill=colour, outline=edge)

    def line(self, points: Iterable[Xy], colour: str, metres: float) -> None:
        """Draw a line as broad as so many metres."""
        self.pen.line(self.at(points), fill=colour, width=max(1, round(metres * self.scale)), joint="curve")

    def dot(self, xy: Xy, colour: str, metres: float) -> None:
        """Draw a dot of a radius in metres."""
        (x, y), r = self.at([xy])[0], metres * self.scale
        self.pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def draw(town: Town, file: Path, box: Box = (WEST, SOUTH, EAST, NORTH), width: int = 2400) -> None:
    """Write a PNG of the town, or of the part in ``(west, south, east, north)`` metres."""
    sheet = Sheet(box, width)
    _ground(sheet, town)
    _streets(sheet, town)
    for building in town.buildings:
        fill, edge = ("#c98f6d", "#a06c4e") if building.people else ("#8a5a68", "#5c3844")
        sheet.fill(building.shape.exterior.coords, fill, edge)
    for xy, tags in town.spots.points:
        if {"amenity", "tourism", "leisure"} & set(tags):
            sheet.dot(xy, "#2d6a8a", 1.5 if tags.get("amenity") == "bench" else 4)
    sheet.image.resize((width, sheet.image.height // 2), Image.Resampling.LANCZOS).save(file)


def _ground(sheet: Sheet, town: Town) -> None:
    for ring, colour in ((60, "#b3d6e3"), (26, "#c1dfe9"), (0, "#edf0d9")):
        for coast in town.terrain.coasts:
            sheet.fill(coast.buffer(ring).exterior.coords, colour)
    rank = {"residential": 0, "farmland": 1, "orchard": 1, "meadow": 1}
    for shape, tags in sorted(town.greens, key=lambda g: rank.get(next(iter(g[1].values())), 2)):
        sheet.fill(shape.exterior.coords, GREEN[next(iter(tags.values()))])
    _shade(sheet, town)
    for lake in town.terrain.lakes.values():
        sheet.fill(lake.exterior.coords, "#a8cfdf")
    for bed in town.terrain.streams.values():
        sheet.line(bed.coords, "#a8cfdf", 5)
    for line, _ in town.spots.lines:
        sheet.line(line.coords, "#8b8378", 6)


def _streets(sheet: Sheet, town: Town) -> None:
    for way in town.ways:
        if STREET[way.kind][1] >= 3.4:
            sheet.line(way.line, "#c9bda8", STREET[way.kind][1] + 2)
    for way in town.ways:
        if way.tags.get("area"):
            sheet.fill(way.line, "#efe3ee")
        else:
            sheet.line(way.line, *STREET[way.kind])


def _shade(sheet: Sheet, town: Town) -> None:
    """Shade the slopes as if the sun stood in the north-west."""
    dy, dx = np.gradient(town.terrain.height / STEP_M)
    light = np.clip((dx - dy) * 260, -46, 46)[::-1]
    size = (int((EAST - WEST) * sheet.scale), int((NORTH - SOUTH) * sheet.scale))
    (x, y), bicubic = sheet.at([(WEST, NORTH)])[0], Image.Resampling.BICUBIC
    for sign, colour in ((1, "#ffffff"), (-1, "#40402a")):
        mask = Image.fromarray(np.clip(sign * -light, 0, 46).astype(np.uint8)).resize(size, bicubic)
        sheet.image.paste(colour, (int(x), int(y)), mask)
