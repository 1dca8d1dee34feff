"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from micropolis_map.analysis.profiles import names
from micropolis_map.bootstrap import Application, build_application
from micropolis_map.cli.terminal import tell
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import InvalidInput
from micropolis_map.services import thresholds
from micropolis_map.services.community_reach import Reach
from micropolis_map.settings import Settings
from micropolis_map.sources.delimited_table import TableOptions
from micropolis_map.sources.points import read_points


class By(StrEnum):
    """What one row of a coverage table is."""

    district = "district"
    hex = "hex"
    origin = "origin"


def known_profile(name: str) -> str:
    """Return the profile's name; wrong usage where there is none of that name."""
    if name not in names():
        raise typer.BadParameter(f"there is no profile {name!r}: choose one of {', '.join(names())}")
    return name


def minutes_of(text: str | tuple[float, ...]) -> tuple[float, ...]:
    """Return the thresholds an option gives; wrong usage where they are none."""
    if isinstance(text, tuple):
        return text
    try:
        return thresholds.parse_minutes(text)
    except InvalidInput as error:
        raise typer.BadParameter(str(error)) from None


def language_of(text: str) -> str:
    """Return the language an option gives; wrong usage where we do not speak it."""
    if text not in LANGUAGES:
        raise typer.BadParameter(f"{text!r} is none of our languages: {', '.join(LANGUAGES)}")
    return text


def written_as(*endings: str) -> Callable[[Path], Path]:
    """Return what checks a --out: wrong usage where it does not end in one of `endings`, small letters."""

    def checked(path: Path) -> Path:
        if path.suffix.lower() not in endings:
            raise typer.BadParameter(
                f"{path.name!r} does not end in {' or '.join(endings)}: that is what is written here"
            )
        return path

    return checked


def position_of(text: str | tuple[float, float]) -> tuple[float, float]:
    """Return the ``(lon, lat)`` an option gives; wrong usage where it is none."""
    if isinstance(text, tuple):
        return text
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not LON,LAT such as 7.42,43.73") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise typer.BadParameter(f"{text!r} is not on earth: give LON,LAT in degrees, such as 7.42,43.73")
    return lon, lat


Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of the data [MICROPOLIS_DATA, else data/].")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Slug = Annotated[
    str, typer.Argument(metavar="SLUG", help="The community, such as 'wawer'; 'communities' lists them.")
]
Who = Annotated[str, typer.Option("--profile", help=f"Who walks: {', '.join(names())}, or one of your own.")]
Minutes = Annotated[
    Any, typer.Option("--minutes", parser=minutes_of, metavar="M,M,…", help="Thresholds in minutes.")
]
Out = Annotated[Path | None, typer.Option("--out", help="File to write.")]
OutOrReport = Annotated[
    Path | None,
    typer.Option("--out", help="File to write: .csv .geojson .gpkg .parquet, or the report as .pdf."),
]
Lang = Annotated[
    Any, typer.Option("--lang", parser=language_of, metavar="LANG", help="Language of the report.")
]
MustOut = Annotated[Path, typer.Option("--out", help="File to write.")]
GeoJsonOut = Annotated[
    Path, typer.Option("--out", callback=written_as(".geojson", ".json"), help="GeoJSON file to write.")
]
CsvOut = Annotated[Path, typer.Option("--out", callback=written_as(".csv"), help="CSV file to write.")]
OptionalFile = Path | None
Encoding = Annotated[
    str,
    typer.Option("--encoding", help="Of the tables of points, such as cp1250; else it is guessed."),
]
Delimiter = Annotated[
    str,
    typer.Option("--delimiter", help="Between their columns: semicolon, comma, tab, bar; else guessed."),
]


Crs = Annotated[
    str, typer.Option("--crs", help="Of the tables' coordinates, such as EPSG:2180; else degrees.")
]


def told_of(application: Application, slug: str, encoding: str, delimiter: str, crs: str) -> TableOptions:
    """Return what is known of the tables of points for a community: what options say, and where it lies.

    Raises
    ------
    NotFound
        There is no such community.
    """
    reach = Reach.of(application.community_store.get(slug))
    if reach is None:
        return TableOptions(encoding, delimiter, crs)
    return TableOptions(encoding, delimiter, crs, reach.centre, reach.bounds)


def points_of(path: Path, told: TableOptions) -> PointSet:
    """Return the points of a file that an option names; what was guessed is told."""
    points = read_points(path, told)
    for note in points.notes:
        tell(f"note: {note}")
    return points


@dataclass
class Run:
    """One run of a command: the folder of data it was given, kept for the log of unexpected errors."""

    data: Path | None = None

    def settings(self) -> Settings:
        """Return the settings with the chosen folder of data."""
        settings = Settings.read(os.environ)
        return settings.with_data(self.data) if self.data else settings


def settings_of(context: typer.Context, data: Path | None) -> Settings:
    """Return the settings, with the folder of data given after the command, before it, or neither."""
    run: Run = context.obj
    run.data = data or run.data
    return run.settings()


def application_of(context: typer.Context, data: Path | None) -> Application:
    """Return the application for those settings."""
    return build_application(settings_of(context, data))
