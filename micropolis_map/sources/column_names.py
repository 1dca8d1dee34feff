"""The dictionary of column names: what people call things in five languages and in the usual exports.

Names are kept plain (`plain`): small letters without accents, blanks and punctuation. Whoever looks a column
up by `find` need not care about those, nor about a unit in brackets behind the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

Names = tuple[str, ...]

LAT: Names = (
    "lat", "latitude", "stoplat", "szerokosc", "szerokoscgeograficzna", "szer", "szerokoscgeogr", "szergeogr",
    "breddegrad", "bredde", "breddegr", "latitudine", "широта", "географічнаширота", "shyrota",
    "breite", "breitengrad", "latitud",
)  # fmt: skip
LON: Names = (
    "lon", "lng", "long", "longitude", "stoplon", "dlugosc", "dlugoscgeograficzna", "dlug", "dl",
    "dlugoscgeogr", "dluggeogr", "laengdegrad", "laengde", "laengdegr", "longitudine", "довгота",
    "географічнадовгота", "dovhota", "lange", "laenge", "langengrad", "laengengrad", "longitud",
)  # fmt: skip
"""Degrees by their names: they go before `NORTHING` and `EASTING`, which may be of a picture or of a grid."""
NORTHING: Names = ("y", "ycoord", "coordy", "coordinatey", "northing", "northings", "nord")
EASTING: Names = ("x", "xcoord", "coordx", "coordinatex", "easting", "eastings", "est")
POSITION: Names = (*LAT, *LON, *NORTHING, *EASTING)
WHOLE: Names = ("geometry", "wkt", "geom", "thegeom", "geojson", "wktgeom", "shape")
"""A whole shape in one cell: WKT or GeoJSON."""
PAIR_LAT_FIRST: Names = (
    "latlon", "latlng", "latlong", "coordinates", "coordinate", "coords", "position", "gps", "location",
    "wspolrzedne", "wspolrzednegeograficzne", "polozenie", "koordinater", "placering", "coordinata",
    "posizione", "координати", "розташування",
)  # fmt: skip
PAIR_LON_FIRST: Names = ("lonlat", "lnglat", "longlat", "xy")

ID: Names = (
    "id", "originid", "destinationid", "stopid", "spotid", "candidateid", "fid", "objectid", "geoid",
    "identifier", "identyfikator", "identifikator", "identificativo", "identificatore", "ідентифікатор",
)  # fmt: skip
CELL: Names = (
    "h3", "h3index", "h3cell", "h3id", "h3hex", "h3address", "h3indeks", "hex", "hexid", "hexagon",
    "hexagonid", "cell", "cellid",
)  # fmt: skip
"""H3 cells; ``h3_08``, ``h3_res9`` and the like are known by `cell_column`."""
NAMES: Mapping[str, Names] = {
    "": ("name", "title", "label", "naam", "nom", "nombre", "placename"),
    "pl": ("nazwa", "tytul"),
    "da": ("navn", "titel"),
    "it": ("nome", "titolo", "denominazione"),
    "uk": ("назва",),
}
"""What a thing is called, by the language the word is of ("" for none of ours)."""
NAME: Names = (
    "name", *NAMES["pl"], *NAMES["da"], *NAMES["it"], *NAMES["uk"], *NAMES[""][1:], "stopname", "nameen",
    "namepl", "nameda", "nameit", "nameuk", "district",
)  # fmt: skip
POPULATION: Names = (
    "population", "pop", "poptotal", "totalpop", "totalpopulation", "populationtotal", "totpop", "poptot",
    "residents", "inhabitants", "people", "persons", "headcount",
    "ludnosc", "liczbaludnosci", "ludnoscogolem", "ogolemludnosc", "mieszkancy", "liczbamieszkancow",
    "liczbaosob", "osoby",
    "befolkning", "indbyggere", "folketal", "indbyggertal", "antalindbyggere", "personer", "antalpersoner",
    "beboere",
    "popolazione", "popolazionetotale", "popolazioneresidente", "abitanti", "residenti", "persone",
    "numeroabitanti",
    "населення", "кількістьнаселення", "чисельністьнаселення", "мешканці", "кількістьмешканців", "жителі",
    "кількістьжителів", "людність", "naselennia",
    "einwohner", "einwohnerzahl", "bevolkerungszahl", "borgere", "antalborgere", "ludn", "zameldowani",
    "habitants", "habitantes", "residentpopulation", "bevolkerung",
    "poblacion", "inwoners", "befolkningstal", "populacja",
)  # fmt: skip
GRID_POPULATION: Names = (
    "totp", "obsvaluet", "obsvalue", "valuet", "tot", "total", "razem", "ogolem", "ialt", "totale", "всього",
    "p1", "t",
)  # fmt: skip
"""In the grids of Eurostat, GUS and ISTAT: too short or general for files of other things."""

_BESIDE: Names = (
    "total", "totals", "tot", "all", "sum", "count", "number", "num", "no", "n", "nr", "est", "estimate",
    "estimated", "year", "of", "in", "the", "liczba", "ogolem", "razem", "suma", "osob", "stan", "na",
    "rok", "roku", "w", "antal", "ialt", "alt", "ar", "numero", "totale", "totali", "al", "anno", "stima",
    "di", "кількість", "чисельність", "всього", "осіб", "рік", "року",
)  # fmt: skip
"""Words beside one for people that do not say which people: ``people_count``, ``Mieszkańcy razem``."""
_FOUR_DIGITS = re.compile(r"(19|20)\d\d")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_YEARLY = frozenset((*POPULATION, "totp"))
"""Names that a year may follow or precede: ``TOT_P_2021``, ``population_2020``, ``2019 population``."""
_YEAR = re.compile(r"(?P<before>(?:19|20)\d\d)?(?P<word>\D+)(?P<after>(?:19|20)\d\d)?")
_SHORT_YEAR = re.compile(r"pop(?P<year>[0-3]\d)")
_AGE = re.compile(
    r"(age|aged|pop|ages)[_ -]?\d{1,3}([_ -](\d{1,3}|plus|over))?\+?|age_over_\d{1,3}"
    r"|children|kids|youth|teenagers|adults|seniors|elderly|older_people",
)
_UNIT = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\])\s*$")
_UNIT_SAID = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*$")
_NO_COUNT = re.compile(
    r"%|/|\b(per|na|pr|al?|на)\s*(km[²2]?|ha|км[²2]?|га)(?!\w)|proc|pct|share|udzia|andel|quota|частк",
    re.IGNORECASE,
)
"""Units of shares and densities."""
_THOUSANDS = re.compile(
    r"\b(tys|tis|thous|tusind|tsd|migliaia|тис)|\bk\b|^\W*(x|×)?\s*1?[ .,']?000\W*$", re.IGNORECASE
)
_RESOLUTION = re.compile(r"(h3|hex)(res|resolution|r|l)?(1[0-5]|0?\d)")


@lru_cache(maxsize=10_000)
def plain(column: str) -> str:
    """Return `column` in small letters without accents, blanks and punctuation, as one word.

    Examples
    --------
    >>> plain("Długość geogr."), plain("LÆNGDE_grad")
    ('dlugoscgeogr', 'laengdegrad')
    """
    text = column.casefold().replace("ł", "l").replace("ø", "o").replace("å", "a").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", text.replace("й", "\ue000"))
    kept = "".join(letter for letter in decomposed if letter.isalnum() or letter == "\ue000")
    return unicodedata.normalize("NFC", kept.replace("\ue000", "й"))


def bare(column: str) -> str:
    """Return `plain` of the column without the unit in brackets behind its name.

    Examples
    --------
    >>> bare("Ludność [osoby]"), bare("lat (°)")
    ('ludnosc', 'lat')
    """
    return plain(_UNIT.sub("", column)) or plain(column)


def find(columns: Iterable[str], names: Iterable[str]) -> str | None:
    """Return the column that `names` know first, compared plainly, then without units; None without one.

    Examples
    --------
    >>> find(["ID", "Longitude (deg)"], LON), find(["Ludność"], POPULATION)
    ('Longitude (deg)', 'Ludność')
    """
    listed, wanted = list(columns), tuple(names)
    for shown in (plain, bare):
        by_name = {shown(column): column for column in reversed(listed)}
        found = next((by_name[name] for name in wanted if name in by_name), None)
        if found is not None:
            return found
    return None


def named(columns: Iterable[str], wanted: str) -> str | None:
    """Return the column somebody named: as it is written, else compared plainly; None without one."""
    listed = list(columns)
    exact = next((column for column in listed if column.strip() == wanted.strip()), None)
    return exact or (find(listed, (plain(wanted),)) if plain(wanted) else None)


def population_column(columns: Iterable[str], more: Names = ()) -> str | None:
    """Return the column that counts people, None without one.

    A plain name goes before one with a year, and that before one with further words (``people_count``); of
    several years the last one is taken (``TOT_P_2021`` before ``TOT_P_2018``). ``POP21`` is the year 2021
    unless its fellows are ages (``pop_15``, ``pop_65``). A unit that is a share or a density counts nobody.

    Parameters
    ----------
    more
        Further names, such as `GRID_POPULATION`, looked for after all others.
    """
    listed = [column for column in columns if not _NO_COUNT.search(_unit(column))]
    found = find(listed, POPULATION)
    if found is not None:
        return found
    years: dict[str, str] = {}
    for column in reversed(listed):
        match = _YEAR.fullmatch(bare(column))
        if match and match["word"] in _YEARLY:
            years[match["before"] or match["after"] or ""] = column
    years = years or _short_years(listed)
    if years:
        return years[max(years)]
    return find(listed, more) or next((column for column in listed if _counts_people(column)), None)


def times(column: str) -> int:
    """Return how many people one is in the column: 1,000 where its unit says thousands, else 1.

    Examples
    --------
    >>> times("Ludność [tys.]"), times("population (thousands)"), times("Ludność [osoby]")
    (1000, 1000, 1)
    """
    return 1_000 if _THOUSANDS.search(_unit(column)) else 1


def _unit(column: str) -> str:
    said = _UNIT_SAID.search(column)
    return said[1].strip() if said else ""


def _counts_people(column: str) -> bool:
    """Return whether one word of the column's name is one for people, and the others say only how many."""
    words = [plain(word) for word in _WORD.findall(_UNIT.sub("", column))]
    others = [word for word in words if word not in POPULATION and not _FOUR_DIGITS.fullmatch(word)]
    return bool(set(words) & set(POPULATION)) and set(others) <= set(_BESIDE)


def age_columns(columns: Iterable[str], population: str | None = None) -> tuple[str, ...]:
    """Return the columns that count people of an age, such as ``age_0_14``, ``age_65_plus``, ``seniors``.

    The column that is the `population` of all ages is none of them; nor are its other years (``POP11``).
    """
    listed = list(columns)
    years = set(_short_years(listed).values())
    left_out = years if population in years else {population}
    return tuple(
        column for column in listed if column not in left_out and _AGE.fullmatch(column.strip().casefold())
    )


def _short_years(columns: Iterable[str]) -> dict[str, str]:
    """Return the columns such as ``POP21`` by their year, none where some of them can only be ages."""
    counted = {column: bare(column) for column in columns if re.match(r"pop\d", bare(column))}
    years = {column: _SHORT_YEAR.fullmatch(name) for column, name in counted.items()}
    if not all(years.values()):
        return {}
    return {match["year"]: column for column, match in reversed(years.items()) if match}


def cell_column(columns: Iterable[str]) -> str | None:
    """Return the column that holds H3 cells by its name; None without one."""
    listed = list(columns)
    found = find(listed, CELL)
    return found or next((column for column in listed if _RESOLUTION.fullmatch(bare(column))), None)
