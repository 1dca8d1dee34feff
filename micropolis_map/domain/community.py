"""A community: a town or district with its quarters, anywhere in the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from micropolis_map.domain.text import LangText


@dataclass(frozen=True)
class District:
    """A quarter of a community.

    Attributes
    ----------
    geometry
        GeoJSON polygon, EPSG:4326.
    approximate
        Whether the outline is generalised or computed (Voronoi cells of quarter centres), not surveyed.
    """

    name: str
    geometry: Mapping[str, Any]
    centre: tuple[float, float]
    approximate: bool = True


@dataclass(frozen=True)
class City:
    """Where people of a community commute to; `lon`, `lat` of its middle, EPSG:4326."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Community:
    """What ``community.toml`` and ``districts.geojson`` say.

    Attributes
    ----------
    slug
        Name of its folder and in addresses: ``[a-z0-9-]+``.
    centre
        ``(lon, lat)`` the map opens at.
    query
        What to ask Nominatim for its boundary.
    outline
        GeoJSON polygon or None.
    time_zone
        IANA name; empty: that of its country and place.
    nearest_city
        Where people work who do not work here; None where nobody said.
    """

    slug: str
    name: LangText
    country: str = ""
    languages: tuple[str, ...] = ("en",)
    centre: tuple[float, float] = (0.0, 0.0)
    zoom: int = 13
    query: str = ""
    fictional: bool = False
    about: LangText = field(default_factory=dict)
    districts: tuple[District, ...] = ()
    outline: Mapping[str, Any] | None = None
    outline_approximate: bool = True
    source: str = ""
    time_zone: str = ""
    nearest_city: City | None = None


@dataclass(frozen=True)
class LoadReport:
    """What `load` built; the fields of ``load --json`` and what the Data page says.

    ``notes`` are sentences: assumptions, repairs, what was left out and why.
    """

    community: str
    nodes: int
    edges: int
    length_km: float
    steps: int
    components: int
    largest_component_share: float
    homes: int
    population: float
    population_source: str
    activity_spots: int
    districts: int
    repaired: int
    seconds: float
    source: str = ""
    osm_timestamp: str = ""
    loaded: str = ""
    build_id: str = ""
    notes: tuple[str, ...] = ()
