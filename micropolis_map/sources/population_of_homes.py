"""The people of a file's cells, shared among the homes that lie in them; nobody is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import Sentence
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.population import Floats, PopulationFile

NEAREST_HOME_M = 250.0
"""People of a cell without a home move to the nearest home this near: a side of a census grid's cell."""


def people_within(cells: PopulationFile, area: Any) -> PopulationFile:
    """Return the cells with fewer people where they reach beyond `area` (EPSG:4326): as their part inside.

    Of the cell of a whole county not all people live in one of its towns. People at points stay.
    """
    crossing = np.flatnonzero(~_is_point(cells) & ~shapely.covered_by(cells.geometry, area))
    shapes = cells.geometry[crossing]
    whole = shapely.area(shapes)
    part = shapely.area(shapely.intersection(shapes, area))
    share = np.ones(len(cells.population))
    share[crossing] = np.divide(part, whole, out=np.ones(len(whole)), where=whole > 0)
    ages = {name: people * share for name, people in cells.ages.items()}
    return replace(cells, population=cells.population * share, ages=ages)


def spread_population(cells: PopulationFile, homes: PointSet) -> PointSet:
    """Return the homes with the people of the cells they lie in; nobody is lost.

    The people of a cell are shared among the homes inside it in proportion to what the homes are estimated to
    hold (`homes.population`; equally where that is unknown or nought). A home in several cells (on their
    border, or of cells that overlap) belongs to the first. The people of a cell without a home go to the
    nearest home within `NEAREST_HOME_M` of its centre; where there is none, a point in the cell becomes a
    home of its own (``cell/7``). People that the file gives at a point live there. The total stays what
    the cells say; homes in no cell get nobody and are left out.

    Returns
    -------
    PointSet
        `source` says what was done; age columns are shared alike.
    """
    where = _home_cells(cells, homes)
    weight = _weights(where, homes, len(cells.population))
    columns = {"": cells.population, **cells.ages}
    spread = {
        name: np.where(where >= 0, people[np.maximum(where, 0)] * weight, 0.0)
        for name, people in columns.items()
    }
    empty = np.flatnonzero(
        (np.bincount(where[where >= 0], minlength=len(cells.population)) == 0) & _anyone(cells)
    )
    nearest = _nearest_home(cells, homes, empty)
    moved = empty[nearest >= 0]
    for name, people in columns.items():
        np.add.at(spread[name], nearest[nearest >= 0], people[moved])
    alone = empty[nearest < 0]
    return _with_own_homes(cells, homes, spread, moved, alone)


def _home_cells(cells: PopulationFile, homes: PointSet) -> NDArray[np.int64]:
    """Return the index of the cell each home lies in, -1 for none."""
    where = np.full(len(homes), -1)
    points = shapely.points(homes.lon, homes.lat)
    home, cell = shapely.STRtree(cells.geometry).query(points, predicate="intersects")
    of_area = ~_is_point(cells)[cell]
    home, cell = home[of_area], cell[of_area]
    order = np.lexsort((-cell, home))
    where[home[order]] = cell[order]  # the last assignment is the first cell
    return where


def _weights(where: NDArray[np.int64], homes: PointSet, cells: int) -> Floats:
    """Return each home's share of its cell's people; the shares of a cell's homes sum up to one."""
    weight = np.ones(len(homes)) if homes.population is None else homes.population.astype(np.float64)
    inside = where >= 0
    total = np.bincount(where[inside], weights=weight[inside], minlength=cells)
    count = np.bincount(where[inside], minlength=cells)
    cell = np.maximum(where, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = np.where(total[cell] > 0, weight / total[cell], 1 / count[cell])
    return np.where(inside, share, 0.0)


def _anyone(cells: PopulationFile) -> NDArray[np.bool_]:
    lived: NDArray[np.bool_] = np.any([cells.population > 0, *(p > 0 for p in cells.ages.values())], axis=0)
    return lived


def _is_point(cells: PopulationFile) -> NDArray[np.bool_]:
    return np.isin(shapely.get_type_id(cells.geometry), (0, 4))


def _nearest_home(cells: PopulationFile, homes: PointSet, empty: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the home nearest to each cell's centre within `NEAREST_HOME_M`, -1 for none."""
    nearest = np.full(len(empty), -1)
    if not len(homes) or not len(empty):
        return nearest
    centre = shapely.centroid(cells.geometry[empty])
    projection = LocalProjection.around(shapely.multipoints(centre))
    tree = shapely.STRtree(projection.to_metres(shapely.points(homes.lon, homes.lat)))
    place, home = tree.query_nearest(
        projection.to_metres(centre), max_distance=NEAREST_HOME_M, all_matches=False
    )
    nearest[place] = home
    nearest[_is_point(cells)[empty]] = -1
    return nearest


def _with_own_homes(
    cells: PopulationFile,
    homes: PointSet,
    spread: Mapping[str, Floats],
    moved: NDArray[np.int64],
    alone: NDArray[np.int64],
) -> PointSet:
    """Return the homes that got people, and one of its own for each cell in `alone`."""
    lived = np.flatnonzero(np.any([people > 0 for people in spread.values()], axis=0))
    centre = shapely.point_on_surface(cells.geometry[alone])
    kept = homes.take(lived)
    what = [*kept.columns["what"].tolist()] if "what" in kept.columns else [""] * len(kept)
    columns: dict[str, NDArray[np.generic]] = {"what": np.array([*what, *["cell"] * len(alone)], np.str_)}
    for name, people in cells.ages.items():
        columns[name] = np.concatenate((spread[name][lived], people[alone]))
    return PointSet(
        id=(*kept.id, *(f"cell/{i}" for i in (alone + 1).tolist())),
        lon=np.concatenate((kept.lon, shapely.get_x(centre))),
        lat=np.concatenate((kept.lat, shapely.get_y(centre))),
        population=np.concatenate((spread[""][lived], cells.population[alone])),
        columns=columns,
        source=_said(cells, homes, len(moved), int((~_is_point(cells)[alone]).sum())),
    )


def _said(cells: PopulationFile, homes: PointSet, moved: int, alone: int) -> str:
    note = f"{cells.source} ({cells.column})"
    if _is_point(cells).all():
        return f"{note}, living at the points it gives"
    note += f", shared among homes that are {homes.source or 'given'}"
    if moved:
        told = Sentence.counted(
            "{n} cell without a home moved to the nearest within {m} m",
            "{n} cells without a home moved to the nearest within {m} m",
            n=moved,
            m=NEAREST_HOME_M,
        )
        note += f"; {told}"
    if alone:
        told = Sentence.counted(
            "{n} cell farther from any home is a home of its own",
            "{n} cells farther from any home are homes of their own",
            n=alone,
        )
        note += f"; {told}"
    return note
