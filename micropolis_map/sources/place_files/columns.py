"""Which column of a file is which field of our schema, in five languages and the habits of other tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.column_names import NAMES, plain

IGNORED = ""
"""The field of a column that is left out."""

_WORDS: Mapping[str, str] = {
    **{".".join(filter(None, ("name", lang))): " ".join(words) for lang, words in NAMES.items()},
    "description": "description desc details text comment comments notes note popupcontent cmt",
    "description.pl": "opis",
    "description.da": "beskrivelse",
    "description.it": "descrizione",
    "description.uk": "опис",
    "kind": "kind type category typeofplace rodzaj kategoria art kategori tipo categoria тип amenity tourism",
    "activity": "activity",
    "themes": "themes theme tags folder layer datalayer temat tematy temi",
    "period": "year rok aar ar anno рік period built startdate timespan",
    "period.from": "periodfrom yearfrom from od begin fra dal",
    "period.to": "periodto yearto to do end til al",
    "access": "access",
    "access.step_free": "stepfree wheelchair accessstepfree",
    "opening_hours": "openinghours hours godzinyotwarcia abningstider orari",
    "website": "website url web link homepage www strona hjemmeside sito contactwebsite",
    "photos": "photos",
    "photo_link": "photo image picture zdjecie foto media gxmedialinks thumbnail",
    "stories": "stories",
    "source": "source zrodlo kilde fonte src",
    "licence": "licence license licencja licenza",
    "id": "id guid uuid globalid featureid micropolisid",
    "community": "community",
    "created": "created",
    "updated": "updated",
    "revision": "revision",
}
_FIELDS = {word: target for target, words in _WORDS.items() for word in words.split()}
WORDS = frozenset(
    (*_FIELDS, *column_names.LAT, *column_names.LON, *column_names.NORTHING, *column_names.EASTING)
)
"""What the headings of a table of places are called, plainly."""
_TRANSLATABLE = ("name", "description")
_LANGUAGE_NAMES = {
    "english": "en", "polish": "pl", "polski": "pl", "danish": "da", "dansk": "da", "italian": "it",
    "italiano": "it", "ukrainian": "uk", "українська": "uk", "ua": "uk", "dk": "da",
}  # fmt: skip
_NAMING = re.compile(
    r"(name|title|navn|nome)$|^nazwa|^назва|^(obiekt|miejsce|toponym|poi|sted|stednavn|luogo|місце|обєкт)$"
)
"""A column such as ``TrailHeadName`` or ``nazwa obiektu``: the name, where no column is plainly that."""
_OF_OTHERS = re.compile(
    r"(user|author|owner|creator|editor|mapper|first|last|sur|nick|full|contact|person|operator|file|host)name$"
)
"""Names of people and of files, which are no place's."""
_SUFFIX = re.compile(
    r"^(?P<word>.+?)(?:[_:. ](?P<a>[\w-]{2,12})|\[(?P<b>[\w-]{2,12})\]|\((?P<c>[\w-]{2,12})\))$"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CONTAINERS = {
    "location", "place", "venue", "tags", "names", "geocoding", "properties", "attributes", "poi", "fields",
    "business", "site", "object", "address", "categories", "data",
}  # fmt: skip
"""Objects that tell of the thing itself."""
TEXT_KEYS = ("text", "value", "rendered", "default", "main", "official")
"""What a text is called in an object that says more of it: ``{"text": "Well", "languageCode": "en"}``."""
_INSIDE = {"name", "description", "kind", "activity", "opening_hours", "website", "access"}
_NO_LANGUAGES = {"alt", "old", "new", "int", "loc", "reg", "id", "no2", "url"}
"""What follows ``name_`` in OpenStreetMap and databases and is no language."""


@dataclass(frozen=True)
class ColumnMapping:
    """Which field each column of a file goes to.

    Attributes
    ----------
    columns
        By column: a field of the schema (``name.pl``, ``description``, ``kind``, ``period.from``,
        ``access.step_free`` …) or "" to leave it out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)

    def override(self, columns: Mapping[str, str]) -> ColumnMapping:
        """Return the mapping with `columns` in the place of what it says of them."""
        return ColumnMapping({**self.columns, **columns})

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that go nowhere, sorted."""
        return tuple(sorted(column for column, target in self.columns.items() if target == IGNORED))


def check_fields(mapping: ColumnMapping) -> None:
    """Raise InvalidInput where a column goes to a field that is none of the schema."""
    for column, field_ in mapping.columns.items():
        base, _, part = field_.partition(".")
        if field_ not in {IGNORED, *_WORDS} and not (base in _TRANSLATABLE and _LANGUAGE.fullmatch(part)):
            raise InvalidInput(
                mark("column {name} is to be {field}, which is no field"),
                mark("say one of {fields}"),
                name=repr(column),
                field=repr(field_),
                fields=", ".join(_WORDS),
            )


def propose_mapping(columns: Iterable[str], given: ColumnMapping | None = None) -> ColumnMapping:
    """Return the field each column seems to be; what `given` says of a column stands.

    Case, accents, blanks and underscores do not matter; ``name_pl``, ``name:pl``, ``name[pl]`` and
    ``name (Polish)`` are the name in Polish.

    Examples
    --------
    >>> propose_mapping(["Nazwa", "description[da]", "colour"]).columns
    {'Nazwa': 'name.pl', 'description[da]': 'description.da', 'colour': ''}
    """
    known = given.columns if given else {}
    mapping = {column: known.get(column, propose_field(column)) for column in columns}
    if "name" in known.values():  # somebody said which: what is called a name as well is none
        also = {column for column in mapping if column not in known and _is_plainly_a_name(column)}
        mapping |= dict.fromkeys(also, IGNORED)
    if not any(target.split(".")[0] == "name" for target in mapping.values()):
        for column, target in mapping.items():
            if target == IGNORED and column not in known and _names_a_thing(column):
                mapping[column] = "name"
                break
    return ColumnMapping(mapping)


@lru_cache(maxsize=10_000)
def propose_field(column: str) -> str:
    """Return the field of the schema that `column` seems to be, "" for none.

    What stands in an object (``location.name`` of Google, ``names.primary`` of Overture) counts as its own
    name does; not in every object: the name of the one who drew a place is not the place's.
    """
    direct = _FIELDS.get(plain(column))
    if direct is not None:
        return direct
    outer, dot, inner = column.rpartition(".")
    if dot and plain(outer.rpartition(".")[2]) in _CONTAINERS:
        field = "name" if plain(inner) in {"primary", "businessname"} else propose_field(inner)
        return field if field.split(".")[0] in _INSIDE else IGNORED
    match = _SUFFIX.match(column.strip())
    if match is None:
        return IGNORED
    word, suffix = plain(match["word"]), match["a"] or match["b"] or match["c"]
    base = _FIELDS.get(word, IGNORED).split(".")[0]
    if base not in _TRANSLATABLE or suffix.casefold() in _NO_LANGUAGES:
        return IGNORED
    lang = suffix if "-" in suffix else suffix.casefold()
    lang = _LANGUAGE_NAMES.get(lang, lang)
    return f"{base}.{lang}" if _LANGUAGE.fullmatch(lang) else IGNORED


def _is_plainly_a_name(column: str) -> bool:
    return _FIELDS.get(plain(column), IGNORED).split(".")[0] == "name"


def _names_a_thing(column: str) -> bool:
    outer, dot, inner = column.partition(".")
    word = plain(outer)
    if dot and plain(inner) not in TEXT_KEYS:
        return False
    return _NAMING.search(word) is not None and not _OF_OTHERS.search(word)
