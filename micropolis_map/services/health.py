"""Can this server read and write: looked at beside the questions, so that the answer waits for nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from micropolis_map import __version__
from micropolis_map.errors import MicropolisError
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services.publishing import Publishing
from micropolis_map.services.repeating import Repeating
from micropolis_map.services.soundness import Soundness
from micropolis_map.stores.database import Database

LOOK_EVERY_S = 2.0
SILENT_S = 15.0
"""A store that has not answered for so long is no longer said to be well."""


@dataclass(frozen=True)
class Seen:
    """What one look saw.

    Attributes
    ----------
    document
        What ``/healthz`` prints: ``status`` is ``ok``; ``degraded`` when only the mirror, a folder of
        communities or some documents fail (``damaged`` counts them by community); ``read-only`` when it can
        be read only, or what is public only; ``unavailable``.
    is_well
        Whether the store can be read and written.
    """

    document: dict[str, Any]
    is_well: bool


class Health:
    """Looks at the stores every few seconds from `start` to `stop`, and remembers what it saw."""

    def __init__(
        self,
        stores: tuple[PlaceStore, CommunityStore],
        database: Database,
        publishing: Publishing,
        soundness: Soundness,
    ) -> None:
        self._places, self._communities = stores
        self._database, self._publishing, self._soundness = database, publishing, soundness
        self._repeating = Repeating("health", self._again, first_after_s=LOOK_EVERY_S)
        self._seen: Seen | None = None
        self._at_s = 0.0

    def start(self) -> None:
        """Look, and go on looking."""
        self._again()
        self._repeating.start()

    def stop(self) -> None:
        """End; what was seen is forgotten."""
        self._repeating.stop()
        self._seen = None

    def last(self) -> Seen | None:
        """Return what was seen last, and when; None where nobody looks. It asks and awaits no store."""
        seen, age_s = self._seen, time.monotonic() - self._at_s
        if seen is None:
            return None
        document = {**seen.document, "looked_s_ago": round(age_s, 1)}
        if age_s <= SILENT_S:
            return Seen(document, seen.is_well)
        silent = f"the store has not answered for {age_s:.0f} seconds; look at its disk or server"
        problems = [*document["problems"], silent]
        return Seen(document | {"status": "unavailable", "problems": problems}, is_well=False)

    def look(self) -> Seen:
        """Return how it is now."""
        problems = []
        store = {"kind": self._database.url.drivername, "writable": True}
        try:
            self._places.check()
        except MicropolisError as error:
            store["writable"] = False
            problems.append(_told(error))
        slugs: list[str] = []
        try:
            slugs = list(self._communities.slugs())
        except MicropolisError as error:
            problems.append(_told(error))
        readable = bool(store["writable"]) or self._is_readable()
        damaged = self._damaged(problems) if readable else {}
        if self._publishing.problem:
            problems.append(self._publishing.problem)
        status = "degraded" if problems else "ok"
        if not store["writable"]:
            status = "read-only" if readable and self._database.reads_instead else "unavailable"
        document = {
            "status": status,
            "version": __version__,
            "store": store,
            "communities": slugs,
            "problems": problems,
            **({"damaged": damaged} if damaged else {}),
        }
        return Seen(document, is_well=bool(store["writable"]))

    def _again(self) -> float:
        self._seen = self.look()
        self._at_s = time.monotonic()
        return LOOK_EVERY_S

    def _is_readable(self) -> bool:
        try:
            self._places.version()
        except MicropolisError:
            return False
        return True

    def _damaged(self, problems: list[str]) -> dict[str, int]:
        try:
            counts = self._soundness.counts()
        except MicropolisError as error:
            problems.append(_told(error))
            return {}
        for community, count in sorted(counts.items()):
            where = community or "the whole server"
            problems.append(f"{where}: {count} stored documents are damaged; 'verify' names them")
        return {community or "server": count for community, count in sorted(counts.items())}


def _told(error: MicropolisError) -> str:
    """Return what happened and what to do; everybody reads it, so it does not say where."""
    return "; ".join(filter(None, error.told_to_anybody()))
