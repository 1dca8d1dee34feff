"""Two photos of one place, taken long apart: what they show side by side."""

from __future__ import annotations

from dataclasses import dataclass

from micropolis_map.domain.place import Photo, Place


@dataclass(frozen=True)
class Dated:
    """A photo with the year it shows, None where only past or present is known."""

    photo: Photo
    year: int | None


@dataclass(frozen=True)
class ThenAndNow:
    """The photos that show the place as it was, the oldest first, and as it is, the newest first."""

    then: tuple[Dated, ...]
    now: tuple[Dated, ...]


def then_and_now(place: Place) -> ThenAndNow | None:
    """Return the place's photos of the past and of the present; None unless there are both.

    Photos of stories about the past are *then*, those of stories about the present *now*, and so are the
    place's own. Without any of the present, the newest dated ones of the past stand for now.
    """
    then = [Dated(p, s.year) for s in place.stories if s.about == "past" for p in s.photos]
    now = [Dated(p, s.year) for s in place.stories if s.about == "present" for p in s.photos]
    now += [Dated(photo, None) for photo in place.photos]
    then = sorted({one.photo.id: one for one in then}.values(), key=_age)
    now = sorted({one.photo.id: one for one in now}.values(), key=_age, reverse=True)
    now = [one for one in now if one.photo.id not in {other.photo.id for other in then}]
    if not now and len(then) > 1 and then[0].year is not None and then[-1].year not in {None, then[0].year}:
        then, now = then[:-1], then[-1:]
    return ThenAndNow(tuple(then), tuple(now)) if then and now else None


def _age(one: Dated) -> tuple[bool, int]:
    return one.year is None, one.year or 0
