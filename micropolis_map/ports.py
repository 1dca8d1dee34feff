"""What the services need from the outside, as Protocols; adapters live in `stores` and `sources`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.domain.place import Place
from micropolis_map.domain.sketch import Sketch
from micropolis_map.domain.tour import Tour


class Progress(Protocol):
    """Told how far a long task is; may raise `errors.Cancelled` to stop it."""

    def __call__(self, share: float, message: str) -> None:
        """Take the done `share` (0–1) and what is happening now."""


def silent(share: float, message: str) -> None:
    """Take no notice."""


class PlaceStore(Protocol):
    """Where places live. Every method is one transaction; what it returned survives a crash."""

    def get(self, place_id: str) -> Place:
        """Return the place in any status; `NotFound` without one."""

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        """Return places sorted by id."""

    def statuses(self, without: Collection[str] = ()) -> Mapping[str, str]:
        """Return the status of every place by id, also of damaged ones, which `places` leaves out.

        `without` names communities whose places are left out.
        """

    def put(self, place: Place, *, expected_revision: int | None = None) -> Place:
        """Add the place or append its next revision; `Conflict` when the stored revision is another one."""

    def put_many(self, places: Iterable[Place]) -> int:
        """Add or renew all in one transaction; return how many."""

    def version(self) -> str:
        """Return a token that changes with every change (for ETags and the mirror)."""

    def check(self) -> None:
        """Write and read; `StoreUnavailable` when either fails."""


class TourStore(Protocol):
    """Where published tours live."""

    def tours(self, community: str | None = None) -> Sequence[Tour]:
        """Return the published tours, in the order they are shown."""

    def get(self, tour_id: str) -> Tour:
        """Return the published tour; `NotFound` without one."""

    def version(self) -> str:
        """Return a token that changes with every change."""


class CommunityStore(Protocol):
    """The folders under ``data/geo``: descriptions, built layers."""

    def slugs(self) -> Sequence[str]:
        """Return the communities' slugs, sorted."""

    def get(self, slug: str) -> Community:
        """Return the community; `NotFound` names the known slugs."""

    def save(self, community: Community) -> None:
        """Write ``community.toml`` and ``districts.geojson``, each aside and renamed."""

    def current_build(self, slug: str) -> Path | None:
        """Return the folder of the community's newest complete build, None when nothing is loaded."""

    def build(self, slug: str, build_id: str) -> Path | None:
        """Return the folder of that complete build of an open community, None without such a one."""

    def sketch(self, slug: str) -> Sketch | None:
        """Return what is known of the town without its streets, None without a sketch."""

    def cache_folder(self, slug: str) -> Path:
        """Return the folder for what is made again when it is lost; it may not be there yet."""

    def begin_build(self, slug: str) -> Path:
        """Return a new empty folder to build in; nobody sees it until `finish_build`."""

    def finish_build(self, slug: str, build: Path, report: LoadReport) -> None:
        """Make `build` the current one, atomically; old builds but the last are removed."""

    def report(self, slug: str) -> LoadReport | None:
        """Return the report of the current build."""

    def put_layer(self, build: Path, name: str, collection: Mapping[str, Any]) -> None:
        """Write the GeoJSON layer `name` into the build."""
