"""What other tools' words for kinds of places mean here, in five languages and OpenStreetMap's tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from micropolis_map.domain.place import ACTIVITIES, KINDS

_KINDS: Mapping[str, str] = {
    "historical": """
        histor zabyt monument memorial pomnik castle zamek slot castello heritage kulturarv museum muzeum
        museo museet church kirke kosciol kościół chiesa ruin archaeolog archeolog cemetery cmentarz kirkegård
        cimitero mindesmærke storico pałac palac palace пам історич музей церкв
        """,
    "natural": """
        natur park las forest skov bosco foresta garden have ogród ogrod giardino beach strand plaża spiaggia
        lake jezioro sø lago river rzeka fiume tree drzewo træ albero viewpoint przyrod wood meadow łąka
        природ парк ліс озеро
        """,
    "co-created": "co-created cocreated community społeczn współtw fælles comunit спільн",
}
"""Beginnings of words by the kind they mean; the first kind that fits counts."""
_ACTIVITIES: Mapping[str, str] = {
    "neighbourhood_cafe": "cafe café kawiarnia caffè bar кафе klubokawiarnia",
    "library": "library biblioteka bibliotek biblioteca бібліотека",
    "culture_centre": "arts culture cultural culturale kultury kulturhus kulturcenter theatre teatr",
    "community_garden": "allotments fælleshave community_garden",
    "sports": "sports sport boisko stadium stadion pitch",
    "smart_work_centre": "coworking smart_work",
    "local_activity_place": "community_centre community_center forsamlingshus beboerhus",
    "help_point": "help_point social_facility",
}
"""Words by the activity they mean; words joined by _ must follow each other."""


@lru_cache(maxsize=4_096)
def kind_of(words: str) -> str:
    """Return the kind `words` mean; `words` themselves where none is recognised."""
    return words if words in KINDS else _match(words, _KINDS) or words


@lru_cache(maxsize=4_096)
def activity_of(words: str) -> str | None:
    """Return the activity `words` mean, None where none is recognised."""
    return words if words in ACTIVITIES else _match(words, _ACTIVITIES) or None


_LIMITED = {
    "limited", "partial", "partly", "ograniczony", "ograniczona", "ograniczone", "częściowo", "częściowa",
    "częściowe", "begrænset", "delvist", "delvis", "limitato", "limitata", "parziale", "parzialmente",
    "обмежено", "обмежений", "частково", "частковий",
}  # fmt: skip


def step_free_of(words: str) -> str:
    """Return ``yes limited no unknown`` for what a column about steps or wheelchairs says."""
    word = words.strip().casefold()
    if word in {"yes", "y", "full", "only", "tak", "ja", "sì", "si", "так", "true", "1", "designated"}:
        return "yes"
    if word in {"no", "n", "bad", "nie", "nej", "ні", "false", "0"}:
        return "no"
    return "limited" if word in _LIMITED else "unknown"


def _match(words: str, table: Mapping[str, str]) -> str:
    """Return the entry with a stem that a word of `words` is, or (from 5 letters) begins with."""
    said = re.findall(r"\w+", words.casefold().replace("_", " ").replace("-", " "))
    joined = "_".join(said)
    for meaning, stems in table.items():
        for stem in stems.replace("-", "_").split():
            if "_" in stem and f"_{stem}_" in f"_{joined}_":
                return meaning
            if any(word == stem or (len(stem) > 4 and word.startswith(stem)) for word in said):
                return meaning
    return ""
