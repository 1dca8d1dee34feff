"""Which column of a file of areas holds their names: our languages' words, and those of the usual sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from micropolis_map.sources import column_names
from micropolis_map.sources.column_names import bare

_OF_SOURCES = (
    # parts of a town
    "district", "neighbourhood", "neighborhood", "ward", "wardname", "borough", "suburb", "parish", "quarter",
    "nhood", "nil", "barri", "nazev",
    "dzielnica", "osiedle", "rejon", "jednostka", "obreb", "solectwo",
    "bydel", "kvarter", "distrikt", "sogn", "sognenavn", "skoledistrikt",
    "quartiere", "rione", "circoscrizione", "municipio", "zona", "localita", "frazione", "sezione",
    "район", "мікрорайон", "квартал",
    "stadtteil", "ortsteil", "bezirk", "quartier", "barrio", "buurtnaam", "wijknaam", "stadsdeel",
    # municipalities: Eurostat GISCO, PRG, ISTAT, Danish DAGI, Ukraine, and their neighbours
    "launame", "commname", "jptnazwa", "comune", "dencom", "denominaz", "denominazi",
    "kommunenavn", "komnavn", "kommune", "gmina", "громада", "gemeinde", "gen", "commune", "nomcom", "libgeo",
    "municipality", "nameunit", "gemeentenaam",
    # of any level: geoBoundaries, Natural Earth, US Census
    "shapename", "namelsad", "nutsname", "namelocal", "localname", "namelatn", "nameengl",
    # larger ones
    "denuts", "denprov", "denreg", "provincia", "powiat", "county", "regionsnavn", "wojewodztwo", "область",
)  # fmt: skip
"""Finest first."""
_LEVELS = (
    re.compile(r"name(?P<level>\d)"),  # GADM
    re.compile(r"adm(?P<level>\d)(name)?([a-z]{2})?(name)?"),  # humanitarian data (COD-AB)
)
_OF_YEARS = re.compile(r"[a-z]{2,6}\d\dnm")
"""Britain's Office for National Statistics: ``LAD23NM``, ``WD22NM``."""
_SPEAKING = re.compile(
    r"(name|namn|navn|nazwa|nome|nom|denominazione)$|^(nazwa|назва|den|nome|name|nombre|nom(?=de|b))|назва$"
)
_NO_NAMES = re.compile(
    r"(var|iso|cc|file|layer|user|style|short|type|eng)(type)?name|filename|namn?id|nameid"
)


def name_column(columns: Mapping[str, Sequence[Any]]) -> str | None:
    """Return the column that holds the areas' names, None where no column is known to.

    Of those that may, the first in which the areas differ: the file of a county's municipalities may say the
    county's name in ``name``. A column of numbers or of empty texts holds none.
    """
    found = [column for column in dict.fromkeys(_candidates(columns)) if _holds_names(columns[column])]
    differing = (column for column in found if len(set(_filled(columns[column]))) > 1)
    return next(differing, found[0] if found else None)


def _candidates(columns: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    by_name = {bare(column): column for column in reversed(list(columns))}
    for word in (*column_names.NAME, *_OF_SOURCES):
        if word in by_name:
            yield by_name[word]
    yield from _by_level(by_name)
    yield from (column for name, column in by_name.items() if _OF_YEARS.fullmatch(name))
    speaking = {name: column for name, column in by_name.items() if _SPEAKING.search(name)}
    yield from (column for name, column in reversed(speaking.items()) if not _NO_NAMES.search(name))


def _by_level(by_name: Mapping[str, str]) -> Iterator[str]:
    """Give the columns that name a level, those of the finest first, in English last."""
    levels: list[tuple[int, bool, str]] = []
    for name, column in by_name.items():
        for pattern in _LEVELS:
            match = pattern.fullmatch(name)
            if match:
                levels.append((-int(match["level"]), name.endswith("en"), column))
    yield from (column for _, _, column in sorted(levels))


def _filled(values: Sequence[Any]) -> list[str]:
    return [str(value).strip() for value in values if isinstance(value, str) and value.strip()]


def _holds_names(values: Sequence[Any]) -> bool:
    filled = _filled(values)
    return 2 * len(filled) >= len(values) > 0 and any(any(map(str.isalpha, text)) for text in filled)
