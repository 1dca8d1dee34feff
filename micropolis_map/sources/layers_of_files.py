"""What GDAL leaves open of shapefiles and GeoPackages: their encoding, and which of their layers to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from micropolis_map.sources.text_encoding import decode

OF_PROGRAMS = ("layer_styles", "qgis_projects", "gpkg_", "rtree_", "gdb_", "sqlite_", "styles_")
"""Beginnings of tables in which programs keep what is theirs."""
_LANGUAGE_DRIVER = 29
_UNSAID = {0x00, 0x57}
"""Language drivers of a DBF that say nothing, or "as Windows is set"."""


def encoding_of(path: Path) -> str:
    """Return what the texts of the shapefile at `path` seem to be in, "" where it says so or needs none."""
    table = path.with_suffix(".dbf")
    if path.with_suffix(".cpg").exists() or not table.exists():
        return ""
    data = table.read_bytes()
    if len(data) <= _LANGUAGE_DRIVER or data[_LANGUAGE_DRIVER] not in _UNSAID:
        return ""
    records = data[int.from_bytes(data[8:10], "little") :]
    return "" if records.isascii() else decode(records, table.name)[1].removesuffix(" twice")


def index_restored() -> None:
    """Let GDAL make a shapefile's index anew where it was forgotten: it holds nothing of its own."""
    import pyogrio  # noqa: PLC0415 - brings pandas and pyarrow: seconds that other formats need not wait

    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})


def layer_to_read(layers: Sequence[tuple[str, str | None]], wanted: str = "") -> tuple[str | None, list[str]]:
    """Return the layer of `layers` (names and kinds of geometry) to read, None for GDAL's own choice.

    The first whose kind says what is `wanted` (``Polygon``), else the first with geometries; and the names of
    the others with geometries. Tables of programs and tables without geometries are none of them.
    """
    shown = [(name, kind) for name, kind in layers if kind and not name.casefold().startswith(OF_PROGRAMS)]
    fitting = [name for name, kind in shown if wanted in str(kind)]
    chosen = next(iter(fitting or [name for name, _ in shown]), None)
    return chosen, [name for name, _ in shown if name != chosen]
