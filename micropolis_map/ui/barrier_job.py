"""Obstacles being looked for in the background, so that a page is there at once and shows how far it is."""

from __future__ import annotations

import logging
import threading

from micropolis_map.errors import Cancelled, MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.services.barriers import Question, find_barriers

_LOG = logging.getLogger(__name__)


class BarrierJob:
    """One search; every method may be called from any thread."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.share = 0.0
        self.error: MicropolisError | None = None
        self._stopped = threading.Event()
        self._done = threading.Event()

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._done.is_set()

    def stop(self) -> None:
        """Stop at the next step."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end for at most `seconds`; return whether it ended."""
        return self._done.wait(seconds)

    def run(self) -> None:
        """Look for the obstacles; what was found is kept by `services.barriers`."""
        try:
            find_barriers(self.question, self._progress)
        except MicropolisError as error:
            self.error = error
        except Exception:  # noqa: BLE001 - a thread has nobody above it: it is logged and said on the page
            _LOG.exception("looking for obstacles in %r failed", self.question.build.slug)
            self.error = MicropolisError(
                mark("the obstacles could not be found"), mark("the server's log says more")
            )
        finally:
            self._done.set()

    def _progress(self, share: float, message: str) -> None:  # noqa: ARG002 - the protocol's
        self.share = min(1.0, max(0.0, share))
        if self._stopped.is_set():
            raise Cancelled(mark("the search for obstacles was stopped"), mark("ask again"))


class BarrierJobs:
    """The running searches of this server: one at a time works, the others wait."""

    def __init__(self) -> None:
        self._jobs: dict[Question, BarrierJob] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def of(self, question: Question) -> BarrierJob:
        """Return the search for `question`, begun now where it is not running; ended ones are begun anew."""
        with self._lock:
            self._jobs = {q: job for q, job in self._jobs.items() if not job.done or q == question}
            job = self._jobs.get(question)
            if job is None:
                job = self._jobs[question] = BarrierJob(question)
                threading.Thread(target=self._in_turn, args=(job,), name="barriers", daemon=True).start()
            return job

    def forget(self, question: Question) -> None:
        """Forget an ended search, so that it can be begun anew."""
        with self._lock:
            job = self._jobs.get(question)
            if job is not None and job.done:
                del self._jobs[question]

    def _in_turn(self, job: BarrierJob) -> None:
        with self._turn:
            job.run()
