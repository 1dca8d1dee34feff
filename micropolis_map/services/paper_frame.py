"""A rectangle of the ground on a rectangle of paper, and the scale it is drawn at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import metres_per_degree, unwrap

Floats = NDArray[np.float64]
Place = tuple[float, float, float, float]
"""Left, top, width and height on a page, in mm."""

BORDER_MM = 7.0
"""Around what a map is about: room for a stop's number."""
LEAST_M = 260.0
"""What a map shows at least across: one stop alone stands among its streets."""
MOST_LAT = 84.0
PX_MM = 0.2
"""A pixel of the style on paper: printed lines are sharper than those of a screen and may be finer."""
MERCATOR_M = 156_543.034
"""Metres of a pixel at zoom 0 on the equator."""
NICE = (1, 2, 5)


@dataclass(frozen=True)
class Frame:
    """A map's frame on a page, in the ground's own proportions; `lon`, `lat` lie in its middle.

    The ground fills the frame: what a map is about is grown to the frame's proportions, never squeezed.
    Longitudes are taken in the turn nearest to the middle, so that a map may lie across the antimeridian.
    """

    lon: float
    lat: float
    mm_per_m: float
    x: float
    y: float
    width: float
    height: float
    px_mm: float = PX_MM

    @classmethod
    def around(
        cls,
        lon: Sequence[float],
        lat: Sequence[float],
        place: Place,
        *,
        border_mm: float = BORDER_MM,
        least_m: float = LEAST_M,
        px_mm: float = PX_MM,
    ) -> Frame:
        """Return the frame at `place` that shows all the points (degrees, EPSG:4326) with a border.

        What is no position is left out; without any point the frame shows the sea off Ghana.
        """
        at = np.column_stack((np.asarray(lon, np.float64), np.asarray(lat, np.float64)))
        at = at[np.isfinite(at).all(axis=1)]
        if not len(at):
            at = np.zeros((1, 2))
        lons, lats = _in_one_turn(at[:, 0]), np.clip(at[:, 1], -MOST_LAT, MOST_LAT)
        middle = float(lons.min() + lons.max()) / 2, float(lats.min() + lats.max()) / 2
        east, north = (float(v) for v in metres_per_degree(np.array(middle[1])))
        x, y, width, height = place
        m_per_mm = max(
            float(np.ptp(lons)) * east / (width - 2 * border_mm),
            float(np.ptp(lats)) * north / (height - 2 * border_mm),
            least_m / min(width, height),
        )
        return cls(*middle, 1000.0 / _round_up(1000.0 * m_per_mm), x, y, width, height, px_mm)

    @cached_property
    def mm_per_degree(self) -> tuple[float, float]:
        """Millimetres of a degree of longitude and of latitude in the middle of the map."""
        east, north = (float(v) for v in metres_per_degree(np.array(self.lat)))
        return east * self.mm_per_m, north * self.mm_per_m

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the ground, in degrees; may reach beyond ±180."""
        wide, high = (side / 2 / per for side, per in zip(self.sides, self.mm_per_degree, strict=True))
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height in mm."""
        return self.width, self.height

    @property
    def scale(self) -> float:
        """The N of ``1 : N``."""
        return 1000.0 / self.mm_per_m

    @property
    def zoom(self) -> float:
        """The zoom of a web map on which a metre has as many pixels as it has here."""
        m_per_px = self.px_mm / self.mm_per_m
        return math.log2(MERCATOR_M * math.cos(math.radians(self.lat)) / m_per_px)

    @property
    def paper(self) -> shapely.Polygon:
        """The frame's rectangle on the page."""
        return shapely.box(self.x, self.y, self.x + self.width, self.y + self.height)

    def at(self, position: Sequence[float]) -> tuple[float, float]:
        """Return where a position ``[lon, lat]`` lies on the page."""
        x, y = self.on_page(np.array([position[:2]], np.float64))[0].tolist()
        return x, y

    def on_page(self, positions: Floats) -> Floats:
        """Return where positions (float64[n, 2], lon and lat) lie on the page, in mm."""
        lon, lat = self.mm_per_degree
        turned = unwrap(positions[:, 0], self.lon)
        return np.column_stack(
            (
                self.x + self.width / 2 + (turned - self.lon) * lon,
                self.y + self.height / 2 - (positions[:, 1] - self.lat) * lat,
            )
        )

    def shapes_on_page(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries in degrees as they lie on the page; each is moved by whole turns as a whole."""
        if not len(shapes):
            return shapes
        corners, index = shapely.get_coordinates(shapes, return_index=True)
        bounds = shapely.bounds(shapes)
        middle = np.nan_to_num((bounds[:, 0] + bounds[:, 2]) / 2)
        turns = np.round((self.lon - middle) / 360.0) * 360.0
        lon, lat = self.mm_per_degree
        x = self.x + self.width / 2 + (corners[:, 0] + turns[index] - self.lon) * lon
        y = self.y + self.height / 2 - (corners[:, 1] - self.lat) * lat
        return np.asarray(shapely.set_coordinates(shapes.copy(), np.column_stack((x, y))))

    def bar(self, most_mm: float) -> tuple[float, float]:
        """Return a round length in metres of at most `most_mm` on the page, and its mm."""
        most = max(most_mm / self.mm_per_m, 1e-3)
        power = 10.0 ** math.floor(math.log10(most))
        metres = max(n * power for n in NICE if n * power <= most)
        return metres, metres * self.mm_per_m


def _in_one_turn(lon: Floats) -> Floats:
    """Return longitudes in the turn in which they lie closest together, their middle within ±180°."""
    around = np.mod(lon, 360.0)
    found = around if float(np.ptp(around)) < float(np.ptp(lon)) - 1e-6 else lon
    return found - 360.0 * round(float(found.min() + found.max()) / 720.0)


def _round_up(scale: float) -> float:
    """Return the next N of a scale that is said in two figures or ends in 5 after two.

    Examples
    --------
    >>> _round_up(12_345.0), _round_up(481.0)
    (12500.0, 485.0)
    """
    step = 10.0 ** (math.floor(math.log10(scale)) - 1) / 2
    return math.ceil(scale / step - 1e-9) * step
