"""Reads one JSON object field by field; every error names whose field it is, the value, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from micropolis_map.domain.place import STEP_FREE
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark

T = TypeVar("T", bound=str)

_IDENTIFIER = re.compile(r"\w[\w.:@~-]{0,127}")
_SLUG = re.compile(r"[a-z0-9-]{1,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ACTIVITY = re.compile(r"[a-z0-9_]{1,40}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_ITEMS = 1_000
_MAX_TEXT = 20_000


def check_slug(slug: str) -> str:
    """Return `slug`; InvalidInput when it is not 1 to 40 of ``a-z 0-9 -`` (so it is safe in a path)."""
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            mark("community {slug} is not a valid slug"),
            mark("use 1 to 40 of the letters a-z, digits, hyphens"),
            slug=repr(slug[:80]),
        )
    return slug


@dataclass(frozen=True)
class Fields:
    """The fields of `raw`; `where` says whose they are.

    Null and absent are the same. Every method takes the field's name and raises `InvalidInput`.
    """

    where: str  # a Sentence where it is to be translated
    raw: Mapping[str, Any]

    def text(self, name: str, limit: int) -> str:
        """Return the text, ``""`` when absent, of at most `limit` characters."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(name, value, mark("give a text"))
        if len(value) > limit:
            most = Sentence(mark("give at most {most} characters, not {n}"), most=limit, n=len(value))
            raise self._wrong(name, value, most)
        if _SURROGATE.search(value):
            raise self._wrong(name, value, mark("remove the half characters (lone surrogates)"))
        return value

    def line(self, name: str, limit: int) -> str:
        """Return the text as `text` does, without characters that nobody sees (`visible`).

        One of nothing else stays: it was kept before anybody looked, and must be readable.
        """
        return _shown(self.text(name, limit))

    def identifier(self, name: str) -> str:
        """Return the id: 1 to 128 letters, digits and ``_ . : @ ~ -``, the first a letter or digit."""
        return self._matching(name, _IDENTIFIER, mark("give 1 to 128 letters, digits and _ . : @ ~ -"))

    def slug(self, name: str) -> str:
        """Return a community's slug."""
        return self._matching(name, _SLUG, mark("give 1 to 40 of the letters a-z, digits, hyphens"))

    def language(self, name: str) -> str:
        """Return a language code."""
        return self._matching(name, _LANGUAGE, mark("give an ISO 639 code such as pl"))

    def activity(self, name: str) -> str | None:
        """Return what people do there, None when nothing is said."""
        if self.raw.get(name) is None:
            return None
        return self._matching(name, _ACTIVITY, mark("give small letters, digits and _ such as library"))

    def one_of(self, name: str, allowed: Sequence[T], default: T | None = None) -> T:
        """Return the value, which must be one of `allowed`; `default` when absent."""
        value = self.raw.get(name)
        if value is None and default is not None:
            return default
        for option in allowed:
            if value == option:
                return option
        raise self._wrong(name, value, Sentence(mark("give one of {values}"), values=", ".join(allowed)))

    def whole(self, name: str, default: int | None, *, low: int, high: int) -> int | None:
        """Return the whole number between `low` and `high`, both included; `default` when absent."""
        value = self.raw.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            between = Sentence(mark("give a whole number from {low} to {high}"), low=low, high=high)
            raise self._wrong(name, value, between)
        return value

    def texts(self, name: str, *, required: bool = False, lines: bool = False) -> dict[str, str]:
        """Return the texts by language code; `lines`: each read as `line` reads it."""
        raw = self.mapping(name) or {}
        inner = Fields(self._inside(name), raw)
        texts = {}
        for lang in raw:
            if not isinstance(lang, str) or not _LANGUAGE.fullmatch(lang):
                raise self._wrong(name, lang, mark("key the texts by ISO 639 codes such as pl"))
            texts[lang] = inner.line(lang, _MAX_TEXT) if lines else inner.text(lang, _MAX_TEXT)
        if required and not any(text.strip() for text in texts.values()):
            raise self._wrong(
                name, raw, mark('give it in at least one language, such as {"en": "Old Harbour"}')
            )
        return texts

    def themes(self, name: str) -> tuple[str, ...]:
        """Return the themes: at most 60 characters each, without commas (they separate them in links)."""
        themes = self._list(name)
        for theme in themes:
            if not isinstance(theme, str) or not theme.strip() or len(theme) > 60 or "," in theme:
                raise self._wrong(name, theme, mark("give texts of 1 to 60 characters without a comma"))
            Fields(self.where, {name: theme}).text(name, 60)
        return tuple(map(_shown, themes))

    def access(self, name: str) -> dict[str, Any]:
        """Return the accessibility facts; ``step_free`` is always there, other keys are kept as they are."""
        raw = self.mapping(name) or {}
        inner = Fields(self._inside(name), raw)
        facts: dict[str, Any] = {"step_free": inner.one_of("step_free", STEP_FREE, default="unknown")}
        for key, value in raw.items():
            if key == "step_free":
                continue
            if not isinstance(value, bool | int | str | None) or len(str(key)) > 60:
                raise self._wrong(name, {key: value}, mark("give true, false, a number or a text"))
            facts[key] = inner.text(key, 500) if isinstance(value, str) else value
        return facts

    def website(self, name: str) -> str:
        """Return the web address, only ``http`` or ``https`` (a link may run nothing)."""
        value = self.text(name, 2_000)
        try:
            parts = urlsplit(value)
        except ValueError:
            raise self._wrong(name, value, mark("give a web address such as https://example.org/")) from None
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise self._wrong(name, value, mark("give a web address such as https://example.org/"))
        return value

    def moment(self, name: str) -> str:
        """Return the ISO 8601 moment as it is written, ``""`` when absent."""
        value = self.text(name, 40)
        try:
            if value:
                datetime.fromisoformat(value)
        except ValueError:
            raise self._wrong(name, value, mark("give a moment such as 2026-11-21T12:00:00Z")) from None
        return value

    def translations(self, name: str) -> dict[str, dict[str, str]]:
        """Return a story's translations: by language, ``title`` and ``text``."""
        raw = self.mapping(name) or {}
        found = {}
        for lang, texts in raw.items():
            if not _LANGUAGE.fullmatch(str(lang)) or not isinstance(texts, Mapping):
                raise self._wrong(name, {lang: texts}, mark('give {"pl": {"title": "…", "text": "…"}}'))
            inner = Fields(self._inside(f"{name} {lang}"), texts)
            read = {"text": inner.text, "title": inner.line}
            found[str(lang)] = {key: take(key, 100_000) for key, take in read.items() if key in texts}
        return found

    def objects(self, name: str, noun: str) -> Iterator[Fields]:
        """Yield the fields of each object in the list."""
        for index, item in enumerate(self._list(name)):
            if not isinstance(item, Mapping):
                raise self._wrong(name, item, mark("give each as an object"))
            yield Fields(self._inside(f"{noun} {index + 1}"), item)

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """Return the object, None when absent."""
        value = self.raw.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise self._wrong(name, value, mark("give an object"))
        return value

    def _list(self, name: str) -> list[Any]:
        value = self.raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple) or len(value) > _MAX_ITEMS:
            raise self._wrong(name, value, Sentence(mark("give a list of at most {most}"), most=_MAX_ITEMS))
        return list(value)

    def _matching(self, name: str, pattern: re.Pattern[str], todo: str) -> str:
        value = self.raw.get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self._wrong(name, value, todo)
        return value

    def _wrong(self, name: str, value: Any, todo: str) -> InvalidInput:
        text = repr(value)
        shown = text if len(text) <= 80 else text[:77] + "..."
        what = Sentence(mark("{where}: {field} is {value}"), where=self.where, field=name, value=shown)
        return InvalidInput(what, todo)

    def _inside(self, part: str) -> Sentence:
        """Return whose fields those of `part` are."""
        return Sentence("{where}: {part}", where=self.where, part=part)


def _shown(text: str) -> str:
    shown = visible(text)
    return shown if shown.strip() else text
