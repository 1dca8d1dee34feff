"""Put everything away in one file, and take it back, without bringing back what its author deleted since."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from micropolis_map import __version__
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Actor, require
from micropolis_map.services.forgetting import forget_again
from micropolis_map.services.removing_towns import erase_again
from micropolis_map.stores import backup_archive
from micropolis_map.stores.audio import AudioStore
from micropolis_map.stores.files import write_whole
from micropolis_map.stores.photos import SIZES, PhotoStore
from micropolis_map.stores.town_states import TownStates

if TYPE_CHECKING:
    from micropolis_map.services.participation import Participation
    from micropolis_map.services.publishing import Publishing
    from micropolis_map.stores.database import Database


def back_up(
    desk: Participation, database: Database, path: Path, actor: Actor = LOCAL_ADMINISTRATOR
) -> dict[str, Any]:
    """Write all tables, photos and recordings to the file at `path`, and return its manifest.

    One consistent state of the database; sessions and passwords (hashed) are in it, so it is to be kept as
    carefully as the database.

    Raises
    ------
    StoreUnavailable
        The database cannot be read or the file not be written.
    """
    require(actor, "backup")
    facts = {"program": __version__, "made": datetime.now(UTC).isoformat(timespec="seconds")}
    manifest: dict[str, Any] = backup_archive.write(path, database, _media(desk.photos, desk.audio), facts)
    return manifest


def restore(
    desk: Participation,
    database: Database,
    publishing: Publishing,
    path: Path,
    actor: Actor = LOCAL_ADMINISTRATOR,
) -> dict[str, Any]:
    """Make everything as it was in the backup at `path`, and return its manifest with ``before``.

    The backup is read whole and compared with its sums first; a broken one changes nothing. The state before
    is backed up beside the database (``before``). What its author deleted since the backup was made is
    deleted again (``forgotten``, a count).

    Raises
    ------
    UnreadableFile
        The file is no backup, or damaged.
    StoreUnavailable
        The database cannot be written.
    """
    require(actor, "backup")
    with backup_archive.opened(path) as archive, tempfile.TemporaryDirectory() as folder:
        staged = archive.stage(Path(folder))
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        before = publishing.path.with_name("backups") / f"before-restore-{moment}.zip"
        back_up(desk, database, before, actor)
        stones = desk.revisions.tombstones()
        for name, data in archive.files():
            target = _target(desk, name)
            if target is not None and not target.exists():
                write_whole(target, data)
        with publishing.replacing():
            backup_archive.replace_all(staged, database)
            forgotten = forget_again(desk, stones)
            erase_again(desk, database, TownStates(publishing.path.with_name("geo")))
        _remove_others(desk, archive.names())
        return {**archive.manifest, "before": str(before), "forgotten": forgotten}


def _media(photos: PhotoStore, audio: AudioStore) -> Iterator[tuple[str, Path]]:
    for photo in photos.ids():
        for size in SIZES:
            yield f"photos/{photo}/{size}.webp", photos.path(photo, size)
    for recording in audio.ids():
        file, _ = audio.find(recording)
        yield f"audio/{file.name}", file


def _target(desk: Participation, name: str) -> Path | None:
    """Return where a file of a backup belongs; None for what this version does not know."""
    kind, _, rest = name.partition("/")
    if kind == "photos":
        photo, _, file = rest.partition("/")
        size = file.removesuffix(".webp")
        return desk.photos.path(photo, int(size)) if size.isdecimal() else None
    if kind == "audio":
        return desk.audio.path(rest)
    return None


def _remove_others(desk: Participation, names: set[str]) -> None:
    """Delete photos and recordings that the restored state does not know; the backup before has them."""
    for photo in list(desk.photos.ids()):
        if f"photos/{photo}/{SIZES[-1]}.webp" not in names:
            desk.photos.remove(photo)
    for recording in list(desk.audio.ids()):
        if f"audio/{desk.audio.find(recording)[0].name}" not in names:
            desk.audio.remove(recording)
