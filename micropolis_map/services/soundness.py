"""Which stored documents are damaged, asked often and looked at seldom."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from micropolis_map.errors import StoreUnavailable
from micropolis_map.stores.damage import Damage
from micropolis_map.stores.database import Database
from micropolis_map.stores.documents import damaged_documents

FRESH_S = 5.0
"""How long an answer is given again without looking."""
_REST = 50
"""How many times as long as a look took nobody looks again: it costs a fiftieth of a core at most."""
_QUICK_S = 0.1
"""A look that took longer is taken beside the question from then on, which gets the answer before."""


class Soundness:
    """The damaged documents of `database`; rows that did not change are read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[int] = set()
        self._looking = threading.Lock()
        self._found: Sequence[Damage] = ()
        self._took_s = 0.0
        self._at_s = float("-inf")

    def damaged(self) -> Sequence[Damage]:
        """Return the damaged documents as they were some seconds ago at most, or when last looked at.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        is_old = time.monotonic() - self._at_s > max(FRESH_S, _REST * self._took_s)
        if is_old and self._looking.acquire(blocking=False):
            if self._took_s <= _QUICK_S:
                self._look()
            else:
                threading.Thread(target=self._look_apart, name="soundness", daemon=True).start()
        return self._found

    def counts(self) -> Mapping[str, int]:
        """Return how many documents of each community are damaged; those of none under ``""``."""
        return Counter(one.community for one in self.damaged())

    def _look(self) -> None:
        try:
            began_s = time.monotonic()
            self._found, _ = damaged_documents(self._database, self._known)
            self._at_s = time.monotonic()
            self._took_s = self._at_s - began_s
        finally:
            self._looking.release()

    def _look_apart(self) -> None:
        try:
            self._look()
        except StoreUnavailable:
            self._took_s = 0.0  # whoever asks next looks itself, and is told
