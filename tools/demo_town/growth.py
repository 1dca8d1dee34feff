"""Streets that grow along and across the slope, the shore and the bows of the garden suburb.

The directions form a tensor field; streets are its streamlines, kept apart by a distance of their own in
each quarter (Chen et al. 2008, doi:10.1145/1360612.1360702; Jobard & Lefer 1997).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from tools.demo_town.plan import PLAN, Floats, Xy, area, around, random, resample, steady
from tools.demo_town.terrain import SOUTH, STEP_M, WEST, Terrain

STRIDE_M = 6.0
CELL_M = 30.0


@dataclass(frozen=True)
class Grown:
    """A street that grew: its line, its quarter, and whether it runs along (0) or across (1) the slope."""

    line: Floats
    quarter: str
    family: int


class Field:
    """Where streets would like to go at each point, and how far apart."""

    def __init__(self, terrain: Terrain, keep_off: shapely.Geometry) -> None:
        shape = terrain.height.shape
        gx, gy = np.meshgrid(terrain.x, terrain.y)
        contour = _across(steady(ndimage.gaussian_filter(terrain.height, 3.0)))
        shore = _across(steady(ndimage.gaussian_filter(terrain.shore_m, 6.0)))
        drift = steady(ndimage.gaussian_filter(random("drift").standard_normal(shape), 30)) * 30
        calm = np.exp(2j * (0.4 + 0.9 * drift))
        mixes = {
            "Gammelhavn": 1.0 * contour + 0.12 * calm,
            "Kirkebakken": 0.6 * contour + 0.5 * calm,
            "Æblehaven": 0.8 * calm + 0.25 * shore,
            "Strandby": 0.9 * shore + 0.25 * calm,
            "Skovholm": 0.5 * shore + 0.6 * calm,
        }
        self.quarter = np.full(shape, -1)
        self.apart = np.zeros((2, *shape))
        tensor = np.zeros(shape, complex)
        for i, built in enumerate(PLAN["built"]):
            ground = area(built["shape"]).intersection(around(terrain.dry, -20)).difference(keep_off)
            mask = shapely.contains_xy(ground, gx, gy)
            self.quarter[mask] = i
            self.apart[0][mask], self.apart[1][mask] = built["along"], built["across"]
            tensor += mixes[built["quarter"]] * ndimage.gaussian_filter(mask.astype(float), 6)
        for bow in PLAN["bow"]:
            dx, dy = gx - bow["at"][0], gy - bow["at"][1]
            round_it = np.exp(2j * (np.arctan2(dy, dx) + np.pi / 2))
            tensor += 1.6 * round_it * np.exp(-((np.hypot(dx, dy) / bow["reach"]) ** 4))
        crook = steady(ndimage.gaussian_filter(random("crook").standard_normal(shape), 4)) * 4
        tensor *= np.exp(2j * np.where(self.quarter == 0, 0.26, 0.07) * crook)
        self.tensor = steady(tensor)

    def cell(self, p: Xy) -> tuple[int, int]:
        """Return the row and column of the grid at `p`."""
        return round((p[1] - SOUTH) / STEP_M), round((p[0] - WEST) / STEP_M)

    def direction(self, p: Xy, family: int, before: Xy | None) -> Xy:
        """Return the unit vector a street of `family` takes at `p`, without turning back."""
        angle = np.angle(self.tensor[self.cell(p)]) / 2 + family * np.pi / 2
        dx, dy = float(steady(np.cos(angle))), float(steady(np.sin(angle)))
        if before is not None and dx * before[0] + dy * before[1] < 0:
            dx, dy = -dx, -dy
        return dx, dy


def _across(surface: Floats) -> Floats:
    """Return the doubled-angle tensor of the lines of equal height."""
    dy, dx = np.gradient(surface)
    return np.asarray(np.exp(2j * (np.arctan2(dy, dx) + np.pi / 2)) * np.minimum(np.hypot(dx, dy) / 0.6, 1.0))


class Growth:
    """The streets so far, found by place."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.near: dict[tuple[int, int], list[tuple[float, float, int, int]]] = defaultdict(list)
        self.count = 0

    def add(self, line: Floats, family: int | None) -> None:
        """Remember a street; a given road counts for the family it runs with."""
        points = resample(line, STRIDE_M)
        ahead = np.gradient(points, axis=0)
        for (x, y), (ax, ay) in zip(points, ahead, strict=True):
            mine = family
            if mine is None:
                dx, dy = self.field.direction((x, y), 0, None)
                mine = 0 if abs(dx * ax + dy * ay) > 0.7 * steady(np.hypot(ax, ay)) else 1
            self.near[int(x // CELL_M), int(y // CELL_M)].append((x, y, mine, self.count))
        self.count += 1

    def distance(self, p: Xy, family: int, reach_m: float) -> float:
        """Return how far the nearest street of `family` is, at most `reach_m`."""
        best = reach_m * reach_m
        i, j, r = int(p[0] // CELL_M), int(p[1] // CELL_M), int(reach_m // CELL_M) + 1
        for a in range(i - r, i + r + 1):
            for b in range(j - r, j + r + 1):
                for x, y, fam, _ in self.near.get((a, b), ()):
                    if fam == family:
                        best = min(best, (x - p[0]) ** 2 + (y - p[1]) ** 2)
        return math.sqrt(best)

    def trace(self, seed: Xy, family: int) -> Floats:
        """Return the street of `family` through `seed`, from end to end."""
        back = self._walk(seed, family, -1.0, [])
        fore = self._walk(seed, family, 1.0, back)
        return np.asarray([*back[::-1], seed, *fore])

    def _walk(self, seed: Xy, family: int, sign: float, other: list[Xy]) -> list[Xy]:
        way: list[Xy] = []
        p = seed
        dx, dy = self.field.direction(seed, family, None)
        before: Xy = (dx * sign, dy * sign)
        here = int(self.field.quarter[self.field.cell(seed)])
        for _ in range(150):
            mid = (p[0] + before[0] * STRIDE_M / 2, p[1] + before[1] * STRIDE_M / 2)
            before = self.field.direction(mid, family, before)
            p = (p[0] + before[0] * STRIDE_M, p[1] + before[1] * STRIDE_M)
            cell = self.field.cell(p)
            if self.field.quarter[cell] != here:
                break
            apart = float(self.field.apart[family][cell]) * 0.55
            if self.distance(p, family, apart) < apart or _meets(
                ([*other[::-1], seed, *way])[:-12], p, apart
            ):
                break
            way.append(p)
        return way


def _meets(way: list[Xy], p: Xy, apart: float) -> bool:
    return any(abs(x - p[0]) < apart and abs(y - p[1]) < apart for x, y in way)


def grow(field: Field, given: list[Floats]) -> list[Grown]:
    """Return the streets that grow between the `given` roads."""
    growth, grown = Growth(field), []
    for line in given:
        growth.add(line, None)
    rng = random("seeds")
    rows, cols = np.nonzero(field.quarter >= 0)
    for k in rng.permutation(len(rows))[:9000]:
        seed = (WEST + float(cols[k]) * STEP_M + rng.uniform(-4, 4), SOUTH + float(rows[k]) * STEP_M)
        family = int(k) % 2
        apart = float(field.apart[family][rows[k], cols[k]])
        if growth.distance(seed, family, apart * 0.97) < apart * 0.96:
            continue
        line = growth.trace(seed, family)
        if len(line) * STRIDE_M < 0.9 * apart:
            continue
        growth.add(line, family)
        quarter = PLAN["built"][int(field.quarter[rows[k], cols[k]])]["quarter"]
        grown.append(Grown(line, quarter, family))
    return grown
