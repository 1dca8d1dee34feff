"""Features of any vector file in EPSG:4326: GeoJSON, Nominatim answers, GeoPackages, zipped shapefiles."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.archives import content, listed
from micropolis_map.sources.broken_text import where
from micropolis_map.sources.file_kinds import kind_of
from micropolis_map.sources.geoparquet import read_parquet
from micropolis_map.sources.layers_of_files import encoding_of, index_restored, layer_to_read
from micropolis_map.sources.map_json import CUT_OFF, as_geojson, is_cut_off, of_overpass, of_records
from micropolis_map.sources.nominatim import as_candidates, best_candidate
from micropolis_map.sources.overpass_areas import areas_in_elements
from micropolis_map.workers.pool import FILE, READERS

SHP_SIGN = b"\x00\x00\x27\x0a"
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POLYGON = "Polygon"
_EPSG_ADDRESS = re.compile(r"epsg[/:=]+(?:[\d.]+[/:]+)?(\d{4,6})\b", re.IGNORECASE)
ACCEPTED = mark(
    "give GeoJSON, a GeoPackage, a zipped shapefile, FlatGeobuf, GeoParquet, KML, or an answer of Nominatim "
    "or Overpass"
)


@dataclass(frozen=True)
class VectorFile:
    """Features side by side.

    Attributes
    ----------
    geometry : object[n]
        Shapely geometries, 2-D, EPSG:4326; None where a feature has none.
    columns
        Values by column, n each.
    ids
        Feature ids, None where a feature has none.
    """

    geometry: Any
    columns: Mapping[str, Sequence[Any]]
    ids: Sequence[Any]
    notes: tuple[str, ...] = ()


def read_vector(path: Path, *, areas: bool = False, things: bool = False) -> VectorFile:
    """Return the features of the file at `path`, whatever it is called.

    Of a GeoPackage with several layers one is read (`layers_of_files.layer_to_read`), and that is said.

    Parameters
    ----------
    areas
        Whether polygons are wanted.
    things
        Whether of an answer of Overpass whatever has tags is wanted, instead of its areas.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is none of the accepted formats.
    InvalidInput
        The coordinates are not degrees and the file does not say what they are.
    """
    kind = kind_of(path)
    if kind == "json":
        return _read_json(path, things=things)
    if kind == "osm":
        from micropolis_map.sources.place_files.osm_areas import areas_in_xml  # noqa: PLC0415 - as _read_rows

        return VectorFile(*READERS.run(areas_in_xml, path, limits=FILE))
    if kind == "shapefile":
        return READERS.run(_read_zipped, path, limits=FILE)
    if kind in {"flatgeobuf", "gpkg"}:
        return READERS.run(_read_gdal, path, path.name, "", _POLYGON if areas else "", limits=FILE)
    if kind in {"kml", "kmz", "gpx"}:
        return _read_rows(path)
    if kind == "parquet":
        return _read_parquet(path)
    with path.open("rb") as file:
        start = file.read(12)
    raise UnreadableFile(
        mark("{file} is no file of features: it begins with {start}"),
        ACCEPTED,
        file=path.name,
        start=repr(start),
    )


def _read_zipped(path: Path) -> VectorFile:
    with _shapefile(path) as unpacked:
        index_restored()
        return _read_gdal(unpacked, path.name, encoding_of(unpacked))


def _read_json(path: Path, *, things: bool) -> VectorFile:
    try:
        document = _document(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            mark("{file} is not whole JSON: {reason}"),
            mark("export or download it again"),
            file=path.name,
            reason=where(error),
        ) from error
    candidates = as_candidates(document)
    if candidates is not None:
        feature, notes = best_candidate(candidates, path.name)
        return _features([feature], None, path, notes)
    if isinstance(document, dict) and isinstance(document.get("elements"), list):
        if things:
            return _features(of_overpass(document["elements"])["features"], None, path, ())
        return VectorFile(*areas_in_elements(document["elements"], path.name, document.get("remark", "")))
    notes = (Sentence(CUT_OFF),) if is_cut_off(document) else ()
    document = of_records(as_geojson(document, path.name))
    if not isinstance(document, dict):
        raise UnreadableFile(
            mark("{file} is JSON, but neither GeoJSON nor a Nominatim answer"), ACCEPTED, file=path.name
        )
    features = _each_alone(document) if things else _feature_list(document, path)
    return _features(features or _feature_list(document, path), document.get("crs"), path, notes)


def _document(data: bytes) -> Any:
    """Return the JSON, or what stands in its lines as one collection: a feature each (GeoJSON Text Sequence).

    Raises
    ------
    ValueError
        Neither.
    """
    try:
        return json.loads(data)
    except ValueError:
        lines = [line for line in (raw.strip(b"\x1e \t\r") for raw in data.split(b"\n")) if line]
        if len(lines) < 2 or not all(line.startswith(b"{") and line.endswith(b"}") for line in lines):
            raise
        return {"type": "FeatureCollection", "features": list(map(json.loads, lines))}


def _each_alone(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the parts of shapes without features around them, each a thing; none for features."""
    if document.get("type") == "GeometryCollection":
        return [{"geometry": part} for part in document.get("geometries") or ()]
    if document.get("type") == "MultiPoint":
        points = document.get("coordinates") or ()
        return [{"geometry": {"type": "Point", "coordinates": one}} for one in points]
    return []


def _feature_list(document: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return [f if isinstance(f, dict) else {} for f in document["features"]]
    if kind == "Feature":
        return [document]
    if kind == "GeometryCollection" or "coordinates" in document:
        return [{"geometry": document}]
    raise UnreadableFile(
        mark("{file} is JSON of the type {kind}, not GeoJSON"), ACCEPTED, file=path.name, kind=repr(kind)
    )


def _features(
    features: Sequence[Mapping[str, Any]], crs: Any, path: Path, notes: tuple[str, ...]
) -> VectorFile:
    geometry = np.empty(len(features), object)
    for row, feature in enumerate(features):
        try:
            geometry[row] = _shape(feature.get("geometry"))
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            OverflowError,
            RecursionError,
            shapely.errors.ShapelyError,
        ) as error:
            raise InvalidInput(
                mark("{file}, feature {n}: its geometry cannot be read ({reason})"),
                mark("correct it"),
                file=path.name,
                n=row + 1,
                reason=error,
            ) from error
    properties = [p if isinstance(p := f.get("properties"), dict) else {} for f in features]
    names = dict.fromkeys(key for p in properties for key in p)
    columns = {str(name): [p.get(name) for p in properties] for name in names}
    ids = [f.get("id", p.get("id")) for f, p in zip(features, properties, strict=True)]
    stated = _crs_name(crs)
    moved, more = _to_degrees(geometry, stated or "EPSG:4326", path)
    return VectorFile(moved, columns, ids, notes + more)


def _shape(geometry: Any) -> Any:
    """Return the geometry in 2-D, None for null and empty ones."""
    if geometry is None:
        return None
    with np.errstate(invalid="ignore"):
        shape = shapely.force_2d(shapely.geometry.shape(geometry))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ValueError("a coordinate is not a finite number")
    return None if shape.is_empty else shape


def _crs_name(crs: Any) -> str | None:
    """Return the coordinate system in GeoJSON's old ``crs`` member, None where it is not used.

    The specification of 2008 has it by ``name``, by ``EPSG`` code, and by ``link`` to its definition, of
    which the address says the code: nothing is fetched.
    """
    if isinstance(crs, str):
        return crs or None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    if not isinstance(properties, dict):
        return None
    name = properties.get("name") or properties.get("urn")
    if name:
        return str(name)
    code = properties.get("code")
    if code is not None:
        return f"EPSG:{str(code).upper().removeprefix('EPSG:')}"
    address = str(properties.get("href") or "")
    match = _EPSG_ADDRESS.search(address)
    return f"EPSG:{match[1]}" if match else address or None


def _read_rows(path: Path) -> VectorFile:
    """Return the placemarks, waypoints and lines of a KML, KMZ or GPX; what has no geometry has None."""
    from micropolis_map.sources.place_files.kml import NOT_PLACES  # noqa: PLC0415 - a heavy package
    from micropolis_map.sources.place_files.reading import read_rows  # noqa: PLC0415

    found = READERS.run(read_rows, path, limits=FILE).rows
    rows = [row for row in found if row.reason not in NOT_PLACES.values()]
    left = dict.fromkeys(row.reason for row in found if row not in rows)
    out = [Sentence(mark("left out: {what}"), what=reason) for reason in left]
    notes = tuple(Sentence(mark("{file}: {what}"), file=path.name, what=what) for what in out)
    geometry = np.empty(len(rows), object)
    for at, row in enumerate(rows):
        geometry[at] = _shape(row.geometry)
    names = dict.fromkeys(key for row in rows for key in row.properties)
    columns = {name: [row.properties.get(name) for row in rows] for name in names}
    return VectorFile(geometry, columns, [row.id or None for row in rows], notes)


def _read_parquet(path: Path) -> VectorFile:
    rows = READERS.run(read_parquet, path, limits=FILE)
    if rows.geometry is None:
        raise InvalidInput(
            mark("{file} is a table without geometries (its columns: {columns})"),
            ACCEPTED,
            file=path.name,
            columns=", ".join(rows.columns),
        )
    moved, notes = _to_degrees(rows.geometry, rows.crs, path)
    return VectorFile(moved, rows.columns, rows.columns.get("id", [None] * len(moved)), notes)


@contextmanager
def _shapefile(path: Path) -> Iterator[Path]:
    """Unpack the one shapefile in the archive into a folder of its own, for as long as it is read."""
    with listed(path, SHAPEFILE) as (archive, infos), tempfile.TemporaryDirectory() as folder:
        shapes = [PurePosixPath(info.filename) for info in infos if info.filename.lower().endswith(".shp")]
        if len(shapes) != 1:
            several = mark("{file} holds {n} shapefiles")
            raise UnreadableFile(
                several if shapes else mark("{file} holds no shapefile"),
                Sentence(mark("pack one shapefile, or {accepted}"), accepted=Sentence(ACCEPTED)),
                file=path.name,
                n=len(shapes),
            )
        for info in infos:
            inner = PurePosixPath(info.filename)
            if inner.with_suffix("") == shapes[0].with_suffix(""):
                (Path(folder) / f"shape{inner.suffix.lower()}").write_bytes(content(archive, info))
        unpacked = Path(folder) / "shape.shp"
        with unpacked.open("rb") as file:
            if file.read(4) != SHP_SIGN:
                raise UnreadableFile(
                    mark("{inside} in {file} is no shapefile"), ACCEPTED, inside=shapes[0], file=path.name
                )
        yield unpacked


def _read_gdal(path: Path, name: str, encoding: str = "", wanted: str = "") -> VectorFile:
    import pyogrio  # noqa: PLC0415 - brings pandas and pyarrow: seconds that GeoJSON and tables need not wait
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    try:
        layers = [(str(layer), kind) for layer, kind in pyogrio.list_layers(path)]
        layer, others = layer_to_read(layers, wanted)
        meta, fids, geometry, fields = pyogrio.raw.read(
            path, layer=layer, force_2d=True, return_fids=True, encoding=encoding or None
        )
    except (DataSourceError, DataLayerError, ValueError, RuntimeError, LookupError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as features: {reason}"), ACCEPTED, file=name, reason=error
        ) from error
    if geometry is None:
        raise InvalidInput(mark("{file} is a table without geometries"), ACCEPTED, file=name)
    columns = {str(name): values.tolist() for name, values in zip(meta["fields"], fields, strict=True)}
    shapes = shapely.from_wkb(geometry, on_invalid="ignore")
    moved, notes = _to_degrees(shapes, meta.get("crs"), Path(name))
    said: list[str] = []
    if encoding:
        said.append(Sentence(mark("{file}: the text is in {encoding}"), file=name, encoding=encoding))
    if others:
        words = mark("{file}: the layer {layer} is read, and not {others}")
        said.append(Sentence(words, file=name, layer=repr(layer), others=", ".join(map(repr, others[:10]))))
    return VectorFile(moved, columns, columns.get("id", fids.tolist()), (*said, *notes))


def _to_degrees(geometry: Any, crs: str | None, path: Path) -> tuple[Any, tuple[str, ...]]:
    """Return the geometries in EPSG:4326, and what was done to them."""
    try:
        known = CRS.from_user_input(crs) if crs else None
        if known is not None and not known.equals(CRS("EPSG:4326"), ignore_axis_order=True):
            forth = Transformer.from_crs(known, "EPSG:4326", always_xy=True)
            geometry = shapely.transform(
                geometry, lambda xy: np.column_stack(forth.transform(xy[:, 0], xy[:, 1]))
            )
            words = mark("{file}: reprojected from {system} to WGS 84")
            notes: tuple[str, ...] = (Sentence(words, file=path.name, system=known.name),)
        elif known is None:
            words = mark("{file} names no coordinate system: taken as longitude and latitude (WGS 84)")
            notes = (Sentence(words, file=path.name),)
        else:
            notes = ()
    except (CRSError, ProjError, UnicodeError) as error:
        raise InvalidInput(
            mark("{file} is in the unknown coordinate system {crs}"),
            mark("export it in EPSG:4326"),
            file=path.name,
            crs=repr(crs),
        ) from error
    _check_degrees(geometry, path)
    return geometry, notes


def _check_degrees(geometry: Any, path: Path) -> None:
    """Refuse coordinates beyond the Earth's degrees: the file is projected and does not say how."""
    bounds = shapely.bounds(geometry)
    bounds = bounds[~np.isnan(bounds).any(axis=1)]
    outside = (np.abs(bounds[:, [0, 2]]) > 180).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90).any(axis=1)
    if outside.any():
        west, south = bounds[outside][0, :2].tolist()
        raise InvalidInput(
            mark(
                "{file} has the coordinates {west}, {south}, which are no degrees of longitude and "
                "latitude (they seem to be metres of a map projection that the file does not name)"
            ),
            mark("export it in EPSG:4326, or with its coordinate system"),
            file=path.name,
            west=west,
            south=south,
        )
