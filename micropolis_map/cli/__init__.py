"""Commands for planners and scripts: what the pages do, in a terminal.

Machine output goes to stdout, messages and progress bars to stderr. The exit code is 0 when done, 2 for
wrong usage and that of `errors.ANSWERS` for an expected failure, which is one line ``error: …``.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from micropolis_map import __version__
from micropolis_map.cli import accounts, keeping, places, server, siting, touring, walking
from micropolis_map.cli.options import Data, Run
from micropolis_map.cli.terminal import fail
from micropolis_map.errors import MicropolisError, answer
from micropolis_map.services.failure_log import log_failure

PROGRAM = "python -m micropolis_map"

app = typer.Typer(
    name="micropolis_map",
    help=__doc__,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
usage_error: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of Typer's errors about arguments (Click's ``UsageError``, which Typer carries inside)."""

for command in (
    server.serve,
    server.communities,
    walking.load,
    walking.coverage,
    walking.isochrone,
    walking.matrix,
    siting.site,
    touring.tour,
):
    app.command()(command)
app.command(name="import")(places.import_)
app.command()(places.export)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(keeping.verify)
app.command()(keeping.begin_anew)
app.command()(accounts.setup_link)


def _show_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"{__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    data: Data = None,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Map the places, stories and people that turn a district into a community."""
    context.obj.data = data


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (default: the process's) and return the exit code."""
    run = Run()
    # What fails is said once, as an error.
    logging.getLogger("micropolis_map").addHandler(logging.NullHandler())
    words = None if arguments is None else list(arguments)
    try:
        done = app(args=words, prog_name=PROGRAM, standalone_mode=False, obj=run)
    except usage_error as error:
        return _usage(error)
    except MicropolisError as error:
        return fail(str(error), answer(error).exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return fail("stopped; what was there before is unchanged", 1)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        return 0
    except Exception as error:  # noqa: BLE001 - the terminal gets one line, the log the rest
        return fail(_unexpected(error, run), 1)
    return done if isinstance(done, int) else 0


def _usage(error: Exception) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else PROGRAM
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{message}\n")
        return 2
    return fail(f"{message.rstrip('.')}; '{path} --help' shows the usage", 2)


def _unexpected(error: Exception, run: Run) -> str:
    what = f"unexpected {type(error).__name__}: {error}"
    try:
        log = log_failure(error, run.settings().data)
    except (OSError, MicropolisError):
        return f"{what}; please report it (no log could be written)"
    return f"{what}; please report it with {log}"
