"""Commands for planners and scripts: what the pages do, in a terminal.

Machine output goes to stdout, messages and progress bars to stderr. The exit code is 0 when done, 2 for
wrong usage and that of `errors.ANSWERS` for an expected failure, which is one line ``error: …``.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput, MicropolisError, NotAllowed, StoreUnavailable, answer
from micropolis_map.ports import Progress as TellProgress
from micropolis_map.ports import silent
from micropolis_map.services import thresholds
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.services.coverage_tables import check_ending, words_row, write_table
from micropolis_map.services.failure_log import log_failure
from micropolis_map.services.loading import LoadRequest, load_community
from micropolis_map.services.reaching import MatrixRequest, isochrones_from, write_matrix
from micropolis_map.settings import Settings
from micropolis_map.sources.points import read_points

PROGRAM = "python -m micropolis_map"
APP = Path(__file__).parent.parent / "app.py"
"""The server's script beside the package."""

PAPER_WIDTH = 160
"""Columns of tables that go into a file or another program."""

app = typer.Typer(
    name="micropolis_map", help=__doc__, add_completion=False, rich_markup_mode=None, no_args_is_help=True
)
usage_error: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of Typer's errors about arguments (Click's ``UsageError``, which Typer carries inside)."""


class ProfileName(StrEnum):
    """Who walks."""

    adult = "adult"
    senior = "senior"
    stroller = "stroller"
    wheelchair = "wheelchair"


class By(StrEnum):
    """What one row of a coverage table is."""

    district = "district"
    hex = "hex"
    origin = "origin"


def _minutes(text: str | tuple[float, ...]) -> tuple[float, ...]:
    if isinstance(text, tuple):
        return text
    try:
        return thresholds.parse_minutes(text)
    except InvalidInput as error:
        raise typer.BadParameter(str(error)) from None


def _position(text: str | tuple[float, float]) -> tuple[float, float]:
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
Slug = Annotated[str, typer.Argument(help="The community, such as 'wawer'; 'communities' lists them.")]
Who = Annotated[ProfileName, typer.Option("--profile", help="Who walks.")]
Minutes = Annotated[
    Any, typer.Option("--minutes", parser=_minutes, metavar="M,M,…", help="Thresholds in minutes.")
]
Out = Annotated[Path | None, typer.Option("--out", help="File to write.")]
MustOut = Annotated[Path, typer.Option("--out", help="File to write.")]
OptionalFile = Path | None


@app.callback()
def _common(context: typer.Context, data: Data = None) -> None:
    """Map the places, stories and people that turn a district into a community."""
    context.obj.data = data


@dataclass
class Run:
    """One run of a command: the folder of data it was given, kept for the log of unexpected errors."""

    data: Path | None = None

    def settings(self) -> Settings:
        """Return the settings with the chosen folder of data."""
        settings = Settings.read(os.environ)
        return settings.with_data(self.data) if self.data else settings


def _settings(context: typer.Context, data: Path | None) -> Settings:
    run: Run = context.obj
    run.data = data or run.data
    return run.settings()


def _application(context: typer.Context, data: Path | None) -> Application:
    return build_application(_settings(context, data))


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    address: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    data: Data = None,
) -> int:
    """Start the server, the same as ``streamlit run app.py``."""
    settings = _settings(context, data)
    if port is not None:
        _check_free(address or "", port)
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
    command += ["--browser.gatherUsageStats=false"]
    command += [f"--server.port={port}"] if port is not None else []
    command += [f"--server.address={address}"] if address else []
    environment = os.environ | {"MICROPOLIS_DATA": str(settings.data.resolve())}
    os.chdir(APP.parent)  # where .streamlit/config.toml lies
    if os.name == "posix":
        os.execve(sys.executable, command, environment)  # noqa: S606 - our own command; signals reach it
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def _check_free(address: str, port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address, port))
        except OSError as error:
            raise NotAllowed(
                f"cannot listen on port {port} of {address or 'this machine'!r}: {error.strerror}",
                "stop the program that uses it or give another --port or --address",
            ) from None


@app.command()
def communities(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the communities and whether their walk network is loaded."""
    application = _application(context, data)
    rows: list[dict[str, Any]] = []
    for slug in application.community_store.slugs():
        community = application.community_store.get(slug)
        report = application.community_store.report(slug)
        rows.append(
            {
                "slug": slug,
                "name": pick(community.name, "en", community.languages)[0],
                "country": community.country,
                "districts": report.districts if report else len(community.districts),
                "loaded": report is not None,
            }
        )
    if as_json:
        _print_json({"communities": rows})
    else:
        _print_rows(rows)


@app.command()
def load(
    context: typer.Context,
    slug: Slug,
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    name: Annotated[str, typer.Option(help="Name of a new community.")] = "",
    osm: Annotated[
        list[Path] | None, typer.Option(help="OpenStreetMap file (.osm .gz .bz2 .pbf .json).")
    ] = None,
    boundary: Annotated[OptionalFile, typer.Option(help="Polygons of its area.")] = None,
    districts: Annotated[OptionalFile, typer.Option(help="Polygons of its districts.")] = None,
    elevation: Annotated[list[Path] | None, typer.Option(help="GeoTIFF or HGT, several if need be.")] = None,
    population: Annotated[OptionalFile, typer.Option(help="Where people live.")] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the servers again, within a week too.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Build or renew a community's walk network, activity spots, homes and background."""
    if more and not elevation:
        raise typer.BadParameter(f"unexpected argument {str(more[0])!r} after the community {slug!r}")
    application = _application(context, data)
    request = LoadRequest(
        name=name,
        osm=tuple(osm or ()),
        boundary=boundary,
        districts=districts,
        elevation=(*(elevation or ()), *(more or ())),
        population=population,
        refresh=refresh,
    )
    with _progress_bar() as progress:
        report = load_community(application, slug, request, progress)
    if as_json:
        _print_json(asdict(report))
        return
    _print_rows([{"what": key, "value": value} for key, value in asdict(report).items() if key != "notes"])
    for note in report.notes:
        _tell(f"note: {note}")


@app.command()
def coverage(
    context: typer.Context,
    slug: Slug,
    profile: Who = ProfileName.adult,
    minutes: Minutes = "5,10,15",
    spots: Annotated[OptionalFile, typer.Option(help="Points instead of the activity spots.")] = None,
    origins: Annotated[OptionalFile, typer.Option(help="Points instead of the homes.")] = None,
    by: Annotated[By, typer.Option(help="What one row of --out is.")] = By.district,
    out: Out = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Say how many people walk to an activity spot within the thresholds."""
    if out is not None:
        check_ending(out)
    application = _application(context, data)
    request = CoverageRequest(
        profile=profile.value,
        minutes=minutes,
        spots=read_points(spots) if spots else None,
        origins=read_points(origins) if origins else None,
    )
    result = assess_coverage(application, slug, request)
    if out is not None:
        write_table(result, by.value, out)
        _tell(f"wrote {out}")
    if as_json:
        _print_json(result.as_json())
    else:
        _print_coverage(result)


@app.command()
def isochrone(
    context: typer.Context,
    slug: Slug,
    out: MustOut,
    start: Annotated[Any, typer.Option("--from", parser=_position, metavar="LON,LAT", help="Where from.")],
    minutes: Minutes = "5,10,15",
    profile: Who = ProfileName.adult,
    data: Data = None,
) -> None:
    """Draw how far a person walks from a point within the thresholds."""
    application = _application(context, data)
    collection = isochrones_from(application, slug, start, minutes, profile.value)
    _write_text(out, json.dumps(collection, ensure_ascii=False))
    _tell(f"wrote {out}")


@app.command()
def matrix(
    context: typer.Context,
    slug: Slug,
    origins: Annotated[Path, typer.Option(help="Points to walk from.")],
    destinations: Annotated[Path, typer.Option(help="Points to walk to.")],
    out: MustOut,
    profile: Who = ProfileName.adult,
    minutes: Annotated[
        Any, typer.Option("--minutes", parser=_minutes, metavar="M", help="Longest walk.")
    ] = "60",
    data: Data = None,
) -> None:
    """Write the walking cost of every pair of points within the threshold."""
    if len(minutes) != 1:
        raise typer.BadParameter(f"--minutes takes one number here, not {len(minutes)}")
    application = _application(context, data)
    request = MatrixRequest(read_points(origins), read_points(destinations), profile.value, minutes[0])
    pairs = write_matrix(application, slug, request, out)
    _tell(f"wrote {pairs} pairs to {out}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (default: the process's) and return the exit code."""
    run = Run()
    words = None if arguments is None else list(arguments)
    try:
        done = app(args=words, prog_name=PROGRAM, standalone_mode=False, obj=run)
    except usage_error as error:
        return _usage(error)
    except MicropolisError as error:
        return _fail(str(error), answer(error).exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("stopped; what was there before is unchanged", 1)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        return 0
    except Exception as error:  # noqa: BLE001 - the terminal gets one line, the log the rest
        return _fail(_unexpected(error, run), 1)
    return done if isinstance(done, int) else 0


def _usage(error: Exception) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else PROGRAM
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{message}\n")
        return 2
    return _fail(f"{message.rstrip('.')}; '{path} --help' shows the usage", 2)


def _unexpected(error: Exception, run: Run) -> str:
    what = f"unexpected {type(error).__name__}: {error}"
    try:
        log = log_failure(error, run.settings().data)
    except (OSError, MicropolisError):
        return f"{what}; please report it (no log could be written)"
    return f"{what}; please report it with {log}"


def _fail(message: str, exit_code: int) -> int:
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return exit_code


def _tell(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def _print_json(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def _print_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else PAPER_WIDTH).print(table)


def _print_coverage(result: CoverageResult) -> None:
    _print_rows([words_row(area) for area in (*result.districts, result.total)])
    _tell(f"people: {result.population_source}; spots: {result.spots.source}")
    for note in result.notes:
        _tell(f"note: {note}")


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write {str(path)!r}: {error.strerror}", "give another --out"
        ) from None


@contextmanager
def _progress_bar() -> Iterator[TellProgress]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def tell(share: float, message: str) -> None:
            bar.update(task, completed=share, description=message)

        yield tell
