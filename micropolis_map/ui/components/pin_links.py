"""The ways from the map to the pin pages and the feed: pin a place, tell a story, my things, what is new."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from micropolis_map.domain.place import Place
from micropolis_map.services.taking_care import Freshnesses
from micropolis_map.settings import below
from micropolis_map.ui import language, people, safe_text
from micropolis_map.ui.language import _, ngettext


def pin_button(slug: str) -> None:
    """Show the large button to pin a place, and the way to what this device sent."""
    with st.container(key="pinlinks"):
        st.html(
            _link(_address(slug), _("Pin a place"), "mm-pin-button")
            + _link(below(f"/mine?lang={language.current()}"), _("My things"), "mm-mine-link")
        )


def follow_link(slug: str) -> None:
    """Offer the feed of the community's new places and stories."""
    address = below(f"/feeds/{quote(slug, safe='')}.atom?lang={language.current()}")
    link = _link(address, _("Follow new places and stories (feed)"), "mm-plain-link")
    st.html(f'<p class="mm-quiet">{link}</p>')


def say_links(place: Place) -> None:
    """Offer to add a story, to confirm the place and to report a problem; say how many know it."""
    known = Freshnesses(people.desk())
    lines = []
    count = known.known_by(place.id)
    if count:
        said = ngettext("{n} neighbour knows this place.", "{n} neighbours know this place.", count)
        lines.append(said.format(n=count))
    quiet = "".join(f'<p class="mm-quiet">{safe_text.html(line)}</p>' for line in lines)
    there = f"/pin/{quote(place.community, safe='')}/place/{quote(place.id, safe='')}"
    say = below(f"{there}?lang={language.current()}")
    st.html(
        f'<div class="mm-say-links">{quiet}'
        + _link(
            _address(place.community, place=place.id), _("Tell a story about this place"), "mm-primary-link"
        )
        + _link(say, _("I know this place · report a problem"), "mm-plain-link")
        + "</div>"
    )


def _address(slug: str, **query: str) -> str:
    return below(f"/pin/{quote(slug, safe='')}?{urlencode({**query, 'lang': language.current()})}")


def _link(address: str, text: str, css: str) -> str:
    return f'<a class="{css}" target="_self" href="{safe_text.html(address)}">{safe_text.html(text)}</a>'
