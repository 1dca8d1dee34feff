"""What is done by itself while the server runs: what is old or belongs to nobody is put away.

Old places are archived, orphaned photos deleted, names of who came on a guided walk forgotten, and what was
turned down or withdrawn long ago is erased.
"""

from __future__ import annotations

import logging

from micropolis_map.errors import MicropolisError
from micropolis_map.services import guided_walks, retention, taking_care
from micropolis_map.services.participation import Participation
from micropolis_map.services.repeating import Repeating

_LOG = logging.getLogger(__name__)
_EVERY_S = 6 * 3600.0
_FIRST_AFTER_S = 60.0
"""Starting stays quick; nothing here is urgent."""


class Caretaker:
    """Looks after the map a few times a day in a thread of its own."""

    def __init__(self, desk: Participation, keep_refused_months: int = 12) -> None:
        self._desk = desk
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
        archived = taking_care.archive_old(self._desk)
        removed = taking_care.remove_orphans(self._desk) + taking_care.remove_strays(self._desk)
        forgotten = guided_walks.forget_people(self._desk)
        erased = retention.erase_refused(self._desk, self._keep_refused_months)
        if archived or removed or forgotten or erased:
            told = (
                "%d places archived for their age, %d orphaned files deleted, %d walkers forgotten, "
                "%d refused proposals erased"
            )
            _LOG.info(told, len(archived), removed, forgotten, erased)

    def _round(self) -> float:
        try:
            self.look()
        except MicropolisError as error:
            _LOG.error("caretaker: %s", error)
        return _EVERY_S
