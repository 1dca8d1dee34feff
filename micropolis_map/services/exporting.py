"""Gives places out as GeoJSON, CSV, GPX, KML or GeoPackage, each whole or not at all.

What is exported and imported again into its community comes back the same, ids, languages, stories and all.
What a format cannot carry: none of them the status (only published places go out); all but GeoJSON lose texts
that are empty and periods without years; GPX, KML and GeoPackage lose control characters.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataSourceError
from shapely.geometry import shape

from micropolis_map.domain.geometry import canonical_geometry
from micropolis_map.domain.permission import RESIDENT, may, subject_of
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import collection
from micropolis_map.errors import InvalidInput, StoreUnavailable
from micropolis_map.services.flat_places import column_order, flat_columns, printable
from micropolis_map.services.places_xml import gpx_text, kml_text
from micropolis_map.sources.place_files.delimited import FORMULA_SIGNS, NEUTRALISED
from micropolis_map.stores.files import write_whole

_NUMBERS = {"lon", "lat", "period_from", "period_to", "revision"}


def export_places(places: Iterable[Place], path: Path, *, now: str = "") -> int:
    """Write the published ones of `places` to `path`, in the format of its ending; return how many.

    The file is written aside and renamed: it is the old one or the new one, never half of it.

    Parameters
    ----------
    path
        Ends in ``.geojson``, ``.json``, ``.csv``, ``.gpx``, ``.kml`` or ``.gpkg``.
    now
        ISO 8601 moment that the file states; "" for now.

    Raises
    ------
    InvalidInput
        Another ending.
    StoreUnavailable
        The file cannot be written.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise InvalidInput(
            f"cannot export to {path.name!r}", f"let the file's name end in one of {', '.join(FORMATS)}"
        )
    public = sorted(
        (place for place in places if may(RESIDENT, "export", subject_of(place))), key=lambda place: place.id
    )
    moment = now or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    write_whole(path, write(public, moment))
    return len(public)


def geojson_bytes(places: Sequence[Place], now: str) -> bytes:
    """Return the places as the FeatureCollection of CONTRACT §3."""
    return collection(places, now).encode()


def csv_bytes(places: Sequence[Place], _now: str = "") -> bytes:
    """Return the places as CSV in UTF-8 with a byte order mark (spreadsheets need it), comma between.

    ``lon`` and ``lat`` are the place's point; lines and areas also have ``geometry`` as GeoJSON. Texts that a
    spreadsheet would run as a formula get an apostrophe before them, which importing takes away again.
    """
    tables = [_table_row(place) for place in places]
    used = {column for row in tables for column in row if column not in {"lon", "lat", "geometry"}}
    header = [*sorted(used or {"id", "name_en"}, key=column_order), "lon", "lat", "geometry"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in tables:
        writer.writerow([_cell(column, row.get(column, "")) for column in header])
    return out.getvalue().encode("utf-8-sig")


def gpkg_bytes(places: Sequence[Place], _now: str = "") -> bytes:
    """Return the places as a GeoPackage with one layer ``places``; lists and facts are JSON texts."""
    rows = [{key: printable(text) for key, text in flat_columns(place).items()} for place in places]
    columns = sorted({key for row in rows for key in row} or {"id"}, key=column_order)
    data = {column: [row.get(column) for row in rows] for column in columns}
    shapes = [shape(canonical_geometry(place.geometry, place.id)) for place in places]
    frame = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=4326), crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "places.gpkg"
        try:
            pyogrio.write_dataframe(
                frame, file, driver="GPKG", layer="places", geometry_type="Unknown", promote_to_multi=False
            )
            return file.read_bytes()
        except (DataSourceError, OSError) as error:
            raise StoreUnavailable(
                f"the GeoPackage cannot be written: {error}", "free some space in the temporary folder"
            ) from error


def gpx_bytes(places: Sequence[Place], now: str) -> bytes:
    """Return the places as GPX 1.1: points as waypoints, lines and outlines as tracks."""
    return gpx_text(places, now).encode()


def kml_bytes(places: Sequence[Place], _now: str = "") -> bytes:
    """Return the places as KML 2.2 with everything we know in ``ExtendedData``."""
    return kml_text(places).encode()


FORMATS: dict[str, Callable[[Sequence[Place], str], bytes]] = {
    ".geojson": geojson_bytes,
    ".json": geojson_bytes,
    ".csv": csv_bytes,
    ".gpx": gpx_bytes,
    ".kml": kml_bytes,
    ".gpkg": gpkg_bytes,
}


def _table_row(place: Place) -> dict[str, str]:
    lon, lat = place.lon_lat
    row = {**flat_columns(place), "lon": repr(round(lon, 7)), "lat": repr(round(lat, 7))}
    if place.geometry["type"] != "Point":
        row["geometry"] = json.dumps(canonical_geometry(place.geometry, place.id), separators=(",", ":"))
    return row


def _cell(column: str, text: str) -> str:
    """Return the cell as it may stand in a spreadsheet: never a formula (see `delimited.neutral_undone`)."""
    if column in _NUMBERS:
        return text
    risky = text.startswith((*FORMULA_SIGNS, *NEUTRALISED))
    return f"'{text}" if risky else text
