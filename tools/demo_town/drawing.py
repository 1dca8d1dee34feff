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
    "pitch": "#b5dcae", "beach": "#f7e8bd", "residential": "#f2ece2", "farmland": "#f1e7c4", "orchard": "#d7e4b6",
}  # fmt: skip
STREET = {
    "secondary": ("#f6c667", 9), "tertiary": ("#fbe39a", 8), "residential": ("#ffffff", 6),
    "unclassified": ("#ffffff", 5), "living_street": ("#ffffff", 4.6), "pedestrian": ("#efe3ee", 3.6),
    "service": ("#ffffff", 3.4), "footway": ("#d98f7d", 1.6), "steps": ("#c4453a", 2.6), "path": ("#a98b5e", 1.5),
    "track": ("#c4a25c", 2.2),
}  # fmt: skip


def draw(
    town: Town, file: Path, box: tuple[float, float, float, float] | None = None, width: int = 2400
) -> None:
    """Write a PNG of the town, or of the part in ``(west, south, east, north)`` metres."""
    west, south, east, north = box or (WEST, SOUTH, EAST, NORTH)
    scale = width * 2 / (east - west)

    def at(points: Iterable[Xy]) -> list[Xy]:
        return [((x - west) * scale, (north - y) * scale) for x, y in points]

    image = Image.new("RGB", (width * 2, int((north - south) * scale)), "#a8cfdf")
    pen = ImageDraw.Draw(image)
    for ring, colour in ((60, "#b3d6e3"), (26, "#c1dfe9")):
        for coast in town.terrain.coasts:
            pen.polygon(at(coast.buffer(ring).exterior.coords), fill=colour)
    for coast in town.terrain.coasts:
        pen.polygon(at(coast.exterior.coords), fill="#edf0d9")
    rank = {"residential": 0, "farmland": 1, "orchard": 1, "meadow": 1}
    for shape, tags in sorted(town.greens, key=lambda g: rank.get(next(iter(g[1].values())), 2)):
        pen.polygon(at(shape.exterior.coords), fill=GREEN[next(iter(tags.values()))])
    _shade(image, town, (west, north, scale))
    pen = ImageDraw.Draw(image)
    for lake in town.terrain.lakes.values():
        pen.polygon(at(lake.exterior.coords), fill="#a8cfdf")
    for bed in town.terrain.streams.values():
        pen.line(at(bed.coords), fill="#a8cfdf", width=max(2, int(5 * scale)))
    for line, _ in town.spots.lines:
        pen.line(at(line.coords), fill="#8b8378", width=max(2, int(6 * scale)))
    for extra, casing in ((2.0, True), (0.0, False)):
        for way in town.ways:
            colour, metres = STREET[way.kind]
            if casing and metres < 3.4:
                continue
            pen.line(
                at(way.line),
                fill="#c9bda8" if casing else colour,
                width=max(1, round((metres + extra) * scale)),
                joint="curve",
            )
            if way.tags.get("area"):
                pen.polygon(at(way.line), fill="#efe3ee")
    for building in town.buildings:
        colour = "#c98f6d" if building.people else "#8a5a68"
        pen.polygon(
            at(building.shape.exterior.coords),
            fill=colour,
            outline="#a06c4e" if building.people else "#5c3844",
        )
    for (x, y), tags in town.spots.points:
        if "amenity" in tags or "tourism" in tags or "leisure" in tags:
            (px, py), r = at([(x, y)])[0], 4 * scale if tags.get("amenity") != "bench" else 1.5 * scale
            pen.ellipse((px - r, py - r, px + r, py + r), fill="#2d6a8a")
    image.resize((width, image.height // 2), Image.Resampling.LANCZOS).save(file)


def _shade(image: Image.Image, town: Town, frame: tuple[float, float, float]) -> None:
    """Shade the slopes as if the sun stood in the north-west."""
    dy, dx = np.gradient(town.terrain.height / STEP_M)
    light = np.clip((dx - dy) * 260, -46, 46)[::-1]
    west, north, scale = frame
    size = (int((EAST - WEST) * scale), int((NORTH - SOUTH) * scale))
    for sign, colour in ((1, "#ffffff"), (-1, "#40402a")):
        mask = Image.fromarray(np.clip(sign * -light, 0, 46).astype(np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        image.paste(colour, (int((WEST - west) * scale), int((north - NORTH) * scale)), mask)
