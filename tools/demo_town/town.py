"""The whole town, put together."""

from __future__ import annotations

from dataclasses import dataclass

from tools.demo_town.buildings import Building, ground, homes
from tools.demo_town.greens import Green, greens
from tools.demo_town.plan import Xy
from tools.demo_town.spots import Spots, spots
from tools.demo_town.streets import network
from tools.demo_town.terrain import Terrain
from tools.demo_town.ways import Way, point_tags, ways


@dataclass(frozen=True)
class Town:
    """Everything on the island, in metres east and north of its centre."""

    terrain: Terrain
    ways: list[Way]
    point_tags: dict[Xy, dict[str, str]]
    greens: list[Green]
    spots: Spots
    homes: list[Building]

    @property
    def buildings(self) -> list[Building]:
        """Homes along the streets, then the other buildings."""
        return [*self.homes, *self.spots.buildings]


def build() -> Town:
    """Return the town; the same at every call."""
    terrain = Terrain()
    all_ways = ways(network(terrain), terrain)
    place = ground(terrain, all_ways)
    meeting = spots(place, all_ways)
    along = homes(place, all_ways)
    return Town(terrain, all_ways, point_tags(all_ways), greens(terrain, all_ways), meeting, along)
