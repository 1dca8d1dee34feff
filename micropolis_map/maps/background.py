"""What a page gives the map to draw its ground from: a build's tiles, or outlines until there are some."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from micropolis_map.maps.addresses import districts_url, tiles_url
from micropolis_map.stores.tile_archive import FILE, TileArchive


def background(slug: str, build: Path | None, lang: str) -> dict[str, Any]:
    """Return the state of the map's ground.

    Parameters
    ----------
    build
        The folder of the community's build, None where nothing is loaded.
    lang
        In which names are written where they have one in it.

    Returns
    -------
    dict
        ``tiles``: their address with ``{z}``, ``{x}``, ``{y}``, empty where the build has none; ``frame``:
        west, south, east, north of the data in degrees (EPSG:4326); ``lang``;
        ``outlines``: the districts' address.

    Raises
    ------
    StoreUnavailable
        The archive of the tiles is damaged.
    """
    archive = None if build is None else build / FILE
    name = "" if build is None else build.name
    state: dict[str, Any] = {"tiles": "", "lang": lang, "outlines": districts_url(slug, name)}
    if archive is not None and archive.is_file():
        state |= {"tiles": tiles_url(slug, name), "frame": list(TileArchive(archive).frame)}
    return state
