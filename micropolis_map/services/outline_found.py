"""Which place OpenStreetMap means by a name: looked at before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.services.loading import Deps, right_to_load
from micropolis_map.sources.local_projection import LocalProjection

PATIENCE_S = 15.0
"""How long a person looks at a page that waits for an outline."""


@dataclass(frozen=True)
class FoundPlace:
    """A place with its outline, EPSG:4326.

    Attributes
    ----------
    label
        What the server calls it, with the larger places it lies in.
    others
        What else the name may mean, in the server's order.
    """

    area: BaseGeometry
    label: str
    others: tuple[str, ...] = ()

    @property
    def area_km2(self) -> float:
        """Return how large it is."""
        return float(LocalProjection.around(self.area).to_metres(self.area).area / 1e6)


def find_outline(deps: Deps, actor: Actor, slug: str, name: str) -> FoundPlace:
    """Return the place called `name` of which the community `slug` would be loaded: it is asked for once.

    Raises
    ------
    NotAllowed
        The actor may not load it: whoever asks makes this server ask another one.
    NotFound, InvalidInput
        There is no such place, or it has no outline.
    SourceUnavailable
        The server did not answer well within `PATIENCE_S`.
    """
    # Imported here: OSMnx takes seconds to import, and those who only look do not need it.
    from micropolis_map.sources.osm_download import geocode_place  # noqa: PLC0415

    require(actor, right_to_load(deps.community_store, slug), Subject(slug))
    patience_s = min(PATIENCE_S, deps.settings.http_timeout_s)
    hasty = replace(deps.settings, http_retries=0, http_timeout_s=patience_s)
    area, label, others = geocode_place(name, hasty, deps.settings.data / "cache" / "osm")
    return FoundPlace(area, label, others)
