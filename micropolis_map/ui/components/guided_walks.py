"""Guided walks to come, for everybody: when, where, how many places are free, and the calendar."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from micropolis_map import figures
from micropolis_map.domain.community import Community
from micropolis_map.domain.guided_walk import GuidedWalk
from micropolis_map.services import guided_walks
from micropolis_map.services.walk_calendar import walk_title
from micropolis_map.settings import below
from micropolis_map.ui import language, people, safe_text, session
from micropolis_map.ui.language import _


def upcoming_walks(community: Community, tour_id: str = "") -> None:
    """Show the community's guided walks to come, or those along one tour; nothing where there are none."""
    walks = guided_walks.upcoming(people.desk(), community.slug, tour_id)
    if not walks:
        return
    st.subheader(_("Guided walks"), anchor=False)
    for walk in walks:
        st.html(_card(walk))
    if not tour_id:
        address = below(f"/calendar/{quote(community.slug)}.ics?{urlencode({'lang': language.current()})}")
        words = safe_text.html(_("Guided walks in my calendar"))
        st.html(f'<p><a href="{safe_text.html(address)}" target="_blank">{words}</a></p>')


def when_words(walk: GuidedWalk) -> str:
    """Return day and time by the clocks there, in the visitor's language."""
    return figures.appointment(walk.begins, language.current())


def title_of(walk: GuidedWalk) -> str:
    """Return the walk's title in the visitor's language."""
    return walk_title(walk, session.application().tour_store, language.current())


def places_words(walk: GuidedWalk) -> str:
    """Return how many places are free, or that the walk is called off."""
    if walk.state == "cancelled":
        return _("called off")
    full = guided_walks.occupancy(people.desk(), walk)
    if full.free > 0:
        return _("{n} of {all} places are free").format(n=full.free, all=walk.places)
    return _("All {all} places are taken; {n} wait").format(all=walk.places, n=full.waiting)


def _card(walk: GuidedWalk) -> str:
    address = below(f"/guided/{quote(walk.id)}?{urlencode({'lang': language.current()})}")
    facts = [when_words(walk), walk.meeting, places_words(walk)]
    if walk.step_free:
        facts.append(_("step-free"))
    told = safe_text.html(" · ".join(facts))
    link = "" if walk.state == "cancelled" else _link(address, _("Sign up"))
    return f'<div class="mm-guided"><b>{safe_text.html(title_of(walk))}</b><p>{told}</p>{link}</div>'


def _link(address: str, words: str) -> str:
    style = "display:inline-flex;align-items:center;min-height:44px;font-weight:600"
    return (
        f'<a href="{safe_text.html(address)}" target="_blank" style="{style}">{safe_text.html(words)} ↗</a>'
    )
