"""Commands for those who look after a server: put everything away, take it back, look whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from micropolis_map import figures
from micropolis_map.cli.options import AsJson, Data, application_of
from micropolis_map.cli.terminal import fail, print_json, print_rows, tell
from micropolis_map.services.backing_up import back_up
from micropolis_map.services.backing_up import restore as restore_all
from micropolis_map.services.verifying import verify as look

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, a ZIP.")]


def backup(context: typer.Context, file: File, as_json: AsJson = False, data: Data = None) -> None:
    """Write the whole database with photos and recordings to one file."""
    application = application_of(context, data)
    manifest = back_up(application.participation, application.database, file)
    facts = _facts(manifest)
    if as_json:
        print_json({"file": str(file), **facts})
    else:
        tell(f"backed up {_counted(facts)} to {file}")


def restore(context: typer.Context, file: File, as_json: AsJson = False, data: Data = None) -> None:
    """Make everything as it was in a backup; what was there before is backed up first."""
    application = application_of(context, data)
    manifest = restore_all(application.participation, application.database, application.publishing, file)
    facts = {**_facts(manifest), "before": manifest["before"], "forgotten": manifest["forgotten"]}
    if as_json:
        print_json({"file": str(file), **facts})
    else:
        tell(f"restored {_counted(facts)} made {manifest['made']}")
        tell(f"the state before is in {manifest['before']}")


def begin_anew(context: typer.Context, data: Data = None) -> None:
    """Begin with an empty database on purpose, after the one before was emptied or lost."""
    application = application_of(context, data)
    application.database.begin_anew()
    added = figures.count(application.publishing.renew().added)
    tell(f"the database begins anew with {added} places from {application.publishing.path.name}")


def verify(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """Check that nothing is lost or altered; exit 1 when something is."""
    application = application_of(context, data)
    result = look(application.participation, application.database, application.publishing)
    if as_json:
        print_json(result)
    else:
        print_rows([{"looked at": name, "count": count} for name, count in result["checked"].items()])
        for problem in result["problems"]:
            tell(f"problem: {problem['what']} {problem['thing']}: {problem['detail']}; {problem['todo']}")
    if result["ok"]:
        tell("everything is whole")
    else:
        raise typer.Exit(fail(_first_of(result["problems"]), 1))


def _counted(facts: Mapping[str, Any]) -> str:
    return f"{figures.count(facts['rows'])} rows and {figures.count(facts['files'])} files"


def _first_of(problems: Sequence[Mapping[str, Any]]) -> str:
    first = problems[0]
    rest = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return f"{first['what']} {first['thing']}: {first['detail']}{rest}; {first['todo']}"


def _facts(manifest: dict[str, Any]) -> dict[str, int]:
    tables = manifest["tables"]
    return {"rows": sum(tables.values()), "files": len(manifest["sha256"]) - len(tables)}
