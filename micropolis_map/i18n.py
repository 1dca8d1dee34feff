"""Texts of the product in the reader's language, from the gettext catalogues under ``locale/``."""

from __future__ import annotations

import gettext as _gettext
from functools import lru_cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "micropolis"


@lru_cache(maxsize=16)
def translation(lang: str) -> _gettext.NullTranslations:
    """Return the catalogue of `lang`; English (the texts in the code) where there is none."""
    return _gettext.translation(DOMAIN, LOCALE, languages=[lang], fallback=True)


def mark(text: str) -> str:
    """Return `text` unchanged; marks it for extraction where it is translated only when shown."""
    return text
