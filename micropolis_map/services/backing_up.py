"""Put everything away in one file, and take it back, without bringing back what its author deleted since."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from micropolis_map import __version__
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Actor, require
from micropolis_map.errors import UnreadableFile
from micropolis_map.services import removing_towns
from micropolis_map.services.forgetting import forget_again
from micropolis_map.stores import backup_archive, tombstones
from micropolis_map.stores.audio import AudioStore
from micropolis_map.stores.documents import damaged_documents
from micropolis_map.stores.erased_again import erase_again
from micropolis_map.stores.history_store import SqlHistoryStore
from micropolis_map.stores.media_store import SqlMediaStore, media_in
from micropolis_map.stores.photos import SIZES, PhotoStore
from micropolis_map.stores.place_store import SqlPlaceStore
from micropolis_map.stores.proposal_store import SqlProposalStore
from micropolis_map.stores.town_states import TownStates

if TYPE_CHECKING:
    from micropolis_map.services.participation import Participation
    from micropolis_map.services.publishing import Publishing
    from micropolis_map.stores.database import Database

_MOST_NAMED = 20


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
    database.require_whole()
    with database.reading() as connection:
        return _put_away(desk, connection, path)


def restore(
    desk: Participation,
    database: Database,
    publishing: Publishing,
    path: Path,
    actor: Actor = LOCAL_ADMINISTRATOR,
) -> dict[str, Any]:
    """Make everything as it was in the backup at `path`, and return its manifest with ``before``.

    The backup is read whole first: its listing, its sums, each document, each photo and recording; a broken
    one changes nothing. Then nobody else writes until all is replaced: the state before is backed up beside
    the database (``before``), so what was acknowledged to anybody is in that file, in the database, or both.
    What its author deleted since the backup was made is deleted again (``forgotten``, a count).

    Raises
    ------
    UnreadableFile
        The file is no backup, or damaged; documents that cannot be read are named.
    StoreUnavailable
        The database cannot be written.
    """
    require(actor, "backup")
    with backup_archive.opened(path) as archive, tempfile.TemporaryDirectory() as folder:
        staged = archive.stage(Path(folder))
        _check_documents(path, staged)
        for name, data in archive.files():
            _taken_back(desk, name, data, keep=False)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        before = publishing.path.with_name("backups") / f"before-restore-{moment}.zip"
        was_emptied = database.begin_anew()  # where it was, this is what is to be done about it
        with publishing.replacing():
            with _replacing(database, was_emptied=was_emptied) as connection:
                backup_archive.lock(connection)
                _put_away(desk, connection, before)
                known = {medium.id for medium in media_in(connection)}
                brought = {medium.id for medium in SqlMediaStore(staged).all()}
                forgotten = _erased_again(desk, staged, connection)
                left = {medium.id for medium in SqlMediaStore(staged).all()}
                gone = brought - left
                for name, data in archive.files():
                    if _medium_of(name) not in gone:
                        _taken_back(desk, name, data, keep=True)
                backup_archive.replace_all(staged, connection)
            removing_towns.erase_again(desk, database, TownStates(publishing.path.with_name("geo")))
        database.scrub()
        names = {name for name in archive.names() if _medium_of(name) not in gone}
        _remove_others(desk, (known | gone) - left, names)
        return {**archive.manifest, "before": str(before), "forgotten": forgotten}


@contextmanager
def _replacing(database: Database, *, was_emptied: bool) -> Iterator[Connection]:
    """Give a connection as `Database.writing` does; an emptied database stays one if nothing comes of it."""
    try:
        with database.writing() as connection:
            yield connection
    except BaseException:
        if was_emptied:
            database.stay_emptied()
        raise


def _erased_again(desk: Participation, staged: Database, now: Connection) -> int:
    """Erase from the staged backup what was erased before it was made or since; return how much came back."""
    with staged.reading() as connection:
        in_backup = tombstones.stones(connection)
    since = tombstones.stones(now)
    forgotten = forget_again(_as_staged(desk, staged), [*in_backup, *since])
    with staged.writing() as connection:
        return forgotten + erase_again(connection, now, [*in_backup, *since])


def _put_away(desk: Participation, connection: Connection, path: Path) -> dict[str, Any]:
    facts = {"program": __version__, "made": datetime.now(UTC).isoformat(timespec="seconds")}
    manifest: dict[str, Any] = backup_archive.write(path, connection, _media(desk.photos, desk.audio), facts)
    return manifest


def _check_documents(path: Path, staged: Database) -> None:
    damaged, _ = damaged_documents(staged)
    if damaged:
        named = ", ".join(f"{one.kind} {one.id!r} ({one.why})" for one in damaged[:_MOST_NAMED])
        more = f" and {len(damaged) - _MOST_NAMED} more" if len(damaged) > _MOST_NAMED else ""
        raise UnreadableFile(
            f"{str(path)!r} cannot be restored: it holds damaged documents: {named}{more}",
            "take another backup file",
        )


def _as_staged(desk: Participation, staged: Database) -> Participation:
    """Return the desk over the staged database; it has no files, those of the backup are not there yet."""
    empty = Path(str(staged.name)).parent
    return replace(
        desk,
        places=SqlPlaceStore(staged),
        proposals=SqlProposalStore(staged),
        revisions=SqlHistoryStore(staged),
        media=SqlMediaStore(staged),
        photos=PhotoStore(empty / "photos"),
        audio=AudioStore(empty / "audio"),
    )


def _media(photos: PhotoStore, audio: AudioStore) -> Iterator[tuple[str, Path]]:
    for photo in photos.ids():
        for size in SIZES:
            yield f"photos/{photo}/{size}.webp", photos.path(photo, size)
    for recording in audio.ids():
        file, _ = audio.find(recording)
        yield f"audio/{file.name}", file


def _taken_back(desk: Participation, name: str, data: bytes, *, keep: bool) -> None:
    """Check a file of the backup, or `keep` it once checked; what this version does not know is left out."""
    kind, _, rest = name.partition("/")
    if kind == "photos":
        photo, _, file = rest.partition("/")
        size = file.removesuffix(".webp")
        if size.isdecimal():
            desk.photos.take_back(photo, int(size), data, keep=keep)
    if kind == "audio":
        desk.audio.take_back(rest, data, keep=keep)


def _medium_of(name: str) -> str:
    """Return the id of the photo or recording that a file of a backup belongs to."""
    return name.split("/")[1].partition(".")[0] if "/" in name else ""


def _remove_others(desk: Participation, known: set[str], names: set[str]) -> None:
    """Delete the photos and recordings `known` before that the restored state does not; the backup has them.

    What came in since is somebody's who was just told that it is kept.
    """
    for photo in list(desk.photos.ids()):
        if photo in known and f"photos/{photo}/{SIZES[-1]}.webp" not in names:
            desk.photos.remove(photo)
    for recording in list(desk.audio.ids()):
        if recording in known and f"audio/{desk.audio.find(recording)[0].name}" not in names:
            desk.audio.remove(recording)
