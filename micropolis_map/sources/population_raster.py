"""People by cell from a GeoTIFF (WorldPop, GHSL, census rasters), each cell with people as a polygon."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.archives import content, listed

Bounds = tuple[float, float, float, float]
"""``(min_lon, min_lat, max_lon, max_lat)``, degrees."""
MOST_CELLS = 20_000_000
"""That are looked at: of a country's raster the cells near the town."""
MOST_PEOPLED = 500_000
"""Cells with people: of 100 m each a square of 70 km a side."""
TIFF_SIGNS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ACCEPTED = mark("give a GeoTIFF with people by cell and a coordinate system, or polygons, points or H3 cells")
_SMALLER = mark("cut it to the surroundings of the town")
_TIFF = (".tif", ".tiff")


@dataclass(frozen=True)
class Cells:
    """Cells with people.

    Attributes
    ----------
    geometry : object[n]
        Polygons, EPSG:4326.
    people : float64[n]
    band
        The band's name or number.
    """

    geometry: Any
    people: NDArray[np.float64]
    band: str
    notes: tuple[str, ...] = ()


def read_cells(path: Path, band: str = "", near: Bounds | None = None) -> Cells:
    """Return the cells with people of the GeoTIFF at `path`, or in the archive there; for a worker.

    Scale and offset of the band are applied. A cell without a value, or nan, has nobody; where the file names
    no such value and all negative cells have the same one, that is it.

    Parameters
    ----------
    band
        Name or number of the band; needed where there are several.
    near
        Only cells whose centres lie within.

    Raises
    ------
    UnreadableFile
        It is no GeoTIFF.
    InvalidInput
        It names no coordinate system or place; has several bands and `band` names none; has too many cells;
        has none near, or none with people.
    """
    import rasterio  # noqa: PLC0415 - a second to import, for rasters only
    from rasterio.errors import RasterioError  # noqa: PLC0415

    alone = rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR")  # what lies beside it is not looked at
    try:
        with _unpacked(path) as tiff, alone, rasterio.open(tiff, driver="GTiff") as raster:
            return _cells(raster, path.name, band, near)
    except ProjError as error:
        raise InvalidInput(
            mark("{file} is in a coordinate system that cannot be used: {why}"),
            ACCEPTED,
            file=path.name,
            why=error,
        ) from error
    except (RasterioError, OSError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as a raster: {why}"), ACCEPTED, file=path.name, why=error
        ) from error


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give the one TIFF in the archive at `path` in a folder where nothing else is; a TIFF as it is."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in TIFF_SIGNS:
        yield path
        return
    with listed(path, _TIFF) as (archive, infos), tempfile.TemporaryDirectory() as folder:
        if len(infos) != 1:
            raise UnreadableFile(
                mark("{file} holds {n} rasters"), mark("pack one GeoTIFF"), file=path.name, n=len(infos)
            )
        alone = Path(folder) / "people.tif"
        alone.write_bytes(content(archive, infos[0]))
        with alone.open("rb") as file:
            if file.read(4) not in TIFF_SIGNS:
                raise UnreadableFile(
                    mark("{inner} in {file} is no TIFF"), ACCEPTED, inner=infos[0].filename, file=path.name
                )
        yield alone


def _cells(raster: Any, name: str, band: str, near: Bounds | None) -> Cells:
    if raster.crs is None or abs(raster.transform.determinant) == 0:
        raise InvalidInput(
            mark("{file} does not say where it lies: it names no coordinate system or no place"),
            mark("export it as GeoTIFF with its coordinate system"),
            file=name,
        )
    index, called = _band(raster, name, band)
    crs = CRS.from_wkt(raster.crs.to_wkt())
    window = _window(raster, crs, near)
    if window is None:
        raise InvalidInput(
            mark("{file} does not reach the community"),
            mark("give the population of this community"),
            file=name,
        )
    _limit(name, int(window.width) * int(window.height), MOST_CELLS)
    values = raster.read(index, window=window, masked=True)
    values, void = _without_top(values, name)
    people = values.astype(np.float64) * raster.scales[index - 1] + raster.offsets[index - 1]
    people, notes = _counted(people.filled(np.nan), name)
    notes = (*void, *notes)
    rows, columns = np.nonzero(people != 0)
    _limit(name, len(rows), MOST_PEOPLED)
    corners = _corners(rows + window.row_off, columns + window.col_off, raster.transform, crs)
    whole = np.isfinite(corners).all(axis=(1, 2))  # at the edges of a world's projection nothing is
    outline: Any = shapely.polygons(corners[whole])
    found = people[rows, columns][whole]
    if near is not None:
        centre = shapely.centroid(outline)
        x, y = shapely.get_x(centre), shapely.get_y(centre)
        inside = (x >= near[0]) & (x <= near[2]) & (y >= near[1]) & (y <= near[3])
        if len(found) and not inside.any():
            raise InvalidInput(
                mark("{file}: no cell with people has its centre near the community"),
                mark("give a raster of this community with smaller cells"),
                file=name,
            )
        outline, found = outline[inside], found[inside]
    return Cells(outline, found, called, notes)


def _band(raster: Any, name: str, wanted: str) -> tuple[int, str]:
    """Return the number of the band that counts the people, from 1, and what it is called."""
    called = [words or f"band {i}" for i, words in enumerate(raster.descriptions, 1)]
    choices = {**{str(i): i for i in raster.indexes}, **{words: i for i, words in enumerate(called, 1)}}
    if wanted:
        found = column_names.named(choices, wanted)
    else:
        found = called[0] if raster.count == 1 else column_names.population_column(called)
    if found is None:
        raise InvalidInput(
            mark("{file} has {n} bands ({bands}), and nothing says which of them counts people"),
            mark("say it with --population-column, or give a raster with one band"),
            file=name,
            n=raster.count,
            bands=", ".join(called),
        )
    return choices[found], called[choices[found] - 1]


def _window(raster: Any, crs: CRS, near: Bounds | None) -> Any:
    """Return the part of the raster that covers `near`, None where they do not meet."""
    from rasterio.windows import Window  # noqa: PLC0415

    whole = Window(0, 0, raster.width, raster.height)
    if near is None:
        return whole
    bounds = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform_bounds(*near)
    if not np.isfinite(bounds).all():
        return None
    x, y = np.array([bounds[0], bounds[2]] * 2), np.repeat([bounds[1], bounds[3]], 2)
    a, b, c, d, e, f = tuple(~raster.transform)[:6]
    columns, rows = a * x + b * y + c, d * x + e * y + f
    left, right = (
        int(v) for v in np.clip([np.floor(columns.min()), np.ceil(columns.max())], 0, raster.width)
    )
    top, bottom = (int(v) for v in np.clip([np.floor(rows.min()), np.ceil(rows.max())], 0, raster.height))
    return Window(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _without_top(values: Any, name: str) -> tuple[Any, tuple[str, ...]]:
    """Return the values with the greatest whole number of their kind masked: 65,535 people live in no cell.

    Programs write it where there is no value, and not all of them say so. Bytes may count 255.
    """
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 2:
        return values, ()
    top = np.iinfo(values.dtype).max
    count = int(np.count_nonzero(np.ma.filled(values == top, False)))  # noqa: FBT003 - numpy's own
    if not count:
        return values, ()
    return np.ma.masked_equal(values, top), (_valueless(name, count, str(top)),)


def _counted(people: NDArray[np.float64], name: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the people with nought for cells without a value."""
    people = np.where(np.isfinite(people), people, 0.0)
    negative = np.unique(people[people < 0])
    if len(negative) != 1:
        return people, ()  # whoever takes them refuses several negative numbers
    count = int((people < 0).sum())
    return np.where(people < 0, 0.0, people), (_valueless(name, count, f"{negative[0]:g}"),)


def _valueless(name: str, count: int, value: str) -> Sentence:
    return Sentence.counted(
        "{file}: {n} cell of {value} is taken as a cell without a value",
        "{file}: {n} cells of {value} are taken as cells without a value",
        n=count,
        file=name,
        value=value,
    )


def _corners(
    rows: NDArray[np.int64], columns: NDArray[np.int64], transform: Any, crs: CRS
) -> NDArray[np.float64]:
    """Return the cells' rings, float64[n, 5, 2], EPSG:4326; ``inf`` where the projection does not reach."""
    a, b, c, d, e, f = tuple(transform)[:6]
    column = columns[:, None] + np.array([0, 1, 1, 0, 0])
    row = rows[:, None] + np.array([0, 0, 1, 1, 0])
    x, y = a * column + b * row + c, d * column + e * row + f
    if not crs.equals(CRS("EPSG:4326"), ignore_axis_order=True):
        x, y = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.stack([x, y], axis=-1)


def _limit(name: str, cells: int, most: int) -> None:
    if cells > most:
        raise InvalidInput(
            mark("{file} has {cells} cells there, more than {most}"),
            _SMALLER,
            file=name,
            cells=cells,
            most=most,
        )
