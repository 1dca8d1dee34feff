"""What figures rest on is said in the reader's language, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest

from micropolis_map.domain.text import LANGUAGES
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.coverage_view import coverage_view
from micropolis_map.services.source_words import SENTENCES, said
from micropolis_map.services.speech import Speech

OTHERS = [lang for lang in LANGUAGES if lang != "en"]


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize(
    ("sentence", "n"),
    [
        (form, str(5 - 4 * (form != words and form == words[0])))
        for words in SENTENCES
        for form in ([words] if isinstance(words, str) else words)
    ],
)
def test_every_sentence_is_said_with_its_facts(lang, sentence, n):
    facts = {name: f"x{number}" for number, name in enumerate(re.findall(r"\{(\w+)\}", sentence))}
    if "n" in facts:
        facts["n"] = n
    told = said(sentence.format(**facts), Speech(lang))
    assert told != sentence.format(**facts)
    assert all(fact in told for fact in facts.values())


@pytest.mark.parametrize("lang", OTHERS)
def test_all_that_a_town_s_figures_rest_on_is_said_in_the_language(town, lang):
    report = town.community_store.report("demo")
    result = coverage_view(town, "demo", CoverageRequest("wheelchair")).result
    for text in (result.population_source, result.spots.source, *result.notes, *report.notes):
        told = said(text, Speech(lang))
        assert told != text
        assert not {"the", "are", "homes", "people", "places"} & set(re.findall(r"\w+", told))


def test_a_source_of_several_parts_is_said_part_by_part_with_numbers_of_the_language():
    text = (
        "cells.csv (pop), shared among homes that are estimated from 749.5 km of residential streets of "
        "OpenStreetMap (150 people a km); 7 cells without a home moved to the nearest within 250 m; "
        "quite new"
    )
    assert said(text, Speech("pl")) == (
        "cells.csv (pop), podzielone między domy: oszacowane na podstawie 749,5 km ulic mieszkalnych "
        "OpenStreetMap (150 osób na km); komórki bez domu przeniesione do najbliższego w promieniu 250 m: "
        "7; quite new"
    )


def test_a_number_that_is_unlikely_is_told_as_it_is():
    text = "9e999 published places"
    assert said(text, Speech("en")) == text
