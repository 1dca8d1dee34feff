"""Reads places from the files other people's tools write: GeoJSON, uMap, CSV, GPX, KML, KMZ, GeoPackage."""

from micropolis_map.sources.place_files.columns import ColumnMapping, propose_mapping
from micropolis_map.sources.place_files.reading import read_rows
from micropolis_map.sources.place_files.rows import Question, ReadOptions, Row, RowFile

__all__ = [
    "ColumnMapping",
    "Question",
    "ReadOptions",
    "Row",
    "RowFile",
    "propose_mapping",
    "read_rows",
]
