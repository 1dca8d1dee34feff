"""The numbers on the map, in the list, above the filters, under the slider and in each export are equal."""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parent.parent / "contracts"))
sys.path.insert(0, str(Path(__file__).parent.parent / "unit" / "web"))

from asgi import get
from place_builders import a_place, places

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.decades import decades, start_of
from micropolis_map.domain.place import KINDS, Period, Story
from micropolis_map.domain.place_filter import PlaceFilter, filtered, of_years, years_of, years_text
from micropolis_map.errors import InvalidInput
from micropolis_map.maps.addresses import places_url
from micropolis_map.services.exporting import FORMATS, export_places
from micropolis_map.settings import Settings
from micropolis_map.sources.place_files import read_rows
from micropolis_map.ui.view_state import ViewState
from micropolis_map.web.places import routes

MANY = st.lists(places, max_size=6, unique_by=lambda place: place.id)
YEARS = st.none() | st.tuples(st.integers(-3000, 2100), st.integers(0, 200)).map(
    lambda pair: Period(pair[0], pair[0] + pair[1])
)
VIEWS = st.builds(
    ViewState,
    kinds=st.sampled_from([(), ("natural",), ("historical", "co-created")]),
    theme=st.sampled_from(["", "sea", "łąka", "ships & ropes"]),
    activity=st.sampled_from(["", "library"]),
    q=st.sampled_from(["", "a", "zażółć"]),
    years=YEARS.map(years_text),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    (folder / "geo" / "wawer").mkdir(parents=True)
    source = Path(__file__).parents[2] / "data" / "geo" / "wawer"
    for name in ("community.toml", "districts.geojson"):
        (folder / "geo" / "wawer" / name).write_bytes((source / name).read_bytes())
    return build_application(Settings.read({"MICROPOLIS_DATA": str(folder)}))


@settings(max_examples=12)
@given(many=MANY, view=VIEWS)
def test_map_list_filters_and_every_export_show_the_same_places(town, many, view):
    store = town.place_store
    old = [replace(place, status="withdrawn") for place in store.places()]
    store.put_many([*old, *(replace(place, community="wawer") for place in many)])

    in_list = filtered(store.places("wawer"), view.wanted)
    address = places_url("wawer", view.wanted, store.version())
    on_map = get(Starlette(routes=routes(town)), address).json["features"]
    assert [feature["id"] for feature in on_map] == sorted(place.id for place in in_list)
    by_kind = [filtered(in_list, PlaceFilter(kinds=(kind,))) for kind in KINDS]
    assert sum(map(len, by_kind)) == len(in_list)

    with tempfile.TemporaryDirectory() as folder:
        for ending in FORMATS:
            path = Path(folder) / f"places{ending}"
            assert export_places(in_list, path, now="2026-01-01T00:00:00Z") == len(in_list)
            assert exported(path) == len(in_list), ending


def exported(path: Path) -> int:
    if path.suffix in {".geojson", ".json"}:
        return len(json.loads(path.read_text(encoding="utf-8"))["features"])
    if path.suffix == ".csv":
        return len(list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))))
    if path.suffix == ".gpkg":
        return len(gpd.read_file(path))
    return len(read_rows(path).rows)


@settings(max_examples=40)
@given(MANY, st.integers(1900, 2100))
def test_a_bar_is_as_high_as_the_list_it_leads_to(many, this_year):
    bars = decades(many, this_year)
    for bar in bars:
        assert bar.there == len(filtered(many, PlaceFilter(years=bar.years)))
        assert 0 <= bar.told <= bar.there
    assert [bar.start for bar in bars] == sorted({bar.start for bar in bars})
    assert bool(bars) == any(of_years(place, Period(-9999, 9999)) for place in many)
    if bars:
        everything = Period(None, bars[-1].years.end)
        assert {p.id for p in filtered(many, PlaceFilter(years=everything))} == {
            p.id for bar in bars for p in filtered(many, PlaceFilter(years=bar.years))
        }


@settings(max_examples=40)
@given(places, st.integers(-3000, 2100), st.integers(0, 50), st.integers(0, 50))
def test_a_longer_span_of_years_never_shows_less(place, start, length, more):
    short, long = Period(start, start + length), Period(start - more, start + length + more)
    assert of_years(place, long) or not of_years(place, short)
    assert of_years(place, Period(None, long.end)) or not of_years(place, short)


@given(st.integers(-9999, 9999))
def test_every_year_has_one_decade(year):
    assert start_of(year) <= year < start_of(year) + 10
    assert start_of(year) % 10 == 0


@given(YEARS)
def test_years_survive_the_address(years):
    assert years_of(years_text(years)) == years


@pytest.mark.parametrize(
    "text", ["1900", "1900-1950", "1950..1900", "a..b", "..x", "1900...1950", "123456.."]
)
def test_years_written_otherwise_are_refused_with_the_way_to_write_them(text):
    with pytest.raises(InvalidInput) as caught:
        PlaceFilter.from_query({"years": [text]})
    assert text in str(caught.value)
    assert ViewState.parse({"years": text}).years == ""


@pytest.mark.parametrize(
    ("period", "story_year", "wanted", "there"),
    [
        (Period(1900, 1920), None, Period(1920, 1930), True),
        (Period(1900, 1920), None, Period(1921, 1930), False),
        (Period(1900, None), None, Period(1990, 1999), True),
        (Period(None, 1900), None, Period(1700, 1709), True),
        (None, 1955, Period(1950, 1959), True),
        (Period(1900, 1920), 1955, Period(1950, 1959), True),
        (None, None, Period(None, 2100), False),
        (Period(None, None), None, Period(None, 2100), False),
    ],
)
def test_a_place_is_of_the_years_it_was_there_and_of_those_its_stories_tell_of(
    period, story_year, wanted, there
):
    told = (Story("s", "Then", "…", "en", year=story_year),) if story_year else ()
    assert of_years(a_place(period=period, stories=told), wanted) is there
