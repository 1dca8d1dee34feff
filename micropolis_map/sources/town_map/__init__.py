"""What a town's map is drawn from, read from an extract: see `domain.map_features`."""

from micropolis_map.sources.town_map.beyond import beyond_of, borders_of, far_sea
from micropolis_map.sources.town_map.buildings import buildings_of
from micropolis_map.sources.town_map.frame import MapFrame, frame_of
from micropolis_map.sources.town_map.ground import ground_of
from micropolis_map.sources.town_map.labels import labels_of
from micropolis_map.sources.town_map.lines import railways_of, streets_of, waterways_of
from micropolis_map.sources.town_map.shade import shade_of
from micropolis_map.sources.town_map.water import water_of

__all__ = [
    "MapFrame",
    "beyond_of",
    "borders_of",
    "buildings_of",
    "far_sea",
    "frame_of",
    "ground_of",
    "labels_of",
    "railways_of",
    "shade_of",
    "streets_of",
    "water_of",
    "waterways_of",
]
