"""The form in which an organiser announces a guided walk or changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.guided_walk import GuidedWalk
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.domain.tour import Tour
from micropolis_map.services.guided_walks import MOST_MINUTES, MOST_PLACES, Announcement, may_guide
from micropolis_map.services.time_zones import zone_names, zone_of
from micropolis_map.services.touring_published import tour_name
from micropolis_map.ui import language, people, session
from micropolis_map.ui.language import _

_AT_FIRST = time(14, 0)


def announcement_form(
    community: Community, walk: GuidedWalk | None, take: Callable[[Announcement], bool]
) -> None:
    """Show the form; `take` is called with what was written and says whether it could be kept."""
    store, desk, actor = session.application().tour_store, people.desk(), people.actor()
    every = store.tours(community.slug)
    if not every:
        st.markdown(_("There is no walk here yet to guide people along. Make one first."))
        return
    slug = community.slug
    tours = {tour.id: tour for tour in every if may_guide(desk, store, actor, slug, tour.id)}
    if not tours:
        st.markdown(_("No walk begins in the districts you look after. Make one there first."))
        return
    told = _fields(community, walk, tours)
    if told is not None and take(told):
        st.rerun()


def _fields(community: Community, walk: GuidedWalk | None, tours: dict[str, Tour]) -> Announcement | None:
    key = walk.id if walk else "new"
    ids = list(tours)
    begins = _begins(community, walk)
    current = walk.zone if walk else zone_of(community)
    zones = sorted({*zone_names(), current})
    with st.form(f"announce-{key}-{walk.sequence if walk else 0}", border=False):
        tour = st.selectbox(
            _("Which walk?"),
            ids,
            index=ids.index(walk.tour_id) if walk and walk.tour_id in ids else 0,
            format_func=lambda one: tour_name(tours[one], language.current()),
        )
        left, middle, right = st.columns(3)
        day = left.date_input(_("Day"), begins.date(), format="DD.MM.YYYY")
        clock = middle.time_input(_("Time"), begins.time(), step=timedelta(minutes=5))
        zone = right.selectbox(_("Time zone"), zones, index=zones.index(current))
        meeting = st.text_input(_("Where we meet"), walk.meeting if walk else "", max_chars=300)
        left, middle, right = st.columns(3)
        guide = left.text_input(_("Guide"), walk.guide if walk else people.actor().name, max_chars=100)
        minutes = middle.number_input(_("How many minutes"), 5, MOST_MINUTES, walk.minutes if walk else 60, 5)
        places = right.number_input(_("How many places"), 1, MOST_PLACES, walk.places if walk else 15)
        spoken = st.multiselect(
            _("Languages"),
            list(LANGUAGES),
            default=list(walk.languages) if walk else [language.current()],
            format_func=lambda code: LANGUAGES[code],
        )
        smooth = st.checkbox(_("Step-free"), walk.step_free if walk else False)
        note = st.text_area(_("What else should people know?"), walk.note if walk else "", max_chars=1000)
        sent = st.form_submit_button(_("Keep the changes") if walk else _("Announce"), type="primary")
    if not sent:
        return None
    return Announcement(
        tour_id=str(tour),
        starts=f"{day.isoformat()}T{clock.strftime('%H:%M')}",
        zone=str(zone),
        minutes=int(minutes),
        meeting=meeting,
        guide=guide,
        places=int(places),
        languages=tuple(spoken),
        step_free=smooth,
        note=note,
    )


def _begins(community: Community, walk: GuidedWalk | None) -> datetime:
    if walk is not None:
        return walk.begins
    zone = ZoneInfo(zone_of(community))
    day = people.desk().now().astimezone(zone).date() + timedelta(days=7)
    return datetime.combine(day, _AT_FIRST, zone)
