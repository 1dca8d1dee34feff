"""Polygons of communities and districts: from files, and computed where there is no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.district_names import name_column
from micropolis_map.sources.file_kinds import kind_of
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.outline_shapes import drawn_as_areas
from micropolis_map.sources.packed_files import unpacked
from micropolis_map.sources.poly_file import is_poly, read_poly
from micropolis_map.sources.vector_file import VectorFile, read_vector
from micropolis_map.workers.mending import valid_areas
from micropolis_map.workers.pool import FILE, READERS

POLYGONAL = (3, 6)
PLACE_LEVELS = (
    frozenset({"borough", "suburb", "town", "village"}),
    frozenset({"borough", "suburb", "town", "village", "quarter", "neighbourhood"}),
    frozenset({"borough", "suburb", "town", "village", "quarter", "neighbourhood", "hamlet"}),
)
"""Values of OSM's ``place`` that make districts, coarse to fine (OpenStreetMap Wiki, "Key:place")."""
ENOUGH_DISTRICTS = 3
"""The coarsest level with so many named places is taken: fewer divide a community too little to compare."""


@dataclass(frozen=True)
class PolygonFile:
    """Named polygons side by side.

    Attributes
    ----------
    names
    geometries
        Valid polygons and multipolygons, 2-D, EPSG:4326.
    repaired
        How many were invalid and have been repaired.
    notes
        Sentences: what was chosen, repaired, ignored.
    naming
        Sentences: where the names are from.
    levels
        OpenStreetMap's ``admin_level`` of each, empty where the file does not say.
    """

    names: tuple[str, ...]
    geometries: tuple[BaseGeometry, ...]
    repaired: int = 0
    notes: tuple[str, ...] = ()
    naming: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


def read_polygons(path: Path, names_from: str = "") -> PolygonFile:
    """Return the polygons of the file at `path`.

    GeoJSON in any form, GeoPackage, FlatGeobuf, zipped shapefile, GeoParquet, KML or KMZ, an answer of
    Nominatim or Overpass, or Osmosis' ``.poly``, also packed alone, in any coordinate system the file names.
    Invalid polygons are repaired, lines that close to a ring are its area, and what is neither is ignored;
    all of it is said in the notes.

    Parameters
    ----------
    names_from
        The column with the names; "" to know it by its name (`district_names`).

    Raises
    ------
    UnreadableFile
        There is no such file, or it is none of these.
    InvalidInput
        It has no polygon, no column called `names_from`, or coordinates that are no degrees without saying
        what they are.
    """
    with unpacked(path) as alone:
        file = _features(alone)
    drawn = READERS.run(drawn_as_areas, file.geometry, limits=FILE)
    valid, repaired = _repair(drawn)
    keep = [i for i, shape in enumerate(valid) if shape is not None]
    if not keep:
        kinds = sorted({shape.geom_type for shape in file.geometry if shape is not None})
        raise InvalidInput(
            mark("{file} has no polygon among its {n} features, only {known}"),
            mark("give a file with the outline as a polygon, or as lines that close to a ring"),
            file=path.name,
            n=len(valid),
            known=", ".join(kinds) or "none",
        )
    notes = list(file.notes)
    if any(_polygonal(shape) is None and valid[i] is not None for i, shape in enumerate(file.geometry)):
        words = mark("{file}: its lines are taken as the outline of the area that they close around")
        notes.append(Sentence(words, file=path.name))
    if repaired:
        notes.append(
            Sentence.counted(
                "{file}: {n} of {all} polygons was invalid and has been repaired",
                "{file}: {n} of {all} polygons were invalid and have been repaired",
                n=repaired,
                file=path.name,
                all=len(keep),
            )
        )
    used = [i for i, shape in enumerate(drawn) if shape is None and file.geometry[i] is not None]
    if len(keep) + len(used) < len(valid):
        notes.append(
            Sentence.counted(
                "{file}: {n} feature that is no polygon was ignored",
                "{file}: {n} features that are no polygons were ignored",
                n=len(valid) - len(keep) - len(used),
                file=path.name,
            )
        )
    column = _name_column(file, path, names_from)
    found = [_text(file.columns[column][i]) if column else "" for i in keep]
    levels = file.columns.get("admin_level")
    return PolygonFile(
        names=tuple(name or f"Area {n}" for n, name in enumerate(found, 1)),
        geometries=tuple(valid[i] for i in keep),
        levels=tuple(_text(levels[i]) for i in keep) if levels is not None else (),
        repaired=repaired,
        notes=tuple(notes),
        naming=_naming(file, path, column, found),
    )


def _features(path: Path) -> VectorFile:
    if kind_of(path) == "text" and is_poly(path):
        name, area = read_poly(path)
        return VectorFile(np.array([area], object), {"name": [name]}, [None])
    return read_vector(path, areas=True)


def _name_column(file: VectorFile, path: Path, wanted: str) -> str | None:
    if not wanted:
        return name_column(file.columns)
    column = column_names.named(file.columns, wanted)
    if column is None:
        raise InvalidInput(
            mark("{file} has no column {column} (its columns: {columns})"),
            mark("give one of them"),
            file=path.name,
            column=repr(wanted),
            columns=", ".join(file.columns) or "-",
        )
    return column


def _naming(file: VectorFile, path: Path, column: str | None, names: Sequence[str]) -> tuple[str, ...]:
    """Return where the names are from, and of how many areas there is none."""
    if column is None and len(names) > 1:
        words = mark(
            "{file}: no column is known to hold names (its columns: {columns}): the districts are called "
            "Area 1, Area 2 …; say the column with --district-name-column"
        )
        return (Sentence(words, file=path.name, columns=", ".join(file.columns) or "-"),)
    if column is None:
        return ()
    notes = []
    if column_names.plain(column) not in column_names.NAME:
        words = mark("{file}: the names are from the column {column}")
        notes.append(Sentence(words, file=path.name, column=repr(column)))
    unnamed = sum(not name for name in names)
    if unnamed:
        told = Sentence.counted(
            "{file}: {n} of {all} areas has no name in the column {column}",
            "{file}: {n} of {all} areas have no name in the column {column}",
            n=unnamed,
            file=path.name,
            all=len(names),
            column=repr(column),
        )
        notes.append(told)
    return tuple(notes)


def _text(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return ""
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    if text.isalnum():
        return text
    from micropolis_map.sources.place_files.plain_text import words_of  # noqa: PLC0415 - a heavy package

    return " ".join(words_of(text).split())


def voronoi_districts(
    names: Sequence[str], lon: ArrayLike, lat: ArrayLike, boundary: BaseGeometry
) -> PolygonFile:
    """Return for each centre what of the boundary is nearer to it than to any other.

    Computed in metres in a local projection. Centres of one name share a district; a centre whose cell does
    not meet the boundary gives none.

    Parameters
    ----------
    names
        n names.
    lon, lat : float64[n]
        Centres, degrees, EPSG:4326.
    boundary
        Polygon or multipolygon, EPSG:4326.
    """
    projection = LocalProjection.around(boundary)
    area = shapely.make_valid(boundary)
    centres = projection.metres(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    unique, first = np.unique(centres.round(1), axis=0, return_index=True)
    if len(unique) < 2:
        return PolygonFile(names=tuple(names[:1]), geometries=(boundary,))
    cells = projection.to_degrees(_voronoi(centres[first], projection.to_metres(area)))
    pieces: dict[str, list[Any]] = {}
    for i, cell in zip(first.tolist(), shapely.intersection(cells, area), strict=True):
        pieces.setdefault(names[i], []).append(cell)
    merged = [_polygonal(shapely.union_all(pieces[name])) for name in dict.fromkeys(names) if name in pieces]
    kept = [name for name in dict.fromkeys(names) if name in pieces]
    found = [(name, shape) for name, shape in zip(kept, merged, strict=True) if shape is not None]
    return PolygonFile(tuple(name for name, _ in found), tuple(shape for _, shape in found))


def districts_of(
    extract: OsmExtract, boundary: BaseGeometry, shipped: PolygonFile | None = None, whole: str = "Whole area"
) -> PolygonFile:
    """Return the community's districts from the best source there is, clipped to its boundary.

    The `shipped` polygons where some meet the boundary; else Voronoi cells of the extract's place nodes
    inside the boundary, of the coarsest of `PLACE_LEVELS` with at least `ENOUGH_DISTRICTS` names (else the
    finest with two); else the whole boundary as one district named `whole`. The notes name the source.
    """
    if shipped is not None:
        clipped = _clip(shipped, boundary)
        if clipped.names:
            return clipped
    places = _places_inside(extract, boundary)
    best: list[int] = []
    for level in PLACE_LEVELS:
        best = [i for i, tags in places.items() if tags["place"] in level]
        if len({places[i]["name"] for i in best}) >= ENOUGH_DISTRICTS:
            break
    names = [places[i]["name"] for i in best]
    if len(set(names)) < 2:
        note = "the data names no quarters: the whole community is one district"
        return PolygonFile((whole,), (boundary,), notes=(note,))
    cells = voronoi_districts(names, extract.node_lon[best], extract.node_lat[best], boundary)
    kinds = ", ".join(sorted({places[i]["place"] for i in best}))
    note = f"districts are approximate: what is nearest to each of {len(cells.names)} OSM places ({kinds})"
    return PolygonFile(cells.names, cells.geometries, notes=(note,))


def _places_inside(extract: OsmExtract, boundary: BaseGeometry) -> dict[int, dict[str, str]]:
    """Return the named place nodes inside the boundary, by node index."""
    finest = PLACE_LEVELS[-1]
    found = [i for i, t in extract.node_tags.items() if t.get("place") in finest and t.get("name")]
    inside = shapely.contains_xy(boundary, extract.node_lon[found], extract.node_lat[found])
    return {i: dict(extract.node_tags[i]) for i, is_in in zip(found, inside, strict=True) if is_in}


def _clip(polygons: PolygonFile, boundary: BaseGeometry) -> PolygonFile:
    """Return the parts of the polygons inside the boundary; those outside are left out and named."""
    parts = [_polygonal(shapely.intersection(shape, boundary)) for shape in polygons.geometries]
    found = [(name, part) for name, part in zip(polygons.names, parts, strict=True) if part is not None]
    outside = [name for name, part in zip(polygons.names, parts, strict=True) if part is None]
    notes = polygons.notes
    if outside:
        notes += (f"districts outside the boundary were left out: {', '.join(outside)}",)
    return PolygonFile(
        tuple(name for name, _ in found), tuple(part for _, part in found), polygons.repaired, notes
    )


def _voronoi(centres: NDArray[np.float64], area: BaseGeometry) -> Any:
    """Return the Voronoi cell of each centre (metres), reaching beyond the area."""
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=area.buffer(1000))
    )
    centre, cell = shapely.STRtree(cells).query(shapely.points(centres), predicate="intersects")
    _, first = np.unique(centre, return_index=True)
    return cells[cell[first]]


def _repair(geometry: Any) -> tuple[list[Any], int]:
    """Return the polygonal part of each geometry (None without one), and how many polygons were invalid."""
    polygonal = [_polygonal(shape) for shape in geometry]
    invalid = [shape is not None and not shape.is_valid for shape in polygonal]
    mended = valid_areas(polygonal) if any(invalid) else polygonal
    fixed = [_polygonal(shape) if bad else shape for shape, bad in zip(mended, invalid, strict=True)]
    return fixed, sum(invalid)


def _polygonal(geometry: Any) -> Any:
    """Return the polygons of a geometry as one, None without any."""
    if geometry is None or geometry.is_empty:
        return None
    if shapely.get_type_id(geometry) in POLYGONAL:
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[np.isin(shapely.get_type_id(parts), POLYGONAL)]
    return shapely.multipolygons(shapely.get_parts(parts)) if len(parts) else None
