"""Guided walks, for organisers: announce one, see who comes, read what walkers told."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.guided_walk import GuidedWalk
from micropolis_map.errors import MicropolisError
from micropolis_map.services import guided_walks
from micropolis_map.services.guided_walks import Announcement
from micropolis_map.settings import below
from micropolis_map.ui import language, people, safe_text, session
from micropolis_map.ui.components import trouble, walk_feedback
from micropolis_map.ui.components.decisions import LAST, Decision, last_decision
from micropolis_map.ui.components.guided_walks import places_words, title_of, when_words
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.walk_announcement import announcement_form
from micropolis_map.ui.language import _
from micropolis_map.ui.pages import sign_in

FIELDS = ("community", "lang")
VIEWS_OF_A_DISTRICT = ("walks", "announce")
VIEWS = (*VIEWS_OF_A_DISTRICT, "reports", "streets")


def page() -> None:
    """Show the page to who organises something; the way in to others."""
    if not people.decides():
        sign_in.page()
        return
    with trouble.shown():
        scope = people.scope()
        if session.community().slug not in scope:
            session.change(community=scope[0])
        community = session.community()
        masthead(
            community,
            _("Guided walks in {name}").format(name=community_name(community)),
            _("Announce one, see who comes, and read what walkers told."),
        )
        last_decision()
        _view(community)
        session.write_address(FIELDS)


def _view(community: Community) -> None:
    names = {
        "walks": _("Announced"),
        "announce": _("Announce a walk"),
        "reports": _("What walkers told"),
        "streets": _("Streets"),
    }
    views = VIEWS if people.may_in("see_feedback", community.slug) else VIEWS_OF_A_DISTRICT
    chosen = st.segmented_control(
        _("What to look at"),
        views,
        default=views[0],
        format_func=lambda view: names[view],
        key="w_guided",
        label_visibility="collapsed",
    )
    if chosen == "announce":
        announcement_form(community, None, lambda told: _announce(community, told))
    elif chosen == "reports":
        walk_feedback.reports(community)
    elif chosen == "streets":
        walk_feedback.streets(community)
    else:
        _walks(community)


def _walks(community: Community) -> None:
    walks = [
        walk
        for walk in guided_walks.upcoming(people.desk(), community.slug)
        if _may_guide(community, walk.tour_id)
    ]
    if not walks:
        nothing = safe_text.html(_("No guided walk is announced."))
        st.html(f'<p class="mm-nothing">{nothing}</p>')
    for walk in walks:
        _walk(community, walk)


def _walk(community: Community, walk: GuidedWalk) -> None:
    with st.container(key=f"guided-{walk.id}", border=True):
        told = " · ".join((when_words(walk), walk.meeting, walk.guide, places_words(walk)))
        st.html(f"<p><b>{safe_text.html(title_of(walk))}</b><br>{safe_text.html(told)}</p>")
        st.link_button(_("Its page"), below(f"/guided/{walk.id}"), icon=":material/open_in_new:")
        _people(walk)
        with st.expander(_("Change it")):
            announcement_form(community, walk, lambda told: _change(walk, told))
        off = walk.state == "cancelled"
        st.button(
            _("It takes place after all") if off else _("Call it off"),
            key=f"w_off_{walk.id}",
            on_click=_switch,
            args=(walk,),
        )


def _may_guide(community: Community, tour_id: str) -> bool:
    tours = session.application().tour_store
    return guided_walks.may_guide(people.desk(), tours, people.actor(), community.slug, tour_id)


def _people(walk: GuidedWalk) -> None:
    coming = guided_walks.people(people.desk(), people.actor(), walk, session.application().tour_store)
    if not coming:
        st.caption(_("Nobody has signed up yet."))
        return
    rows = [
        {
            _("Name"): seat.name,
            _("Contact"): seat.contact,
            _("Place"): _("waiting: {n}").format(n=waiting) if waiting else "✓",
        }
        for seat, waiting in coming
    ]
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(_("Names and contacts are erased a day after the walk."))


def _announce(community: Community, told: Announcement) -> bool:
    application = session.application()
    return _kept(
        lambda: guided_walks.announce(
            people.desk(), application.tour_store, people.actor(), community.slug, told
        ),
        _("Announced. It is in the calendar and on the Walks page."),
    )


def _change(walk: GuidedWalk, told: Announcement) -> bool:
    tours = session.application().tour_store
    return _kept(
        lambda: guided_walks.change(people.desk(), tours, people.actor(), walk, told),
        _("Changed. Calendars learn of it within hours; tell those who left a contact."),
    )


def _switch(walk: GuidedWalk) -> None:
    again = walk.state == "cancelled"
    act = guided_walks.revive if again else guided_walks.cancel
    said = _("It takes place.") if again else _("Called off. Tell those who left a contact.")
    tours = session.application().tour_store
    _kept(lambda: act(people.desk(), people.actor(), walk, tours), said)


def _kept(act: Callable[[], GuidedWalk], said: str) -> bool:
    try:
        act()
    except MicropolisError as error:
        told = language.told(error)
        st.session_state[LAST] = Decision("", errors=(told,))
        st.warning(safe_text.label(told))
        return False
    st.session_state[LAST] = Decision(said)
    return True
