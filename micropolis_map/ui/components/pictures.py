"""Photos, recordings, and the two photos of then and now."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

import streamlit as st

from micropolis_map.domain.place import Photo, Place, Story
from micropolis_map.domain.text import pick
from micropolis_map.domain.then_and_now import Dated, then_and_now
from micropolis_map.settings import below
from micropolis_map.ui import language, safe_text
from micropolis_map.ui.components.own_part import own_part
from micropolis_map.ui.language import _

SMALL, LARGE = 960, 1920


def photo_address(photo_id: str, size: int = SMALL) -> str:
    """Return the address of a photo."""
    return below(f"/photos/{quote(photo_id, safe='')}/{size}.webp")


def photos_html(photos: Sequence[Photo], languages: tuple[str, ...] = ("en",)) -> str:
    """Return the photos, each with its words for who cannot see it, and its credit."""
    return "".join(_figure(photo, languages) for photo in photos)


def audio_html(story: Story) -> str:
    """Return the story's recording with its words, empty without one."""
    player = ""
    if story.audio:
        name = safe_text.html(_("Listen to this story"))
        source = below(f"/audio/{quote(story.audio, safe='')}")
        about = f'aria-label="{name}" src="{source}"'
        player = f'<audio class="mm-audio" controls preload="none" {about}></audio>'
    if not story.transcript:
        return player
    heading = safe_text.html(_("Words of the recording"))
    words = safe_text.paragraphs(story.transcript)
    return f'{player}<details class="mm-transcript"><summary>{heading}</summary>{words}</details>'


def then_now(place: Place, languages: tuple[str, ...]) -> None:
    """Show the place then and now where photos of both are there; others of each can be chosen."""
    found = then_and_now(place)
    if found is None:
        return
    st.html(safe_text.heading(3, _("Then and now")))
    then = _chosen(found.then, _("Then"), f"w_then_{place.id}")
    now = _chosen(found.now, _("Now"), f"w_now_{place.id}")
    thanks = [one.photo.credit for one in (then, now) if one.photo.credit]
    own_part(
        "then_and_now",
        f"then_now_{place.id}",
        {
            "then": _side(then, _("Then"), languages),
            "now": _side(now, _("Now"), languages),
            "texts": {
                "slider": _("How much of the old photo is shown"),
                "value": _("{n} per cent of the old photo"),
                "missing": _("This photo could not be loaded."),
                "credit": " · ".join(dict.fromkeys(thanks)),
            },
        },
    )


def _figure(photo: Photo, languages: tuple[str, ...]) -> str:
    alt = pick(photo.alt, language.current(), languages)[0]
    facts = " · ".join(part for part in (alt, photo.credit, photo.licence) if part)
    caption = f"<figcaption>{safe_text.html(facts)}</figcaption>" if facts else ""
    return (
        f'<figure class="mm-photo"><a href="{escape(photo_address(photo.id, LARGE))}" target="_blank">'
        f'<img src="{escape(photo_address(photo.id))}" alt="{safe_text.html(alt)}" loading="lazy"></a>'
        f"{caption}</figure>"
    )


def _chosen(many: Sequence[Dated], label: str, key: str) -> Dated:
    if len(many) == 1:
        return many[0]
    names = [
        str(one.year) if one.year is not None else f"{label} {number + 1}" for number, one in enumerate(many)
    ]
    number = st.selectbox(label, range(len(many)), format_func=names.__getitem__, key=key)
    return many[number]


def _side(one: Dated, label: str, languages: tuple[str, ...]) -> dict[str, str]:
    return {
        "src": photo_address(one.photo.id),
        "alt": pick(one.photo.alt, language.current(), languages)[0] or label,
        "label": str(one.year) if one.year is not None else label,
    }
