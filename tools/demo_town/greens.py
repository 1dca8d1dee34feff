"""Woods, parks, fields and beaches: the background of the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy import ndimage
from shapely import LineString, Polygon

from tools.demo_town.plan import PLAN, area, around, lengths, polygons, random, resample, steady
from tools.demo_town.terrain import Terrain
from tools.demo_town.ways import Way

Green = tuple[Polygon, dict[str, str]]


def greens(terrain: Terrain, all_ways: list[Way]) -> list[Green]:
    """Return the green and sandy areas with their tags, each within the land."""
    out: list[Green] = []
    for green in PLAN["green"]:
        key, value = green["kind"].split("=")
        sandy = value == "beach"
        shape = _wild(green).intersection(terrain.land if sandy else around(terrain.dry, -12))
        tags = {key: value, "name": green["name"]} | ({"surface": "sand"} if sandy else {})
        tags |= {"leaf_type": "mixed"} if value == "wood" else {}
        out += [(part.simplify(0.6), dict(tags)) for part in polygons(shape) if part.area > 400]
    for built in PLAN["built"]:
        shape = around(area(built["shape"]), 20).intersection(around(terrain.dry, -6))
        out.append((polygons(shape)[0].simplify(1.0), {"landuse": "residential", "name": built["quarter"]}))
    quays = terrain.land.intersection(shapely.box(-420, -860, 390, -480)).difference(
        around(terrain.land, -19)
    )
    out += [(part, {"landuse": "harbour"}) for part in polygons(quays) if part.area > 900]
    return out + _fields(terrain, all_ways)


def _wild(green: dict[str, Any]) -> shapely.Geometry:
    """Return the shape of a green, its edge frayed inwards where it is a wood, heath or meadow."""
    whole = area(green["shape"], 9)
    if green["kind"].split("=")[1] not in {"wood", "heath", "meadow"}:
        return whole
    rng = random(f"edge {green['name']}")
    ring = np.asarray(whole.exterior.coords)[:-1]
    depth = steady(ndimage.gaussian_filter1d(rng.standard_normal(len(ring)), 2.2, mode="wrap")) * 22 + 12
    ahead = np.roll(ring, -1, axis=0) - np.roll(ring, 1, axis=0)
    left = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / lengths(ahead)[:, None]
    inward = left if whole.exterior.is_ccw else -left
    return Polygon(ring + inward * np.clip(depth, 0, 34)[:, None]).buffer(0)


def _fields(terrain: Terrain, all_ways: list[Way]) -> list[Green]:
    """Return fields, meadows and orchards where nothing else is, parted by hedges."""
    rng = random("fields")
    roads = shapely.union_all([around(LineString(way.line), 7) for way in all_ways])
    used = [around(area(g["shape"]), 8) for g in PLAN["green"]] + [
        around(area(b["shape"]), 42) for b in PLAN["built"]
    ]
    wet = [around(terrain.water, 24), *(around(bed, 12) for bed in terrain.streams.values())]
    free = around(terrain.land, -62).difference(shapely.union_all([roads, *used, *wet]))
    hedges = shapely.union_all([around(hedge, 3.5) for hedge in _hedges(rng)])
    out: list[Green] = []
    for part in polygons(free.difference(hedges)):
        shape = around(around(part, -9), 8)
        for field in polygons(shape):
            if field.area < 1800:
                continue
            farmed = terrain.quarters["Møllemark"].contains(field.representative_point())
            kinds = (
                ("farmland", "farmland", "farmland", "meadow", "orchard")
                if farmed
                else ("meadow", "farmland", "meadow")
            )
            out.append((field.simplify(1.2), {"landuse": str(rng.choice(kinds))}))
    return out


def _hedges(rng: np.random.Generator) -> list[LineString]:
    out = []
    for angle, apart in ((0.5, 170.0), (0.5 + np.pi / 2, 260.0)):
        c, s = steady(np.cos(angle)), steady(np.sin(angle))
        for k in range(-16, 17):
            t = np.arange(-3200, 3200, 60.0)
            sway = steady(ndimage.gaussian_filter1d(rng.standard_normal(len(t)), 5)) * 330
            across = k * apart + rng.uniform(-40, 40) + sway
            x = t * c - across * s
            y = t * s + across * c
            out.append(LineString(resample(np.column_stack([x, y + 300]), 60)))
    return out
