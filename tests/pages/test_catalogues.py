"""Every text on the pages has its translations, and what is compiled is what is written."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from micropolis_map.domain.text import LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "micropolis_map"
LOCALE = PACKAGE / "locale"
KEYWORDS = {"_": None, "mark": None, "ngettext": (1, 2), "counted": (1, 2)}
TRANSLATED = sorted(set(LANGUAGES) - {"en"})


def texts_in_code():
    found = extract_from_dir(str(PACKAGE), method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def catalogue(lang):
    with (LOCALE / lang / "LC_MESSAGES" / "micropolis.po").open("rb") as file:
        return read_po(file, locale=lang)


def strings(message):
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_text_is_translated(lang):
    known = {message.id: message for message in catalogue(lang) if message.id}
    missing = [text for text in texts_in_code() if text not in known or not all(strings(known[text]))]
    assert not missing, f"{lang}: translate {sorted(map(str, missing))} and run 'make texts'"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_translations_keep_the_places_for_values(lang):
    wrong = []
    for message in catalogue(lang):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = {name for text in originals for name in re.findall(r"\{(\w+)\}", text)}
        wrong += [s for s in strings(message) if message.id and set(re.findall(r"\{(\w+)\}", s)) != wanted]
    assert not wrong


@pytest.mark.parametrize("lang", TRANSLATED)
def test_what_is_compiled_is_what_is_written(lang):
    with (LOCALE / lang / "LC_MESSAGES" / "micropolis.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue(lang):
        if isinstance(message.id, tuple):
            plural = [compiled.ngettext(*message.id, n) for n in range(25)]
            assert set(plural) == set(message.string), "run 'make texts'"
        elif message.id:
            assert compiled.gettext(message.id) == message.string, "run 'make texts'"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_translation_is_left_over(lang):
    assert {m.id for m in catalogue(lang) if m.id} <= texts_in_code(), "run 'make texts'"


def test_no_text_hides_in_an_f_string_where_extraction_does_not_look():
    hidden = []
    for path in sorted((PACKAGE / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [
                    n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
                ]
                literal = [c for c in calls if c.args and isinstance(c.args[0], ast.Constant)]
                hidden += [f"{path.name}:{c.lineno}" for c in literal if c.func.id in KEYWORDS]
    assert not hidden
