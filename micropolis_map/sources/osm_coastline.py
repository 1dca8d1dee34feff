"""The sea: what lies on the right hand of the coastline."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.errors import Sentence
from micropolis_map.workers.pool import FILE, READERS

BESIDE_M = 0.05
"""How far right of the coastline a point is tried for being in the sea."""


LOOK_BACK_M = 1_000.0
"""Where the coastline breaks off, it is drawn on in the direction of its last kilometre."""


def sea_of(lines: Any, box: tuple[float, float, float, float]) -> tuple[Any, str]:
    """Return the parts of the box that are sea, and a note on what was assumed.

    The coastline has land on its left and water on its right (OpenStreetMap Wiki, "Tag:natural=coastline").
    It and the box's edges cut the box into faces; a face is sea when most of the coastline's length beside
    it has the face on its right. Where the data end inside the box, the coastline is drawn straight on to
    the box's edge, and the note says so.

    Parameters
    ----------
    lines
        Array of coastline pieces in a metric projection.
    box
        West, south, east, north in the same.

    Returns
    -------
    sea : object[k]
        Polygons.
    note
        "" where nothing was assumed.
    """
    clipped = shapely.clip_by_rect(lines, *box)
    coast = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(_line_parts(clipped))))
    if not len(coast):
        return np.empty(0, object), ""
    frame = shapely.box(*box)
    extensions = _extensions(coast, frame)
    faces = READERS.run(_faces, [*coast, *extensions, frame.exterior], limits=FILE)
    balance = _balance(coast, faces)
    note = Sentence.counted(
        "the coastline breaks off at {n} end and is drawn on to the map's edge",
        "the coastline breaks off at {n} ends and is drawn on to the map's edge",
        n=len(extensions),
    )
    return faces[balance > 0], note if len(extensions) else ""


def _faces(lines: Any) -> Any:
    """Return the faces that the lines make, cut where they cross each other; for a worker."""
    try:
        noded = shapely.union_all(lines)
    except shapely.errors.GEOSException as error:  # how GEOS says that there is no memory left
        raise MemoryError(str(error)) from error
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def _line_parts(geometry: Any) -> Any:
    parts = shapely.get_parts(geometry)
    return parts[(shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts)]


def _extensions(coast: Any, frame: Any) -> Any:
    """Return lines from the loose ends inside the frame to its edge, on in the way the coast came."""
    lines = coast[~shapely.is_closed(coast)]
    back_m = np.minimum(shapely.length(lines), LOOK_BACK_M)
    ends = shapely.get_coordinates(
        np.concatenate((shapely.get_point(lines, 0), shapely.get_point(lines, -1)))
    )
    before = np.concatenate(
        (shapely.line_interpolate_point(lines, back_m), shapely.line_interpolate_point(lines, -back_m))
    )
    _, which, counts = np.unique(ends.round(2), axis=0, return_inverse=True, return_counts=True)
    loose = (counts[which] == 1) & (shapely.distance(shapely.points(ends), frame.exterior) > BESIDE_M)
    way = ends[loose] - shapely.get_coordinates(before)[loose]
    length = np.hypot(way[:, 0], way[:, 1])
    moving = length > 0
    far_m = shapely.length(frame.exterior)
    far = ends[loose][moving] + way[moving] / length[moving, None] * far_m
    rays = shapely.linestrings(np.stack((ends[loose][moving], far), axis=1))
    out: Any = shapely.intersection(rays, frame)
    return out


def _balance(coast: Any, faces: Any) -> NDArray[np.float64]:
    """Return for each face the coastline's metres with it on the right, less those with it on the left."""
    balance = np.zeros(len(faces))
    tree = shapely.STRtree(faces)
    coordinates, line = shapely.get_coordinates(coast, return_index=True)
    step = np.diff(coordinates, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    real = (line[1:] == line[:-1]) & (length > 0)
    middle = (coordinates[1:] + coordinates[:-1])[real] / 2
    right = np.column_stack((step[real, 1], -step[real, 0])) / length[real, None] * BESIDE_M
    for side in (1, -1):
        points = shapely.points(middle + side * right)
        point, face = tree.query(points, predicate="intersects")
        np.add.at(balance, face, side * length[real][point])
    return balance
