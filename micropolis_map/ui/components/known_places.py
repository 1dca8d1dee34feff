"""The meeting places that OpenStreetMap knows and nobody has pinned: on the map, and one by one in a list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.points import PointSet
from micropolis_map.maps.addresses import known_spots_url
from micropolis_map.services.known_spots import known_spots, matching, none_known
from micropolis_map.settings import below
from micropolis_map.ui import language, safe_text, session, words
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.view_state import ViewState

SHOWS, LISTED = "w_known", "mm_known_listed"
STEP = 50


def known_places(community: Community, view: ViewState) -> PointSet:
    """Return those that fit the view; none where it asks for what OpenStreetMap does not say of them."""
    if view.kinds or view.theme or view.years:
        return none_known()
    found = known_spots(session.communities(), session.places(), community.slug)
    return matching(found, view.activity, view.q)


def known_state(community: Community, view: ViewState) -> dict[str, Any] | None:
    """Return what the map's script needs to draw them; None where there are none, or none are wanted."""
    if not st.session_state.get(SHOWS, True) or not len(known_places(community, view)):
        return None
    version = session.places().version()
    return {
        "url": known_spots_url(community.slug, view.activity, view.q, version),
        "pin": _pin(community.slug),
        "activities": {name: words.activity(name) for name in words.ACTIVITIES},
        "texts": {
            "from": _from(community),
            "tell": _("Tell a story about it"),
            "place": _("Meeting place"),
        },
    }


def known_toggle(community: Community, view: ViewState) -> None:
    """Show how many there are, and let the visitor take them off the map."""
    count = len(known_places(community, view))
    if not count:
        return
    if community.fictional:
        text = ngettext(
            "On the invented map: {n} meeting place", "On the invented map: {n} meeting places", count
        )
    else:
        text = ngettext(
            "Known from OpenStreetMap: {n} meeting place",
            "Known from OpenStreetMap: {n} meeting places",
            count,
        )
    with st.container(key="knowntoggle"):
        st.session_state.setdefault(SHOWS, True)
        st.toggle(safe_text.label(text.format(n=count)), key=SHOWS)


def known_list(community: Community, view: ViewState, *, unfolded: bool) -> None:
    """Show them by name, each a link to tell a story about it; `unfolded` where nothing else is listed."""
    found = known_places(community, view)
    if not len(found):
        return
    count = ngettext(
        "{n} meeting place nobody has told about", "{n} meeting places nobody has told about", len(found)
    )
    with (
        st.container(key="known"),
        st.expander(safe_text.label(count.format(n=len(found))), expanded=unfolded),
    ):
        shown = min(len(found), int(st.session_state.get(LISTED, STEP)))
        rows = "".join(_row(community.slug, found, i) for i in range(shown))
        choose = _("Choose one to tell a story about it.")
        said = f"{_from(community)}. {choose}"
        st.html(f'<p class="mm-quiet">{safe_text.html(said)}</p><ul class="mm-known-list">{rows}</ul>')
        left = len(found) - shown
        if left:
            st.button(
                ngettext("Show {n} more", "Show {n} more", min(STEP, left)).format(n=min(STEP, left)),
                key="w_known_more",
                on_click=lambda: st.session_state.update({LISTED: shown + STEP}),
                width="stretch",
            )


def _row(slug: str, found: PointSet, i: int) -> str:
    activity = str(found.columns["activity"][i])
    kind = words.activity(activity) if activity in words.ACTIVITIES else _("Meeting place")
    name = found.name[i]
    address = safe_text.html(f"{_pin(slug)}&{urlencode({'osm': found.id[i]})}")
    second = f" <small>{safe_text.html(kind)}</small>" if name else ""
    return f'<li><a target="_self" href="{address}">{safe_text.html(name or kind)}</a>{second}</li>'


def _from(community: Community) -> str:
    return _("On the invented map") if community.fictional else _("Known from OpenStreetMap")


def _pin(slug: str) -> str:
    return below(f"/pin/{quote(slug, safe='')}?{urlencode({'lang': language.current()})}")
