"""docs/formats.md: each format it names is read, and each example in it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from geopandas import GeoDataFrame
from look_alikes.heights import write_geotiff, write_tile
from look_alikes.town_files import write_town
from pyproj import CRS
from table_files import write_ods, write_xls, write_xlsx

from micropolis_map.bootstrap import build_application
from micropolis_map.services import backing_up
from micropolis_map.settings import Settings
from micropolis_map.sources.boundaries import read_polygons
from micropolis_map.sources.elevation import read_elevation
from micropolis_map.sources.osm_file import read_osm
from micropolis_map.sources.place_files import read_rows
from micropolis_map.sources.points import read_points
from micropolis_map.sources.population import read_population

DOC = Path(__file__).parents[2] / "docs" / "formats.md"
_ROW = re.compile(r"^\| (`[^|]*`) \| [^|]+ \| (?:`(.+)`|(\*binary\*)) \|$")
O5M = b"\xff\xe0\x04o5m2\x10\x0b\n\x00\x80\xb4\x89\x13\x80\xd6\xc2\x8c\x04\xfe"
"""A file of one node at 55° N, 2° E, as osmconvert writes it."""
OUTLINE = shapely.box(17.19, 55.69, 17.21, 55.71)
FEATURES = GeoDataFrame({"name": ["Harbour"], "population": [12]}, geometry=[OUTLINE], crs="EPSG:4326")


def documented() -> Iterator[tuple[str, str, str]]:
    """Each section's readers, the ending of a file, and what the example holds; empty for a binary one."""
    section = ""
    for line in DOC.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line
        elif found := _ROW.match(line):
            for ending in re.findall(r"`(\.[\w.]+)`", found[1]):
                yield section, ending, (found[2] or "").replace("⏎", "\n")


def reader(section: str) -> Callable[[Path], object]:
    """What the commands of a section read a file with; true where it holds something."""
    readers: dict[str, Callable[[Path], object]] = {
        "--osm": lambda path: len(read_osm(path).node_id),
        "--boundary": lambda path: read_polygons(path).names,
        "--elevation": lambda path: read_elevation([path]).source,
        "--population": lambda path: read_population(path).population.sum(),
        "--spots": lambda path: len(read_points(path)),
        "`import`": lambda path: [row for row in read_rows(path).rows if row.geometry],
        "`restore`": _restored,
    }
    return next(read for sign, read in readers.items() if sign in section)


def _restored(path: Path) -> bool:
    one = build_application(Settings(data=path.parent / "other"))
    backing_up.restore(one.participation, one.database, one.publishing, path)
    return True


def _backup(path: Path) -> None:
    one = build_application(Settings(data=path.parent / "data"))
    backing_up.back_up(one.participation, one.database, path)


def _example(ending: str, sign: str = "") -> str:
    """The example of another row, of the section with that sign."""
    return next(text for section, other, text in documented() if other == ending and sign in section)


def _kmz(path: Path, sign: str = "`import`") -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", _example(".kml", sign))


def _tile(path: Path) -> None:
    packed = path.with_name(f"{path.name}.zip")
    write_tile(packed, 55, 17)
    with zipfile.ZipFile(packed) as archive:
        path.write_bytes(archive.read(path.name))


def _shapefile(path: Path) -> None:
    FEATURES.to_file(path.with_suffix(".shp"))
    parts = [part for part in path.parent.glob(f"{path.stem}.*") if part != path]
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts:
            archive.write(part, f"in a folder/{part.name}")


TABLE = [["id", "name", "lon", "lat", "population"], ["a", "The old pump", 17.2, 55.7, 12]]


def _archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("town.osm", _example(".osm"))


def _people_by_cell(path: Path) -> None:
    where = {"crs": "EPSG:4326", "transform": rasterio.transform.from_origin(17.19, 55.71, 0.01, 0.01)}
    with rasterio.open(
        path, "w", driver="GTiff", width=2, height=2, count=1, dtype="float32", **where
    ) as out:
        out.write(np.full((2, 2), 3, np.float32), 1)


def _packed_tile(path: Path) -> None:
    tile = path.with_suffix("")
    _tile(tile)
    path.write_bytes(gzip.compress(tile.read_bytes(), 1))


MADE: dict[tuple[str, str], Callable[[Path], object]] = {
    ("--osm", ".osm.gz"): lambda path: path.write_bytes(gzip.compress(_example(".osm").encode())),
    ("--osm", ".osm.bz2"): lambda path: path.write_bytes(bz2.compress(_example(".osm").encode())),
    ("--osm", ".osm.xz"): lambda path: path.write_bytes(lzma.compress(_example(".osm").encode())),
    ("--osm", ".osm.zip"): _archive,
    ("--osm", ".osm.pbf"): write_town,
    ("--osm", ".o5m"): lambda path: path.write_bytes(O5M),
    ("--elevation", ".tif"): lambda path: write_geotiff(path, 55, 17),
    ("--elevation", ".hgt"): _tile,
    ("--elevation", ".hgt.gz"): _packed_tile,
    ("--elevation", ".zip"): lambda path: write_tile(path, 55, 17),
    ("--population", ".tif"): _people_by_cell,
    ("`restore`", ".zip"): _backup,
    ("--boundary", ".kmz"): lambda path: _kmz(path, "--boundary"),
    ("", ".kmz"): _kmz,
    ("", ".xlsx"): lambda path: write_xlsx(path, {"Places": TABLE}),
    ("", ".xls"): lambda path: write_xls(path, "Places", TABLE),
    ("", ".ods"): lambda path: write_ods(path, "Places", TABLE),
    ("", ".zip"): _shapefile,
    ("", ".parquet"): FEATURES.to_parquet,
    ("", ".gpkg"): lambda path: pyogrio.write_dataframe(FEATURES, path),
    ("", ".fgb"): lambda path: pyogrio.write_dataframe(FEATURES, path),
}
"""What writes a binary file, by a sign of its section (any, where it is empty) and its ending."""


def written(path: Path, section: str, ending: str, text: str) -> None:
    """Write the file that a row names."""
    if text:
        path.write_text(text, encoding="utf-8")
        if ending == ".asc":
            path.with_suffix(".prj").write_text(CRS.from_epsg(32633).to_wkt("WKT1_ESRI"))
    else:
        next(make for (sign, end), make in MADE.items() if sign in section and end == ending)(path)


@pytest.mark.parametrize(("section", "ending", "text"), list(documented()))
def test_what_the_documentation_names_is_read(section, ending, text, tmp_path):
    path = tmp_path / f"N55E017{ending}" if ending != ".zip" else tmp_path / "N55E017.hgt.zip"
    written(path, section, ending, text)
    assert reader(section)(path)


def test_every_option_that_takes_a_file_has_its_table():
    sections = " ".join({section for section, _, _ in documented()})
    for option in (
        "--osm",
        "--boundary",
        "--districts",
        "--elevation",
        "--population",
        "--spots",
        "--origins",
    ):
        assert option in sections
    for option in ("--destinations", "--candidates", "--stops", "`import`", "`restore`"):
        assert option in sections
    assert len(list(documented())) > 30
