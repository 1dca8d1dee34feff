"""Heights of the ground, from rasters: GeoTIFF and Arc/Info grids in any coordinate system, SRTM tiles."""

from __future__ import annotations

import codecs
import gzip
import re
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.archives import MOST_BYTES, content, listed
from micropolis_map.sources.elevation_units import metres_of
from micropolis_map.sources.elevation_voids import fill_voids
from micropolis_map.workers.pool import FILE, READERS

Floats = NDArray[np.float64]
Coefficients = tuple[float, float, float, float, float, float]
"""``a … f`` of ``column = a·x + b·y + c``, ``row = d·x + e·y + f``; whole numbers are cells' corners."""
ACCEPTED = mark(
    "give a GeoTIFF, an .asc with its .prj, or an SRTM tile such as N42E001.hgt (also .gz or .zip)"
)
TILE_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
TILE_SIZES = (1201, 3601)
"""Samples a side of a tile of one degree: SRTM3 (3″) and SRTM1 (1″)."""
SRTM_VOID = -32768
DRIVERS = {
    b"ii*\0": "GTiff", b"mm\0*": "GTiff", b"ii+\0": "GTiff", b"mm\0+": "GTiff",
    b"ncol": "AAIGrid", b"nrow": "AAIGrid", b"xllc": "AAIGrid", b"yllc": "AAIGrid", b"cell": "AAIGrid",
}  # fmt: skip
"""GDAL's drivers by first bytes in small letters; without a name it would obey whatever a file says it is."""
ENDINGS = (".hgt", ".tif", ".tiff", ".asc")
MOST_WKT_BYTES = 65_536
"""Of a .prj: the longest known coordinate system has 4,000."""
MOST_CELLS = 60_000_000
"""Of one file: 240 MB of heights. A degree of SRTM1 has 13 million."""
MOST_CELLS_IN_ALL = 2 * MOST_CELLS
"""Of all files of one town: they are held beside each other."""
LOWEST_M, HIGHEST_M = -500.0, 9_000.0
"""The ground is within; what is beyond counts as a void (the Dead Sea's shore is at -430 m)."""


@dataclass(frozen=True)
class Tile:
    """One raster: heights at cell centres; `forward` from degrees to its coordinates (None for degrees)."""

    height_m: NDArray[np.float32]
    to_cell: Coefficients
    forward: Transformer | None

    def sample(self, lon: Floats, lat: Floats) -> Floats:
        """Return bilinear heights, nan outside the outermost cell centres (half a cell is tolerated)."""
        x, y = self.forward.transform(lon, lat) if self.forward else (lon, lat)
        a, b, c, d, e, f = self.to_cell
        column: Floats = a * np.asarray(x) + b * np.asarray(y) + c - 0.5
        row: Floats = d * np.asarray(x) + e * np.asarray(y) + f - 0.5
        rows, columns = self.height_m.shape
        outside = ~((column >= -0.5) & (row >= -0.5) & (column <= columns - 0.5) & (row <= rows - 0.5))
        column = np.clip(np.where(outside, 0, column), 0, columns - 1)
        row = np.clip(np.where(outside, 0, row), 0, rows - 1)
        left = np.minimum(column.astype(np.int64), max(columns - 2, 0))
        top = np.minimum(row.astype(np.int64), max(rows - 2, 0))
        right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        u, v = column - left, row - top
        h = self.height_m
        upper = h[top, left] * (1 - u) + h[top, right] * u
        lower = h[bottom, left] * (1 - u) + h[bottom, right] * u
        return np.where(outside, np.nan, upper * (1 - v) + lower * v)


@dataclass(frozen=True)
class Elevation:
    """Heights from several rasters; the first that covers a point answers for it.

    Attributes
    ----------
    voids
        Cells without a height in the files.
    filled
        How many of them got one from their neighbours; a raster without any height has none to give.
    """

    tiles: tuple[Tile, ...]
    voids: int = 0
    filled: int = 0
    source: str = ""
    notes: tuple[str, ...] = ()

    def sample(self, lon: Floats, lat: Floats) -> Floats:
        """Return the ground's height in metres at each point, bilinear, nan where no raster covers it.

        Parameters
        ----------
        lon, lat : float64[n]
            Degrees, EPSG:4326.
        """
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        height_m = np.full(lon.shape, np.nan)
        for tile in self.tiles:
            missing = np.isnan(height_m)
            if missing.any():
                height_m[missing] = tile.sample(lon[missing], lat[missing])
        return height_m


def read_elevation(paths: Sequence[Path]) -> Elevation:
    """Return the heights in the files, their voids filled.

    A void (the raster's nodata value, SRTM's -32768, nan, or a height no ground has) gets the mean of the
    nearest heights to its left, right, top and bottom, each weighted by the inverse of its distance; where
    its row and column have none, the nearest height there is.

    Parameters
    ----------
    paths
        GeoTIFFs with a coordinate system, Arc/Info ASCII grids (``.asc``) with a ``.prj`` of the same name
        beside them or among `paths`; SRTM tiles (1″ or 3″) named by their south-western corner, such as
        ``N42E001.hgt``; each also ``.gz``, or several in a zip file. Scale, offset and unit of a band are
        applied. Workers read them.

    Raises
    ------
    UnreadableFile
        A file is missing, or no such raster.
    InvalidInput
        No path is given, a raster has several bands, names no coordinate system, or holds no height.
    """
    systems = {_stem(path.name): path for path in paths if path.suffix.lower() == ".prj"}
    paths = [path for path in paths if path.suffix.lower() != ".prj"]
    if not paths:
        raise InvalidInput(mark("no elevation file is given"), ACCEPTED)
    tiles, notes, voids, filled = [], [], 0, 0
    for path in paths:
        system = systems.get(_stem(path.name)) or _beside(path)
        for height_m, to_cell, crs, count in READERS.run(_whole_rasters, path, system, limits=FILE):
            voids += count
            filled += count
            if count:
                notes.append(_filled(path.name, count))
            degrees = crs.equals(CRS("EPSG:4326"), ignore_axis_order=True)
            forward = None if degrees else Transformer.from_crs("EPSG:4326", crs, always_xy=True)
            tiles.append(Tile(height_m, to_cell, forward))
        if sum(tile.height_m.size for tile in tiles) > MOST_CELLS_IN_ALL:
            raise InvalidInput(
                mark("the files up to {file} have more than {most} cells"),
                mark("cut them to the surroundings of the town"),
                file=path.name,
                most=MOST_CELLS_IN_ALL,
            )
    return Elevation(tuple(tiles), voids, filled, ", ".join(path.name for path in paths), tuple(notes))


def _stem(name: str) -> str:
    """Return the name without its endings, by which a grid and its coordinate system are known as one."""
    return Path(re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)).stem.lower()


def _beside(path: Path) -> Path | None:
    """Return the coordinate system beside a grid that may be packed, None without."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    if plain.suffix.lower() != ".asc":
        return None
    return next((p for end in (".prj", ".PRJ") if (p := plain.with_suffix(end)).is_file()), None)


def _filled(name: str, count: int) -> Sentence:
    return Sentence.counted(
        "{file}: {n} cell without a height was filled from its neighbours",
        "{file}: {n} cells without a height were filled from their neighbours",
        n=count,
        file=name,
    )


def _whole_rasters(
    path: Path, system: Path | None = None
) -> list[tuple[NDArray[np.float32], Coefficients, CRS, int]]:
    """Return `_rasters` with their voids filled, and how many each had; for a worker."""
    found, rasters = [], _rasters(path, system)
    cells = sum(height_m.size for height_m, _, _ in rasters)
    if cells > MOST_CELLS:
        raise InvalidInput(
            mark("{file} has {n} cells in all, more than {most}"),
            mark("cut it to the surroundings of the town"),
            file=path.name,
            n=cells,
            most=MOST_CELLS,
        )
    for height_m, to_cell, crs in rasters:
        void = ~((height_m > LOWEST_M) & (height_m < HIGHEST_M))
        if void.all():
            raise InvalidInput(mark("{file} holds no height at all, only voids"), ACCEPTED, file=path.name)
        fill_voids(height_m, void)
        found.append((height_m, to_cell, crs, int(void.sum())))
    return found


def _rasters(path: Path, system: Path | None) -> list[tuple[NDArray[np.float32], Coefficients, CRS]]:
    """Return heights (nan for nodata), degrees or metres to cells, and coordinate system of each raster."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == b"PK\x03\x04":
            return _zipped(path)
        wkt = _bounded(system.open("rb"), MOST_WKT_BYTES, system.name) if system else b""
        if start[:2] == b"\x1f\x8b":
            name = path.name.removesuffix(path.suffix)
            most = MOST_BYTES if not _is_tile(name) else 2 * TILE_SIZES[-1] ** 2
            return [_inner(_bounded(gzip.open(path), most, path.name), name, wkt)]
        if _is_tile(path.name):
            return [_tile(path.read_bytes(), path.name)]
        plain = path.suffix.lower() != ".asc"
        if plain:
            return [_raster(path, path.name)]
        return [_inner(_bounded(path.open("rb"), MOST_BYTES, path.name), path.name, wkt)]
    except FileNotFoundError as error:
        raise UnreadableFile(
            mark("there is no file {file}"), mark("check the path"), file=repr(str(path))
        ) from error
    except ProjError as error:
        raise InvalidInput(
            mark("{file} is in a coordinate system that cannot be used: {reason}"),
            ACCEPTED,
            file=path.name,
            reason=error,
        ) from error
    except (EOFError, zlib.error, OSError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as heights: {reason}"), ACCEPTED, file=path.name, reason=error
        ) from error


def _bounded(stream: IO[bytes] | gzip.GzipFile, most: int, name: str) -> bytes:
    """Return what is in a stream, which is closed; refuse more than `most` bytes."""
    with stream:
        content = stream.read(most + 1)
    if len(content) > most:
        words = mark("{file} unpacks to more than {most} bytes")
        raise UnreadableFile(words, ACCEPTED, file=name, most=most)
    return content


def _zipped(path: Path) -> list[tuple[NDArray[np.float32], Coefficients, CRS]]:
    """Return the rasters in the archive at `path`, each unpacked into a folder where nothing else is."""
    found = []
    with listed(path, (*ENDINGS, ".prj")) as (archive, infos):
        rasters = [info for info in infos if not info.filename.lower().endswith(".prj")]
        systems = {_stem(Path(i.filename).name): i for i in infos if i not in rasters}
        if not rasters:
            raise UnreadableFile(mark("{file} holds no .hgt, .tif or .asc file"), ACCEPTED, file=path.name)
        for info in rasters:
            name = info.filename
            if _is_tile(name):
                name = name if TILE_NAME.search(Path(name).name) else path.name
                _side(info.file_size, name)
            system = systems.get(_stem(Path(name).name))
            wkt = b"" if system is None else content(archive, system)[:MOST_WKT_BYTES]
            found.append(_inner(content(archive, info), name, wkt, is_tile=_is_tile(info.filename)))
    return found


def _inner(
    packed: bytes, name: str, wkt: bytes, *, is_tile: bool = False
) -> tuple[NDArray[np.float32], Coefficients, CRS]:
    """Return a raster that was packed in another file."""
    if is_tile or _is_tile(name):
        return _tile(packed, name)
    with tempfile.TemporaryDirectory(prefix="micropolis-heights-") as folder:
        alone = Path(folder) / "heights.asc"  # GDAL looks for heights.prj where the content is such a grid
        alone.write_bytes(packed.removeprefix(codecs.BOM_UTF8).lstrip())
        if wkt:
            (Path(folder) / "heights.prj").write_bytes(wkt)
        return _raster(alone, name)


def _is_tile(name: str) -> bool:
    return name.lower().endswith(".hgt")


def _side(size: int, name: str) -> int:
    """Return how many heights a side a tile of `size` bytes has."""
    side = next((n for n in TILE_SIZES if n * n * 2 == size), None)
    if side is None:
        raise UnreadableFile(
            mark("{file} has {size} bytes, not those of {a}² or {b}² heights"),
            mark("download the tile again"),
            file=name,
            size=size,
            a=TILE_SIZES[0],
            b=TILE_SIZES[1],
        )
    return side


def _tile(heights: bytes, name: str) -> tuple[NDArray[np.float32], Coefficients, CRS]:
    """Return an SRTM tile: big-endian int16, north row first, samples on the degree lines at its edges."""
    corner = TILE_NAME.search(Path(name).name)
    if corner is None:
        raise UnreadableFile(
            mark("{file} is not named by its south-western corner"),
            mark("rename the tile to such as N42E001.hgt"),
            file=name,
        )
    side = _side(len(heights), name)
    south = int(corner[2]) * (-1 if corner[1].upper() == "S" else 1)
    west = int(corner[4]) * (-1 if corner[3].upper() == "W" else 1)
    height_m = np.frombuffer(heights, ">i2").reshape(side, side).astype(np.float32)
    height_m[height_m == SRTM_VOID] = np.nan
    per_degree = side - 1.0
    to_cell = (per_degree, 0.0, 0.5 - west * per_degree, 0.0, -per_degree, 0.5 + (south + 1) * per_degree)
    return height_m, to_cell, CRS("EPSG:4326")


def _metres_of_unit(unit: str, name: str) -> float:
    """Return the metres of the unit that a band names, 1 where it names none."""
    found = metres_of(unit)
    if found is None:
        raise InvalidInput(
            mark("{file} says that its values are in {unit}, which is no unit of height known here"),
            mark("give a raster of heights in metres or feet"),
            file=name,
            unit=repr(unit),
        )
    return found


def _raster(path: Path, name: str) -> tuple[NDArray[np.float32], Coefficients, CRS]:
    """Return a raster that GDAL reads, an ASCII grid with the .prj of its name."""
    import rasterio  # noqa: PLC0415 - SRTM tiles are read without it

    with path.open("rb") as file:
        start = file.read(4)
    driver = DRIVERS.get(start.lower())
    if driver is None:
        raise UnreadableFile(
            mark("{file} is no GeoTIFF and no .asc: it begins with {start}"),
            ACCEPTED,
            file=name,
            start=repr(start),
        )
    alone = rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR")  # what lies beside it is not looked at
    with alone, rasterio.open(path, driver=driver) as raster:
        if raster.width * raster.height > MOST_CELLS:
            raise InvalidInput(
                mark("{file} has {width} × {height} cells, more than {most}"),
                mark("cut it to the surroundings of the town"),
                file=name,
                width=raster.width,
                height=raster.height,
                most=MOST_CELLS,
            )
        if raster.count != 1 or raster.colorinterp[0].name == "palette":
            raise InvalidInput(
                mark("{file} is a picture or has several layers ({n} bands)"),
                mark("give a raster of one band, with the heights"),
                file=name,
                n=raster.count,
            )
        if raster.crs is None:
            raise InvalidInput(
                mark("{file} names no coordinate system"),
                mark("export it as GeoTIFF with one, or give the .prj of an .asc beside it"),
                file=name,
            )
        if abs(raster.transform.determinant) == 0:
            raise InvalidInput(
                mark("{file} does not say where it lies"), mark("export it as GeoTIFF"), file=name
            )
        band: Any = raster.read(1, masked=True)
        unit = _metres_of_unit(raster.units[0] or "", name)
        scale, offset = raster.scales[0] * unit, raster.offsets[0] * unit
        if not (np.isfinite(scale) and np.isfinite(offset) and scale):
            raise InvalidInput(
                mark("{file} has heights of scale {scale}, offset {offset}"),
                mark("export it again"),
                file=name,
                scale=f"{scale:g}",
                offset=f"{offset:g}",
            )
        a, b, c, d, e, f = tuple(~raster.transform)[:6]
        height_m: NDArray[np.float32] = band.astype(np.float32).filled(np.nan)
        height_m *= np.float32(scale)
        height_m += np.float32(offset)
        return height_m, (a, b, c, d, e, f), CRS.from_wkt(raster.crs.to_wkt())
