"""``load --all``: the streets of every community that has none."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from micropolis_map.bootstrap import Application
from micropolis_map.cli.terminal import print_json, print_rows, progress_bar, tell
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.ports import Progress
from micropolis_map.services.loading_all import TownLoad, load_all


def one_or_all(slug: str | None, every: bool, about_one: Sequence[object]) -> None:
    """Raise wrong usage where neither or both of a community and ``--all`` are given."""
    if every and (slug or any(about_one)):
        raise typer.BadParameter("--all takes no community, name or files")
    if not every and not slug:
        raise typer.BadParameter("name a community, such as 'wawer', or give --all")


def load_towns(application: Application, *, refresh: bool, as_json: bool) -> int:
    """Load them, say of each how it ended, and return the exit code: 1 where one failed."""
    ended: list[TownLoad] = []
    with progress_bar() as progress:

        def of_town(slug: str) -> Progress:
            return lambda share, message: progress(share, f"{slug}: {message}")

        for town in load_all(application, actor=LOCAL_ADMINISTRATOR, refresh=refresh, progress=of_town):
            ended.append(town)
            if town.error is not None:
                tell(f"error: {town.slug}: {' '.join(str(town.error).split())}")
    failed = [town.slug for town in ended if town.error is not None]
    if as_json:
        print_json({"communities": [town.as_json() for town in ended], "failed": failed})
    elif ended:
        print_rows([_row(town) for town in ended])
    else:
        tell("every community has its streets")
    return 1 if failed else 0


def _row(town: TownLoad) -> dict[str, object]:
    report = town.report
    return {
        "community": town.slug,
        "loaded": report is not None,
        "nodes": report.nodes if report else None,
        "homes": report.homes if report else None,
        "seconds": report.seconds if report else None,
    }
