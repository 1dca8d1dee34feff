"""docs/formats.md: each format it names is read, and each example in it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyogrio
import pytest
import shapely
from geopandas import GeoDataFrame
from look_alikes.heights import write_geotiff, write_tile
from look_alikes.town_files import write_town

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


def _example(ending: str) -> str:
    """The example of another row."""
    return next(text for _, other, text in documented() if other == ending)


def _kmz(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", _example(".kml"))


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


MADE: dict[tuple[str, str], Callable[[Path], object]] = {
    ("--osm", ".osm.gz"): lambda path: path.write_bytes(gzip.compress(_example(".osm").encode())),
    ("--osm", ".osm.bz2"): lambda path: path.write_bytes(bz2.compress(_example(".osm").encode())),
    ("--osm", ".osm.xz"): lambda path: path.write_bytes(lzma.compress(_example(".osm").encode())),
    ("--osm", ".osm.pbf"): write_town,
    ("--elevation", ".tif"): lambda path: write_geotiff(path, 55, 17),
    ("--elevation", ".hgt"): _tile,
    ("--elevation", ".zip"): lambda path: write_tile(path, 55, 17),
    ("`import`", ".kmz"): _kmz,
    ("`restore`", ".zip"): _backup,
    ("", ".zip"): _shapefile,
    ("", ".gpkg"): lambda path: pyogrio.write_dataframe(FEATURES, path),
    ("", ".fgb"): lambda path: pyogrio.write_dataframe(FEATURES, path),
}
"""What writes a binary file, by a sign of its section (any, where it is empty) and its ending."""


def written(path: Path, section: str, ending: str, text: str) -> None:
    """Write the file that a row names."""
    if text:
        path.write_text(text, encoding="utf-8")
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
