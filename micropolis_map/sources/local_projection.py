"""Degrees to metres around one spot, and back: where areas, distances and simplification are computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer


@dataclass(frozen=True)
class LocalProjection:
    """Azimuthal equidistant projection on WGS 84 around ``(lon, lat)``.

    Distances from the centre are true; within 50 km of it lengths are right to 1 : 100 000.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, geometry: Any) -> LocalProjection:
        """Return the projection around the middle of the geometry's bounds (EPSG:4326)."""
        west, south, east, north = shapely.bounds(geometry).tolist()
        return cls((west + east) / 2, (south + north) / 2)

    @cached_property
    def _forth(self) -> Transformer:
        local = f"+proj=aeqd +lat_0={self.lat!r} +lon_0={self.lon!r} +datum=WGS84 +units=m +no_defs"
        return Transformer.from_crs("EPSG:4326", local, always_xy=True)

    def metres(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n, 2] of metres east and north of the centre."""
        return np.column_stack(self._forth.transform(lon, lat))

    def to_metres(self, geometry: Any) -> Any:
        """Return the geometry, or array of geometries, in metres."""
        return shapely.transform(
            geometry, lambda xy: np.column_stack(self._forth.transform(xy[:, 0], xy[:, 1]))
        )

    def to_degrees(self, geometry: Any) -> Any:
        """Return the geometry, or array of geometries, in degrees (EPSG:4326)."""
        return shapely.transform(
            geometry,
            lambda xy: np.column_stack(self._forth.transform(xy[:, 0], xy[:, 1], direction="INVERSE")),
        )
