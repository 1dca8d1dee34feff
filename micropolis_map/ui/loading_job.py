"""A community being loaded in the background, so that a page can show how far it is and stop it."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from time import monotonic

from micropolis_map.domain.community import LoadReport
from micropolis_map.domain.permission import Action, Actor, Subject, require
from micropolis_map.errors import Cancelled, MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress
from micropolis_map.services.loading import LoadRequest

_LOG = logging.getLogger(__name__)

TOLD_FROM = 0.1
"""From this share on it is said how long the rest will take: before, nobody knows."""

Load = Callable[[str, LoadRequest, Progress], LoadReport]


@dataclass(frozen=True)
class Upload:
    """A file a visitor gave: its own name (for its ending) and its content."""

    name: str
    content: bytes


class LoadingJob:
    """One loading; every method may be called from any thread.

    Parameters
    ----------
    slug
        The community.
    request
        What to load from; files that were uploaded are added to it.
    uploads
        Uploaded files by the field of `request` they belong to; kept only until the loading has ended.
    """

    def __init__(
        self, slug: str, request: LoadRequest, uploads: Mapping[str, Sequence[Upload]] | None = None
    ) -> None:
        self.slug = slug
        self.share = 0.0
        self.message = ""
        self.report: LoadReport | None = None
        self.error: MicropolisError | None = None
        self.from_files = bool(uploads and any(uploads.values()))
        self._request = request
        self._uploads = dict(uploads or {})
        self._begun = monotonic()
        self._moved = self._begun
        self._stopped = threading.Event()
        self._done = threading.Event()

    def start(self, load: Load) -> None:
        """Begin to load with `load` on a thread of its own."""
        threading.Thread(target=self._run, args=(load,), name=f"load-{self.slug}", daemon=True).start()

    def stop(self) -> None:
        """Stop at the next step; what was loaded before stays."""
        self._stopped.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopped.is_set()

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._done.is_set()

    def seconds_left(self, before_s: float | None = None) -> float | None:
        """Return about how long it still takes; None while nothing tells.

        It is measured, from how long the part done has taken; while it is not slower than the last
        loading of this town, from that.

        Parameters
        ----------
        before_s
            How long this town took last time, None where it was never loaded.
        """
        now = monotonic()
        if before_s is not None and now - self._begun < before_s:
            return before_s - (now - self._begun)
        if self.share < TOLD_FROM:
            return None
        pace_s = (self._moved - self._begun) / self.share
        stalled = now - self._moved > max(10.0, pace_s / 4)
        return None if stalled else max(0.0, pace_s * (1 - self.share) - (now - self._moved))

    def wait(self, seconds: float) -> bool:
        """Wait for the end for at most `seconds`; return whether it ended."""
        return self._done.wait(seconds)

    def _run(self, load: Load) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="micropolis-upload-") as folder:
                request = _with_files(self._request, self._uploads, Path(folder))
                self._uploads = {}
                self.report = load(self.slug, request, self._progress)
        except MicropolisError as error:
            self.error = error
        except Exception:  # noqa: BLE001 - a thread has nobody above it: whatever happened is logged and said on the page
            _LOG.exception("loading %r failed", self.slug)
            self.error = MicropolisError(
                mark("loading {town} failed unexpectedly"),
                mark("the server's log says more; nothing was changed"),
                town=repr(self.slug),
            )
        finally:
            self._done.set()

    def _progress(self, share: float, message: str) -> None:
        if share > self.share:  # a second try begins anew, the bar does not
            self.share, self._moved = min(1.0, share), monotonic()
        self.message = message
        if self._stopped.is_set():
            raise Cancelled(
                mark("loading {town} was stopped"), mark("nothing was changed"), town=repr(self.slug)
            )


def _with_files(request: LoadRequest, uploads: Mapping[str, Sequence[Upload]], folder: Path) -> LoadRequest:
    written: dict[str, tuple[Path, ...]] = {}
    for field, files in uploads.items():
        paths = []
        for number, upload in enumerate(files):
            path = folder / f"{field}-{number}" / PurePath(upload.name).name  # as its owner calls it
            path.parent.mkdir()
            path.write_bytes(upload.content)
            paths.append(path)
        written[field] = tuple(paths)

    def only(field: str, otherwise: Path | None) -> Path | None:
        return written[field][0] if written.get(field) else otherwise

    return replace(
        request,
        osm=written.get("osm") or request.osm,
        elevation=written.get("elevation") or request.elevation,
        boundary=only("boundary", request.boundary),
        districts=only("districts", request.districts),
        population=only("population", request.population),
    )


class LoadingJobs:
    """The running and last loading of each community, for all visitors of this server.

    Parameters
    ----------
    right
        Gives what has to be allowed to whoever starts, stops or forgets the loading of a community
        (`right_to_load`); who may not gets `NotAllowed`.
    """

    def __init__(self, right: Callable[[str], Action]) -> None:
        self._right = right
        self._jobs: dict[str, LoadingJob] = {}
        self._lock = threading.Lock()

    def get(self, slug: str) -> LoadingJob | None:
        """Return the community's running or last loading."""
        return self._jobs.get(slug)

    def running(self) -> list[LoadingJob]:
        """Return the loadings that have not ended, of every community and whoever began them."""
        with self._lock:
            return [job for job in self._jobs.values() if not job.done]

    def start(self, job: LoadingJob, load: Load, actor: Actor) -> LoadingJob:
        """Start `job` unless one for its community is running; return the one that runs now."""
        self._require(actor, job.slug)
        with self._lock:
            running = self._jobs.get(job.slug)
            if running is not None and not running.done:
                return running
            self._jobs[job.slug] = job
        job.start(load)
        return job

    def stop(self, slug: str, actor: Actor) -> None:
        """Stop the community's loading at its next step."""
        self._require(actor, slug)
        job = self._jobs.get(slug)
        if job is not None:
            job.stop()

    def forget(self, slug: str, actor: Actor) -> None:
        """Forget the community's loading once it has ended."""
        self._require(actor, slug)
        with self._lock:
            job = self._jobs.get(slug)
            if job is not None and job.done:
                del self._jobs[slug]

    def _require(self, actor: Actor, slug: str) -> None:
        require(actor, self._right(slug), Subject(slug))
