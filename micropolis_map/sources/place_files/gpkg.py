"""GeoPackage: each feature of each layer is one row; the layers' names become themes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj.exceptions import ProjError
from shapely.geometry import mapping

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import usable
from micropolis_map.sources.place_files.rows import MAX_ROWS, Question, Row, unreadable

_FAILURES = (
    DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, ProjError, ValueError, OSError,
    NotImplementedError,
)  # fmt: skip


def gpkg_rows(path: Path) -> tuple[list[Row], list[Question]]:
    """Return a row for each feature, transformed to EPSG:4326 from the CRS its layer states.

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
            layers = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
            for name, _ in layers:
                _read_layer(path, name, rows, questions, several=len(layers) > 1)
    except InvalidInput:
        raise
    except _FAILURES as error:
        raise unreadable(
            path, mark("{file} cannot be read as a GeoPackage: {why}"), mark("export it again"), why=error
        ) from error
    return rows, questions


def _read_layer(path: Path, name: str, rows: list[Row], questions: list[Question], *, several: bool) -> None:
    frame = pyogrio.read_dataframe(path, layer=name, max_features=MAX_ROWS + 1, fid_as_index=True)
    geometries: list[Any] = [None] * len(frame)
    if "geometry" in frame:
        if frame.crs is not None and frame.crs.to_epsg() != 4326:
            said = f"EPSG:{frame.crs.to_epsg()}" if frame.crs.to_epsg() else frame.crs.name
            words = mark("layer {name} says its coordinates are in {crs}")
            questions.append(Question("file", Sentence(words, name=repr(name), crs=said)))
            frame = frame.to_crs(4326)
        geometries = list(frame.geometry)
    columns = [column for column in frame.columns if column != "geometry"]
    records: list[Mapping[str, Any]] = frame[columns].astype(object).to_dict("records")
    for shape, record in zip(geometries, records, strict=True):
        empty = shape is None or shape.is_empty
        geometry, reason = usable(None if empty else dict(mapping(shape)))
        properties = {str(key): _plain(value) for key, value in record.items() if not _missing(value)}
        if several:
            properties.setdefault("layer", name)
        rows.append(Row(len(rows) + 1, geometry, properties, reason or None))


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in {"NaT", "<NA>"}


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
