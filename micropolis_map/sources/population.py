"""Where people live, from files: polygons or points with a count, tables, hexagons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.delimited_table import GUESS, DelimitedTable, TableOptions, geometry_of
from micropolis_map.sources.file_kinds import VECTOR, Kind, kind_of
from micropolis_map.sources.hexagons import hexagons_of
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.number_texts import said_of_thousands, thousands_mark_of, value_in
from micropolis_map.sources.packed_files import unpacked
from micropolis_map.sources.points_nearby import as_meant
from micropolis_map.sources.population_raster import Bounds, read_cells
from micropolis_map.sources.table_files import read_table
from micropolis_map.sources.vector_file import VectorFile, read_vector
from micropolis_map.workers.mending import valid_areas
from micropolis_map.workers.pool import FILE, READERS

Floats = NDArray[np.float64]
NEAREST_HOME_M = 250.0
"""People of a cell without a home move to the nearest home this near: a side of a census grid's cell."""
ACCEPTED = mark(
    "give polygons or points with a column 'population', a CSV with lon,lat,population, or a GeoTIFF"
)


@dataclass(frozen=True)
class PopulationFile:
    """People by cell.

    Attributes
    ----------
    geometry : object[n]
        Polygons or points, EPSG:4326.
    population : float64[n]
    ages
        People of an age by column, float64[n] each, as the file names it (``age_65_plus``).
    column
        The column that was taken for the population.
    """

    geometry: Any
    population: Floats
    ages: Mapping[str, Floats] = field(default_factory=dict)
    column: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """All people."""
        return float(self.population.sum())


def read_population(
    path: Path, column: str = "", near: Bounds | None = None, options: TableOptions = GUESS
) -> PopulationFile:
    """Return who lives where, as the file at `path` says.

    Polygons or points with a population column: GeoJSON, GeoPackage, FlatGeobuf, zipped shapefile,
    GeoParquet, KML; a table (CSV, XLSX, Parquet) with ``lon,lat,population``, with WKT, or with H3 cells
    ``id,population`` (a table with both is taken as H3 cells), the cells as texts or whole numbers; or a
    GeoTIFF with people by cell; any of them packed alone. Cells without a number have nobody; what was
    guessed and the chosen column are said in the notes.

    Parameters
    ----------
    column
        The column, or a GeoTIFF's band, that counts the people; "" to find it by its name.
    near
        Of a GeoTIFF only the cells whose centres lie within are read: degrees, EPSG:4326.
    options
        What is said of a table instead of being guessed.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is none of these.
    InvalidInput
        It has no population column, or none called `column`; a value that is negative or no number; nobody
        in all.
    """
    with unpacked(path) as alone:
        return _read(alone, column, near, options)


def _read(path: Path, column: str, near: Bounds | None, options: TableOptions) -> PopulationFile:
    kind = kind_of(path)
    found = _read_as(path, kind, column, near, options)
    return replace(found, notes=(*found.notes, *options.without_use(path.name, kind)))


def _read_as(
    path: Path, kind: Kind, column: str, near: Bounds | None, options: TableOptions
) -> PopulationFile:
    if kind == "tiff":
        cells = READERS.run(read_cells, path, column, near, limits=FILE)
        where = [f"cell {i}" for i in range(1, len(cells.people) + 1)]
        _check(cells.people, path.name, where)
        return _population_file(cells.geometry, cells.people, {}, cells.band, path.name, cells.notes)
    if kind in VECTOR:
        return _from_features(read_vector(path), path.name, column, options)
    table = read_table(path, kind, options, ACCEPTED)
    if isinstance(table, DelimitedTable):
        return _from_table(table, column, options)
    return _from_features(table, path.name, column, options)


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


def _from_table(table: DelimitedTable, wanted: str, options: TableOptions) -> PopulationFile:
    column = _population_column(table.columns, table.name, wanted)
    people = table.numbers(column, 0.0) * column_names.times(column)
    _check(people, table.name, [f"row {row}" for row in table.rows])
    ages = {
        name.strip(): table.numbers(name, 0.0) for name in column_names.age_columns(table.columns, column)
    }
    geometry = hexagons_of(table)
    notes = [*table.notes, *said_of_thousands(table.name, column)]
    notes += _said_of_none(table.name, [text.strip() for text in table.columns[column]])
    if geometry is None:
        geometry, said = geometry_of(table, options)
        notes += said
    elif twice := len(geometry) - len(np.unique(shapely.to_wkb(geometry))):
        told = Sentence.counted(
            "{file}: {n} row names a cell that another row names: their people are added up",
            "{file}: {n} rows name a cell that another row names: their people are added up",
            n=twice,
            file=table.name,
        )
        notes.append(told)
    return _population_file(geometry, people, ages, column, table.name, tuple(notes))


def _said_of_none(source: str, values: Sequence[Any]) -> list[str]:
    """Return how many rows have no number; without a word they would count as empty of people."""
    missing = sum(value in (None, "") or value != value for value in values)  # noqa: PLR0124 - NaN
    if not missing:
        return []
    return [
        Sentence.counted(
            "{file}: {n} row without a number of people counts nobody",
            "{file}: {n} rows without a number of people count nobody",
            n=missing,
            file=source,
        )
    ]


def _from_features(file: VectorFile, source: str, wanted: str, options: TableOptions) -> PopulationFile:
    where = [f"feature {i}" for i in range(1, len(file.ids) + 1)]
    column = _population_column(file.columns, source, wanted)
    people = _numbers(file.columns[column], source, where, column) * column_names.times(column)
    _check(people, source, where)
    ages = {
        name: _numbers(file.columns[name], source, where, name)
        for name in column_names.age_columns(file.columns, column)
    }
    shapes, meant = as_meant(file.geometry, source, options.centre, options.bounds)
    kinds = shapely.get_type_id(shapes)
    usable = np.isin(kinds, (0, 3, 4, 6))
    notes = (*file.notes, *meant, *said_of_thousands(source, column))
    notes += tuple(_said_of_none(source, file.columns[column]))
    if not usable.all():
        told = Sentence.counted(
            "{file}: {n} feature without a point or polygon was left out",
            "{file}: {n} features without a point or polygon were left out",
            n=int((~usable).sum()),
            file=source,
        )
        notes += (told,)
    geometry = valid_areas(shapes[usable], "linework")
    kept = {name: values[usable] for name, values in ages.items()}
    return _population_file(geometry, people[usable], kept, column, source, notes)


def _population_file(
    geometry: Any,
    people: Floats,
    ages: Mapping[str, Floats],
    column: str,
    source: str,
    notes: tuple[str, ...],
) -> PopulationFile:
    if not people.sum() > 0:
        raise InvalidInput(
            mark("{file}: the column {column} counts nobody"),
            mark("choose another file"),
            file=source,
            column=repr(column.strip()),
        )
    said = Sentence.counted(
        "{file}: {n} person from the column {column}",
        "{file}: {n} people from the column {column}",
        n=round(people.sum()),
        file=source,
        column=repr(column.strip()),
    )
    return PopulationFile(geometry, people, ages, column.strip(), source, (*notes, said))


def _population_column(columns: Mapping[str, Any], source: str, wanted: str) -> str:
    if wanted:
        column = column_names.named(columns, wanted)
    else:
        column = column_names.population_column(columns, column_names.GRID_POPULATION)
    if column is None:
        known = ", ".join(name.strip() for name in columns) or "none"
        words = mark("{file} has no population column (its columns: {known})")
        named = mark("{file} has no column {column} (its columns: {columns})")
        raise InvalidInput(
            named if wanted else words,
            mark("say which one counts people (--population-column)"),
            file=source,
            known=known,
            column=repr(wanted),
            columns=known,
        )
    return column


def _numbers(values: Sequence[Any], source: str, where: Sequence[str], column: str) -> Floats:
    """Return the values as numbers; nothing (null, an empty text) counts nobody."""
    out = np.zeros(len(values))
    thousands = thousands_mark_of([value for value in values if isinstance(value, str)])
    for row, (value, place) in enumerate(zip(values, where, strict=True)):
        if value is None or value == "" or (isinstance(value, float) and np.isnan(value)):
            continue
        number = value_in(value, thousands)
        if number is None:
            raise InvalidInput(
                mark("{file}, {place}: {column} is {value}, not a number"),
                mark("give a number of people"),
                file=source,
                place=place,
                column=column,
                value=repr(value),
            )
        out[row] = number
    return out


def _check(people: Floats, source: str, where: Sequence[str]) -> None:
    bad = np.flatnonzero(~(np.isfinite(people) & (people >= 0)))
    if len(bad):
        raise InvalidInput(
            mark("{file}, {place}: the population is {n}"),
            mark("give a number of people, 0 or more"),
            file=source,
            place=where[bad[0]],
            n=people[bad[0]],
        )


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
