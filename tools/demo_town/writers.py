"""The files of the community: description, quarters, heights, people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from rasterio.transform import from_bounds

from tools.demo_town.plan import HERE, PLAN, lon_lat
from tools.demo_town.terrain import EAST, NORTH, SOUTH, STEP_M, WEST
from tools.demo_town.town import Town

SOURCE = "Invented for the demo town"
SEA_M = 12  # how far the outline reaches over quays, piers and beaches


def write_community(town: Town, folder: Path) -> None:
    """Write ``community.toml``: the text is kept beside the script, the centre comes from the plan."""
    lon, lat = PLAN["centre"]
    text = (HERE / "community.toml").read_text("utf-8").replace("{centre}", f"[{lon}, {lat}]")
    (folder / "community.toml").write_text(text.replace("{homes}", str(round(len(town.homes), -2))), "utf-8")


def globe(shape: shapely.Geometry) -> dict[str, Any]:
    """Return a shape in metres as GeoJSON in degrees."""
    turned = shapely.transform(shape, lambda xy: np.array([lon_lat(x, y) for x, y in xy]))
    return dict(shapely.geometry.mapping(turned))


def write_districts(town: Town, file: Path) -> None:
    """Write the outline of the islands, then the quarters, which part it without gaps."""
    outline = {"role": "outline", "name": "Amberø", "approximate": False, "source": SOURCE}
    features = [_feature(outline, shapely.MultiPolygon(town.terrain.coasts))]
    for quarter in PLAN["quarter"]:
        centre = lon_lat(*quarter["seat"])
        properties = {
            "role": "district",
            "name": quarter["name"],
            "centre": list(centre),
            "approximate": False,
        }
        features.append(_feature(properties | {"source": SOURCE}, town.terrain.quarters[quarter["name"]]))
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    file.write_text(f'{{"type": "FeatureCollection", "features": [\n{rows}\n]}}\n', "utf-8")


def _feature(properties: dict[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": globe(shape)}


def write_elevation(town: Town, file: Path) -> None:
    """Write the heights in metres as a GeoTIFF; the sea is 0."""
    height = town.terrain.height[::-1].astype(np.float32)
    (rows, columns), half = height.shape, STEP_M / 2
    west, south = lon_lat(WEST - half, SOUTH - half)
    east, north = lon_lat(EAST + half, NORTH + half)
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": rows, "width": columns,
        "crs": "EPSG:4326", "transform": from_bounds(west, south, east, north, columns, rows),
        "compress": "deflate", "zlevel": 9, "predictor": 3,
    }  # fmt: skip
    with rasterio.open(file, "w", **profile) as raster:
        raster.write(height, 1)


def write_residents(town: Town, file: Path) -> None:
    """Write one row a home: where it is and how many live there."""
    rows = ["id,lon,lat,population,age_0_14,age_65_plus"]
    lived_in = [b for b in town.buildings if b.people]
    for number, home in enumerate(lived_in, 1):
        lon, lat = lon_lat(home.shape.centroid.x, home.shape.centroid.y)
        rows.append(f"demo-home-{number:04d},{lon:.6f},{lat:.6f},{','.join(map(str, home.people or ()))}")
    file.write_text("\n".join(rows) + "\n", "utf-8")
