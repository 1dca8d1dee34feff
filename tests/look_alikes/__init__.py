"""Small files of the same kinds as the real data, made by the project: what a clone without it tests with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from look_alikes import heights, town_files

FILES: dict[str, Callable[[Path], object]] = {
    "town.osm.pbf": town_files.write_town,
    "sparse.osm.pbf": partial(town_files.write_town, kind="pbf,pbf_dense_nodes=false,pbf_compression=none"),
    "town.osm": partial(town_files.write_town, kind="osm"),
    "town.json": town_files.write_answers,
    "streets.json": partial(town_files.write_answers, features=False),
    "features.json": partial(town_files.write_answers, streets=False),
    "candidates.json": town_files.write_candidates,
    "hexagons.csv": town_files.write_hexagons,
    "N55E017.hgt.zip": partial(heights.write_tile, south=55, west=17),
    "N55E017.tif": partial(heights.write_geotiff, south=55, west=17),
    "S02W003.hgt.zip": partial(heights.write_tile, south=-2, west=-3),
}
"""What writes each file, by the file's name."""


def look_alike(folder: Path, name: str) -> Path:
    """Return the file `name` of `FILES` in `folder`, written unless it is there."""
    path = folder / name
    if not path.exists():
        FILES[name](path)
    return path
