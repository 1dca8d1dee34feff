"""GeoPackage, shapefile, FlatGeobuf: a row for each feature of each layer; layers' names become themes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import ProjError
from shapely.geometry import mapping

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import usable
from micropolis_map.sources.geoparquet import read_parquet
from micropolis_map.sources.layers_of_files import OF_PROGRAMS, encoding_of, index_restored
from micropolis_map.sources.place_files.rows import MAX_ROWS, Question, Row, unreadable
from micropolis_map.sources.position_columns import find_columns
from micropolis_map.sources.text_encoding import CHOICES

_FAILURES = (
    DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, ProjError, ValueError, OSError,
    NotImplementedError,
)  # fmt: skip
_NAMES = {"gpkg": "GeoPackage", "shp": "shapefile", "fgb": "FlatGeobuf"}
_DEGREES = CRS("OGC:CRS84")


def layer_rows(
    path: Path, name: Path, kind: str, encoding: str = "", *, as_said: bool = True
) -> tuple[list[Row], list[Question]]:
    """Return a row for each feature, in EPSG:4326 where its layer says what its coordinates are.

    Tables in which programs keep styles and projects are not looked at; a table without positions beside
    layers that have them is named and left out.

    Parameters
    ----------
    path
        The file, whose first bytes say that it is of the `kind`.
    name
        What it is called where people can see it.
    kind
        ``gpkg``, ``shp`` or ``fgb``.
    encoding
        Of a shapefile's texts, where somebody said it; else as it says, else as it seems.
    as_said
        Whether what the layers say of their coordinates counts; else they stay as they are written.

    Raises
    ------
    UnreadableFile
        GDAL cannot read it.
    """
    rows: list[Row] = []
    questions: list[Question] = []
    try:
        with warnings.catch_warnings():  # GDAL warns of files it reads anyway; what it cannot read it raises
            warnings.simplefilter("ignore", RuntimeWarning)
            if kind == "shp":
                index_restored()
                if not path.with_suffix(".dbf").exists():
                    words = mark(
                        "the .dbf with the names is missing: pack .shp, .shx, .dbf and .prj together"
                    )
                    questions.append(Question("file", Sentence(words)))
                if not encoding:
                    encoding = encoding_of(path)
                    questions += _said_of_encoding(encoding)
            layers = _layers(path, questions)
            for layer in layers:
                called = layer if kind == "gpkg" else name.stem
                frame = _read(path, layer, encoding)
                frame = frame if as_said else _unsaid(frame)
                theme = called if len(layers) > 1 else ""
                rows += frame_rows(frame, called, questions, first=len(rows) + 1, theme=theme)
    except InvalidInput:
        raise
    except _FAILURES as error:
        raise unreadable(
            name,
            mark("{file} cannot be read as a {kind}: {why}"),
            mark("export it again"),
            kind=_NAMES[kind],
            why=error,
        ) from error
    return rows, questions


def parquet_rows(path: Path, name: Path, *, as_said: bool = True) -> tuple[list[Row], list[Question]]:
    """Return the rows of a GeoParquet file; of one without shapes rows whose columns say where they are.

    Raises
    ------
    UnreadableFile, InvalidInput
        As `read_parquet`, with the name the file has here.
    """
    found = read_parquet(path)
    questions: list[Question] = []
    try:
        frame = gpd.GeoDataFrame(found.columns, geometry=found.geometry, crs=found.crs if as_said else None)
        return frame_rows(frame, name.stem, questions), questions
    except _FAILURES as error:  # a coordinate system that there is not, or not here
        raise unreadable(
            name, mark("{file} cannot be read as Parquet: {why}"), mark("export it again"), why=error
        ) from error


def _layers(path: Path, questions: list[Question]) -> list[str]:
    """Return the names of the layers whose rows can have a position."""
    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    if not listed:  # what GDAL makes of a FlatGeobuf that was cut off
        raise DataSourceError("it holds no layer")
    listed = [(name, kind) for name, kind in listed if not name.casefold().startswith(OF_PROGRAMS)]
    if not any(kind for _, kind in listed):
        return [name for name, _ in listed]
    kept = []
    for name, kind in listed:
        if kind or find_columns([str(one) for one in pyogrio.read_info(path, layer=name)["fields"]]).found:
            kept.append(name)
        else:
            words = mark("the table {name} says nowhere where its rows are, and is left out")
            questions.append(Question("file", Sentence(words, name=repr(name))))
    return kept


def _said_of_encoding(encoding: str) -> list[Question]:
    if not encoding:
        return []
    seen = Sentence(mark("the text is in {encoding}"), encoding=encoding)
    return [Question("encoding", seen, encoding, CHOICES)]


def _read(path: Path, layer: str, encoding: str) -> Any:
    more = {"encoding": encoding} if encoding else {}
    return pyogrio.read_dataframe(path, layer=layer, max_features=MAX_ROWS + 1, fid_as_index=True, **more)


def _unsaid(frame: Any) -> Any:
    return frame.set_crs(None, allow_override=True) if getattr(frame, "crs", None) is not None else frame


def frame_rows(
    frame: Any, layer: str, questions: list[Question], *, first: int = 1, theme: str = ""
) -> list[Row]:
    """Return the rows of a data frame of pandas or geopandas, and add to `questions` what it says of itself.

    Parameters
    ----------
    layer
        What it is called, for `questions`.
    first
        The number of its first row.
    theme
        What each row has as its layer, "" for none.
    """
    geometries: list[Any] = [None] * len(frame)
    column = getattr(frame, "_geometry_column_name", None)
    if column in frame:
        if frame.crs is not None and not frame.crs.equals(_DEGREES, ignore_axis_order=True):
            said = f"EPSG:{frame.crs.to_epsg()}" if frame.crs.to_epsg() else frame.crs.name
            words = mark("layer {name} says its coordinates are in {crs}")
            questions.append(Question("file", Sentence(words, name=repr(layer), crs=said)))
            frame = frame.to_crs(4326)
        geometries = list(frame.geometry)
    columns = [one for one in frame.columns if one != column]
    records: list[Mapping[str, Any]] = frame[columns].astype(object).to_dict("records")
    rows: list[Row] = []
    for shape, record in zip(geometries, records, strict=True):
        empty = shape is None or shape.is_empty
        geometry, reason = usable(None if empty else dict(mapping(shape)))
        properties = {str(key): said for key, value in record.items() if (said := _plain(value)) is not None}
        if theme:
            properties.setdefault("layer", theme)
        rows.append(Row(first + len(rows), geometry, properties, reason or None))
    return rows


def _plain(value: Any) -> Any:
    """Return the value as JSON has it, None for what pandas and numpy have where there is none."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if hasattr(value, "tolist"):  # of numpy: a number, or several
        value = value.tolist()
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return None if text in {"NaT", "<NA>"} else text
