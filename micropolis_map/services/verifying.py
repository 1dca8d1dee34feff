"""Look whether anything was lost or altered: database, revisions, photos, recordings, the public file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from micropolis_map.domain.place_geojson import feature_to_place, read_features
from micropolis_map.errors import InvalidInput, MicropolisError, NotFound, StoreUnavailable, UnreadableFile
from micropolis_map.stores.documents import damaged_documents
from micropolis_map.stores.photos import SIZES

if TYPE_CHECKING:
    from micropolis_map.services.participation import Participation
    from micropolis_map.services.publishing import Publishing
    from micropolis_map.stores.database import Database


@dataclass(frozen=True)
class Problem:
    """What is not as it should be: which thing, and what about it."""

    what: str
    thing: str
    detail: str
    todo: str = "repair it, or restore a backup"


def verify(desk: Participation, database: Database, publishing: Publishing) -> dict[str, Any]:
    """Return ``ok``, how many of what was looked at (``checked``), and the ``problems``.

    * the database's own check (SQLite: pages and references), whose failure is a problem like the others;
    * every stored document can be read;
    * every place is what its last revision says, and its revisions follow each other without a gap;
    * every photo and recording that was taken in, or that a place shows, is there and can be read;
    * the public file has exactly the published places, and the last public state of damaged ones.
    """
    checked: dict[str, int] = {}
    problems: list[Problem] = []
    looks: dict[str, Callable[[], Iterator[Problem | None]]] = {
        "databases": lambda: _database(database),
        "documents": lambda: _documents(database),
        "places": lambda: _places(desk),
        "media": lambda: _media(desk),
        "public_places": lambda: _public(desk, publishing),
    }
    for name, look in looks.items():
        try:
            found = list(look())
        except StoreUnavailable as error:
            found = [Problem("database", name, error.what, error.todo)]
        checked[name] = len(found)
        problems += [problem for problem in found if problem is not None]
    return {"ok": not problems, "checked": checked, "problems": [asdict(problem) for problem in problems]}


def _database(database: Database) -> Iterator[Problem | None]:
    database.require_whole()
    wrong = database.integrity()
    yield Problem("database", str(database.name), "; ".join(wrong)) if wrong else None


def _documents(database: Database) -> Iterator[Problem | None]:
    damaged, looked_at = damaged_documents(database)
    yield from (Problem(one.kind, one.id, one.why, one.todo) for one in damaged)
    yield from [None] * (looked_at - len(damaged))


def _places(desk: Participation) -> Iterator[Problem | None]:
    for place in desk.places.places(published_only=False):
        try:
            entries = desk.revisions.entries(place.id)
        except MicropolisError as error:
            yield Problem("place", place.id, str(error))
            continue
        numbers = [entry.revision for entry in entries]
        if not numbers:
            yield Problem("place", place.id, "it has no revision")
        elif numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            yield Problem("place", place.id, f"its revisions are {numbers}")
        elif entries[-1].place != place:
            yield Problem("place", place.id, f"it differs from its revision {numbers[-1]}")
        else:
            yield None


def _media(desk: Participation) -> Iterator[Problem | None]:
    for medium in desk.media.all():
        yield _photo(desk, medium.id) if medium.kind == "photo" else _recording(desk, medium.id)


def _recording(desk: Participation, recording: str) -> Problem | None:
    try:
        path, _ = desk.audio.find(recording)
        return None if path.stat().st_size else Problem("recording", recording, "it is empty")
    except (NotFound, OSError) as error:
        return Problem("recording", recording, str(error))


def _photo(desk: Participation, photo: str) -> Problem | None:
    for size in SIZES:
        try:
            with Image.open(desk.photos.path(photo, size), formats=("WEBP",)) as picture:
                picture.load()
        except (MicropolisError, OSError, ValueError) as error:
            return Problem("photo", photo, f"{size}: {error}")
    return None


def _public(desk: Participation, publishing: Publishing) -> Iterator[Problem | None]:
    try:
        features, _ = read_features(publishing.path.read_text(encoding="utf-8"), str(publishing.path))
        public = {place.id: place for place in map(feature_to_place, features)}
    except (OSError, UnreadableFile, InvalidInput, UnicodeDecodeError) as error:
        yield Problem("public file", str(publishing.path), str(error))
        return
    stored = {place.id: place for place in desk.places.places()}
    statuses = desk.places.statuses()
    kept = {one for one in public.keys() - stored.keys() if statuses.get(one) == "published"}
    for place_id in sorted((public.keys() | stored.keys()) - kept):
        if place_id not in public:
            yield Problem("public file", place_id, "it is published and not in the file")
        elif place_id not in stored:
            yield Problem("public file", place_id, "it is in the file and not published")
        elif public[place_id] != stored[place_id]:
            yield Problem("public file", place_id, "the file says something else")
        else:
            yield None
