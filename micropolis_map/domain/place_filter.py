"""Which places a view shows: one rule for the map, the list, the counts and the exports."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from micropolis_map.domain.place import KINDS, Period, Place
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

_MAX_TEXT = 200
_MAX_VALUES = 500
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""Unicode's blocks of combining diacritical marks."""

_YEARS = re.compile(r"(-?\d{1,5})?\.\.(-?\d{1,5})?")
_PARAMETERS = {"kind": "kinds", "theme": "themes", "activity": "activities", "ids": "ids"}


@dataclass(frozen=True)
class PlaceFilter:
    """What to show; every field that is empty lets everything through.

    Attributes
    ----------
    kinds, themes, activities, ids
        A place passes when it has any one of them.
    text
        Every word must occur somewhere in the place's or its stories' texts, in any language,
        regardless of case and accents.
    years
        A place passes when it was there in one of these years, or a story about it is of one of them.
    """

    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    text: str = ""
    ids: tuple[str, ...] = ()
    years: Period | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, Sequence[str]]) -> PlaceFilter:
        """Return the filter of ``kind theme activity ids`` (repeated, or with commas), ``q`` and ``years``.

        Years are written ``1900..1959``, ``1900..`` or ``..1959``.

        Raises
        ------
        InvalidInput
            An unknown kind, a text over 200 characters, more than 500 values, or years written otherwise.
        """
        values = {
            field: tuple(
                dict.fromkeys(part for value in query.get(name, ()) for part in value.split(",") if part)
            )
            for name, field in _PARAMETERS.items()
        }
        for field, found in values.items():
            if len(found) > _MAX_VALUES:
                raise InvalidInput(
                    mark("the filter has {n} {field}"),
                    mark("give at most {most}"),
                    n=len(found),
                    field=field,
                    most=_MAX_VALUES,
                )
        for kind in values["kinds"]:
            if kind not in KINDS:
                raise InvalidInput(
                    mark("kind is {kind}"),
                    mark("give one of {known}"),
                    kind=repr(kind[:80]),
                    known=", ".join(KINDS),
                )
        text = " ".join(query.get("q", ())).strip()
        if len(text) > _MAX_TEXT:
            raise InvalidInput(
                mark("the search text has {n} characters"),
                mark("search for at most {most}"),
                n=len(text),
                most=_MAX_TEXT,
            )
        years = next((value for value in query.get("years", ()) if value), "")
        return cls(text=text, years=years_of(years), **values)

    def to_query(self) -> dict[str, list[str]]:
        """Return the parameters that `from_query` reads back as this filter; empty ones are left out."""
        query = {name: list(getattr(self, field)) for name, field in _PARAMETERS.items()}
        query["q"] = [self.text] if self.text else []
        query["years"] = [years_text(self.years)] if self.years else []
        return {name: values for name, values in query.items() if values}

    def __bool__(self) -> bool:
        """Whether it holds anything back."""
        return any(getattr(self, field.name) for field in fields(self))


def matches(place: Place, wanted: PlaceFilter) -> bool:
    """Return whether the place passes the filter."""
    if wanted.kinds and place.kind not in wanted.kinds:
        return False
    if wanted.themes and not set(wanted.themes) & set(place.themes):
        return False
    if wanted.activities and place.activity not in wanted.activities:
        return False
    if wanted.ids and place.id not in wanted.ids:
        return False
    if wanted.years is not None and not of_years(place, wanted.years):
        return False
    return _has_words(place, wanted.text)


def of_years(place: Place, years: Period) -> bool:
    """Return whether the place was there in one of `years`, or a story about it is of one of them.

    Ends are included; a period that is open lasts on. A place of which no year is known is of none.
    """
    low = -math.inf if years.start is None else years.start
    high = math.inf if years.end is None else years.end
    if any(story.year is not None and low <= story.year <= high for story in place.stories):
        return True
    span = place.period
    if span is None or (span.start is None and span.end is None):
        return False
    return (span.start is None or span.start <= high) and (span.end is None or span.end >= low)


def years_of(text: str) -> Period | None:
    """Return the years that `text` (``1900..1959``, ``1900..``, ``..1959``) means; None for all.

    Raises
    ------
    InvalidInput
        It is written otherwise, or ends before it begins.
    """
    found = _YEARS.fullmatch(text or "..")
    if found is None:
        raise InvalidInput(
            mark("years is {text}"), mark("write them as 1900..1959, 1900.. or ..1959"), text=repr(text[:40])
        )
    start, end = (int(year) if year else None for year in found.groups())
    if start is not None and end is not None and end < start:
        raise InvalidInput(
            mark("years {text} end before they begin"), mark("put the earlier year first"), text=repr(text)
        )
    return None if start is None and end is None else Period(start, end)


def years_text(years: Period | None) -> str:
    """Return the years as `years_of` reads them; empty for all."""
    if years is None:
        return ""
    start, end = ("" if year is None else str(year) for year in (years.start, years.end))
    return f"{start}..{end}"


def filtered(places: Iterable[Place], wanted: PlaceFilter) -> tuple[Place, ...]:
    """Return the places that pass, in their order."""
    return tuple(place for place in places if matches(place, wanted))


def plain(text: str) -> str:
    """Return `text` for searching: small letters without accents.

    Examples
    --------
    >>> plain("Międzylesie, ŁÓDŹ, Kulturøen")
    'miedzylesie, lodz, kulturoen'
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _MARKS.sub("", decomposed)


def _has_words(place: Place, text: str) -> bool:
    words = plain(text).split()
    if not words:
        return True
    texts = plain("\n".join(_texts(place)))
    return all(word in texts for word in words)


def _texts(place: Place) -> list[str]:
    texts = [*place.name.values(), *place.description.values(), *place.themes, place.id]
    texts.append((place.activity or "").replace("_", " "))
    for story in place.stories:
        texts += [story.title, story.text, story.told_by, story.transcript]
        texts += [text for translation in story.translations.values() for text in translation.values()]
    return texts
