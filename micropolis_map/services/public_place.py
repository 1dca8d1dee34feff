"""What everybody may see, asked in one place: whoever shows no key and no account."""

from __future__ import annotations

from micropolis_map.domain.permission import RESIDENT, may, subject_of
from micropolis_map.domain.place import Place
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.ports import PlaceStore


def is_public(place: Place) -> bool:
    """Return whether everybody may see the place."""
    return may(RESIDENT, "see", subject_of(place))


def public_place(store: PlaceStore, community: str, place_id: str) -> Place:
    """Return the place of the community that everybody may see.

    Raises
    ------
    NotFound
        There is none of that id, it belongs elsewhere, or it is not public: the words are the same, so that
        what is not public is not confirmed either.
    """
    unknown = NotFound(
        mark("there is no place {id}"), mark("look it up in the list of places"), id=repr(place_id[:128])
    )
    try:
        place = store.get(place_id[:128])
    except NotFound:
        raise unknown from None
    if place.community != community or not is_public(place):
        raise unknown
    return place
