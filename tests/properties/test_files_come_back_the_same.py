"""Laws of import and export: every row is accounted for, nothing comes in twice, what goes out comes back."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from look_alikes.import_files import write_import_files

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import ACTIVITIES, KINDS, STEP_FREE, Period, Photo, Place, Story
from micropolis_map.domain.place_geojson import normalised
from micropolis_map.errors import MicropolisError
from micropolis_map.services.exporting import FORMATS, export_places
from micropolis_map.services.importing import apply_import, import_file, plan_import
from micropolis_map.sources.place_files import Row, RowFile, propose_mapping, read_rows

OUTLINE = {
    "type": "Polygon",
    "coordinates": [[[21.1, 52.1], [21.3, 52.1], [21.3, 52.3], [21.1, 52.3], [21.1, 52.1]]],
}
TOWN = Community(
    slug="town", name={"en": "Town"}, centre=(21.2, 52.2), outline=OUTLINE, languages=("pl", "en")
)

PRINTABLE = st.text(
    st.characters(
        blacklist_categories=("Cs", "Cc"),
        whitelist_characters="\n\t",
        blacklist_characters="\ufffe\uffff\x7f",
    ),
    min_size=1,
    max_size=30,
)
RISKY = st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "''x",
        "'",
        "+48 22",
        "-5",
        "@home",
        "\tx",
        "a\r\nb",
        " lead",
        "<b>&amp;</b>",
        "a,b;c|d",
        '"q"',
        "{x",
        "{}",
        "[1]",
        "<script>alert(1)</script>",
        "Zażółć gęślą",
        "Україна",
        "x" * 300,
        "\u202eabc",
    ]
)
TEXT = st.one_of(PRINTABLE, RISKY)
NAMED = TEXT.filter(lambda text: bool(text.strip()))
LANGS = st.sampled_from(["en", "pl", "da", "it", "uk", "pt-BR", "csb"])
TEXTS = st.dictionaries(LANGS, NAMED, max_size=3)
IDS = st.text(string.ascii_letters + string.digits, min_size=3, max_size=12)
LON, LAT = st.floats(21.1, 21.3), st.floats(52.1, 52.3)
POINT = st.tuples(LON, LAT)
GEOMETRY = st.one_of(
    POINT.map(lambda p: {"type": "Point", "coordinates": list(p)}),
    st.lists(POINT, min_size=2, max_size=4).map(
        lambda c: {"type": "LineString", "coordinates": list(map(list, c))}
    ),
    POINT.map(lambda p: {"type": "MultiPoint", "coordinates": [list(p)]}),
    POINT.map(
        lambda p: {
            "type": "MultiPolygon",
            "coordinates": [[[[p[0], p[1]], [p[0] + 0.01, p[1]], [p[0], p[1] + 0.01], [p[0], p[1]]]]],
        }
    ),
    POINT.map(
        lambda p: {
            "type": "Polygon",
            "coordinates": [[[p[0], p[1]], [p[0] + 0.01, p[1]], [p[0], p[1] + 0.01], [p[0], p[1]]]],
        }
    ),
)
PHOTOS = st.lists(st.builds(Photo, id=IDS, alt=TEXTS, credit=TEXT), max_size=2, unique_by=lambda p: p.id).map(
    tuple
)
STORY = st.builds(
    Story,
    id=IDS,
    title=TEXT,
    text=TEXT,
    lang=LANGS,
    told_by=st.just("") | PRINTABLE,
    year=st.none() | st.integers(1000, 2026),
    photos=PHOTOS,
    about=st.sampled_from(["past", "present"]),
    translations=st.dictionaries(LANGS, st.fixed_dictionaries({"text": TEXT, "title": TEXT}), max_size=1),
)
YEAR = st.integers(-500, 2026)
PLACE = st.builds(
    Place,
    id=IDS,
    community=st.just("town"),
    kind=st.sampled_from(KINDS),
    name=st.dictionaries(LANGS, NAMED, min_size=1, max_size=3),
    geometry=GEOMETRY,
    description=TEXTS,
    activity=st.none() | st.sampled_from(ACTIVITIES),
    themes=st.lists(NAMED.filter(lambda t: "," not in t and len(t) < 60), max_size=3, unique=True).map(tuple),
    period=st.none()
    | st.tuples(YEAR, st.integers(0, 50)).map(lambda y: Period(y[0], y[0] + y[1]))
    | YEAR.map(lambda y: Period(y, None)),
    access=st.fixed_dictionaries(
        {"step_free": st.sampled_from(STEP_FREE)},
        optional={"toilet": st.booleans(), "seating": st.sampled_from(["yes", "=no"])},
    ),
    opening_hours=st.sampled_from(["", "Mo-Fr 08:00-16:00; PH off"]),
    website=st.sampled_from(["", "https://example.org/?a=1&b=2", "https://pl.example.org/łąka"]),
    photos=PHOTOS,
    stories=st.lists(STORY, max_size=2, unique_by=lambda s: s.id).map(tuple),
    source=TEXT,
    licence=st.sampled_from(["", "CC BY 4.0"]),
    created=st.just("2026-01-01T00:00:00Z"),
    updated=st.sampled_from(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]),
    revision=st.integers(1, 9),
).map(normalised)
PLACES = st.lists(PLACE, max_size=4, unique_by=lambda place: place.id)
QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.explain},
)


class Shelf:
    """A place store in a dict."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self.by_id = {place.id: place for place in places}

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        found = [p for p in self.by_id.values() if community in (None, p.community)]
        return sorted((p for p in found if p.status == "published" or not published_only), key=lambda p: p.id)

    def put_many(self, places: Iterable[Place]) -> int:
        places = list(places)
        for place in places:
            old = self.by_id.get(place.id)
            self.by_id[place.id] = replace(place, revision=old.revision + 1) if old else place
        return len(places)


@pytest.mark.parametrize("ending", sorted(set(FORMATS) - {".json"}))  # the same as .geojson
@given(places=PLACES)
@QUICK
def test_what_is_exported_comes_back_the_same(ending: str, places: list[Place]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"places{ending}"
        assert export_places(places, path) == len(places)
        if not places and ending == ".csv":
            return
        shelf: Any = Shelf()
        plan = import_file(path, TOWN, shelf)
        assert plan.as_json() == {
            "read": len(places),
            "added": len(places),
            "updated": 0,
            "unchanged": 0,
            "skipped": [],
        }
        assert shelf.places() == sorted(places, key=lambda place: place.id)
        again = import_file(path, TOWN, shelf)
        assert again.count("unchanged") == len(places)


CELL = st.one_of(
    st.none(),
    TEXT,
    st.integers(-5, 3000),
    st.floats(allow_nan=True),
    st.just({"a": 1}),
    st.lists(TEXT, max_size=2),
    st.booleans(),
    st.sampled_from(
        ["yes", "NaN", "<p>x</p>", "&lt;b&gt;x&lt;/b&gt;", "a\x8e\x0bb", '{"step_free": 1}', "[[]]"]
    ),
    st.sampled_from([{"step_free": "yes"}, {"en": "<i>x</i>"}, {"name": {"name": []}}, [{"id": 1}], 1e300]),
)
ROW_GEOMETRY = st.one_of(
    st.none(),
    GEOMETRY,
    st.just({"type": "Point", "coordinates": [0.0, 0.0]}),
)
COLUMNS = [
    "name",
    "Nazwa",
    "opis",
    "kind",
    "year",
    "website",
    "themes",
    "access",
    "wheelchair",
    "opening_hours",
    "period_from",
    "photos",
    "activity",
    "licence",
    "stories",
    "id",
    "community",
    "revision",
    "places",
    "speakers",
]
NOT_PUBLISHED = re.compile("<[a-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028]|^nan$", re.IGNORECASE)
ROWS = st.lists(
    st.tuples(
        ROW_GEOMETRY,
        st.dictionaries(st.sampled_from(COLUMNS), CELL, max_size=5),
        st.sampled_from(["", "7", "node/1", "abc", "layer.1", "ID_2"]),
    ),
    max_size=6,
)


def texts_of(place: Place) -> list[str]:
    return [
        *place.name.values(),
        *place.description.values(),
        *place.themes,
        place.opening_hours,
        place.licence,
    ]


def row_file(rows: list[tuple[Any, dict[str, Any], str]]) -> RowFile:
    made = [
        Row(number, geometry, cells, None if geometry else "has no geometry", identifier)
        for number, (geometry, cells, identifier) in enumerate(rows, start=1)
    ]
    return RowFile("rows.csv", "csv", tuple(made), propose_mapping(COLUMNS))


@given(rows=ROWS, seed=st.integers(0, 99))
@QUICK
def test_every_row_is_in_exactly_one_and_order_does_not_matter(rows: list[Any], seed: int) -> None:
    shelf: Any = Shelf()
    plan = plan_import(row_file(rows), TOWN, [], now="2026-01-01T00:00:00Z")
    said = plan.as_json()
    assert (
        said["read"]
        == len(rows)
        == said["added"] + said["updated"] + said["unchanged"] + len(said["skipped"])
    )
    assert [row.row for row in plan.rows] == list(range(1, len(rows) + 1))
    assert all(skip["reason"] for skip in said["skipped"])
    assert not [skip for skip in said["skipped"] if "mistake of this program" in skip["reason"]]
    if not any({"community", "revision"} <= set(cells) for _, cells, _ in rows):  # none of our own rows
        assert not [text for place in plan.places for text in texts_of(place) if NOT_PUBLISHED.search(text)]

    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    other = plan_import(row_file(shuffled), TOWN, [], now="2026-01-01T00:00:00Z")
    assert other.places == plan.places
    assert [other.count(o) for o in ("added", "updated", "unchanged")] == [
        plan.count(o) for o in ("added", "updated", "unchanged")
    ]

    apply_import(plan, shelf)
    again = plan_import(row_file(rows), TOWN, shelf.places(published_only=False))
    assert (again.count("added"), again.count("updated"), again.places) == (0, 0, ())


@given(
    st.binary(max_size=300), st.sampled_from([".csv", ".geojson", ".kml", ".gpx", ".kmz", ".gpkg", ".txt"])
)
@QUICK
def test_garbage_is_rows_or_one_clear_error(data: bytes, ending: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"garbage{ending}"
        path.write_bytes(data)
        try:
            rows = read_rows(path).rows
        except MicropolisError as error:
            rows = ()
            said = (error.what, error.todo)
        else:
            said = ("garbage", "read")
        assert "garbage" in said[0]
        assert said[1]
        assert all(row.reason or row.geometry for row in rows)


TOKENS = [
    b"null",
    b"{}",
    b"[]",
    b'"',
    b"<",
    b"&",
    b"\0",
    b"\xff",
    b"1e999",
    b"NaN",
    b"9" * 400,
    b",",
    b";",
    b"\n",
]
TOKENS += [
    b'"type":[],',
    b'{"a":1}',
    b'"name":{"pl":1},',
    b'"community":"town","revision":2,',
    b"</",
    b"<![CDATA[",
]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with a few pieces cut, doubled, or put in that do not belong there."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out) + 1)
        if chance.random() < 0.6:
            out[at : at + chance.randint(0, 8)] = chance.choice(TOKENS)
        else:
            del out[at : at + chance.randint(1, 30)]
        out = out or bytearray(b"x")
    return bytes(out)


@pytest.fixture(params=["invented", "real"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files as other programs write them: the look-alikes, or the real ones."""
    if request.param == "invented":
        return write_import_files(tmp_path_factory.mktemp("imports"))
    real: Path = request.getfixturevalue("test_data")
    return real / "imports"


def test_damaged_files_are_rows_or_one_clear_error(files: Path, tmp_path: Path) -> None:
    chance = random.Random(20261121)
    small = [path for path in sorted(files.rglob("*.*")) if path.stat().st_size < 8_000]
    small = [path for path in small if path.suffix != ".gpkg"]
    read = 0
    for path in small * 4:
        damaged = tmp_path / f"damaged{path.suffix}"
        damaged.write_bytes(mutated(path.read_bytes(), chance))
        try:
            rows = read_rows(damaged)
        except MicropolisError as error:
            told = str(error)
        else:
            read += 1
            told = "damaged"
            said = plan_import(rows, Community(slug="n", name={"en": "N"}), []).as_json()
            parts = said["added"] + said["updated"] + said["unchanged"] + len(said["skipped"])
            assert parts == said["read"] == len(rows.rows)
        assert "damaged" in told
    assert read > len(small)
