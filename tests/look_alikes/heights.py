"""Invented hills as the rasters that heights come in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

SIDE = 1201
VOID = -32768
VOIDS = 20 * 40 + SIDE
"""How many samples of a tile have no height."""


def ground(south: int, west: int) -> np.ndarray:
    """Whole metres at a tile's samples, north row first: hills, and a lake and a row of voids."""
    lat, lon = np.mgrid[south + 1 : south : SIDE * 1j, west : west + 1 : SIDE * 1j]
    height = np.round(120 + 90 * np.sin(40 * lon) * np.cos(55 * lat) + 12 * np.sin(700 * (lon + lat)))
    height[400:420, 300:340] = VOID
    height[900, :] = VOID
    return height


def write_tile(path: Path, south: int, west: int) -> None:
    """Write an SRTM tile, zipped as its servers hand it out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(path.name.removesuffix(".zip"), ground(south, west).astype(">i2").tobytes())


def write_geotiff(path: Path, south: int, west: int) -> None:
    """Write the same heights at the same points as a GeoTIFF: its cells lie around the tile's samples."""
    step = 1 / (SIDE - 1)
    options = {"driver": "GTiff", "count": 1, "dtype": "int16", "nodata": VOID, "crs": "EPSG:4326"}
    place = from_origin(west - step / 2, south + 1 + step / 2, step, step)
    with rasterio.open(path, "w", height=SIDE, width=SIDE, transform=place, **options) as out:
        out.write(ground(south, west).astype(np.int16), 1)
