"""The reader's language, known everywhere on a page: in callbacks and fragments as well."""

from __future__ import annotations

import streamlit as st

from micropolis_map import i18n
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import MicropolisError, Sentence

KEY = "mm_lang"


def use(lang: str) -> str:
    """Speak `lang` for the rest of the session; empty for the browser's own, English where we lack it."""
    chosen = lang or browser_language()
    st.session_state[KEY] = chosen
    return chosen


def current() -> str:
    """Return the language spoken now."""
    return str(st.session_state.get(KEY) or browser_language())


def browser_language() -> str:
    """Return the browser's language where we speak it, else English."""
    code = (st.context.locale or "en").split("-")[0].lower()
    return code if code in LANGUAGES else "en"


def _(text: str) -> str:
    """Return `text` in the reader's language."""
    return i18n.translation(current()).gettext(text)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form of the text that fits the number `n` in the reader's language."""
    return i18n.translation(current()).ngettext(singular, plural, n)


def told(error: MicropolisError) -> str:
    """Return what happened and what to do, in one line in the reader's language."""
    return "; ".join(text for text in error.told_to_anybody(_, current()) if text)


def said(text: str) -> str:
    """Return a sentence in the reader's language; a text that is none stays as it is."""
    return text.told(_, current()) if isinstance(text, Sentence) else text
