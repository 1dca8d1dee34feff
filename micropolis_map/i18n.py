"""Texts of the product in the reader's language, from the gettext catalogues under ``locale/``."""

from __future__ import annotations

import gettext as _gettext
from functools import lru_cache
from pathlib import Path

from micropolis_map.errors import Counted

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "micropolis"


class _Catalogue(_gettext.GNUTranslations):
    """A catalogue that chooses the form of words about several things by their number."""

    def gettext(self, message: str) -> str:
        """Return `message` in the catalogue's language."""
        if isinstance(message, Counted):
            return self.ngettext(message.one, message, message.n)
        return super().gettext(message)


@lru_cache(maxsize=16)
def translation(lang: str) -> _gettext.NullTranslations:
    """Return the catalogue of `lang`; English (the texts in the code) where there is none."""
    return _gettext.translation(DOMAIN, LOCALE, languages=[lang], class_=_Catalogue, fallback=True)


def mark(text: str) -> str:
    """Return `text` unchanged; marks it for extraction where it is translated only when shown."""
    return text
