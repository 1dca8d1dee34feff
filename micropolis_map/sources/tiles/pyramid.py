"""Which tiles a town has: those of its data's frame and some around it, zoom by zoom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from micropolis_map.sources.tiles.mercator import Bounds, degrees_of, world_of

LOWEST, HIGHEST = 8, 15
"""Tile zooms; a map shows them at 9 to 19, with 512 pixels a tile at the zoom above."""
AROUND = 0.5
"""Of the frame's size: how much more there is on each side, as far as a map may be moved."""
STREETS, AROUND_STREETS = 14, 0.1
"""From this zoom on there is less around: nobody looks at a street where nothing is known."""
MORE = 2
"""Tiles around that in any case."""

Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Pyramid:
    """The tiles around a frame.

    Attributes
    ----------
    frame
        West, south, east, north of the data in degrees.
    """

    frame: Bounds

    def range(self, zoom: int) -> Range:
        """Return the first and last column and the first and last row of a zoom."""
        west, south, east, north = self.frame
        (left, bottom), (right, top) = world_of(np.array([[west, south], [east, north]])).tolist()
        aside = max(right - left, bottom - top) * (AROUND if zoom < STREETS else AROUND_STREETS)
        side = 2**zoom
        first_x, last_x = int((left - aside) * side) - MORE, int((right + aside) * side) + MORE
        first_y, last_y = int((top - aside) * side) - MORE, int((bottom + aside) * side) + MORE
        return max(first_x, 0), min(last_x, side - 1), max(first_y, 0), min(last_y, side - 1)

    def bounds(self) -> Bounds:
        """Return the box in degrees that all tiles together cover."""
        first_x, last_x, first_y, last_y = np.array(
            [np.array(self.range(zoom)) / 2**zoom for zoom in range(LOWEST, HIGHEST + 1)]
        ).T
        ends = 1 / 2.0 ** np.arange(LOWEST, HIGHEST + 1)
        corners = np.array([[first_x.min(), (last_y + ends).max()], [(last_x + ends).max(), first_y.min()]])
        (west, south), (east, north) = degrees_of(corners).tolist()
        return west, south, east, north
