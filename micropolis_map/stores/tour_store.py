"""Published tours: a file of them for each community, ``tours/<slug>.toml`` in the folder of data."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from micropolis_map.domain.place_fields import Fields
from micropolis_map.domain.tour import VISIT_S, Tour
from micropolis_map.errors import InvalidInput, NotFound, UnreadableFile
from micropolis_map.stores.files import unreadable

MOST_MINUTES = 600
LONGEST_TEXT = 200


class FileTourStore:
    """The `ports.TourStore` on TOML files: a person writes them, a review publishes them.

    They are read anew when they change; what is in them is public.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tours(self, community: str | None = None) -> Sequence[Tour]:
        """Return the published tours in the order of their files.

        Raises
        ------
        UnreadableFile
            A file is not TOML, or a tour in it is not whole: which, and what to repair.
        """
        found = [tour for path in self._paths() for tour in _tours(path, _stamp(path))]
        return [tour for tour in found if community in {None, tour.community}]

    def get(self, tour_id: str) -> Tour:
        """Return the published tour; `NotFound` without one."""
        for tour in self.tours():
            if tour.id == tour_id:
                return tour
        raise NotFound(f"there is no tour {tour_id[:128]!r}", "look it up in the list of tours")

    def version(self) -> str:
        """Return a token that changes with every change."""
        facts = repr([(path.name, _stamp(path)) for path in self._paths()])
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.toml"))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return facts.st_mtime_ns, facts.st_size


@lru_cache(maxsize=64)
def _tours(path: Path, stamp: tuple[int, int]) -> tuple[Tour, ...]:  # noqa: ARG001 - part of the key
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(path, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{str(path)!r} is not TOML: {error}", "repair the file") from error
    tables = raw.get("tour", [])
    if not isinstance(tables, list):
        raise UnreadableFile(f"{str(path)!r}: tour is {tables!r}", "begin each tour with [[tour]]")
    try:
        return tuple(_tour(path.stem, number, table) for number, table in enumerate(tables, start=1))
    except InvalidInput as error:
        raise UnreadableFile(f"{str(path)!r}: {error.what}", error.todo) from error


def _tour(community: str, number: int, raw: Mapping[str, Any]) -> Tour:
    fields = Fields(f"tour {number}", raw)
    stops = raw.get("stops")
    if not isinstance(stops, list) or not stops:
        raise InvalidInput(
            f"tour {number}: stops is {stops!r}", 'give stops = [{ place = "…", minutes = 5 }]'
        )
    tour = Tour(
        id=fields.identifier("id"),
        community=community,
        name=fields.texts("name", required=True),
        about=fields.texts("about"),
        stops=tuple(_stop(f"tour {number}, stop {k}", stop) for k, stop in enumerate(stops, start=1)),
        loop=raw.get("loop") is True,
        licence=fields.text("licence", LONGEST_TEXT),
        authors=tuple(str(author) for author in raw.get("authors", ())),
        languages=tuple(str(lang) for lang in raw.get("languages", ("en",))),
    )
    ids = [place for place, _ in tour.stops]
    if len(set(ids)) < len(ids):
        raise InvalidInput(
            f"tour {number}: a stop is there twice", "name each place once; a loop returns by itself"
        )
    return tour


def _stop(where: str, raw: Any) -> tuple[str, float]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"{where} is {raw!r}", 'write it as { place = "…", minutes = 5 }')
    fields = Fields(where, raw)
    minutes = fields.whole("minutes", round(VISIT_S / 60.0), low=0, high=MOST_MINUTES)
    return fields.identifier("place"), float(minutes or 0) * 60.0
