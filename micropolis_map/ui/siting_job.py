"""The search for the best sites in the background: a page shows what is known, how far it is, and ends it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from micropolis_map.errors import Cancelled, MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress
from micropolis_map.services.siting_result import SitingResult

_LOG = logging.getLogger(__name__)
_AT_WORK = threading.BoundedSemaphore(2)
"""So many searches at a time: more would only make each of them slower."""

Search = Callable[[Progress, Callable[[SitingResult], None]], SitingResult]


class SitingJob:
    """One search; every method may be called from any thread."""

    def __init__(self, search: Search) -> None:
        self.share = 0.0
        self.result: SitingResult | None = None
        self.error: MicropolisError | None = None
        self._search = search
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._first = threading.Event()

    def start(self) -> SitingJob:
        """Begin on a thread of its own."""
        threading.Thread(target=self._run, name="siting", daemon=True).start()
        return self

    def stop(self) -> None:
        """End the search; the best sites found until then stay."""
        self._stopped.set()

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end for at most `seconds`; return whether it ended."""
        return self._done.wait(seconds)

    def wait_for_first(self, seconds: float) -> None:
        """Wait for the first good sites for at most `seconds`."""
        self._first.wait(seconds)

    def _run(self) -> None:
        try:
            with _AT_WORK:
                self.result = self._search(self._progress, self._better)
        except Cancelled as error:
            if self.result is None:
                self.error = error
            else:
                self.result = replace(self.result, stopped=True)
        except MicropolisError as error:
            self.error = error
        except Exception:  # noqa: BLE001 - a thread has nobody above it: whatever happened is logged and said on the page
            _LOG.exception("looking for sites failed")
            self.error = MicropolisError(
                mark("looking for the best places failed unexpectedly"), mark("the server's log says more")
            )
        finally:
            self._done.set()
            self._first.set()

    def _progress(self, share: float, message: str) -> None:  # noqa: ARG002 - the page has its own words
        self.share = min(1.0, max(self.share, share))
        if self._stopped.is_set():
            raise Cancelled(mark("the search was stopped"), mark("start it again"))

    def _better(self, result: SitingResult) -> None:
        self.result = result
        self._first.set()
        if self._stopped.is_set():
            raise Cancelled(mark("the search was stopped"), mark("start it again"))
