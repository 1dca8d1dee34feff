"""Texts in several languages."""

from __future__ import annotations

from collections.abc import Mapping

LangText = Mapping[str, str]
"""A text by language code (ISO 639-1), such as ``{"en": "Old Harbour", "da": "Gammel Havn"}``."""

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "pl": "Polski",
    "da": "Dansk",
    "it": "Italiano",
    "uk": "Українська",
}
"""The languages the product speaks, in their own words."""


def pick(text: LangText, lang: str, fallback: tuple[str, ...] = ("en",)) -> tuple[str, str]:
    """Return the text in `lang` and its language; else the first of `fallback`, else any, else two ``""``.

    Examples
    --------
    >>> pick({"pl": "Las", "en": "Forest"}, "da")
    ('Forest', 'en')
    """
    for code in (lang, *fallback, *sorted(text)):
        if text.get(code):
            return text[code], code
    return "", ""
