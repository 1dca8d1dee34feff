"""Pictures and recordings that come with the places in the data folder: the invented town's.

::

    data/media/<place>/<photo>-320.webp, <photo>-960.webp, <recording>.ogg     committed

They are copied into the stores of photos and recordings once, for a place that shows them, and are from
then on like those that residents sent: seen by whom the place is seen by, in backups, deleted with what shows
them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from micropolis_map.domain.proposal import media_of
from micropolis_map.errors import MicropolisError, NotFound
from micropolis_map.services.participation import Participation
from micropolis_map.stores.files import unreadable
from micropolis_map.stores.photos import MAX_BYTES, SIZES

_LOG = logging.getLogger(__name__)
_PHOTO = re.compile(r"([\w-]{20,40})-(\d{3,4})\.webp")
_RECORDING = re.compile(r"(a[\w-]{20,40})\.(?:ogg|webm|mp4)")


def take_in_shipped(desk: Participation, folder: Path) -> int:
    """Copy what lies in `folder` and is not in the stores yet, for places that show it; return how many.

    What cannot be read, or is not as this program keeps it, is left out and logged: the server starts without
    it. A file for which no place has room any more (deleted, taken back) does not come back.
    """
    taken = 0
    for place_id, files in _missing(desk, folder):
        try:
            photos, recordings = media_of([desk.places.get(place_id)])
        except NotFound:
            continue
        except MicropolisError as error:
            _LOG.error("media of %s: %s", place_id, error)
            continue
        for file in files:
            try:
                taken += _take(desk, file, photos | recordings)
            except MicropolisError as error:
                _LOG.error("%s is left out: %s", file, error)
    return taken


def _missing(desk: Participation, folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Yield each place with its files that the stores do not have."""
    for place in sorted(path for path in folder.glob("*") if path.is_dir()):
        files = [file for file in sorted(place.iterdir()) if not _is_there(desk, file)]
        if files:
            yield place.name, files


def _is_there(desk: Participation, file: Path) -> bool:
    """Return whether the stores have the file already; also for what is no such file."""
    try:
        if photo := _PHOTO.fullmatch(file.name):
            return all(desk.photos.path(photo[1], size).exists() for size in _sizes(int(photo[2])))
        if _RECORDING.fullmatch(file.name):
            return desk.audio.path(file.name).exists()
    except NotFound:
        _LOG.warning("%s has no name of a photo or recording", file)
    return True


def _take(desk: Participation, file: Path, shown: frozenset[str]) -> bool:
    photo, recording = _PHOTO.fullmatch(file.name), _RECORDING.fullmatch(file.name)
    medium = photo or recording
    if medium is None or medium[1] not in shown:
        return False
    data = _bytes(file)
    if photo is None:
        desk.audio.take_back(file.name, data)
        return True
    for size in _sizes(int(photo[2])):
        desk.photos.take_back(photo[1], size, data, keep=False)  # only checks
        desk.photos.take_back(photo[1], size, data)
    return True


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(file, error) from error


def _sizes(size: int) -> tuple[int, ...]:
    """Return the store's sizes that a file of this size is for: the largest there is stands for all above."""
    return (size,) if size == SIZES[0] else tuple(other for other in SIZES if other >= size)
