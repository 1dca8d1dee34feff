"""What is new on a community's map: its newest places and stories, for who follows it in a feed reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from micropolis_map.domain.freshness import iso, moment_of
from micropolis_map.domain.place import Place, Story
from micropolis_map.ports import PlaceStore
from micropolis_map.services.public_place import is_public
from micropolis_map.stores.history_store import Entry

NEWEST = 50
"""So many entries a feed has; a reader that looks once a week misses nothing of a busy map."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_Told = TypeVar("_Told")


class Revisions(Protocol):
    """Where the places' revisions are kept."""

    def entries(self, place_id: str) -> Sequence[Entry]:
        """Return the place's revisions, the oldest first."""

    def last_recorded(self, community: str | None = None) -> dict[str, str]:
        """Return when each place's newest revision was recorded, by place id."""


@dataclass(frozen=True)
class News:
    """A place that came onto the map, or a story that was told of one.

    Attributes
    ----------
    story
        None for the place itself.
    published, updated
        When everybody could first see it, and when its own words changed last; ISO 8601 in UTC.
    """

    place: Place
    story: Story | None
    published: str
    updated: str


def newest(places: PlaceStore, revisions: Revisions, slug: str, most: int = NEWEST) -> list[News]:
    """Return the community's newest public places and stories, the newest first.

    A place that was changed is not new, and one that was hidden and shown again is not either. What came with
    ``places.geojson`` has the dates the file gives.
    """
    recorded = revisions.last_recorded(slug)
    public = [place for place in places.places(slug) if is_public(place)]
    found: list[News] = []
    for place in sorted(public, key=lambda place: (recorded.get(place.id, ""), place.id), reverse=True):
        # Nothing of a place is newer than its newest revision: the rest is older than what was found.
        if len(found) == most and moment_of(recorded.get(place.id, ""), _LONG_AGO) < _at(found[-1].published):
            break
        found = sorted([*found, *_news_of(place, revisions.entries(place.id))], key=_order)[:most]
    return found


def _order(news: News) -> tuple[float, str, str]:
    return (-_at(news.published).timestamp(), news.place.id, news.story.id if news.story else "")


def _news_of(place: Place, entries: Sequence[Entry]) -> list[News]:
    seen = [entry for entry in entries if is_public(entry.place)]
    stories = (News(place, story, *_moments(seen, partial(_story, story.id))) for story in place.stories)
    return [News(place, None, *_moments(seen, _itself)), *stories]


def _itself(place: Place) -> Place:
    return replace(place, stories=(), created="", updated="", revision=0)


def _story(story_id: str, place: Place) -> Story | None:
    return next((story for story in place.stories if story.id == story_id), None)


def _moments(entries: Sequence[Entry], told: Callable[[Place], _Told | None]) -> tuple[str, str]:
    """Return when `told` was first something, and when it last became something else."""
    first = last = _LONG_AGO
    known: _Told | None = None
    for entry in entries:
        words = told(entry.place)
        if words is None or words == known:
            continue
        moment = _moment(entry, first=known is None and entry.revision == 1)
        first, last, known = (moment if known is None else first), moment, words
    return iso(first), iso(max(first, last))


def _moment(entry: Entry, *, first: bool) -> datetime:
    """Return when the revision became what everybody sees; the file's own dates for what came with it."""
    recorded = moment_of(entry.recorded, _LONG_AGO)
    if entry.actor:
        return recorded
    told = entry.place.created if first else entry.place.updated
    return min(recorded, moment_of(told or entry.place.updated, recorded))


def _at(text: str) -> datetime:
    return moment_of(text, _LONG_AGO)
