"""What an extract tells of a community: homes, meeting places, the background of its map, names to search."""

from micropolis_map.sources.osm_comforts import comforts_of
from micropolis_map.sources.osm_gazetteer import addresses_of, gazetteer_of
from micropolis_map.sources.osm_homes import homes_of
from micropolis_map.sources.osm_spots import activity_spots_of

__all__ = ["activity_spots_of", "addresses_of", "comforts_of", "gazetteer_of", "homes_of"]
