"""What is done by itself while the server runs: what is old or belongs to nobody is put away.

Old places are archived, orphaned photos deleted, names of who came on a guided walk forgotten.
"""

from __future__ import annotations

import logging
import threading

from micropolis_map.errors import MicropolisError
from micropolis_map.services import guided_walks, taking_care
from micropolis_map.services.participation import Participation

_LOG = logging.getLogger(__name__)
_EVERY_S = 6 * 3600.0
_FIRST_AFTER_S = 60.0
"""Starting stays quick; nothing here is urgent."""


class Caretaker:
    """Looks after the map a few times a day in a thread of its own."""

    def __init__(self, desk: Participation) -> None:
        self._desk = desk
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._watch, name="caretaker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def look(self) -> None:
        """Look once."""
        archived = taking_care.archive_old(self._desk)
        removed = taking_care.remove_orphans(self._desk)
        forgotten = guided_walks.forget_people(self._desk)
        if archived or removed or forgotten:
            told = "%d places archived for their age, %d orphaned files deleted, %d walkers forgotten"
            _LOG.info(told, len(archived), removed, forgotten)

    def _watch(self) -> None:
        pause_s = _FIRST_AFTER_S
        while not self._stop.wait(pause_s):
            pause_s = _EVERY_S
            try:
                self.look()
            except MicropolisError as error:
                _LOG.error("caretaker: %s", error)
