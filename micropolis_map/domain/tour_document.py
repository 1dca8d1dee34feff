"""A tour as JSON: what the store keeps and what pages send; read with every field checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from micropolis_map.domain.place_fields import Fields
from micropolis_map.domain.tour import VISIT_S, Tour
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

MOST_STOPS = 25
"""So many are put in their best order, proven, in a moment."""
MOST_MINUTES = 600
LONGEST_NAME, LONGEST_ABOUT, LONGEST_LINE = 200, 5_000, 200


def tour_document(tour: Tour) -> dict[str, Any]:
    """Return the tour's content, without its id and community, as JSON values."""
    return {
        "name": dict(tour.name),
        "about": dict(tour.about),
        "stops": [{"place": place, "minutes": round(visit_s / 60.0)} for place, visit_s in tour.stops],
        "loop": tour.loop,
        "licence": tour.licence,
        "authors": list(tour.authors),
        "languages": list(tour.languages),
    }


def tour_of_document(tour_id: str, community: str, document: Mapping[str, Any], where: str = "tour") -> Tour:
    """Return the tour of such a document; what is not named in it keeps its default.

    Raises
    ------
    InvalidInput
        A field is missing, of the wrong kind, or too long; or a stop is there twice.
    """
    fields = Fields(where, document)
    stops = tuple(_stop(stop) for stop in fields.objects("stops", "stop"))
    if not stops:
        raise InvalidInput(
            mark("{where}: stops is {value}"),
            mark("name at least one place"),
            where=where,
            value=repr(document.get("stops")),
        )
    if len({place for place, _ in stops}) < len(stops):
        raise InvalidInput(
            mark("{where}: a stop is there twice"),
            mark("name each place once; a loop returns by itself"),
            where=where,
        )
    tour = Tour(
        id=tour_id,
        community=community,
        name=_texts(fields, "name", LONGEST_NAME, required=True),
        about=_texts(fields, "about", LONGEST_ABOUT),
        stops=stops,
        loop=document.get("loop") is True,
        licence=fields.line("licence", LONGEST_LINE),
        authors=_lines(where, document, "authors"),
        languages=_lines(where, document, "languages") or ("en",),
    )
    if any("\n" in name for name in tour.name.values()):
        raise InvalidInput(
            mark("{where}: its name has several lines"), mark("write it in one line"), where=where
        )
    return tour


def _texts(fields: Fields, name: str, longest: int, *, required: bool = False) -> dict[str, str]:
    texts = fields.texts(name, required=required, lines=name == "name")
    found = {lang: text for lang, text in texts.items() if text.strip()}
    inner = Fields(f"{fields.where}: {name}", found)
    return {lang: inner.text(lang, longest).strip() for lang in found}


def _stop(fields: Fields) -> tuple[str, float]:
    minutes = fields.whole("minutes", round(VISIT_S / 60.0), low=0, high=MOST_MINUTES)
    return fields.identifier("place"), float(minutes or 0) * 60.0


def _lines(where: str, document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise InvalidInput(
            mark("{where}: {name} is {value}"),
            mark("give a list of texts"),
            where=where,
            name=name,
            value=repr(str(value)[:80]),
        )
    return tuple(Fields(where, {name: one}).line(name, LONGEST_LINE) for one in value[:MOST_STOPS])
