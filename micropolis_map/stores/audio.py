"""Recordings of stories, kept as they came from the browser once their first bytes show what they are."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores.files import unwritable, write_whole

MAX_BYTES = 10_000_000
TYPES = {"webm": "audio/webm", "ogg": "audio/ogg", "mp4": "audio/mp4"}

_ID = re.compile(r"a[A-Za-z0-9_-]{20,40}")
_TODO = mark("record it in the browser, or choose a WebM, Ogg or MP4 (M4A) recording")
_MP4_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash"}
_PERSONAL_BOXES = {b"udta", b"meta", b"uuid"}
_CONTAINERS = {b"moov", b"trak", b"mdia", b"moof", b"traf"}


class AudioStore:
    """Recordings as files in `folder`: ``<first two letters>/<id>.<webm|ogg|mp4>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, data: bytes) -> str:
        """Take the recording in and return its unguessable id; what this returned survives a crash.

        Places and titles that phones write into MP4 files are blanked.

        Raises
        ------
        InvalidInput
            Empty, over `MAX_BYTES`, or not such a recording.
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
            raise InvalidInput(mark("this is not a recording of a kind we can play"), _TODO)
        audio_id = f"a{secrets.token_urlsafe(18)}"
        write_whole(
            self._folder / audio_id[:2] / f"{audio_id}.{kind}", blanked(data) if kind == "mp4" else data
        )
        return audio_id

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


def sniffed(data: bytes) -> str | None:
    """Return ``webm``, ``ogg`` or ``mp4`` by the content, None for anything else."""
    if data[:4] == b"\x1aE\xdf\xa3" and b"webm" in data[:64]:
        return "webm"
    if data[:4] == b"OggS" and any(codec in data[:128] for codec in (b"OpusHead", b"\x01vorbis", b"fLaC")):
        return "ogg"
    if data[4:8] == b"ftyp" and (data[8:12] in _MP4_BRANDS):
        return "mp4"
    return None


def blanked(data: bytes) -> bytes:
    """Return the MP4 with its boxes of personal data (place, title, maker) turned into free space."""
    out = bytearray(data)
    _blank(out, 0, len(out))
    return bytes(out)


def _blank(out: bytearray, start: int, end: int) -> None:
    while start + 8 <= end:
        size = int.from_bytes(out[start : start + 4], "big")
        kind = bytes(out[start + 4 : start + 8])
        if size < 8 or start + size > end:
            return  # the last box (size 0 or 64 bits long): sound, nothing personal in it
        if kind in _PERSONAL_BOXES:
            out[start + 4 : start + 8] = b"free"
            out[start + 8 : start + size] = bytes(size - 8)
        elif kind in _CONTAINERS:
            _blank(out, start + 8, start + size)
        start += size
