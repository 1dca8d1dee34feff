"""Positions that are meant for a community: turned round or projected ones are known by where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.place_files.recognition import LON_LAT, converted, near_community, propose
from micropolis_map.sources.place_files.rows import ReadOptions

Centre = tuple[float, float]
Bounds = tuple[float, float, float, float]
Notes = tuple[str, ...]


def as_meant(
    geometry: NDArray[np.object_], name: str, centre: Centre | None, bounds: Bounds | None = None
) -> tuple[Any, Notes]:
    """Return the shapes in EPSG:4326 as the import of places would read them, and what was recognised.

    As written, unless most of them lie near the community only in the other order or in a projected system.

    Parameters
    ----------
    geometry : object[n]
        As the file has them; None where there is none.
    name
        Of the file, for the notes.
    centre
        ``(lon, lat)`` of the community, None where it is not known: then they stay.
    bounds
        Of its outline, ``(min_lon, min_lat, max_lon, max_lat)``, where it has one.
    """
    corners = shapely.bounds(geometry)[:, :2]
    corners = corners[np.isfinite(corners).all(axis=1)]
    read_as, seen = propose(corners, ReadOptions(centre=centre, bounds=bounds))
    if read_as == LON_LAT:
        return geometry, ()
    moved = shapely.transform(geometry, lambda xy: converted(xy, read_as))
    return moved, (Sentence(mark("{file}: {what}"), file=name, what=seen),)


def said_of_far(
    lon: Any, lat: Any, ids: tuple[str, ...], name: str, centre: Centre | None, bounds: Bounds | None = None
) -> Notes:
    """Return a note of points too far from the community (as in `as_meant`) to be meant for it."""
    if centre is None:
        return ()
    far = np.flatnonzero(
        ~near_community(ReadOptions(centre=centre, bounds=bounds))(np.column_stack((lon, lat)))
    )
    if not len(far):
        return ()
    words = mark("{file}: points farther than about 50 km from the community: {n} of {all}, such as {first}")
    return (Sentence(words, file=name, n=len(far), all=len(ids), first=repr(ids[far[0]])),)
