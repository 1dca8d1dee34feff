"""The tiles of a town's map around a walk, as its pack keeps them on the phone."""

from __future__ import annotations

import math
from collections.abc import Iterator

from micropolis_map.bootstrap import Application
from micropolis_map.maps.addresses import tiles_url
from micropolis_map.services.sketched_map import sketched
from micropolis_map.services.town_map import archive_of
from micropolis_map.services.walking_along import WalkAlong
from micropolis_map.stores.tile_archive import TileArchive

ZOOMS = (12, 13, 14, 15, 11)
"""Zooms of the tiles, the most needed first: a walker's map goes from the whole walk to a street."""
MOST_TILES = 600
MOST_BYTES = 6_000_000


def tiles_around(application: Application, along: WalkAlong) -> Iterator[tuple[str, bytes]]:
    """Yield address and gzipped bytes of each tile that the walk's map can show.

    No more than `MOST_TILES` of `MOST_BYTES` in all; none where neither the build nor a sketch has any.

    Raises
    ------
    StoreUnavailable
        The archive is damaged.
    """
    slug = along.tour.community
    store = application.community_store
    build, sketch = store.current_build(slug), sketched(store, slug)
    name = build.name if build is not None else sketch.build if sketch is not None else ""
    path = archive_of(store, slug, name) if name else None
    if path is None:
        return
    archive, address = TileArchive(path), tiles_url(slug, name)
    tiles = size = 0
    for zoom in ZOOMS:
        for x, y in covering(along.bounds, zoom):
            content = archive.tile(zoom, x, y)
            if content is None:
                continue
            tiles, size = tiles + 1, size + len(content)
            if tiles > MOST_TILES or size > MOST_BYTES:
                return
            yield address.format(z=zoom, x=x, y=y), content


def covering(bounds: tuple[float, float, float, float], zoom: int) -> Iterator[tuple[int, int]]:
    """Yield column and row of the tiles that west, south, east, north (degrees) lie in.

    Examples
    --------
    >>> list(covering((-10.0, -10.0, 10.0, 10.0), 1))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    west, south, east, north = bounds
    (left, top), (right, bottom) = _at(west, north, zoom), _at(east, south, zoom)
    yield from ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    tiles = 1 << zoom
    down = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2.0 * math.pi)
    return int((lon + 180.0) / 360.0 * tiles), int(down * tiles)
