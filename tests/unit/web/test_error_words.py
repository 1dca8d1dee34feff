"""What goes wrong is said in the reader's language; commands and logs say it in English."""

from __future__ import annotations

import ast
import json
import pickle
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asgi import get
from asgi_client import Client
from starlette.applications import Starlette

from micropolis_map import errors, i18n, web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import (
    Conflict,
    InvalidInput,
    MicropolisError,
    NotFound,
    Sentence,
    SourceUnavailable,
    TooMany,
)
from micropolis_map.i18n import mark
from micropolis_map.services.pinning import ChangedMeanwhile
from micropolis_map.services.submission import WrongFields
from micropolis_map.settings import Settings

PACKAGE = Path(i18n.__file__).parent
IN_ENGLISH = {
    "commands and their options": (
        "cli/accounts", "cli/places", "cli/server", "cli/touring", "cli/walking", "services/backing_up",
        "services/coverage_tables", "services/coverage_view", "services/exporting", "domain/opening_hours",
        "services/reaching", "services/table_files", "services/touring_files", "stores/backup_archive",
    ),
    "settings, shipped files and stores, for who keeps the server": (
        "analysis/profiles", "domain/place_geojson", "services/publishing", "settings",
        "stores/community_toml", "stores/database", "stores/districts_geojson", "stores/locks",
        "stores/migrations/__init__", "stores/once_there", "stores/tour_store",
    ),
    "addresses and bodies that programs write, or our own pages' scripts": (
        "domain/json_document", "services/coverage_downloads", "services/media", "services/signing_in",
        "services/siting_ground", "services/submission", "services/taking_care", "stores/audio",
        "web/answers", "web/api_care", "web/assets", "web/coverage_routes", "web/ogc/__init__",
        "web/ogc/fields", "web/ogc/question", "web/own_address", "web/report_routes", "web/requests",
        "web/siting_routes",
    ),
    "what only code of ours can do wrong, or nobody is there to read": (
        "analysis/accessibility", "analysis/coverage", "analysis/facility_location", "analysis/inequality",
        "analysis/siting_problem", "stores/community_store", "web/door", "workers/asking",
    ),
}  # fmt: skip
"""Modules some of whose errors nobody meets on a page, by who reads them. All others say every one."""
CLASSES = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, MicropolisError)
}


def plain_words(path: Path) -> list[str]:
    """Errors of a module whose words are no text of the catalogues."""
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    made = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in CLASSES]
    return [
        f"line {node.lineno}: {ast.unparse(words)}"
        for node in made
        for words in (*node.args[:2], *(k.value for k in node.keywords if k.arg == "keeper"))
        if isinstance(words, ast.JoinedStr | ast.BinOp)
        or (isinstance(words, ast.Constant) and isinstance(words.value, str) and words.value)
    ]


@pytest.fixture
def server(tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("wawer", {"en": "Wawer"}))
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_route_answers_in_the_readers_language(server, lang):
    answer = get(server, "/data/nowhere/places.geojson", accept_language=f"{lang}, en;q=0.5")
    wanted = i18n.translation(lang).gettext("there is no community {name}").format(name="'nowhere'")
    assert (answer.status, answer.json["error"]) == (404, wanted)
    assert answer.headers["content-language"] == lang
    assert (wanted == "there is no community 'nowhere'") == (lang == "en")


def test_a_program_that_says_no_language_is_answered_in_english(server):
    assert get(server, "/data/nowhere/places.geojson").json["error"] == "there is no community 'nowhere'"


def test_what_is_posted_is_refused_in_the_readers_language(server):
    headers = {"Content-Type": "application/json", "Accept-Language": "pl"}
    body = json.dumps({"id": "x" * 20, "secret": "short", "kind": "place", "feature": {}}).encode()
    answer = Client(server).post("/api/wawer/submissions", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("klucz prywatny")
    assert answer.json()["todo"].startswith("pozwól stronie")


def test_words_of_an_error_keep_their_values_and_survive_a_worker():
    error = pickle.loads(
        pickle.dumps(NotFound(mark("there is no place {id}"), mark("use a new id"), id="'a'"))
    )
    assert str(error) == "there is no place 'a'; use a new id"
    assert error.told(i18n.translation("da").gettext) == ("der er intet sted 'a'", "brug et nyt id")
    wait = pickle.loads(pickle.dumps(TooMany(mark("send it again"), "", 7.0, n=1)))
    assert (wait.retry_after_s, wait.told(str.upper)) == (7.0, ("SEND IT AGAIN", ""))


def test_braces_that_somebody_typed_are_only_braces():
    assert str(NotFound("there is no {name} {0}", "look")) == "there is no {name} {0}; look"
    assert str(NotFound("there is no {id}", id="{id} {0}")) == "there is no {id} {0}"


def test_errors_with_their_own_facts_say_them_in_every_language():
    for lang in LANGUAGES:
        say = i18n.translation(lang).gettext
        assert "name (missing)" in WrongFields({"name": "missing"}).told(say)[0]
        assert "0" in ChangedMeanwhile((), None).told(say)[0]


def test_every_error_a_person_can_meet_has_words_to_translate():
    english = {module for modules in IN_ENGLISH.values() for module in modules}
    found = {
        str(path.relative_to(PACKAGE).with_suffix("")): plain_words(path) for path in PACKAGE.rglob("*.py")
    }
    found = {module: words for module, words in found.items() if words}
    assert {module: words for module, words in found.items() if module not in english} == {}
    assert english <= set(found), "all of their errors are marked: take them off the list"


def test_no_page_says_a_text_that_is_not_in_the_catalogues():
    says = {"error", "warning", "info", "success", "caption", "button", "toast", "subheader", "markdown"}
    plain = [
        f"{path.name}:{node.lineno} {node.args[0].value!r}"
        for path in sorted((PACKAGE / "ui").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in says
        if node.args
        and isinstance(node.args[0], ast.Constant)
        and re.search("[a-z]{3}", str(node.args[0].value))
    ]
    assert plain == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "town.csv, row 12,345: 1,234.5 instead of '1234.5' since 30 November 2026, 09:05"),
        ("pl", "town.csv, row 12 345: 1 234,5 instead of '1234.5' since 30 listopada 2026, 09:05"),
        ("da", "town.csv, row 12.345: 1.234,5 instead of '1234.5' since 30. november 2026, 09:05"),
        ("it", "town.csv, row 12.345: 1.234,5 instead of '1234.5' since 30 novembre 2026, 09:05"),
        ("uk", "town.csv, row 12 345: 1 234,5 instead of '1234.5' since 30 листопада 2026, 09:05"),
    ],
)
def test_figures_in_an_error_are_written_as_people_write_them_and_a_files_words_stay(lang, said):
    error = InvalidInput(
        "{file}, row {row}: {n} instead of {text} since {when}",
        file="town.csv",
        row=12_345,
        n=1234.5,
        text=repr("1234.5"),
        when=datetime(2026, 11, 30, 9, 5, tzinfo=UTC),
    )
    for same in (error, pickle.loads(pickle.dumps(error))):
        assert same.told(lang=lang)[0].replace("\xa0", " ") == said


def test_one_thing_more_is_told_after_what_to_do_and_keeps_its_language():
    error = InvalidInput(mark("{file} is empty (0 bytes)"), mark("correct it"), file="a.csv")
    both = error.with_more(Sentence(mark("nothing was changed")))
    assert str(both) == "a.csv is empty (0 bytes); correct it; nothing was changed"
    told = both.told(i18n.translation("pl").gettext, "pl")
    assert told == ("a.csv jest pusty (0 bajtów)", "popraw to; niczego nie zmieniono")
    assert str(error) == "a.csv is empty (0 bytes); correct it"
    assert type(both) is InvalidInput


def test_settings_are_named_only_to_who_keeps_the_server():
    error = SourceUnavailable("x is down", "try again later", keeper="set MICROPOLIS_X")
    assert str(error) == "x is down; try again later; set MICROPOLIS_X"  # the log and the commands
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert "MICROPOLIS" not in "".join(error.told_to_anybody())
    named = [
        text
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CLASSES
        for words in node.args[:2]
        if "MICROPOLIS_" in (text := ast.unparse(words)) and path.stem not in {"settings", "database"}
    ]
    assert named == []


def test_every_class_is_told_in_english_without_a_translation():
    assert Conflict("it is so", "do that").told() == ("it is so", "do that")


def test_a_sentence_in_an_error_is_told_with_what_is_in_it_and_survives_a_worker():
    where = Sentence("place {id}", id="'a'")
    error = InvalidInput(
        Sentence("{where}: name is {value}", where=where, value="{x}"), Sentence("give {n}", n=3)
    )
    for same in (error, pickle.loads(pickle.dumps(error))):
        assert str(same) == "place 'a': name is {x}; give 3"
        assert same.told(lambda words: words.replace("place", "miejsce"))[0] == "miejsce 'a': name is {x}"
