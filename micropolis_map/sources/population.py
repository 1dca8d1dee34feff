"""Where people live, from files: polygons or points with a count, tables, hexagons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.delimited_table import GUESS, DelimitedTable, TableOptions, geometry_of
from micropolis_map.sources.file_kinds import VECTOR, Kind, kind_of
from micropolis_map.sources.hexagons import hexagons_of
from micropolis_map.sources.number_texts import said_of_thousands, thousands_mark_of, value_in
from micropolis_map.sources.packed_files import unpacked
from micropolis_map.sources.points_nearby import as_meant
from micropolis_map.sources.population_raster import Bounds, read_cells
from micropolis_map.sources.table_files import read_table
from micropolis_map.sources.vector_file import VectorFile, read_vector
from micropolis_map.workers.mending import valid_areas
from micropolis_map.workers.pool import FILE, READERS

Floats = NDArray[np.float64]
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
