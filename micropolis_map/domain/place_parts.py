"""A place taken apart into the smallest things people change, and put together again.

A part has a path: ``name/pl``, ``geometry``, ``photos/<id>``, ``stories/<id>/text``,
``stories/<id>/translations/da``. What is empty is not there, so that "" and absent are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import feature_to_place, place_to_feature

Parts = dict[str, Any]

_PLAIN = ("kind", "activity", "themes", "period", "opening_hours", "website", "source", "licence")
_BY_KEY = ("name", "description", "access")
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Difference:
    """One part that differs; None where it is not there."""

    path: str
    before: Any
    after: Any


def parts_of(place: Place) -> Parts:
    """Return the place's parts by path, as JSON values, in the order they are shown."""
    feature = place_to_feature(place)
    properties = feature["properties"]
    parts: Parts = {}
    for name in _BY_KEY:
        parts.update({f"{name}/{key}": value for key, value in properties[name].items()})
    parts["geometry"] = feature["geometry"]
    parts.update({name: properties[name] for name in _PLAIN})
    parts.update({f"photos/{photo['id']}": photo for photo in properties["photos"]})
    for story in properties["stories"]:
        parts.update(_story_parts(story))
    return {path: value for path, value in parts.items() if not _empty(value)}


def place_of(parts: Parts, like: Place, story_order: Iterable[str] = ()) -> Place:
    """Return the place with these parts; its id, community, dates, revision and status are those of `like`.

    Stories come in `story_order`, then as they come in `parts`.
    """
    feature = place_to_feature(like)
    properties = feature["properties"]
    for name in _BY_KEY:
        properties[name] = _under(parts, name)
    for name in _PLAIN:
        properties[name] = parts.get(name)
    properties["photos"] = list(_under(parts, "photos").values())
    found = story_ids(parts)
    order = [story for story in dict.fromkeys((*story_order, *found)) if story in found]
    properties["stories"] = [_story(parts, story) for story in order]
    feature["geometry"] = parts["geometry"]
    return replace(feature_to_place(feature), status=like.status)


def differences(before: Place | None, after: Place) -> tuple[Difference, ...]:
    """Return what differs, in the order parts are shown; without `before` everything is new."""
    old = parts_of(before) if before else {}
    new = parts_of(after)
    return tuple(
        Difference(path, old.get(path), new.get(path))
        for path in dict.fromkeys((*new, *old))
        if old.get(path) != new.get(path)
    )


def story_ids(parts: Parts) -> tuple[str, ...]:
    """Return the ids of the stories in `parts`, in their order."""
    return tuple(dict.fromkeys(path.split("/")[1] for path in parts if path.startswith("stories/")))


def reverted(place: Place, base: Place | None, content: Place) -> Place:
    """Return `place` without what `content` put over `base`; what was changed again since then stays.

    Without `base` the place itself was new: its name, outline, kind, activity and accessibility stay (others'
    stories need somewhere to be), its texts, links, photos and the stories it came with go.
    """
    old = parts_of(base) if base else {}
    parts, put = parts_of(place), parts_of(content)
    gone = {story for story in story_ids(put) if story not in story_ids(old)}
    for path, value in put.items():
        if parts.get(path) != value or old.get(path) == value or (base is None and _is_place_itself(path)):
            continue
        if path in old:
            parts[path] = old[path]
        elif not path.startswith("name/"):
            del parts[path]
    # A story of theirs goes whole, also where others mended its spelling.
    parts = {path: value for path, value in parts.items() if _story_of(path) not in gone}
    return place_of(parts, place)


def _is_place_itself(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] in {"name", "geometry", "kind", "activity", "access"}


def _story_of(path: str) -> str | None:
    return path.split("/")[1] if path.startswith("stories/") else None


def _story_parts(story: Mapping[str, Any]) -> Parts:
    root = f"stories/{story['id']}"
    parts = {
        f"{root}/{key}": value for key, value in story.items() if key not in {"id", "photos", "translations"}
    }
    parts.update({f"{root}/photos/{photo['id']}": photo for photo in story["photos"]})
    parts.update(
        {f"{root}/translations/{lang}": texts for lang, texts in story.get("translations", {}).items()}
    )
    return parts


def _story(parts: Parts, story_id: str) -> dict[str, Any]:
    root = f"stories/{story_id}"
    story = {key: value for key, value in _under(parts, root).items() if "/" not in key}
    return {
        **story,
        "id": story_id,
        "photos": list(_under(parts, f"{root}/photos").values()),
        "translations": _under(parts, f"{root}/translations"),
    }


def _under(parts: Parts, root: str) -> dict[str, Any]:
    start = f"{root}/"
    return {path[len(start) :]: value for path, value in parts.items() if path.startswith(start)}


def _empty(value: Any) -> bool:
    return not isinstance(value, bool) and value in _NOTHING
