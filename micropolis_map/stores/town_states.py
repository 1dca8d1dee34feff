"""Towns that are hidden or erased: a small file in the town's own folder says so.

It stays when the town is erased: files that come back with an upgrade or a copy do not bring the town back.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from micropolis_map.stores.files import unreadable, unwritable, write_whole
from micropolis_map.stores.locks import locked

_LOG = logging.getLogger(__name__)

FILE = "state.json"

Closed = Literal["hidden", "erasing", "erased"]


@dataclass(frozen=True)
class TownState:
    """What was done to a town that is not shown.

    Attributes
    ----------
    name
        As it was shown, for who brings it back.
    since
        ISO 8601.
    by
        The account of who did it.
    """

    state: Closed
    name: str
    since: str
    by: str


class TownStates:
    """The states of the towns in a folder (``<data>/geo``); a town without one is shown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def all(self) -> Mapping[str, TownState]:
        """Return the state of each town that is not shown, by slug; with a damaged file it stays hidden."""
        try:
            found = {path.parent.name: _read(path) for path in sorted(self._folder.glob(f"*/{FILE}"))}
        except OSError as error:
            raise unreadable(self._folder, error) from error
        return {slug: state for slug, state in found.items() if state is not None}

    def stamp(self) -> str:
        """Return a text that changes with every state that is written or removed; nobody can guess it."""
        try:
            found = [(path.parent.name, path.stat().st_mtime_ns) for path in self._folder.glob(f"*/{FILE}")]
        except FileNotFoundError:  # shown again this moment
            return self.stamp()
        except OSError as error:
            raise unreadable(self._folder, error) from error
        return repr(sorted(found))

    def closed(self) -> frozenset[str]:
        """Return the slugs of the towns that are not shown."""
        return frozenset(self.all())

    def put(self, slug: str, state: TownState) -> None:
        """Write the town's state, durably."""
        write_whole(self._folder / slug / FILE, json.dumps(asdict(state), ensure_ascii=False))

    def remove(self, slug: str) -> None:
        """Let the town be shown again."""
        path = self._folder / slug / FILE
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error

    def alone(self) -> AbstractContextManager[None]:
        """Let one at a time look at the states and write them."""
        return locked(self._folder / ".towns.lock")


def _read(path: Path) -> TownState | None:
    """Return the state, None where the town was shown again this moment."""
    try:
        return TownState(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        _LOG.error("%s is not the state of a town, which stays hidden: %s", path, error)
        return TownState("hidden", path.parent.name, "", "")
