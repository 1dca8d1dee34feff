"""Vector tiles of a town: cut, snapped to the grid of a tile, and written as Mapbox Vector Tiles."""

from micropolis_map.sources.tiles.cutting import tiles_of
from micropolis_map.sources.tiles.pyramid import Pyramid

__all__ = ["Pyramid", "tiles_of"]
