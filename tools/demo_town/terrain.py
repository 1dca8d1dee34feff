"""Land, water and height of the island."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from scipy import ndimage

from tools.demo_town.plan import PLAN, Floats, area, lengths, lines, polygons, random, smooth, steady

STEP_M = 10.0
WEST, SOUTH, EAST, NORTH = -2150.0, -1350.0, 2250.0, 2150.0


class Terrain:
    """The island's shape and height; everything in metres east and north of the centre."""

    def __init__(self) -> None:
        self.x = np.arange(WEST, EAST + 1, STEP_M)
        self.y = np.arange(SOUTH, NORTH + 1, STEP_M)
        self.coasts = [_coast(island["coast"]) for island in PLAN["island"]]
        self.land: shapely.MultiPolygon = shapely.union_all(self.coasts)
        self.lakes = {lake["name"]: area(lake["shape"], 12) for lake in PLAN["lake"]}
        self.water = shapely.union_all(list(self.lakes.values()))
        self.streams = {s["name"]: self._bed(s["line"]) for s in PLAN["stream"]}
        self.dry = self.land.difference(self.water)
        for shape in (self.land, self.dry, self.water):
            shapely.prepare(shape)
        gx, gy = np.meshgrid(self.x, self.y)
        inside = shapely.contains_xy(self.land, gx, gy)
        self.shore_m: Floats = steady(ndimage.distance_transform_edt(inside)) * STEP_M
        self.height: Floats = self._height(gx, gy, inside)

    def _bed(self, line: list[list[float]]) -> shapely.LineString:
        return max(
            lines(shapely.LineString(smooth(line, 15)).intersection(self.land)),
            key=lambda part: part.length,
        )

    def _height(self, gx: Floats, gy: Floats, inside: Any) -> Floats:
        rng = random("height")
        rough = sum(
            ndimage.gaussian_filter(rng.standard_normal(gx.shape), s) * s * a
            for s, a in ((22, 2.6), (9, 0.9), (4, 0.22))
        )
        up = 8.0 * (1 - np.exp(-self.shore_m / 200)) + rough * np.clip(self.shore_m / 250, 0, 1)
        foot = np.clip(self.shore_m / 110, 0, 1)
        for hill in PLAN["hill"]:
            (hx, hy), (sx, sy) = hill["at"], hill["size"]
            up += hill["height"] * np.exp(-(((gx - hx) / sx) ** 2 + ((gy - hy) / sy) ** 2) / 2) * foot
        for lake in PLAN["lake"]:
            wet = shapely.contains_xy(self.lakes[lake["name"]], gx, gy)
            near = np.exp(-((ndimage.distance_transform_edt(~wet) * STEP_M / 90) ** 2))
            up = up * (1 - near) + lake["level"] * near
        up = np.maximum(steady(ndimage.gaussian_filter(up, 1.2)), 0.8)
        return np.where(inside, np.round(up, 1), 0.0)

    def z(self, xy: Floats) -> Floats:
        """Return the height at the points ``xy[n, 2]``, in metres, between the grid's cells linearly."""
        rows = (np.asarray(xy)[:, 1] - SOUTH) / STEP_M
        cols = (np.asarray(xy)[:, 0] - WEST) / STEP_M
        return np.asarray(steady(ndimage.map_coordinates(self.height, [rows, cols], order=1, mode="nearest")))

    @cached_property
    def quarters(self) -> dict[str, shapely.Polygon]:
        """The quarters by name: they share borders and leave no land out."""
        cuts = [shapely.LineString(smooth(line, 20)) for line in PLAN["borders"]["lines"]]
        rings = [coast.exterior for coast in self.coasts]
        faces = list(shapely.get_parts(shapely.polygonize([shapely.unary_union([*rings, *cuts])])))
        found = {}
        for quarter in PLAN["quarter"]:
            seat = shapely.Point(quarter["seat"])
            found[quarter["name"]] = next(face for face in faces if face.contains(seat))
        for face in sorted(faces, key=lambda f: f.bounds):  # slivers go to the neighbour they touch most
            if any(face.equals(f) for f in found.values()) or not self.land.contains(
                face.representative_point()
            ):
                continue
            name = max(found, key=lambda n: found[n].intersection(face).length)
            found[name] = found[name].union(face)
        return {name: polygons(face)[0] for name, face in found.items()}


def _coast(points: list[list[float]]) -> shapely.Polygon:
    """Return the land inside a coast with small coves and points, but straight quays in the harbour."""
    line = smooth(points, 16, closed=True)[:-1]
    rng = random(f"coast {points[0]}")
    bends = sum(
        steady(ndimage.gaussian_filter1d(rng.standard_normal(len(line)), s, mode="wrap")) * math.sqrt(s) * a
        for s, a in ((7, 44.0), (2.5, 15.0))
    )
    ahead = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0)
    side = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / lengths(ahead)[:, None]
    in_harbour = steady(np.exp(-((np.hypot(line[:, 0] - 20, line[:, 1] + 720) / 430) ** 6)))
    at_bridge = steady(np.exp(-((np.hypot(line[:, 0] - 636, line[:, 1] - 844) / 190) ** 6)))
    return shapely.Polygon(line + side * (bends * (1 - in_harbour) * (1 - at_bridge))[:, None]).buffer(0)
