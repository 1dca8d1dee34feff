"""The files of a build: homes as arrays, activity spots and districts as GeoJSON layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.geometry import as_geojson
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import StoreUnavailable
from micropolis_map.i18n import mark

HOMES = "homes.npz"
NETWORK = "network"
SPOTS = "activity_spots"
DISTRICTS = "districts"
BOUNDARY = "boundary"
KNOWN_AREA = "known_area"
COMFORTS = "comforts"
_OWN = {"population", "name"}


def write_points(path: Path, points: PointSet) -> None:
    """Write `points` as a compressed NumPy archive that opens without parsing."""
    arrays: dict[str, Any] = {
        "id": np.asarray(points.id, dtype=np.str_),
        "lon": points.lon,
        "lat": points.lat,
        "name": np.asarray(points.name, dtype=np.str_),
        "source": np.asarray(points.source),
        **{f"column_{key}": _plain(values) for key, values in points.columns.items()},
    }
    if points.population is not None:
        arrays["population"] = points.population
    with path.open("wb") as file:
        np.savez(file, **arrays)


def read_points(path: Path) -> PointSet:
    """Return the points of such an archive.

    Raises
    ------
    StoreUnavailable
        The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            columns = {
                k.removeprefix("column_"): archive[k] for k in archive.files if k.startswith("column_")
            }
            return PointSet(
                id=tuple(archive["id"].tolist()),
                lon=archive["lon"],
                lat=archive["lat"],
                population=archive["population"] if "population" in archive.files else None,
                name=tuple(archive["name"].tolist()),
                columns=columns,
                source=str(archive["source"]),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise StoreUnavailable(
            mark("{file} cannot be read: {reason}"),
            mark("load the community again"),
            file=repr(str(path)),
            reason=error,
        ) from None


def points_layer(points: PointSet) -> dict[str, Any]:
    """Return `points` as a GeoJSON FeatureCollection; coordinates rounded to 7 digits (1 cm)."""
    features = []
    columns = {key: values.tolist() for key, values in points.columns.items()}
    for i, point_id in enumerate(points.id):
        properties: dict[str, Any] = {"name": points.name[i]} if points.name else {}
        if points.population is not None:
            properties["population"] = round(float(points.population[i]), 3)
        properties |= {key: values[i] for key, values in columns.items()}
        lon_lat = [round(float(points.lon[i]), 7), round(float(points.lat[i]), 7)]
        geometry = {"type": "Point", "coordinates": lon_lat}
        features.append({"type": "Feature", "id": point_id, "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "source": points.source, "features": features}


def points_of_layer(collection: Mapping[str, Any]) -> PointSet:
    """Return the points of a layer that `points_layer` made."""
    features = collection["features"]
    keys = [key for key in (features[0]["properties"] if features else {}) if key not in _OWN]
    position = [feature["geometry"]["coordinates"] for feature in features]
    people = [feature["properties"].get("population") for feature in features]
    return PointSet(
        id=tuple(str(feature["id"]) for feature in features),
        lon=np.asarray([p[0] for p in position], dtype=np.float64),
        lat=np.asarray([p[1] for p in position], dtype=np.float64),
        population=None if None in people or not people else np.asarray(people, dtype=np.float64),
        name=tuple(str(feature["properties"].get("name", "")) for feature in features),
        columns={key: np.asarray([f["properties"].get(key, "") for f in features]) for key in keys},
        source=str(collection.get("source", "")),
    )


def areas_layer(names: Sequence[str], areas: Sequence[BaseGeometry], *, approximate: bool) -> dict[str, Any]:
    """Return polygons with their names as a GeoJSON FeatureCollection."""
    features = [
        {
            "type": "Feature",
            "id": str(number),
            "geometry": as_geojson(area),
            "properties": {"name": name, "approximate": approximate},
        }
        for number, (name, area) in enumerate(zip(names, areas, strict=True))
    ]
    return {"type": "FeatureCollection", "features": features}


def areas_of_layer(collection: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[BaseGeometry, ...]]:
    """Return names and polygons of a layer that `areas_layer` made."""
    features = collection["features"]
    names = tuple(str(feature["properties"]["name"]) for feature in features)
    return names, tuple(shapely.geometry.shape(feature["geometry"]) for feature in features)


def _plain(values: NDArray[np.generic]) -> NDArray[np.generic]:
    return values.astype(np.str_) if values.dtype == np.object_ else values
