"""Meeting spots, landmarks, farms and harbour: everything that is not a street or a home along one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from tools.demo_town.buildings import Building, Ground
from tools.demo_town.plan import HERE, PLAN, Xy, around, random, resample, smooth, steady
from tools.demo_town.ways import Way


@dataclass
class Spots:
    """Points with tags, buildings, and lines and areas of the harbour."""

    points: list[tuple[Xy, dict[str, str]]] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    lines: list[tuple[LineString, dict[str, str]]] = field(default_factory=list)

    def tags(self, name: str) -> dict[str, str]:
        """Return the tags of the spot called `name`; none where there is no such spot."""
        everything = [*(tags for _, tags in self.points), *(b.tags for b in self.buildings)]
        return next((tags for tags in everything if name and tags.get("name") == name), {})

    def where(self, name: str) -> Xy:
        """Return where the spot called `name` is."""
        for xy, tags in self.points:
            if tags.get("name") == name:
                return xy
        shape = next(b.shape for b in self.buildings if b.tags.get("name") == name)
        return shape.centroid.x, shape.centroid.y


def spots(place: Ground, all_ways: list[Way]) -> Spots:
    """Return the spots; their buildings take their ground before any home does."""
    out = Spots()
    streets = [LineString(way.line) for way in all_ways]
    tree = shapely.STRtree(streets)
    for spot in tomllib.loads((HERE / "spots.toml").read_text("utf-8"))["spot"]:
        tags = dict(part.split("=", 1) for part in spot["tags"].split(" | "))
        if spot["name"]:
            tags["name"] = spot["name"]
        if "size" in spot:
            out.buildings.append(Building(_settle(place, tree, streets, spot), tags))
        else:
            out.points.append(((spot["at"][0], spot["at"][1]), tags))
    _farms(out, place, tree, streets)
    _boathouses(out, place, tree, streets)
    _harbour(out)
    _benches(out, all_ways)
    _quarters(out)
    return out


def _settle(
    place: Ground, tree: shapely.STRtree, streets: list[LineString], spot: dict[str, list[float]]
) -> Polygon:
    """Return a free rectangle nearest to where the spot should be, its long side along the street."""
    width, depth = spot["size"]
    for reach in np.arange(0, 150, 4.0):
        for turn in np.arange(0, 2 * np.pi, np.pi / 10):
            p = Point(
                spot["at"][0] + reach * steady(np.cos(turn)), spot["at"][1] + reach * steady(np.sin(turn))
            )
            road = streets[int(tree.nearest(p))]
            at = road.project(p)
            a, b = road.interpolate(max(at - 5, 0)), road.interpolate(min(at + 5, road.length))
            angle = float(np.arctan2(b.y - a.y, b.x - a.x))
            shape = rectangle((p.x, p.y), (width, depth), angle)
            if place.free(around(shape, 1.0)):
                place.take(shape)
                return shape
    raise AssertionError(f"no free ground for {spot!r}")


def rectangle(centre: Xy, size: Xy, angle: float) -> Polygon:
    """Return a rectangle of ``(width, depth)`` turned by `angle`, counter-clockwise."""
    c, s = steady(np.cos(angle)), steady(np.sin(angle))
    half = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    corners = [(u * size[0] / 2, v * size[1] / 2) for u, v in half]
    xy = [(round(centre[0] + u * c - v * s, 2), round(centre[1] + u * s + v * c, 2)) for u, v in corners]
    return Polygon(xy)


def _farms(out: Spots, place: Ground, tree: shapely.STRtree, streets: list[LineString]) -> None:
    rng = random("farms")
    yard = (
        ("farm", 17, 9, 0, 20),
        ("barn", 30, 13, 26, 3),
        ("stable", 24, 10, -24, 0),
        ("farm_auxiliary", 18, 9, 4, -26),
    )
    for farm in PLAN["farm"]:
        for kind, width, depth, dx, dy in yard:
            spot = {"at": [farm["at"][0] + dx, farm["at"][1] + dy], "size": [width, depth]}
            home = kind == "farm"
            tags = {"building": kind}
            people = None
            if home:
                tags |= {"name": farm["name"], "addr:street": f"{farm['name']}vej", "addr:housenumber": "1"}
                people = (int(rng.integers(3, 7)), int(rng.integers(0, 2)), int(rng.integers(0, 2)))
            out.buildings.append(Building(_settle(place, tree, streets, spot), tags, people))


def _boathouses(out: Spots, place: Ground, tree: shapely.STRtree, streets: list[LineString]) -> None:
    for x, y in (
        (-405, -770),
        (-385, -740),
        (-420, -800),
        (365, -800),
        (375, -840),
        (350, -770),
        (-300, -655),
        (300, -690),
    ):
        spot = {"at": [x, y], "size": [13, 7]}
        out.buildings.append(Building(_settle(place, tree, streets, spot), {"building": "boathouse"}))


def _harbour(out: Spots) -> None:
    for i, mole in enumerate(PLAN["harbour"]["moles"]):
        line = LineString(smooth(mole, 20))
        out.lines.append((line, {"man_made": "breakwater", "name": ("Vestmolen", "Østmolen")[i]}))
        light = {"man_made": "beacon", "seamark:type": "light_minor", "name": ("Grønne Fyr", "Røde Fyr")[i]}
        out.points.append(((line.coords[-1][0], line.coords[-1][1]), light))
    for jetty in PLAN["harbour"]["jetties"]:
        out.lines.append((LineString(jetty), {"man_made": "pier"}))
    out.points.append(((0.0, -760.0), {"leisure": "marina", "name": "Amberø Havn"}))


def _benches(out: Spots, all_ways: list[Way]) -> None:
    rng = random("benches")
    for way in all_ways:
        if way.kind not in {"path", "footway"} or way.tags.get("name") == "":
            continue
        line = LineString(way.line)
        if line.length < 160:
            continue
        off = np.asarray(line.offset_curve(2.5).coords)
        for x, y in resample(off, 260)[1:-1]:
            tags = {"amenity": "bench", "backrest": str(rng.choice(["yes", "no"], p=[0.7, 0.3]))}
            out.points.append(((round(float(x), 2), round(float(y), 2)), tags))


def _quarters(out: Spots) -> None:
    out.points.append(((40.0, -400.0), {"place": "town", "name": "Amberø"}))
    for quarter in PLAN["quarter"]:
        kind = "hamlet" if quarter["name"] == "Skovholm" else "quarter"
        tags = {"place": kind, "name": quarter["name"], "name:en": quarter["en"]}
        out.points.append(((quarter["seat"][0], quarter["seat"][1]), tags))
