"""What goes wrong is said in the reader's language; commands and logs say it in English."""

from __future__ import annotations

import ast
import json
import pickle
from pathlib import Path

import pytest
from asgi import get
from asgi_client import Client
from starlette.applications import Starlette

from micropolis_map import errors, i18n, web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import Conflict, InvalidInput, MicropolisError, NotFound, Sentence, TooMany
from micropolis_map.i18n import mark
from micropolis_map.services.pinning import ChangedMeanwhile
from micropolis_map.services.submission import WrongFields
from micropolis_map.settings import Settings

PACKAGE = Path(i18n.__file__).parent
MET_BY_PEOPLE = (
    "services/pinning", "services/mine", "services/moderating", "services/signing_in", "services/forgetting",
    "services/undoing", "services/history", "services/public_place", "services/outlines",
    "services/community_reach", "stores/photos", "stores/photo_header", "stores/media_store",
    "stores/proposal_store", "stores/account_store", "sources/place_files/delimited",
    "sources/place_files/gpkg", "sources/place_files/reading", "sources/place_files/xml_tree",
    "web/communities", "services/touring_suggesting", "services/touring_deciding", "services/touring_authors",
    "services/touring_drafts", "services/touring_revisions", "services/touring_stops",
    "services/guided_walks", "services/walk_feedback", "services/time_zones", "domain/tour_document",
    "stores/sql_tour_store", "stores/walk_store", "stores/walk_report_store", "web/api_tours",
    "web/walk_routes", "workers/pool",
)  # fmt: skip
"""Modules all of whose errors a resident or an organiser can meet on a page."""
DEVELOPERS = {"signing_in": {"f'role is {role!r}'"}, "pool": {"'who asked for this has gone'"}}
"""Errors only a program can make, or that nobody is there to read."""


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


@pytest.mark.parametrize("module", MET_BY_PEOPLE)
def test_every_error_a_person_can_meet_has_words_to_translate(module):
    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    classes = {name for name in classes if issubclass(getattr(errors, name), MicropolisError)}
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    raised = [node for node in raised if isinstance(node.func, ast.Name) and node.func.id in classes]
    ours = [node for node in raised if node.func.id not in {"StoreUnavailable", "Exception"}]
    plain = {
        ast.unparse(n.args[0]) for n in ours if n.args and isinstance(n.args[0], ast.Constant | ast.JoinedStr)
    }
    assert plain <= DEVELOPERS.get(Path(module).name, set())


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
