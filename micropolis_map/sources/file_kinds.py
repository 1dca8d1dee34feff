"""What a file is by its first bytes, whatever it is called: which of our readers it goes to."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Literal

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.archives import listed

Kind = Literal[
    "json", "gpkg", "flatgeobuf", "shapefile", "kml", "kmz", "gpx", "osm", "xml", "parquet", "spreadsheet",
    "tiff", "archive", "packed", "grid", "database", "html", "foreign", "text",
]  # fmt: skip
VECTOR: frozenset[Kind] = frozenset({"json", "gpkg", "flatgeobuf", "shapefile", "kml", "kmz", "gpx"})
"""What holds features and nothing else."""

GPKG_SIGN = (68, (b"GPKG", b"GP10", b"GP11"))
"""Where a GeoPackage says that it is one: other SQLite files can name tables that lie elsewhere."""
_HEAD = 2_000
PACKED_SIGNS = {b"\x1f\x8b": "gzip", b"\xfd7zXZ\x00": "xz"} | {b"BZh%d1AY" % n: "bzip2" for n in range(1, 10)}
"""What a file begins with that is packed alone, and by what."""
_BEGINNINGS: dict[bytes, Kind] = {
    **dict.fromkeys(PACKED_SIGNS, "packed"),
    b"ncols": "grid",  # heights or people in an ASCII grid
    b"NCOLS": "grid",
    b"\x89HDF": "foreign",
    b"CDF\x01": "foreign",
    b"CDF\x02": "foreign",
    b"%PDF": "foreign",
    b"\x89PNG": "foreign",
    b"\xff\xd8\xff": "foreign",
    b"7z\xbc\xaf": "foreign",
    b"Rar!": "foreign",
    b"fgb": "flatgeobuf",
    b"PAR1": "parquet",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "spreadsheet",  # of Excel before 2007
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"MM\0+": "tiff",
}
_ROOTS: tuple[Kind, ...] = ("gpx", "kml", "osm", "html")


def content_of(path: Path, most: int = -1) -> bytes:
    """Return the first `most` bytes of the file at `path`, all of them without it.

    Raises
    ------
    UnreadableFile
        There is no such file, it cannot be opened, or it is empty.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most)
    except FileNotFoundError as error:
        raise UnreadableFile(
            mark("there is no file {path}"), mark("check the path"), path=repr(str(path))
        ) from error
    except OSError as error:
        raise UnreadableFile(
            mark("{file} cannot be read: {why}"), mark("check the file"), file=path.name, why=error
        ) from error
    if not content.strip():
        raise UnreadableFile(
            mark("{file} is empty ({size} bytes)"),
            mark("export it again"),
            file=path.name,
            size=len(content),
        )
    return content


def kind_of(path: Path) -> Kind:
    """Return what the file at `path` holds; an archive is listed, and said by what is in it.

    Raises
    ------
    UnreadableFile
        There is no such file, it cannot be opened or is empty, or it is an archive that is refused
        (`archives.listed`).
    """
    start = content_of(path, _HEAD)
    if start.startswith(b"PK\x03\x04"):
        return _archived(path)
    if start.startswith(b"SQLite format 3\0"):
        return "gpkg" if is_geopackage(start) else "database"
    known = next((kind for sign, kind in _BEGINNINGS.items() if start.startswith(sign)), None)
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        start = start.decode("utf-16", "replace").encode()
    return known or _of_text(start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n\v\f"))


def is_geopackage(start: bytes) -> bool:
    """Return whether a file that begins so (72 bytes) says that it is a GeoPackage."""
    at, signs = GPKG_SIGN
    return start.startswith(b"SQLite format 3\0") and start[at : at + 4] in signs


def _of_text(start: bytes) -> Kind:
    if start[:1] in {b"{", b"["}:
        return "json"
    if start[:1] != b"<":
        return "text"
    low = start.lower().replace(b":kml", b"<kml")
    found = {kind: low.find(b"<" + kind.encode()) for kind in _ROOTS}
    there = [kind for kind in _ROOTS if found[kind] >= 0]
    return min(there, key=lambda kind: found[kind]) if there else "xml"


def _archived(path: Path) -> Kind:
    with listed(path, ("",)) as (_, infos):
        names = [info.filename for info in infos]
    endings = {PurePosixPath(name).suffix.lower() for name in names}
    if ".shp" in endings:
        return "shapefile"
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return "spreadsheet"
    if ".kml" in endings:
        return "kmz"
    return "tiff" if endings & {".tif", ".tiff"} else "archive"
