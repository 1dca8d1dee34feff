"""Terrastories' tables: places are read like any CSV, stories join the places they name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from micropolis_map.domain.place import Place, Story
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.foreign_fields import one_line
from micropolis_map.sources.place_files import Row
from micropolis_map.sources.place_files.plain_text import words_of

_PUBLIC = {"", "anonymous", "public", "everyone"}
_LANGUAGES = {
    "english": "en", "polish": "pl", "danish": "da", "italian": "it", "ukrainian": "uk", "portuguese": "pt",
    "spanish": "es", "french": "fr", "german": "de", "japanese": "ja", "dutch": "nl",
}  # fmt: skip


def is_story(row: Row) -> bool:
    """Return whether the row is one of a table of stories: it names places and who spoke or asked."""
    names = {name.casefold() for name in row.properties}
    return "places" in names and bool(names & {"speakers", "interviewer", "permission_level"})


def is_speaker(row: Row) -> bool:
    """Return whether the row is one of a table of speakers."""
    names = {name.casefold() for name in row.properties}
    return bool(names & {"birthdate", "birthplace"}) and "places" not in names


def told(row: Row, here: Iterable[Place], lang: str) -> list[Place]:
    """Return the places the story names, each with the story; the same places where it is told already.

    Raises
    ------
    InvalidInput
        The story is not for everybody, has no title, or none of its places is here.
    """
    cells = {name.casefold(): words_of(str(value)) for name, value in row.properties.items()}
    level = cells.get("permission_level", "")
    if level.casefold() not in _PUBLIC:
        raise InvalidInput(
            mark("is a story only for {level}"),
            mark("ask its speakers whether everybody may read it"),
            level=repr(level),
        )
    title, text = cells.get("name", cells.get("title", "")), cells.get("description", "")
    if not title and not text:
        raise InvalidInput(mark("is a story without title and text"), mark("give it one of them"))
    named = cells["places"]
    found = _named(named, here)
    if not found:
        raise InvalidInput(
            mark("is a story about {names}, which is not on the map"),
            mark("import the table of places first"),
            names=f"{named!r:.80}",
        )
    said_in = cells.get("language", "").casefold()
    story = Story(
        id="s-" + hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:20],
        title=one_line(title)[:500],
        text=text,
        lang=_LANGUAGES.get(said_in, lang),
        told_by=one_line(cells.get("speakers", ""))[:200],
    )
    return [_with_story(place, story) for place in found]


def _named(names: str, here: Iterable[Place]) -> list[Place]:
    """Return the places named in a list with commas; a place's own name may have commas in it."""
    wanted = names.casefold()
    parts = {part.strip() for part in wanted.split(",")} | {wanted}
    several = []
    for place in here:
        own = {text.strip().casefold() for text in place.name.values() if text.strip()}
        if own & parts or any("," in name and name in wanted for name in own):
            several.append(place)
    return sorted(several, key=lambda place: place.id)


def _with_story(place: Place, story: Story) -> Place:
    kept = [story if other.id == story.id else other for other in place.stories]
    return replace(place, stories=tuple(kept if story in kept else [*kept, story]))
