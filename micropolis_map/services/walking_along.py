"""A published tour as a walker needs it: the line, the turns, the stops with all that is told there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from micropolis_map.domain.place import Photo, Place, Story
from micropolis_map.domain.place_filter import plain
from micropolis_map.domain.text import pick
from micropolis_map.domain.then_and_now import then_and_now
from micropolis_map.domain.tour import Stop, Tour
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.extract_window import Bounds, widened
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_directions import directions
from micropolis_map.services.touring_published import TourDeps, published_tour, tour_name
from micropolis_map.services.touring_walks import Walk
from micropolis_map.services.touring_words import figures_words, twin_words

STEP_FREE = "step-free"
PHOTO_SIZE = 960
AROUND_M = 250.0
"""How far around the line the map reaches that is kept on the phone."""
DECIMALS = 6


@dataclass(frozen=True)
class WalkAlong:
    """A tour to walk: as it is, or its step-free twin.

    Attributes
    ----------
    both
        The tour and, where there is one, its twin: the map on the phone covers both.
    places
        Of the stops, by id.
    """

    tour: Tour
    plan: TourPlan
    variant: str
    both: tuple[TourPlan, ...]
    places: Mapping[str, Place]

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of all that is drawn, with `AROUND_M` around it."""
        lon = [stop.lon for plan in self.both for stop in plan.stops]
        lat = [stop.lat for plan in self.both for stop in plan.stops]
        for plan in self.both:
            for walk in plan.walks:
                lon += walk.lon.tolist()
                lat += walk.lat.tolist()
        return widened((min(lon), min(lat), max(lon), max(lat)), AROUND_M)


def walk_along(deps: TourDeps, tour_id: str, lang: str, variant: str = "") -> WalkAlong:
    """Return the published tour to walk.

    Raises
    ------
    NotFound
        There is no such published tour, none of its stops is public, or it has no such variant.
    """
    tour = deps.tour_store.get(tour_id)
    plan = published_tour(deps, tour.id, lang)
    twin = plan.twin.plan if plan.twin is not None else None
    if variant not in {"", STEP_FREE} or (variant == STEP_FREE and twin is None):
        raise NotFound(
            mark("the tour {id} has no variant {variant}"),
            mark("take the tour itself"),
            id=repr(tour.id),
            variant=repr(variant[:40]),
        )
    both = (plan,) if twin is None else (plan, twin)
    public = {place.id: place for place in deps.place_store.places(tour.community)}
    ids = {stop.id for one in both for stop in one.stops}
    places = {place: public[place] for place in ids if place in public}
    return WalkAlong(tour, both[-1] if variant else plan, variant, both, places)


def walk_state(along: WalkAlong, lang: str) -> dict[str, Any]:
    """Return what the walker's page shows, JSON-able.

    ``stops`` in the order of walking; ``legs[k]`` leads to ``stops[k]`` (None to the first), and a loop has
    one more leg, back to the first stop.
    """
    plan = along.plan
    legs: list[dict[str, Any] | None] = [_leg(walk, lang) for walk in plan.walks]
    words = twin_words(along.both[0], lang)
    return {
        "slug": along.tour.community,
        "tour": along.tour.id,
        "variant": along.variant,
        "name": tour_name(along.tour, lang),
        "about": _told(along.tour.about, lang, ("en", *along.tour.languages)),
        "figures": figures_words(plan, lang),
        "minutes": round((plan.walking_s + plan.visit_s) / 60),
        "loaded": plan.loaded,
        "loop": plan.request.loop and len(plan.stops) > 1,
        "credit": plan.credit,
        "bounds": [round(value, DECIMALS) for value in along.bounds],
        "hasTwin": len(along.both) > 1,
        "twin": words,
        "stops": [_stop(stop, along.places.get(stop.id), lang) for stop in plan.stops],
        "legs": [None, *legs],
    }


def photos_of(along: WalkAlong) -> list[str]:
    """Return the ids of the photos shown at the stops, in the order of walking, each once."""
    found: dict[str, None] = {}
    for plan in along.both:
        for stop in plan.stops:
            place = along.places.get(stop.id)
            for photo in [] if place is None else _photos(place):
                found.setdefault(photo.id)
    return list(found)


def recordings_of(along: WalkAlong) -> list[str]:
    """Return the ids of the recordings heard at the stops, each once."""
    stories = [story for place in along.places.values() for story in place.stories]
    return list(dict.fromkeys(story.audio for story in stories if story.audio))


def _leg(walk: Walk, lang: str) -> dict[str, Any]:
    turns, at_m = [], 0.0
    for direction in directions((walk,), lang):
        turns.append({"at_m": round(at_m, 1), "text": direction.text})
        at_m += direction.length_m
    line = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in zip(walk.lon, walk.lat, strict=True)]
    return {
        "line": line,
        "length_m": round(walk.length_m, 1),
        "seconds": round(walk.cost_s),
        "straight": walk.straight,
        "turns": turns,
    }


def _stop(stop: Stop, place: Place | None, lang: str) -> dict[str, Any]:
    name, name_lang = pick(stop.name, lang)
    told: dict[str, Any] = {
        "id": stop.id,
        "name": name or stop.id,
        "lang": name_lang or lang,
        "lon": round(stop.lon, DECIMALS),
        "lat": round(stop.lat, DECIMALS),
        "minutes": round(stop.visit_s / 60),
        "about": _told(stop.about, lang),
        "stories": [],
        "photos": [],
        "pair": None,
    }
    if place is None:
        return told
    ordered = sorted(place.stories, key=lambda story: story.lang != lang and lang not in story.translations)
    pair = then_and_now(place)
    return told | {
        "kind": place.kind,
        "revision": place.revision,
        "geometry": dict(place.geometry),
        "names": dict(place.name),
        "stepFree": place.access.get("step_free", "unknown"),
        "stories": [_story(story, lang) for story in ordered],
        "photos": [_photo(photo, lang) for photo in place.photos],
        "pair": None
        if pair is None
        else {
            "then": {**_photo(pair.then[0].photo, lang), "year": pair.then[0].year},
            "now": {**_photo(pair.now[0].photo, lang), "year": pair.now[0].year},
        },
    }


def _story(story: Story, lang: str) -> dict[str, Any]:
    title, text, told_lang = story.title, story.text, story.lang
    other = story.translations.get(lang)
    if other is not None and story.lang != lang:
        title, text, told_lang = other.get("title", title), other.get("text", text), lang
    return {
        "id": story.id,
        "title": title,
        "text": text,
        "lang": told_lang,
        "translated": told_lang != story.lang,
        "toldBy": story.told_by,
        "about": story.about,
        "year": story.year,
        "photos": [_photo(photo, lang) for photo in story.photos],
        "audio": story.audio,
        "audioLang": story.lang,
        "transcript": story.transcript if plain(story.transcript) != plain(story.text) else "",
    }


def _photo(photo: Photo, lang: str) -> dict[str, Any]:
    credit = " · ".join(part for part in (photo.credit, photo.licence) if part)
    return {"id": photo.id, "alt": pick(photo.alt, lang)[0], "credit": credit}


def _photos(place: Place) -> Iterable[Photo]:
    yield from place.photos
    for story in place.stories:
        yield from story.photos


def _told(texts: Mapping[str, str], lang: str, fallback: Sequence[str] = ("en",)) -> dict[str, str]:
    text, told_lang = pick(texts, lang, tuple(fallback))
    return {"text": text, "lang": told_lang or lang}
