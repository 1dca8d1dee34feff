"""What a page gives the map to draw its ground from: a build's tiles, or outlines until there are some."""

from __future__ import annotations

from typing import Any

from micropolis_map.maps.addresses import districts_url, tiles_url

Bounds = tuple[float, float, float, float]


def background(slug: str, build: str, frame: Bounds | None, lang: str) -> dict[str, Any]:
    """Return the state of the map's ground.

    Parameters
    ----------
    build
        The name of the community's build, empty where nothing is loaded.
    frame
        West, south, east, north of the data in degrees (EPSG:4326), None where the build has no tiles.
    lang
        In which names are written where they have one in it.

    Returns
    -------
    dict
        ``tiles``: their address with ``{z}``, ``{x}``, ``{y}``, empty where there are none; ``frame``;
        ``lang``; ``outlines``: the districts' address.
    """
    state: dict[str, Any] = {"tiles": "", "lang": lang, "outlines": districts_url(slug, build)}
    if frame is not None:
        state |= {"tiles": tiles_url(slug, build), "frame": list(frame)}
    return state
