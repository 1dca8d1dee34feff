"""Published tours: those that came with the program, ``tours/<slug>.toml``, and those people made here."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from micropolis_map.domain.place_fields import Fields
from micropolis_map.domain.tour import Tour
from micropolis_map.domain.tour_document import tour_of_document
from micropolis_map.errors import InvalidInput, NotFound, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.stores.files import unreadable
from micropolis_map.stores.sql_tour_store import SqlTourStore


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
        raise NotFound(
            mark("there is no tour {id}"), mark("look it up in the list of tours"), id=repr(tour_id[:128])
        )

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
    where = f"tour {number}"
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"{where} is {raw!r}", "begin each tour with [[tour]]")
    return tour_of_document(Fields(where, raw).identifier("id"), community, raw, where)


class AllTourStore:
    """The `ports.TourStore` of everything public: tours that came with the program, and those people made.

    A tour somebody changed or hid takes the place of the one of that id that came with the program.
    """

    def __init__(self, files: FileTourStore, made: SqlTourStore) -> None:
        self.files = files
        self.made = made

    def tours(self, community: str | None = None) -> Sequence[Tour]:
        """Return the published tours: those of the files in their order, then the others as they came."""
        changed = self.made.ids()
        public = {tour.id: tour for tour in self.made.tours(community)}
        found = []
        for tour in self.files.tours(community):
            shown = public.pop(tour.id, None) if tour.id in changed else tour
            found += [shown] if shown is not None else []
        return [*found, *public.values()]

    def get(self, tour_id: str) -> Tour:
        """Return the published tour; `NotFound` without one."""
        known = self.made.find(tour_id)
        return self.made.get(tour_id) if known is not None else self.files.get(tour_id)

    def version(self) -> str:
        """Return a token that changes with every change."""
        return f"{self.files.version()}-{self.made.version()}"
