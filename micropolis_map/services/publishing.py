"""Keeps ``data/places.geojson`` equal to what the public sees, and takes in what was changed there by hand.

Both directions run under one file lock, so that of several processes one works at a time:

1. *Renew*: ids the store does not know are added; a known place is renewed when the file's ``updated`` is
   newer, or equal with a revision that is not older and different content (edited by hand). Nothing is ever
   deleted, and a place that is hidden stays hidden.
2. *Mirror*: the file is rewritten when the published places differ from it.

A file that cannot be read whole is never overwritten: `problem` says what to repair.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import (
    ATTRIBUTION,
    LICENCE,
    collection,
    feature_to_place,
    read_features,
    unknown_properties,
)
from micropolis_map.errors import Conflict, InvalidInput, MicropolisError, UnreadableFile
from micropolis_map.ports import PlaceStore
from micropolis_map.services.repeating import Repeating
from micropolis_map.stores.files import unreadable, write_whole
from micropolis_map.stores.locks import locked

_LOG = logging.getLogger(__name__)
POLL_S = 1.0
"""How often the store and the file are looked at; a change is in the file well within the promised 5 s."""

_RETRY_S = 4.0
"""How long after a failure it is tried again."""

_Stamp = tuple[int, int, int]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Renewal:
    """What the file brought into the store; `problems` are its features that could not be read."""

    added: int = 0
    renewed: int = 0
    unchanged: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """The file as it was read: its places sorted by id, its header, and what could not be read."""

    places: tuple[Place, ...]
    header: dict[str, Any]
    problems: tuple[str, ...]


class Publishing:
    """The public file at `path` beside the places in `store`."""

    def __init__(self, store: PlaceStore, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._store = store
        self._busy = threading.RLock()
        self._repeating = Repeating("publishing", self._look, once_more=True)
        self._file: _File | None = None
        self._known: _Stamp | None = None  # of the file as `_file` has it; None before it was read
        self._seen: tuple[str, _Stamp | None] | None = None

    def renew(self) -> Renewal:
        """Take what is new in the file into the store; a fresh store is filled from it.

        Raises
        ------
        StoreUnavailable
            The store cannot be written.
        """
        with self._alone():
            self._known = None
            return self._take_in()

    def mirror_now(self) -> bool:
        """Renew, then rewrite the file when it is not what the public sees; return whether it was rewritten.

        Raises
        ------
        StoreUnavailable
            The store cannot be used or the file cannot be written.
        UnreadableFile
            The file has something that cannot be read, and is left alone.
        """
        with self._alone():
            problems = self._take_in().problems
            if problems:
                raise UnreadableFile(f"{str(self.path)!r} is not rewritten: {problems[0]}", "repair the file")
            public, file = self._public(), self._file
            if file and file.places == public and "exported" in file.header:
                return False
            self._store.check()  # never from what stands in for a store that cannot be used
            self._write(public)
            return True

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Hold the file while the block replaces the store as a whole, then write it from the store alone.

        Raises
        ------
        StoreUnavailable
            The store cannot be used or the file cannot be written.
        """
        with self._alone():
            yield
            # What it said of places that are damaged may be newer than what replaces them.
            self._file = replace(self._file, places=()) if self._file else None
            self._write(self._public())

    def _public(self) -> tuple[Place, ...]:
        """Return what the file is to hold: what the public sees, and what it last saw of damaged places."""
        public = tuple(self._store.places())
        if self._file is None:
            return public
        statuses, whole = self._store.statuses(), {place.id for place in public}
        last = (
            place
            for place in self._file.places
            if place.id not in whole and statuses.get(place.id) == "published"
        )
        return tuple(sorted((*public, *last), key=lambda place: place.id))

    def _write(self, public: tuple[Place, ...]) -> None:
        header = {"licence": LICENCE, "attribution": ATTRIBUTION} | (self._file.header if self._file else {})
        licence, attribution = str(header["licence"]), str(header["attribution"])
        text = collection(public, _now(), licence=licence, attribution=attribution)
        self._known = _stamp_of(write_whole(self.path, text))
        self._file = _File(public, {**header, "exported": ""}, ())

    def start(self) -> None:
        """Begin to watch store and file in the background."""
        self._repeating.start()

    def stop(self) -> None:
        """Mirror what is left and end the watching."""
        self._repeating.stop()

    def _look(self) -> float:
        try:
            self._follow()
        except MicropolisError as error:
            self._say(str(error), "; ".join(filter(None, error.told_to_anybody())))
            return _RETRY_S
        self._say("")
        return POLL_S

    def _follow(self) -> None:
        version = self._store.version()
        if (version, _stamp(self.path)) == self._seen:
            return
        if self.mirror_now():
            _LOG.info("%s now equals what the public sees", self.path)
        self._seen = (version, self._known)

    def _say(self, problem: str, public: str = "") -> None:
        """Log the problem; `public` is what everybody is told of it."""
        told = public or problem
        if told != self.problem and problem:
            _LOG.error("publishing: %s", problem)
        self.problem = told

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._busy, locked(self.path.with_name(f".{self.path.name}.lock")):
            yield

    def _take_in(self) -> Renewal:
        stamp = _stamp(self.path)  # before reading: an edit meanwhile is then seen as one
        if stamp == self._known:
            return Renewal(problems=self._file.problems if self._file else ())
        self._file = _read(self.path)
        renewal = self._renew(self._file)
        self._known = stamp
        return renewal

    def _renew(self, file: _File | None) -> Renewal:
        if file is None:
            return Renewal()
        for problem in file.problems:
            self._say(f"{self.path}: {problem}", f"{self.path.name}: {problem}")
        stored = {place.id: place for place in self._store.places(published_only=False)}
        known = self._store.statuses()  # of damaged places, too: what the file says of them is not newer
        if not known:
            return Renewal(added=self._store.put_many(file.places), problems=file.problems)
        new = [place for place in file.places if place.id not in known]
        newer = [place for place in file.places if place.id in stored and _is_newer(place, stored[place.id])]
        renewed = sum(self._put(place, stored[place.id]) for place in newer)
        added = self._store.put_many(new) if new else 0
        return Renewal(added, renewed, len(file.places) - added - renewed, file.problems)

    def _put(self, place: Place, old: Place) -> bool:
        try:
            self._store.put(replace(place, status=old.status), expected_revision=old.revision)
        except Conflict as error:
            _LOG.warning("%s: what the file says of a place came too late: %s", self.path, error)
            return False
        return True


def public_places(path: Path) -> tuple[Place, ...]:
    """Return the places of the public file that can be read; none without the file."""
    file = _read(path)
    return file.places if file else ()


def _read(path: Path) -> _File | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        return _File((), {}, (f"it is not UTF-8 ({error.reason})",))
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        features, header = read_features(text, str(path))
    except UnreadableFile as error:
        return _File((), {}, (str(error),))
    places, problems = _places(features)
    return _File(tuple(sorted(places, key=lambda place: place.id)), header, tuple(problems))


def _places(features: Sequence[Any]) -> tuple[list[Place], list[str]]:
    places: dict[str, Place] = {}
    problems = []
    for number, feature in enumerate(features, start=1):
        try:
            place = feature_to_place(feature)
        except InvalidInput as error:
            problems.append(f"feature {number}: {error}")
            continue
        if place.id in places:
            problems.append(f"feature {number}: id {place.id!r} is there twice; remove one")
        for name in unknown_properties(feature):
            _LOG.warning("place %r: property %r is unknown and will not be kept", place.id, name)
        places[place.id] = place
    return list(places.values()), problems


def _is_newer(place: Place, stored: Place) -> bool:
    file_moment, stored_moment = _moment(place.updated), _moment(stored.updated)
    if file_moment != stored_moment:
        return file_moment > stored_moment
    same = replace(place, revision=stored.revision, status=stored.status) == stored
    return not same and place.revision >= stored.revision


def _moment(text: str) -> datetime:
    if not text:
        return _LONG_AGO
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stamp(path: Path) -> _Stamp:
    """Return what changes whenever the file does; zeros while there is no file."""
    try:
        return _stamp_of(path.stat())
    except FileNotFoundError:
        return (0, 0, 0)
    except OSError as error:
        raise unreadable(path, error) from error


def _stamp_of(facts: os.stat_result) -> _Stamp:
    return (facts.st_mtime_ns, facts.st_size, facts.st_ino)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
