"""Loading every community whose streets are not there yet, one after another, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from micropolis_map.domain.community import LoadReport
from micropolis_map.domain.permission import Actor
from micropolis_map.errors import MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.services.failure_log import log_failure
from micropolis_map.services.loading import Deps, LoadRequest, load_community


@dataclass(frozen=True)
class TownLoad:
    """How the loading of one community ended: with a report, or with an error."""

    slug: str
    report: LoadReport | None = None
    error: MicropolisError | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report's figures, or what happened and what to do."""
        if self.error is None:
            return {"ok": True, **(asdict(self.report) if self.report else {"community": self.slug})}
        return {"community": self.slug, "ok": False, "error": self.error.what, "todo": self.error.todo}


def without_streets(deps: Deps) -> list[str]:
    """Return the communities of which nothing is loaded, sorted."""
    store = deps.community_store
    return [slug for slug in store.slugs() if store.current_build(slug) is None]


def load_all(
    deps: Deps,
    *,
    actor: Actor,
    refresh: bool = False,
    progress: Callable[[str], Progress] = lambda _: silent,
) -> Iterator[TownLoad]:
    """Load each community without streets from the files bundled with it, else from OpenStreetMap.

    Yields
    ------
    TownLoad
        As soon as it has ended, well or not; the next one is loaded when the next is asked for.

    Raises
    ------
    MicropolisError
        It cannot be told which communities there are.
    """
    for slug in without_streets(deps):
        try:
            report = load_community(deps, slug, LoadRequest(refresh=refresh), progress(slug), actor=actor)
        except MicropolisError as error:
            yield TownLoad(slug, error=error)
        except Exception as error:  # noqa: BLE001 - the others shall be loaded all the same; the log has it
            log = log_failure(error, deps.settings.data)
            failed = MicropolisError(
                mark("loading {town} failed unexpectedly"),
                mark("please report it with {log}"),
                town=repr(slug),
                log=log,
            )
            yield TownLoad(slug, error=failed)
        else:
            yield TownLoad(slug, report)
