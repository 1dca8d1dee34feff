"""The booklet: A5 pages, two to four stops on each, their stories, and no town or walk that breaks it."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from towns_on_paper import island

sys.path.insert(0, str(Path(__file__).parents[2]))

from pdf_reading import pages, qr_codes

from micropolis_map.domain.place import Place, Story
from micropolis_map.domain.tour import Stop
from micropolis_map.services.paper_map import Ground
from micropolis_map.services.touring import TourPlan, TourRequest
from micropolis_map.services.touring_booklet import BookletFacts, booklet
from micropolis_map.services.touring_booklet_stops import BETWEEN_MM, Told, shared_out, stories_of
from micropolis_map.services.touring_comforts import Comforts, Nearby
from micropolis_map.services.touring_walks import straight_walk

A5 = (148.0, 210.0)
LONG = "Zażółć gęślą jaźń. " * 60
STORY = Told("Wiadro po kolei", "Babcia opowiadała o studni. " * 12, "Halina")


def plan_of(points, lang="pl", name=None, *, loop=False) -> TourPlan:
    stops = tuple(
        Stop(f"s{k}", lon, lat, {"pl": name or f"Przystanek {k + 1}"}, {"pl": f"Opis numer {k + 1}."})
        for k, (lon, lat) in enumerate(points)
    )
    pairs = [*itertools.pairwise(stops), *([(stops[-1], stops[0])] if loop else [])]
    walks = tuple(straight_walk(a, b, 250.0, 1.2) for a, b in pairs)
    return TourPlan(
        "x", TourRequest(stops, lang=lang), stops, walks, optimal=True, loaded=False, credit="© OSM"
    )


def along(count, lon=12.5, lat=55.0, step=0.002):
    return [(lon + step * k, lat + step * (k % 3)) for k in range(count)]


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_pages_are_a5_with_two_to_four_stops_and_all_is_told(tmp_path, count):
    town = island(1)
    ground = Ground(town.write(tmp_path), credit="© OpenStreetMap contributors", day="2026-05-01T00:00:00Z")
    plan = plan_of(along(count))
    bench = Nearby("bench", "", 12.5005, 55.0003, 5.0, 10.0, "yes", "")
    toilet = Nearby("toilets", "", 12.503, 55.001, 5.0, 10.0, "yes", "")
    facts = BookletFacts(ground, {"s0": (STORY,)}, Comforts((bench, toilet), 300.0))
    content = booklet(plan, "Spacer przez Łąkę", facts, "https://map.example.org")
    document = pypdfium2.PdfDocument(content)
    for page in document:
        assert (page.get_width() * 25.4 / 72, page.get_height() * 25.4 / 72) == pytest.approx(A5, abs=0.1)
    document.close()
    text, codes = pages(content), qr_codes(content)
    assert "Spacer przez Łąkę" in text[0]
    assert all(2 <= len(found) <= 4 for found in codes[1:-1])
    for k in range(count):
        (page,) = [page for page in text[1:-1] if f"Opis numer {k + 1}." in page]
        assert f"Przystanek {k + 1}" in page
    assert "Babcia opowiadała o studni." in text[1]
    assert "Halina" in text[1]
    assert "WC" in text[1]
    for page in text[:-1]:
        assert "© OpenStreetMap contributors" in page
        assert "2026" in page
        assert "1 : " in page
    assert any("Vej" in page or "Вулиця" in page for page in text[:-1])


@pytest.mark.parametrize(
    "points",
    [
        [(12.5, 55.0)],
        [(12.5, 55.0)] * 9,
        [(179.999, 10.0), (-179.999, 10.001)],
        [(0.0, 89.9), (10.0, 89.95)],
        [(-70.0, -40.0), (100.0, 60.0)],
    ],
)
@pytest.mark.parametrize("loop", [False, True])
def test_no_walk_breaks_it(points, loop):
    content = booklet(plan_of(points, loop=loop and len(points) > 1), "Spacer", BookletFacts(Ground()), "")
    assert len(pages(content)) >= 3
    assert sum("geo:" in code for found in qr_codes(content) for code in found) == len(points)


def test_long_names_and_stories_stay_on_their_page_and_letters_of_all_kinds_are_there():
    name = "Międzynarodoweprzedszkoleintegracyjnebezprzerwywjednymsłowie " * 3
    plan = plan_of(along(4), name=name)
    stories = {f"s{k}": (Told(LONG, LONG * 3, LONG),) for k in range(4)}
    content = booklet(plan, LONG, BookletFacts(Ground(), stories), "https://map.example.org")
    document = pypdfium2.PdfDocument(content)
    for page in document:
        text = page.get_textpage()
        boxes = np.array([text.get_charbox(k) for k in range(text.count_chars())])
        assert boxes[:, 0].min() >= 0.0
        assert boxes[:, 2].max() <= page.get_width()
        assert boxes[:, 1].min() >= 8.0
    document.close()
    letters = "Łódź Ærø Її Ґанок Perché ščř"
    assert letters in pages(booklet(plan_of(along(2), name=letters), letters, BookletFacts(), ""))[1]


def test_a_booklet_is_drawn_within_seconds_and_light(tmp_path):
    ground = Ground(island(2).write(tmp_path))
    plan = plan_of(along(12, step=0.001))
    started = time.process_time()
    content = booklet(plan, "Spacer", BookletFacts(ground, {f"s{k}": (STORY,) for k in range(12)}), "")
    assert time.process_time() - started < 3.0
    assert len(content) < 2_000_000


@pytest.mark.parametrize("seed", range(30))
def test_stops_share_pages_in_order_evenly_and_none_stands_alone_where_it_need_not(seed):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(20.0, 60.0, rng.integers(1, 9)).tolist()
    room = 130.0

    def fits(numbers):
        return sum(heights[k] for k in numbers) + BETWEEN_MM * len(numbers) <= room and len(numbers) <= 4

    shared = shared_out(heights, room)
    assert [number for page in shared for number in page] == list(range(len(heights)))
    assert all(fits(page) for page in shared)
    cuts = itertools.chain.from_iterable(
        itertools.combinations(range(1, len(heights)), k) for k in range(len(heights))
    )
    ways = [[list(range(a, b)) for a, b in itertools.pairwise((0, *cut, len(heights)))] for cut in cuts]
    cost = min(
        len(way) + sum(len(page) == 1 for page in way) for way in ways if all(fits(page) for page in way)
    )
    assert len(shared) + sum(len(page) == 1 for page in shared) == cost


def test_stories_are_told_in_the_readers_language_else_in_english_else_one_with_its_language():
    place = Place(
        "p",
        "x",
        "historical",
        {"en": "P"},
        {"type": "Point", "coordinates": [0, 0]},
        stories=(
            Story("1", "Fisk", "Om fisk", "da"),
            Story("2", "Fish", "On fish", "en", translations={"pl": {"title": "Ryba", "text": "O rybie"}}),
        ),
    )
    assert [told.title for told in stories_of(place, "pl")] == ["Ryba"]
    assert [told.title for told in stories_of(place, "da")] == ["Fisk"]
    assert [told.title for told in stories_of(place, "it")] == ["Fish (English)"]
