"""The places we ship for Wawer, Middelfart and Cagliari are complete, in place and true to the facts."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point, shape

from micropolis_map.domain.place import ACTIVITIES, KINDS, STEP_FREE, Place
from micropolis_map.domain.place_geojson import (
    feature_text,
    feature_to_place,
    read_features,
    unknown_properties,
)
from micropolis_map.stores.community_store import FolderCommunityStore

DATA = Path(__file__).parents[2] / "data"
LOCAL = {"cagliari": "it", "middelfart": "da", "wawer": "pl"}
THEMES = frozenset(
    [
        *("identity", "participation", "mutual_support", "nature", "culture", "sea"),
        *("craft", "memory", "food", "learning", "play", "care"),
    ]
)
QUARTERS = {
    "cagliari": {"Castello", "Marina", "Stampace", "Villanova"},
    "middelfart": {"Middelfart", "Strib", "Nørre Aaby", "Ejby", "Gelsted", "Brenderup"},
    "wawer": {
        *("Aleksandrów", "Anin", "Falenica", "Las", "Marysin Wawerski", "Międzylesie"),
        *("Miedzeszyn", "Nadwiśle", "Radość", "Sadul", "Wawer", "Zerzeń"),
    },
}
NAMED_IN_THE_BRIEF = {
    *("middelfart-kulturoeen", "middelfart-gammel-havn", "middelfart-lillebaeltsvaerftet"),
    *("middelfart-raadhuset", "middelfart-bridgewalking"),
    *("cagliari-torre-dell-elefante", "cagliari-torre-di-san-pancrazio"),
    *("cagliari-museo-archeologico-nazionale", "cagliari-pinacoteca-nazionale"),
    *("wawer-wck-miedzylesie", "wawer-wck-anin", "wawer-wck-falenica"),
    *("wawer-anin", "wawer-kinokawiarnia-stacja-falenica", "wawer-mazowiecki-park-krajobrazowy"),
}

FACT_OF = {
    "middelfart-altings-toeven": "Altings tøven",
    "middelfart-clay-keramikmuseum": "CLAY Keramikmuseum",
    "middelfart-hjem-kaere-skov": "Hjem Kære Skov",
    "middelfart-krukke": "Krukke",
    "middelfart-livsnyderne": "Livsnyderne",
    "middelfart-rook-takes-bishop": "Rook takes Bishop",
    "middelfart-skulpturgruppe-nytorv": "Skulpturgruppe",
    "middelfart-spine-has-pine-in-it": "Spine has pine in it",
    "wawer-biblioteka-blekitna": "Wypożyczalnia dla Dorosłych i Młodzieży Nr 26",
    "wawer-biblioteka-trawiasta": "Biblioteka Publiczna w Dzielnicy Wawer m.st. Warszawy",
    "wawer-gora-lotnikow": 'Pomnik "Rozbicie się samolotu Liberator',
    "wawer-kinokawiarnia-stacja-falenica": "Kinokawiarnia Stacja Falenica",
    "wawer-las-matki-mojej": "Park im. Matki Mojej",
    "wawer-miejsce-rozstrzelania-w-aninie": "miejsce rozstrzelania 12 mężczyzn w Aninie",
    "wawer-polanka": "Polanka",
    "wawer-pomnik-getta-w-falenicy": "pomnik Pamięci Żydów deportowanych",
    "wawer-pomnik-korczaka": "pomnik Janusza Korczaka",
    "wawer-pomnik-ofiar-27-grudnia-1939": "pomnik Poległych w pierwszej masowej egzekucji",
    "wawer-pomnik-pilsudskiego": "pomnik marsz. Józefa Piłsudskiego",
    "wawer-pomnik-zymirskiego": "pomnik gen. Franciszka Żymirskiego",
    "wawer-stacja-anin": "Warszawa Anin",
    "wawer-wck-aleksandrow": "Wawerskie Centrum Kultury Filia „Aleksandrów”",
    "wawer-wck-anin": "Wawerskie Centrum Kultury Filia „Anin”",
    "wawer-wck-falenica": 'Wawerskie Centrum Kultury Filia "Falenica"',
    "wawer-wck-marysin": 'Wawerskie Centrum Kultury Filia "Marysin"',
    "wawer-wck-radosc": 'Wawerskie Centrum Kultury Filia "Radość"',
    "wawer-wck-zastow": 'Wawerskie Centrum Kultury Filia "Zastów"',
    "wawer-willa-lodusienka": "Muzeum Willa Lodusieńka w Warszawie",
}
"""Our id to the start of the name in ``FACTS.csv``; Cagliari's facts are found by their OpenStreetMap id."""


@cache
def _features() -> tuple[dict[str, Any], ...]:
    path = DATA / "places.geojson"
    return tuple(read_features(path.read_text(encoding="utf-8"), path.name)[0])


@cache
def _real() -> tuple[Place, ...]:
    return tuple(
        feature_to_place(feature) for feature in _features() if feature["properties"]["community"] in LOCAL
    )


def _of(community: str) -> list[Place]:
    return [place for place in _real() if place.community == community]


def test_one_feature_a_line_sorted_and_unique() -> None:
    lines = (DATA / "places.geojson").read_text(encoding="utf-8").splitlines()
    of_features = [json.loads(line.rstrip(",")) for line in lines if line.startswith('{"type":"Feature",')]
    ids = [feature["id"] for feature in of_features]
    assert ids == [feature["id"] for feature in _features()]
    assert ids == sorted(set(ids))


def test_the_file_is_what_the_server_would_write() -> None:
    lines = (DATA / "places.geojson").read_text(encoding="utf-8").splitlines()
    written = {line.rstrip(",") for line in lines}
    assert [p.id for p in _real() if feature_text(p) not in written] == []
    assert [f["id"] for f in _features() if unknown_properties(f)] == []


def test_the_places_the_partners_named_are_there() -> None:
    assert {place.id for place in _real()} >= NAMED_IN_THE_BRIEF


@pytest.mark.parametrize("community", LOCAL)
def test_each_community_has_a_mixture_of_at_least_twenty(community: str) -> None:
    places = _of(community)
    assert len(places) >= 20
    assert {place.kind for place in places} == set(KINDS)
    assert len({place.activity for place in places} - {None}) >= 2
    assert len({place.lon_lat for place in places}) == len(places), "two places on the same spot"


@pytest.mark.parametrize("community", LOCAL)
def test_every_place_is_told_in_english_and_the_local_language(community: str) -> None:
    for place in _of(community):
        for texts in (place.name, place.description):
            assert set(texts) == {"en", LOCAL[community]}, place.id
            assert all(text == text.strip() and text for text in texts.values()), place.id
        for lang, text in place.description.items():
            assert 1 <= len(re.findall(r"[.:!?](?=\s+[A-ZŁŚŻÆØÅ„\"]|$)", text)) <= 5, (place.id, lang)
            assert text.endswith("."), (place.id, lang)


def test_every_value_is_one_we_know() -> None:
    for place in _real():
        assert re.fullmatch(rf"{place.community}-[a-z0-9]+(-[a-z0-9]+)*", place.id)
        assert place.kind in KINDS, place.id
        assert place.activity is None or place.activity in ACTIVITIES, place.id
        assert place.themes, place.id
        assert set(place.themes) <= THEMES, place.id
        assert place.access["step_free"] in STEP_FREE, place.id
        assert place.licence == "CC-BY-SA-4.0", place.id
        assert len(place.source) > 10, place.id
        assert place.photos == (), f"{place.id}: no photo of a real place is ours to give"


@pytest.mark.parametrize("community", LOCAL)
def test_at_least_eight_true_stories_are_told_in_english_and_the_local_language(community: str) -> None:
    told = [(place, story) for place in _of(community) for story in place.stories]
    assert len(told) >= 8
    assert len({story.id for _, story in told}) == len(told)
    for place, story in told:
        assert story.lang == LOCAL[community], story.id
        assert set(story.translations) == {"en"}, story.id
        english = story.translations["en"]
        for title, text in ((story.title, story.text), (english["title"], english["text"])):
            assert 0 < len(title) <= 60, story.id
            assert 60 <= len(text.split()) <= 220, (story.id, len(text.split()))
            assert text == text.strip(), story.id
        assert f"story “{english['title'].strip('“”')}”: " in place.source, f"{story.id} names no source"
        assert story.told_by == "Micropolis Map", f"{story.id}: no person told it to us"


def _years(text: str) -> set[str]:
    """Return the years a text names, without decades."""
    return set(re.findall(r"\b\d{4}\b(?!')", text))


def test_every_true_story_rests_on_collected_facts(test_data: Path) -> None:
    """Its years and its sources are those of ``STORIES.csv``; what is not proven is said as such."""
    with (test_data / "STORIES.csv").open(encoding="utf-8", newline="") as file:
        facts = {row["id"]: row for row in csv.DictReader(file)}
    told = {story.id: (place, story) for place in _real() for story in place.stories}
    assert set(told) <= set(facts)
    for story_id, (place, story) in told.items():
        row = facts[story_id]
        assert (place.community, story.about) == (row["community"], row["about"]), story_id
        assert row["place_id"] in {"", place.id}, story_id
        known = set(re.findall(r"\d{4}", row["facts"] + row["people"] + row["year_from"]))
        english = story.translations["en"]["text"]
        for text in (story.text, english):
            assert _years(text) <= known, story_id
        assert _years(story.text) == _years(english), story_id
        for source in row["sources"].split(" | "):
            assert source.removeprefix("position: ").split(" (")[0] in place.source, (story_id, source)
        if row["confidence"] == "one source":
            assert re.search(r"\bone source\b", english), f"{story_id} does not say that one source tells it"
        if re.search(r"not proved", row["facts"]):
            assert "not proven" in english, story_id
        if re.search(r"not confirmed", row["facts"]):
            assert "not confirmed" in english, story_id


def test_the_file_says_which_positions_are_openstreetmaps() -> None:
    header = read_features((DATA / "places.geojson").read_text(encoding="utf-8"), "places.geojson")[1]
    assert "some positions in Wawer, Middelfart and Cagliari: © OpenStreetMap contributors, ODbL 1.0" in str(
        header["attribution"]
    )


@pytest.mark.parametrize("community", LOCAL)
def test_every_place_and_quarter_lies_inside_the_outline(community: str) -> None:
    found = FolderCommunityStore(DATA / "geo").get(community)
    assert found.outline is not None
    outline = shape(dict(found.outline))
    assert outline.is_valid
    assert 15 <= len(outline.exterior.coords) <= 50, "an outline of this kind is generalised"
    assert [p.id for p in _of(community) if not outline.contains(Point(p.lon_lat))] == []
    assert [d.name for d in found.districts if not outline.contains(Point(d.centre))] == []
    assert outline.contains(Point(found.centre))


@pytest.mark.parametrize("community", LOCAL)
def test_communities_are_described_in_every_language(community: str) -> None:
    found = FolderCommunityStore(DATA / "geo").get(community)
    assert set(found.name) == set(found.about) == {"da", "en", "it", "pl", "uk"}
    assert found.languages[0] == LOCAL[community]
    assert found.outline_approximate
    assert not found.fictional
    assert found.query
    assert found.source
    assert {district.name for district in found.districts} >= QUARTERS[community]
    assert all(district.approximate for district in found.districts)


def test_wawer_lies_along_its_railway() -> None:
    """Its quarters follow each other from north-west to south-east, as the trains call."""
    centres = {d.name: d.centre for d in FolderCommunityStore(DATA / "geo").get("wawer").districts}
    line = ["Wawer", "Anin", "Międzylesie", "Radość", "Miedzeszyn", "Falenica"]
    lons, lats = zip(*(centres[name] for name in line), strict=True)
    assert list(lons) == sorted(lons)
    assert list(lats) == sorted(lats, reverse=True)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    shrink = math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot((a[0] - b[0]) * shrink, a[1] - b[1]) * 111_195


def _facts(test_data: Path) -> Iterator[tuple[Place, dict[str, str]]]:
    with (test_data / "FACTS.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for place in _real():
        osm_ids = re.findall(r"(?:node|way|relation)/\d+", place.source)
        name = FACT_OF.get(place.id)
        row = next(
            (
                row
                for row in rows
                if row["community"] == place.community
                and (
                    (name and row["name"].startswith(name))
                    or (osm_ids and re.search(rf"{osm_ids[0]}\b", row["source"]))
                )
            ),
            None,
        )
        if row is not None:
            yield place, row
        else:
            assert name is None, f"{place.id}: no fact is named {name!r}"


def test_positions_agree_with_the_checked_facts(test_data: Path) -> None:
    pairs = list(_facts(test_data))
    apart = [
        (place.id, _metres(place.lon_lat, (float(row["lon"]), float(row["lat"])))) for place, row in pairs
    ]
    assert len(pairs) >= 50, "most of the places have a checked fact"
    assert [pair for pair in apart if pair[1] > 30] == []


def test_years_agree_with_the_checked_facts(test_data: Path) -> None:
    told = 0
    for place, row in _facts(test_data):
        said = " ".join(place.description.values()) + str(place.period)
        for year in re.findall(r"(?<!\d)\d{4}(?!\d)", row["year"]):
            assert year in said, (place.id, year)
            told += 1
    assert told >= 10
