"""The addresses a browser fetches map data and our own scripts from; all on the same server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from micropolis_map.domain.place_filter import PlaceFilter
from micropolis_map.settings import below

ASSETS = "/assets"
"""Where our css, js and fonts are served from (``web/static``)."""

VENDOR = "/vendor"
"""Where the files of Leaflet, markercluster and jQuery are served from."""


def places_url(slug: str, wanted: PlaceFilter, version: str = "") -> str:
    """Return the address of the community's published places that pass `wanted`.

    `version` only makes the address new when the places changed, so that a map fetches them anew.
    """
    query = [(name, value) for name, values in wanted.to_query().items() for value in values]
    return below(f"/data/{quote(slug, safe='')}/places.geojson") + _query([*query, ("v", version)])


def picture_url(slug: str) -> str:
    """Return the address of the community's picture for its card."""
    return below(f"/towns/{quote(slug, safe='')}/picture.svg")


def known_spots_url(slug: str, activity: str = "", text: str = "", version: str = "") -> str:
    """Return the address of the meeting places that OpenStreetMap knows and nobody has pinned."""
    address = below(f"/data/{quote(slug, safe='')}/known_spots.geojson")
    return address + _query([("activity", activity), ("q", text), ("v", version)])


def districts_url(slug: str, version: str = "") -> str:
    """Return the address of the community's districts."""
    return below(f"/data/{quote(slug, safe='')}/districts.geojson") + _query([("v", version)])


def version_url(slug: str) -> str:
    """Return the address that says which version of the places is public now."""
    return below(f"/data/{quote(slug, safe='')}/version.json")


def layer_url(slug: str, layer: str, version: str = "") -> str:
    """Return the address of one built layer of the community."""
    address = below(f"/data/{quote(slug, safe='')}/layers/{quote(layer, safe='')}.geojson")
    return address + _query([("v", version)])


def tiles_url(slug: str, build: str) -> str:
    """Return where the tiles of the community's map are; ``{z}``, ``{x}`` and ``{y}`` stand for numbers."""
    return below(f"/tiles/{quote(slug, safe='')}/{quote(build, safe='')}/") + "{z}/{x}/{y}"


def coverage_url(slug: str, profile: str, shown: str = "streets", version: str = "") -> str:
    """Return the address of what is `shown` (streets, homes, hexagons, spots) with its walking time."""
    address = below(f"/data/{quote(slug, safe='')}/coverage/{quote(shown, safe='')}.geojson")
    return address + _query([("profile", profile), ("v", version)])


STREETS_FROM = 15
"""The zoom from which the map of walking times colours streets; farther out it colours hexagons."""


def coverage_drawing(
    slug: str, shown: str, asked: Sequence[tuple[str, str]], version: str
) -> list[dict[str, Any]]:
    """Return the layers of what is `shown`, each with its addresses, as the map's script draws it quickest.

    Parameters
    ----------
    shown
        A layer of the coverage routes, or ``auto``: hexagons, and streets from zoom `STREETS_FROM`.
    asked
        The parameters of the coverage routes. What does not change with the thresholds is asked without them,
        so that another threshold is drawn from what the browser has.
    """
    if shown == "auto":
        streets = coverage_drawing(slug, "streets", asked, version)[0] | {"from": STREETS_FROM}
        return [*coverage_drawing(slug, "hexagons", asked, version), streets]
    folder = below(f"/data/{quote(slug, safe='')}/coverage/{quote(shown, safe='')}")
    if shown not in {"streets", "homes"}:
        return [{"name": shown, "url": f"{folder}.geojson{_query([*asked, ('v', version)])}"}]
    build = [(name, value) for name, value in asked if name == "build"]
    timed = [(name, value) for name, value in asked if name not in {"minutes", "people"}]
    return [
        {
            "name": shown,
            "ground": f"{folder}.json{_query([*build, ('v', version.partition('/')[0])])}",
            "times": f"{folder}.bin{_query([*timed, ('v', version)])}",
        }
    ]


def _query(values: Sequence[tuple[str, str]]) -> str:
    given = [(key, value) for key, value in values if value]
    return f"?{urlencode(given)}" if given else ""
