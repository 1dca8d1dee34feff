"""Recognises coordinates in another order or CRS by where the community lies; never without saying so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.exceptions import ProjError

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import positions
from micropolis_map.sources.place_files.rows import Question, ReadOptions, Row

MARGIN_DEG = 0.5
"""About 50 km: coordinates this close to the community are taken to be meant for it."""
ENOUGH = 0.6
"""Share of a file's rows that must fall near the community for another reading to be proposed."""

LON_LAT = "lon, lat"
LAT_LON = "lat, lon"
PROJECTED = (
    "EPSG:3857", "EPSG:2180", "EPSG:25832", "EPSG:25833", "EPSG:25834", "EPSG:32632", "EPSG:32633",
    "EPSG:32634", "EPSG:2176", "EPSG:2177", "EPSG:2178", "EPSG:2179", "EPSG:3003", "EPSG:3004",
    "EPSG:7791", "EPSG:7792", "EPSG:3035", "EPSG:5564", "EPSG:5565", "EPSG:5566",
)  # fmt: skip
"""Web Mercator, Poland 1992 and 2000, UTM on ETRS89 and WGS84, Italy (Gauss-Boaga, RDN2008), Ukraine."""

Pairs = NDArray[np.float64]


def recognise(
    rows: Sequence[Row], options: ReadOptions, *, stated_crs: str = ""
) -> tuple[list[Row], list[Question]]:
    """Return the rows in EPSG:4326 ``(lon, lat)``, and what was recognised to get there.

    As written is tried first; only where fewer than `ENOUGH` of the rows lie near the community, the other
    order and the projected CRS are tried, and the one that brings most of them near it (ties: nearest to its
    centre, then the order of `PROJECTED`) is proposed. Without a community only what the file states or an
    answer says is applied. Rows off the Earth afterwards lose their geometry and say why.

    Parameters
    ----------
    stated_crs
        What the file itself says its CRS is; "" for EPSG:4326 or nothing.

    Raises
    ------
    InvalidInput
        The answered or stated CRS does not exist.
    """
    answer = options.answers.get("crs") or options.answers.get("order")
    xy = _representatives(rows)
    questions: list[Question] = []
    proposed, seen = _read_as(xy, options, answer, stated_crs)
    if stated_crs and proposed == LON_LAT and answer is None:
        questions.append(Question("file", seen))
    moved = [_transformed(row, proposed) for row in rows]
    if proposed != LON_LAT:
        kind = "order" if proposed == LAT_LON else "crs"
        questions.append(Question(kind, seen, proposed, (LON_LAT, LAT_LON, *PROJECTED)))
    elif answer is None:
        moved, swapped = _swapped_rows(moved, options)
        questions += swapped
    return [_in_range(row) for row in moved], questions


def _read_as(xy: Pairs, options: ReadOptions, answer: str | None, stated_crs: str) -> tuple[str, str]:
    """Return what the coordinates are read as, and a sentence that says why."""
    if answer is not None:
        return answer, Sentence(mark("the coordinates are read as {crs}, as answered"), crs=answer)
    if not stated_crs:
        return propose(xy, options)
    if len(xy) and options.centre is not None and np.abs(xy).max() <= 180:
        near = near_community(options)
        if near(xy).mean() >= ENOUGH > near(converted(xy, stated_crs)).mean():
            words = mark(
                "the file says its coordinates are in {crs}, but they are degrees near the community"
            )
            return LON_LAT, Sentence(words, crs=stated_crs)
    return stated_crs, Sentence(mark("the file says its coordinates are in {crs}"), crs=stated_crs)


def _representatives(rows: Sequence[Row]) -> Pairs:
    first = [positions(row.geometry)[0] for row in rows if row.geometry is not None]
    return np.array(first, dtype=np.float64).reshape(-1, 2)


def share_near(xy: Pairs, options: ReadOptions) -> float:
    """Return which share of the pairs lies near the community, read in whichever way brings most there.

    Parameters
    ----------
    xy : float64[n, 2]
        Pairs as a file has them.
    """
    if options.centre is None:
        return 0.0
    as_written = float(near_community(options)(xy).mean())
    return as_written if as_written >= ENOUGH else max(as_written, _best(xy, options)[1])


def propose(xy: Pairs, options: ReadOptions) -> tuple[str, str]:
    """Return what pairs, as a file has them, are read as, and why: "" where as they are written."""
    if not len(xy) or options.centre is None or float(near_community(options)(xy).mean()) >= ENOUGH:
        return LON_LAT, ""
    best, _ = _best(xy, options)
    if best == LON_LAT:
        return best, ""
    example = ", ".join(f"{value:.9g}" for value in xy[0])
    words = mark("coordinates such as ({example}) lie near the community only when read as {crs}")
    return best, Sentence(words, example=example, crs=best)


def _best(xy: Pairs, options: ReadOptions) -> tuple[str, float]:
    """Return the other reading that brings most pairs near the community, and their share."""
    assert options.centre is not None
    near = near_community(options)
    best, best_rank = LON_LAT, (ENOUGH - 1e-9, 0.0)
    for candidate in (LAT_LON, *PROJECTED, *(f"{crs} (y, x)" for crs in PROJECTED)):
        if candidate != LAT_LON and np.abs(xy).max() < 1000:
            break  # degrees, not metres
        there = converted(xy, candidate)
        rank = (float(near(there).mean()), -_distance(there, options.centre))
        if rank[0] > best_rank[0] or (rank[0] == best_rank[0] and rank[1] > best_rank[1] + 1e-4):
            best, best_rank = candidate, rank
    return best, 0.0 if best == LON_LAT else best_rank[0]


def near_community(options: ReadOptions) -> Callable[[Pairs], NDArray[np.bool_]]:
    """Return what tells which pairs ``(lon, lat)`` lie so near that they are meant for the community."""
    assert options.centre is not None
    lon, lat = options.centre
    west, south, east, north = options.bounds or (lon, lat, lon, lat)
    wide = MARGIN_DEG / max(0.05, float(np.cos(np.radians(lat))))

    def near(xy: Pairs) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return np.asarray(
                (xy[:, 0] >= west - wide)
                & (xy[:, 0] <= east + wide)
                & (xy[:, 1] >= south - MARGIN_DEG)
                & (xy[:, 1] <= north + MARGIN_DEG)
            )

    return near


def _distance(xy: Pairs, centre: tuple[float, float]) -> float:
    finite = xy[np.isfinite(xy).all(axis=1)]
    return float(np.hypot(*(finite.mean(axis=0) - centre))) if len(finite) else np.inf


def converted(xy: Pairs, crs: str) -> Pairs:
    """Return the pairs in EPSG:4326, ``inf`` where the CRS does not reach."""
    if crs == LON_LAT:
        return xy
    if crs == LAT_LON:
        return xy[:, ::-1]
    name, swapped = crs.removesuffix(" (y, x)"), crs.endswith(" (y, x)")
    x, y = (xy[:, 1], xy[:, 0]) if swapped else (xy[:, 0], xy[:, 1])
    lon, lat = _transformer(name).transform(x, y)
    return np.column_stack([lon, lat])


@lru_cache(maxsize=64)
def _transformer(crs: str) -> Transformer:
    try:
        return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except ProjError as error:
        raise InvalidInput(
            mark("the coordinate system {crs} is not known"),
            mark("give one such as EPSG:2180"),
            crs=repr(crs[:80]),
        ) from error


def _transformed(row: Row, crs: str) -> Row:
    if row.geometry is None or crs == LON_LAT:
        return row
    flat = converted(np.array(positions(row.geometry), dtype=np.float64), crs)
    if not np.isfinite(flat).all():
        x, y = positions(row.geometry)[0]
        words = mark("position ({x}, {y}) does not exist in {crs}")
        return replace(row, geometry=None, reason=Sentence(words, x=x, y=y, crs=crs))
    values = iter(np.round(flat, 9).tolist())
    return replace(
        row, geometry={**row.geometry, "coordinates": _refilled(row.geometry["coordinates"], values)}
    )


def _refilled(coordinates: Any, values: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        return next(values)
    return [_refilled(part, values) for part in coordinates]


def _swapped_rows(rows: list[Row], options: ReadOptions) -> tuple[list[Row], list[Question]]:
    """Return the rows, with those few turned round that lie near the community only that way."""
    if options.centre is None or options.answers.get("rows") == "keep":
        return rows, []
    near = near_community(options)
    kept, turned = [], []
    for row in rows:
        if row.geometry is not None:
            xy = np.array(positions(row.geometry), dtype=np.float64)
            if not near(xy).any() and near(xy[:, ::-1]).all():
                turned.append(row.number)
                row = _transformed(row, LAT_LON)  # noqa: PLW2901
        kept.append(row)
    if not turned:
        return kept, []
    listed = ", ".join(map(str, turned[:10])) + (" …" if len(turned) > 10 else "")
    words = mark("latitude and longitude seem to be swapped in {n} of {all} rows ({listed})")
    seen = Sentence(words, n=len(turned), all=len(rows), listed=listed)
    return kept, [Question("rows", seen, "swap", ("swap", "keep"))]


def _in_range(row: Row) -> Row:
    if row.geometry is None:
        return row
    for lon, lat in positions(row.geometry):
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            reason = Sentence(mark("position (lon {lon}, lat {lat}) is not on the Earth"), lon=lon, lat=lat)
            return replace(row, geometry=None, reason=row.reason or reason)
    return row
