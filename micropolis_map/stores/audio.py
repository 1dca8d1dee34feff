"""Recordings of stories, kept as they came from the browser but for what is not their sound."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from micropolis_map.errors import InvalidInput, NotFound, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.stores.files import unwritable, write_whole
from micropolis_map.stores.recordings import TYPES, bare, sniffed
from micropolis_map.stores.recordings.parts import TODO
from micropolis_map.workers.pool import WORKERS

_LOG = logging.getLogger(__name__)
MAX_BYTES = 10_000_000

_ID = re.compile(r"a[A-Za-z0-9_-]{20,40}")


class AudioStore:
    """Recordings as files in `folder`: ``<first two letters>/<id>.<webm|ogg|mp4>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, data: bytes) -> str:
        """Take the recording in and return its unguessable id; what this returned survives a crash.

        Only the sound is kept: no place, name, title, moment or device (`recordings.bare`).

        Raises
        ------
        InvalidInput
            Empty, over `MAX_BYTES`, damaged, or not such a recording.
        StoreUnavailable
            It cannot be written.
        """
        if len(data) > MAX_BYTES:
            raise InvalidInput(
                mark("the recording has {size} MB"),
                mark("send at most {most} MB"),
                size=f"{len(data) / 1e6:.1f}",
                most=MAX_BYTES // 1_000_000,
            )
        kind = sniffed(data)
        if kind is None:
            raise InvalidInput(mark("this is not a recording of a kind we can play"), TODO)
        audio_id = f"a{secrets.token_urlsafe(18)}"
        path = self._folder / audio_id[:2] / f"{audio_id}.{kind}"
        write_whole(path, WORKERS.run(bare, kind, data), private=True)
        return audio_id

    def take_back(self, name: str, data: bytes, *, keep: bool = True) -> None:
        """Keep, or only check, what a backup has of a recording.

        UnreadableFile for what `add` would not have taken.
        """
        path = self.path(name)
        kind = sniffed(data)
        if kind is None or f".{kind}" != path.suffix or len(data) > MAX_BYTES:
            raise UnreadableFile(
                mark("{file} is not a file as this program keeps it"),
                mark("take another backup file"),
                file=repr(f"audio/{name}"),
            )
        if keep and not path.exists():
            write_whole(path, _bare(kind, data), private=True)

    def find(self, audio_id: str) -> tuple[Path, str]:
        """Return the recording's file and its media type; `NotFound` without one."""
        if _ID.fullmatch(audio_id):
            for ending, media_type in TYPES.items():
                path = self._folder / audio_id[:2] / f"{audio_id}.{ending}"
                if path.is_file():
                    return path, media_type
        raise NotFound(
            mark("there is no recording {id}"), mark("look the place up again"), id=repr(audio_id[:60])
        )

    def path(self, name: str) -> Path:
        """Return where the recording's file ``<id>.<ending>`` belongs; `NotFound` for no such name."""
        audio_id, _, ending = name.partition(".")
        if not _ID.fullmatch(audio_id) or ending not in TYPES:
            raise NotFound(f"{name[:60]!r} is not the file of a recording", "take another file")
        return self._folder / audio_id[:2] / name

    def remove(self, audio_id: str) -> None:
        """Delete it for good, and what a stopped writing left; an unknown id is already removed."""
        if not _ID.fullmatch(audio_id):
            return
        folder = self._folder / audio_id[:2]
        for path in [*folder.glob(f"{audio_id}.*"), *folder.glob(f".{audio_id}.*")]:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(path, error) from error

    def ids(self) -> Iterator[str]:
        """Yield the ids of all recordings, sorted."""
        for ending in TYPES:
            yield from (path.stem for path in sorted(self._folder.glob(f"*/*.{ending}")))

    def written(self) -> Iterator[tuple[str, float]]:
        """Yield the id of each recording that has any file here, whole or not, and when (epoch seconds)."""
        for path in sorted(self._folder.glob("*/*")):
            audio_id = path.name.lstrip(".").partition(".")[0]
            if _ID.fullmatch(audio_id) and path.is_file():
                yield audio_id, path.stat().st_mtime


def _bare(kind: str, data: bytes) -> bytes:
    """Return the recording's sound; what was taken before recordings were walked is better kept than lost."""
    try:
        return WORKERS.run(bare, kind, data)
    except InvalidInput as error:
        _LOG.warning("a recording of a backup stays as it is: %s", error)
        return data
