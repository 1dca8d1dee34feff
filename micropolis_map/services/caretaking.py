"""What is done by itself while the server runs: what is old or belongs to nobody is put away.

Old places are archived, orphaned photos deleted, names of who came on a guided walk forgotten, and what was
turned down or withdrawn long ago is erased. The clock may be wrong: `rounds` says what is believed of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from micropolis_map.errors import MicropolisError
from micropolis_map.services import (
    archiving,
    guided_walks,
    retention,
    rounds,
    taking_care,
    town_requests,
)
from micropolis_map.services.participation import Participation
from micropolis_map.services.repeating import Repeating
from micropolis_map.services.soundness import Soundness
from micropolis_map.stores.run_store import SqlRunStore

_LOG = logging.getLogger(__name__)
_EVERY_S = 6 * 3600.0
_FIRST_AFTER_S = 60.0
"""Starting stays quick; nothing here is urgent."""


class Caretaker:
    """Looks after the map a few times a day in a thread of its own."""

    def __init__(
        self,
        desk: Participation,
        keep_refused_months: int = 12,
        runs: SqlRunStore | None = None,
        soundness: Soundness | None = None,
    ) -> None:
        self._desk = desk
        self._soundness = soundness
        self._runs = runs
        self._keep_refused_months = keep_refused_months
        self._repeating = Repeating("caretaker", self._round, first_after_s=_FIRST_AFTER_S)

    def start(self) -> None:
        """Begin."""
        self._repeating.start()

    def stop(self) -> None:
        """End."""
        self._repeating.stop()

    def look(self) -> None:
        """Look once."""
        this = rounds.begin(self._desk)
        if this.jumped:
            _LOG.warning(
                "caretaker: the clock moved from %s to %s; nothing is put away", this.before, this.now
            )
        desk, months, runs = self._desk, self._keep_refused_months, self._runs
        works: dict[str, Callable[[], int]] = {
            "places archived for their age": lambda: len(archiving.archive_old(desk, this)),
            "orphaned files deleted": lambda: self._remove_files(this),
            "walkers forgotten": lambda: guided_walks.forget_people(desk, this),
            "refused proposals erased": lambda: retention.erase_refused(desk, months, this),
            "answered requests erased": lambda: town_requests.erase_old(desk, months, this),
            "ended sessions and links erased": lambda: retention.erase_expired_tokens(desk, this),
            "deleted results erased": lambda: retention.erase_deleted_runs(runs, this) if runs else 0,
        }
        for what, work in works.items():
            try:
                done = work()
            except MicropolisError as error:  # what cannot be read or written holds up nothing else
                _LOG.error("caretaker, %s: %s", what, error)
            else:
                if done:
                    _LOG.info("caretaker: %d %s", done, what)

    def _remove_files(self, this: rounds.Round) -> int:
        """Remove files that nothing shows; a damaged document may show one, so then none is removed."""
        if self._soundness is not None and self._soundness.damaged():
            _LOG.warning("caretaker: no file is removed while documents are damaged")
            return 0
        return taking_care.remove_orphans(self._desk, this) + taking_care.remove_strays(self._desk, this)

    def _round(self) -> float:
        try:
            self.look()
        except MicropolisError as error:
            _LOG.error("caretaker: %s", error)
        return _EVERY_S
