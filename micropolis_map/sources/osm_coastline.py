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


GRID_M = 0.01
"""Coordinates are rounded to this: ends that differ by less are one."""
GAP_M = 30.0
"""A loose end goes on at another that is no farther than this."""
MANY, DENSE_PER_KM2 = 20, 50.0
"""So many, and so dense, starts of streets in a face that would be sea: somebody drew its coast backwards."""


def sea_of(lines: Any, box: tuple[float, float, float, float], walked: Any = ()) -> tuple[Any, str]:
    """Return the parts of the box that are sea, and a note on what was assumed.

    The coastline has land on its left and water on its right (OpenStreetMap Wiki, "Tag:natural=coastline").
    It and the box's edges cut the box into faces; a face is sea when most of the coastline's length beside
    it has the face on its right. Where the data end inside the box, the coastline is drawn straight on to
    the box's edge, and the note says so. Faces with such a line only are as the neighbour they touch most.
    A coast that is drawn backwards is turned where most of its chain is right, or streets show that it is.

    Parameters
    ----------
    lines
        Array of coastline pieces in a metric projection.
    box
        West, south, east, north in the same.
    walked : object[n]
        Points that are on land.

    Returns
    -------
    sea : object[k]
        Polygons.
    note
        "" where nothing was assumed.
    """
    rounded = shapely.transform(lines, lambda xy: np.round(xy / GRID_M) * GRID_M)
    clipped = _line_parts(shapely.clip_by_rect(rounded, *box))
    _, once = np.unique(shapely.to_wkb(shapely.normalize(clipped)), return_index=True)
    coast = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(clipped[once])))
    if not len(coast):
        return np.empty(0, object), ""
    frame = shapely.box(*box)
    coast = _bridged(coast, frame)
    extensions = _extensions(coast, frame)
    faces = READERS.run(_faces, [*coast, *extensions, frame.exterior], limits=FILE)
    balance = _without_land(_spread(_balance(coast, faces), faces), faces, walked)
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
    over = shapely.buffer(frame, 1.0, join_style="mitre")  # so that they cross its edge
    rays = shapely.intersection(rays, over)
    others = np.tile(np.flatnonzero(~shapely.is_closed(coast)), 2)[loose][moving]
    for i, (start, own) in enumerate(zip(ends[loose][moving], others.tolist(), strict=True)):
        rays[i] = _up_to_coast(rays[i], start, np.delete(coast, own))
    return rays


def _up_to_coast(ray: Any, start: NDArray[np.float64], coast: Any) -> Any:
    """Return the ray as far as the first coast it meets."""
    met = shapely.get_coordinates(shapely.intersection(ray, coast))
    far_m = np.hypot(*(met - start).T)
    if not len(far_m):
        return ray
    end = shapely.get_coordinates(ray)[-1]
    way = (end - start) / max(np.hypot(*(end - start)), GRID_M)
    return shapely.LineString([start, start + way * (far_m.min() + GRID_M)])


def _bridged(coast: Any, frame: Any) -> Any:
    """Return the coast with loose ends that are at most `GAP_M` apart joined, end to start."""
    open_ended = coast[~shapely.is_closed(coast)]
    if len(open_ended) < 1:
        return coast
    starts = shapely.get_coordinates(shapely.get_point(open_ended, 0))
    ends = shapely.get_coordinates(shapely.get_point(open_ended, -1))
    tree = shapely.STRtree([shapely.Point(start) for start in starts])
    end, start = tree.query(shapely.points(ends), predicate="dwithin", distance=GAP_M)
    far_m = np.hypot(*(ends[end] - starts[start]).T)
    edge = frame.exterior
    free = shapely.distance(shapely.points(ends[end]), edge) > BESIDE_M
    free &= shapely.distance(shapely.points(starts[start]), edge) > BESIDE_M
    used_ends, used_starts, bridges = set(), set(), []
    for i in np.argsort(far_m, kind="stable").tolist():
        if free[i] and far_m[i] > 0 and end[i] not in used_ends and start[i] not in used_starts:
            used_ends.add(end[i])
            used_starts.add(start[i])
            bridges.append(shapely.LineString([ends[end[i]], starts[start[i]]]))
    if not bridges:
        return coast
    return shapely.get_parts(shapely.line_merge(shapely.multilinestrings([*coast, *bridges])))


def _spread(balance: NDArray[np.float64], faces: Any) -> NDArray[np.float64]:
    """Return the balance; faces that no coast is beside have the sign of the neighbour they touch most."""
    found = balance.copy()
    tree = shapely.STRtree(faces)
    for face in np.flatnonzero(balance == 0).tolist():
        near = tree.query(faces[face], predicate="touches")
        near = near[balance[near] != 0]
        if len(near):
            edges = shapely.intersection(shapely.boundary(faces[near]), shapely.boundary(faces[face]))
            found[face] = np.sign(balance[near[np.argmax(shapely.length(edges))]])
    return found


def _without_land(balance: NDArray[np.float64], faces: Any, walked: Any) -> NDArray[np.float64]:
    """Return the balance with seas on which many streets stand turned to land."""
    sea = np.flatnonzero(balance > 0)
    if not len(sea) or not len(walked):
        return balance
    _, face = shapely.STRtree(faces[sea]).query(walked, predicate="within")
    count = np.bincount(face, minlength=len(sea))
    dense = count > DENSE_PER_KM2 * shapely.area(faces[sea]) / 1e6
    found = balance.copy()
    found[sea[(count > MANY) & dense]] = -1.0
    return found


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
