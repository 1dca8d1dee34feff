"""What is done by itself while the server runs: what is old or belongs to nobody is put away.

Old places are archived, orphaned photos deleted, names of who came on a guided walk forgotten, and what was
turned down or withdrawn long ago is erased. The clock may be wrong: `rounds` says what is believed of it.
"""

from __future__ import annotations

import logging

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
from micropolis_map.stores.run_store import SqlRunStore

_LOG = logging.getLogger(__name__)
_EVERY_S = 6 * 3600.0
_FIRST_AFTER_S = 60.0
"""Starting stays quick; nothing here is urgent."""


class Caretaker:
    """Looks after the map a few times a day in a thread of its own."""

    def __init__(
        self, desk: Participation, keep_refused_months: int = 12, runs: SqlRunStore | None = None
    ) -> None:
        self._desk = desk
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
        archived = archiving.archive_old(self._desk, this)
        removed = taking_care.remove_orphans(self._desk, this) + taking_care.remove_strays(self._desk, this)
        forgotten = guided_walks.forget_people(self._desk, this)
        erased = retention.erase_refused(self._desk, self._keep_refused_months, this)
        erased += town_requests.erase_old(self._desk, self._keep_refused_months, this)
        if self._runs is not None:
            retention.erase_deleted_runs(self._runs, this)
        if archived or removed or forgotten or erased:
            told = (
                "%d places archived for their age, %d orphaned files deleted, %d walkers forgotten, "
                "%d refused proposals and answered requests erased"
            )
            _LOG.info(told, len(archived), removed, forgotten, erased)

    def _round(self) -> float:
        try:
            self.look()
        except MicropolisError as error:
            _LOG.error("caretaker: %s", error)
        return _EVERY_S
