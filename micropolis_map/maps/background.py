"""What a page gives the map to draw its ground from: tiles, or outlines until there are some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from micropolis_map.maps.addresses import districts_url, tiles_url


def background(slug: str, build: str, frame: Sequence[float] | None, lang: str) -> dict[str, Any]:
    """Return the state of the map's ground.

    Parameters
    ----------
    build
        The name of the community's build in addresses, "" where nothing is loaded.
    frame
        West, south, east, north in degrees (EPSG:4326) of the tiles; None without tiles.
    lang
        In which names are written where they have one in it.

    Returns
    -------
    dict
        ``tiles``: their address with ``{z}``, ``{x}``, ``{y}``, "" where there are none; ``frame``; ``lang``;
        ``outlines``: the districts' address.
    """
    state: dict[str, Any] = {"tiles": "", "lang": lang, "outlines": districts_url(slug, build)}
    return state if frame is None else state | {"tiles": tiles_url(slug, build), "frame": list(frame)}
