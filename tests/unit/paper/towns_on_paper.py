"""Towns drawn by the tests themselves: what is land and what is sea is known without the product."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.stores.map_features import write_map_features

METRES = 111_320.0


@dataclass(frozen=True)
class Town:
    """A town with an island or a lake; `water` is the test's own knowledge of where the water is."""

    lon: float
    lat: float
    size: float
    water: shapely.Geometry
    features: MapFeatures

    @property
    def box(self) -> tuple[list[float], list[float]]:
        """The corners of what a map of it is about."""
        return [self.lon - self.size, self.lon + self.size], [
            self.lat - self.size / 2,
            self.lat + self.size / 2,
        ]

    def write(self, folder: Path) -> Path:
        """Write its features as a build has them."""
        path = folder / "map_features.parquet"
        write_map_features(path, self.features)
        return path


def blob(rng: np.random.Generator, lon: float, lat: float, size: float) -> shapely.Polygon:
    """An uneven round shape."""
    turn = np.linspace(0.0, 2 * math.pi, 40, endpoint=False)
    radius = size * (1 + 0.25 * np.sin(3 * turn + rng.uniform(0, 6)) + 0.1 * np.sin(7 * turn))
    stretch = 1.0 / math.cos(math.radians(lat))
    return shapely.Polygon(
        np.column_stack((lon + radius * stretch * np.cos(turn), lat + radius * np.sin(turn)))
    )


def island(seed: int, lon: float = 12.5, lat: float = 55.0, size: float = 0.01) -> Town:
    """An island with a lake that has an islet; streets in a grid with names, quarters, parks."""
    rng = np.random.default_rng(seed)
    coast, lake = blob(rng, lon, lat, size), blob(rng, lon, lat, size * 0.35)
    islet = blob(rng, lon, lat, size * 0.12)
    sea = shapely.box(lon - 9 * size, lat - 9 * size, lon + 9 * size, lat + 9 * size).difference(coast)
    lake_water = lake.difference(islet)
    parts = [
        features("ground", "residential", np.array([coast], object), rank=-2),
        features("water", "sea", np.array([sea], object), rank=-3),
        features("water", "lake", np.array([lake_water], object), rank=-1),
        _streets(rng, lon, lat, size),
        _labels(rng, lon, lat, size),
    ]
    return Town(lon, lat, size, sea.union(lake_water), joined(parts))


def _streets(rng: np.random.Generator, lon: float, lat: float, size: float) -> MapFeatures:
    lines, kinds, names = [], [], []
    for number, at in enumerate(np.linspace(-size, size, 12).tolist()):
        wobble = np.cumsum(rng.normal(0, size / 90, 25))
        along = np.linspace(-size, size, 25)
        for pair in ((lon + along * 1.7, lat + at + wobble), (lon + at * 1.7 + wobble, lat + along)):
            lines.append(shapely.LineString(np.column_stack(pair)))
            kinds.append(("minor", "secondary", "path", "steps")[number % 4])
            names.append(f"Vej {len(lines)} på Øen" if len(lines) % 2 else f"Вулиця {len(lines)}")
    shapes = np.array(lines, object)
    kind, name = np.array(kinds, object), np.array(names, object)
    odd = np.arange(len(lines)) % 5 == 0
    return features("streets", kind, shapes, name=name, zoom=8, bridge=odd, tunnel=np.roll(odd, 1))


def _labels(rng: np.random.Generator, lon: float, lat: float, size: float) -> MapFeatures:
    at = rng.uniform(-size, size, (120, 2)) + np.array([lon, lat])
    kind = np.array([("suburb", "quarter", "park", "square", "station")[k % 5] for k in range(120)], object)
    names = [f"Dzielnica Łąkowa {k}" for k in range(120)]
    told = np.array([json.dumps({"uk": f"Лукова {k}"}) if k % 2 else "" for k in range(120)], object)
    return features(
        "labels",
        kind,
        shapely.points(at),
        name=np.array(names, object),
        names=told,
        rank=np.arange(120),
        zoom=8,
    )
