"""Places for tests: simple ones, and Hypothesis strategies that reach into every field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from micropolis_map.domain.place import ACTIVITIES, KINDS, STATUSES, STEP_FREE, Period, Photo, Place, Story
from micropolis_map.domain.visible_text import visible


def a_place(place_id: str = "wawer-anin", **changes: Any) -> Place:
    """A published place in Wawer; `changes` are fields of `Place`."""
    place = Place(
        id=place_id,
        community="wawer",
        kind="historical",
        name={"en": "Villa in Anin", "pl": "Willa w Aninie"},
        geometry={"type": "Point", "coordinates": [21.15, 52.22]},
        created="2026-01-01T00:00:00Z",
        updated="2026-01-01T00:00:00Z",
    )
    return replace(place, **changes)


# PostgreSQL keeps no NUL; JSON writes it escaped, so every character but half surrogates must survive.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
seen = texts.map(visible)
languages = st.sampled_from(["en", "pl", "da", "it", "uk", "pt-BR"])
lang_texts = st.dictionaries(languages, texts, max_size=3)
lang_names = st.dictionaries(languages, seen, max_size=3)
ids = st.from_regex(r"[a-z0-9][a-z0-9._:-]{0,8}", fullmatch=True)
positions = st.tuples(st.floats(-180, 180, allow_nan=False), st.floats(-90, 90, allow_nan=False)).map(list)
points = positions.map(lambda p: {"type": "Point", "coordinates": p})
lines = st.lists(positions, min_size=2, max_size=4).map(lambda ps: {"type": "LineString", "coordinates": ps})
rings = st.lists(positions, min_size=3, max_size=5).map(lambda ps: [*ps, ps[0]])
polygons = st.lists(rings, min_size=1, max_size=2).map(lambda rs: {"type": "Polygon", "coordinates": rs})
years = st.none() | st.integers(-3000, 2100)
periods = st.none() | st.tuples(years, years).map(
    lambda pair: Period(*sorted(pair)) if None not in pair else Period(*pair)  # type: ignore[type-var]
)
photos = st.lists(st.builds(Photo, id=ids, alt=lang_names, credit=seen, licence=seen), max_size=2).map(tuple)
stories = st.lists(
    st.builds(
        Story,
        id=ids,
        title=seen,
        text=texts,
        lang=languages,
        told_by=seen,
        about=st.sampled_from(["past", "present"]),
        year=years,
        photos=photos,
        audio=st.none() | ids,
        transcript=texts,
        translations=st.dictionaries(
            languages, st.fixed_dictionaries({"text": texts, "title": seen}), max_size=2
        ),
    ),
    max_size=2,
).map(tuple)
names = lang_names.filter(lambda name: any(text.strip() for text in name.values()))
moments = st.just("") | st.datetimes().map(lambda moment: moment.isoformat() + "Z")

places = st.builds(
    Place,
    id=ids,
    community=st.sampled_from(["wawer", "demo", "cagliari"]),
    kind=st.sampled_from(KINDS),
    name=names,
    geometry=points | lines | polygons,
    description=lang_texts,
    activity=st.none() | st.sampled_from(ACTIVITIES),
    themes=st.lists(st.sampled_from(["sea", "trees", "łąka", "ships & ropes"]), max_size=3).map(tuple),
    period=periods,
    access=st.fixed_dictionaries(
        {"step_free": st.sampled_from(STEP_FREE)},
        optional={"toilet": st.booleans() | st.none(), "seating": texts, "lifts": st.integers(0, 9)},
    ),
    opening_hours=seen,
    website=st.sampled_from(["", "https://example.org/x?y=ż", "http://example.org"]),
    photos=photos,
    stories=stories,
    source=texts,
    licence=seen,
    status=st.sampled_from(STATUSES),
    created=moments,
    updated=moments,
    revision=st.integers(1, 5),
)
