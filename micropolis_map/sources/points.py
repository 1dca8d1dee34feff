"""Points that people bring: spots, origins, destinations, candidates, stops."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.place import STEP_FREE
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.delimited_table import GUESS, DelimitedTable, TableOptions, geometry_of, where_of
from micropolis_map.sources.file_kinds import VECTOR, Kind, kind_of
from micropolis_map.sources.number_texts import said_of_thousands, thousands_mark_of, value_in
from micropolis_map.sources.packed_files import unpacked
from micropolis_map.sources.points_nearby import as_meant, said_of_far
from micropolis_map.sources.table_files import read_table
from micropolis_map.sources.vector_file import VectorFile, read_vector
from micropolis_map.sources.waypoints import read_waypoints

ACCEPTED = mark("give GeoJSON points, a table (CSV, XLSX) with id,lon,lat, or waypoints (GPX, KML)")


def read_points(path: Path, options: TableOptions = GUESS) -> PointSet:
    """Return the points in the file at `path`, in its order.

    GeoJSON (also the product's own ``places.geojson``), GeoPackage, FlatGeobuf, zipped shapefile, GeoParquet,
    KML or KMZ; GPX, of which the waypoints count, else the points of its routes; or a table, as text with any
    usual encoding, delimiter and decimal mark, as a spreadsheet (XLSX, XLS, ODS) or Parquet, with the columns
    ``id,lon,lat[,population]`` called as in `column_names`; any of them packed alone. Lines and areas stand
    at a point on them. Without an id column a row's number (the first line is row 1; a feature's place in the
    file) is its id. All other columns are kept: numbers as float64 (nan where empty), else texts. What was
    guessed is in the notes.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is none of these.
    InvalidInput
        Naming row and value: a coordinate that is empty, no number or beyond the Earth's degrees; a
        population that is negative or no number; an id that is there twice.
    """
    with unpacked(path) as alone:
        return _read(alone, options)


def _read(path: Path, options: TableOptions) -> PointSet:
    kind = kind_of(path)
    points = _read_as(path, kind, options)
    far = said_of_far(points.lon, points.lat, points.id, points.source, options.centre, options.bounds)
    return replace(points, notes=(*points.notes, *far, *options.without_use(path.name, kind)))


def _read_as(path: Path, kind: Kind, options: TableOptions) -> PointSet:
    if kind == "gpx":
        return _from_features(read_waypoints(path), path.name, options)
    if kind in VECTOR:
        return _from_features(read_vector(path, things=True), path.name, options)
    table = read_table(path, kind, options, ACCEPTED)
    if isinstance(table, DelimitedTable):
        return _from_table(table, options)
    return _from_features(table, path.name, options)


def _from_table(table: DelimitedTable, options: TableOptions) -> PointSet:
    shapes, meant = geometry_of(table, options)
    points = _points_on(shapes)
    where = where_of(table)
    id_column = column_names.find(table.columns, column_names.ID)
    population = _population_column(table.columns)
    name = column_names.find(table.columns, column_names.NAME)
    used = {id_column, population, name, where.lat, where.lon, where.whole}
    ids = [text.strip() for text in table.columns[id_column]] if id_column else list(map(str, table.rows))
    people = table.numbers(population) * column_names.times(population) if population else None
    _check(table.name, ids, people, [f"row {row}" for row in table.rows])
    return PointSet(
        id=tuple(ids),
        lon=shapely.get_x(points),
        lat=shapely.get_y(points),
        population=people,
        name=tuple(text.strip() for text in table.columns[name]) if name else (),
        columns={
            column.strip(): table.numbers(column, float("nan"))
            if table.looks_numeric(column)
            else np.array([text.strip() for text in texts])
            for column, texts in table.columns.items()
            if column not in used and column.strip()
        },
        source=table.name,
        notes=(*table.notes, *meant, *_said(table, id_column, population)),
    )


def _said(table: DelimitedTable, id_column: str | None, population: str | None) -> list[str]:
    notes = [] if id_column else [_said_of_ids(table)]
    return notes + (said_of_thousands(table.name, population) if population else [])


def _said_of_ids(table: DelimitedTable) -> str:
    words = mark("{file}: no column is known to hold ids: rows have their numbers as ids ({first} …)")
    return Sentence(words, file=table.name, first=table.rows[0])


def _from_features(file: VectorFile, source: str, options: TableOptions) -> PointSet:
    where = [f"feature {i}" for i in range(1, len(file.ids) + 1)]
    if not where:
        raise InvalidInput(mark("{file} has no feature"), ACCEPTED, file=source)
    for place, shape in zip(where, file.geometry, strict=True):
        if shape is None:
            raise InvalidInput(
                mark("{file}, {place}: has no geometry"),
                mark("give each feature a point, or remove it"),
                file=source,
                place=place,
            )
    shapes, meant = as_meant(file.geometry, source, options.centre, options.bounds)
    points = _points_on(shapes)
    many = int((shapely.get_num_geometries(shapes) > 1).sum())
    if many:
        words = mark("{file}: of features with several points or parts one point counts ({n})")
        meant = (*meant, Sentence(words, file=source, n=many))
    ids = [str(value) if value is not None else str(i) for i, value in enumerate(file.ids, 1)]
    columns = {key: list(values) for key, values in file.columns.items() if key != "id"}
    if "access" in columns:
        columns.setdefault("step_free", [_step_free(access) for access in columns["access"]])
    name = column_names.find(columns, column_names.NAME)
    names = tuple(_text(value) for value in columns.pop(name)) if name else ()
    population = _population_column(columns)
    people = _numbers(columns.pop(population), source, where, population) if population else None
    if people is not None and population:
        people = people * column_names.times(population)
    _check(source, ids, people, where)
    return PointSet(
        id=tuple(ids),
        lon=shapely.get_x(points),
        lat=shapely.get_y(points),
        population=people,
        name=names,
        columns={key: _array(values) for key, values in columns.items()},
        source=source,
        notes=(*file.notes, *meant, *(said_of_thousands(source, population) if population else ())),
    )


def _population_column(columns: Mapping[str, Sequence[Any]]) -> str | None:
    """Return the column that counts people; one called ``people`` or the like that holds names does not."""
    column = column_names.population_column(columns)
    if column is None or column_names.bare(column) in {"population", "pop"}:
        return column
    return column if any(value_in(value) is not None for value in columns[column]) else None


def _points_on(geometry: Any) -> Any:
    """Return points as they are, the middles of lines, and of areas a point inside."""
    points = shapely.point_on_surface(geometry)
    lines = shapely.get_type_id(geometry) == 1
    points[lines] = shapely.line_interpolate_point(geometry[lines], 0.5, normalized=True)
    return points


def _check(source: str, ids: Sequence[str], people: NDArray[np.float64] | None, where: Sequence[str]) -> None:
    """Refuse ids that are empty or there twice, and fewer than no people."""
    for identity, place in zip(ids, where, strict=True):
        if not identity:
            raise InvalidInput(
                mark("{file}, {place}: the id is empty"),
                mark("give every point an id of its own"),
                file=source,
                place=place,
            )
    count = Counter(ids)
    if len(count) < len(ids):
        twice = next(identity for identity in ids if count[identity] > 1)
        places = [place for identity, place in zip(ids, where, strict=True) if identity == twice]
        raise InvalidInput(
            mark("{file}, {place}: the id {twice} is also that of {other}"),
            mark("give every point an id of its own"),
            file=source,
            place=places[1],
            twice=repr(twice),
            other=places[0],
        )
    if people is not None and (people < 0).any():
        bad = int(np.flatnonzero(people < 0)[0])
        raise InvalidInput(
            mark("{file}, {place}: the population is {n}"),
            mark("give a number of people, 0 or more"),
            file=source,
            place=where[bad],
            n=people[bad],
        )


def _numbers(values: Sequence[Any], source: str, where: Sequence[str], column: str) -> NDArray[np.float64]:
    texts = [str(value) for value in values if isinstance(value, str)]
    thousands = thousands_mark_of(texts)
    found = [value_in(value, thousands) for value in values]
    for number, value, place in zip(found, values, where, strict=True):
        if number is None:
            raise InvalidInput(
                mark("{file}, {place}: {column} is {value}, not a number"),
                mark("give a number of people, 0 or more"),
                file=source,
                place=place,
                column=column,
                value=repr(value),
            )
    return np.array(found, np.float64)


def _text(value: Any) -> str:
    """Return a name as text; of one in several languages the English or else first one."""
    if isinstance(value, dict):
        return pick({str(k): str(v) for k, v in value.items()}, "en")[0]
    return "" if value is None else str(value)


def _step_free(access: Any) -> str:
    value = access.get("step_free") if isinstance(access, dict) else None
    return str(value) if value in STEP_FREE else "unknown"


def _array(values: Sequence[Any]) -> NDArray[np.generic]:
    """Return numbers as float64 with nan for none, everything else as texts (lists and objects as JSON)."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return np.array(
        [
            ""
            if v is None
            else json.dumps(v, ensure_ascii=False)
            if isinstance(v, dict | list | bool)
            else str(v)
            for v in values
        ]
    )
