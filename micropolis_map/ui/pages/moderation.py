"""Moderation: what waits on a map and in a list, what neighbours reported, every place with its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import may
from micropolis_map.domain.place_filter import plain
from micropolis_map.domain.proposal import PROPOSAL_KINDS
from micropolis_map.services import moderating
from micropolis_map.services.moderating import QueueItem
from micropolis_map.services.waiting import waiting
from micropolis_map.ui import desk_words, people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.archive_question import archive_question, archived_together
from micropolis_map.ui.components.decisions import last_decision
from micropolis_map.ui.components.live import live
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.place_history import HISTORY, place_history
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.components.proposal_panel import chosen_panel, proposal_panel
from micropolis_map.ui.components.queue_list import chosen_items, current_item, look_at, queue_list
from micropolis_map.ui.components.queue_map import hidden_map
from micropolis_map.ui.components.reports_list import reports_list
from micropolis_map.ui.components.tour_desk import tour_desk, waiting_walks
from micropolis_map.ui.language import _
from micropolis_map.ui.pages import sign_in

FIELDS = ("community", "lang")
VIEWS = ("queue", "walks", "reports", "places")


def page() -> None:
    """Show the Moderation page to who looks after something; the way in to others."""
    if not people.decides():
        sign_in.page()
        return
    with trouble.shown():
        _into_scope()
        community = session.community()
        masthead(
            community,
            _("Moderation in {name}").format(name=community_name(community)),
            _speed(community),
        )
        last_decision()
        if people.may_in("hide", community.slug):
            archive_question(community)
        view = _views(community)
        if view == "queue":
            _queue(community)
        elif view == "walks":
            tour_desk(community)
        elif view == "reports":
            reports_list(moderating.reports(people.desk(), people.actor(), community.slug))
        else:
            _places(community)
            if people.may_in("hide", community.slug):
                archived_together(community)
        session.write_address(FIELDS)


def _into_scope() -> None:
    """Begin at a community the organiser looks after, whatever the visitor looked at before."""
    scope = people.scope()
    if session.community().slug not in scope:
        counts = waiting(people.desk(), people.actor())
        busiest = max(scope, key=lambda slug: sum(n for (one, _d), n in counts.items() if one == slug))
        session.change(community=busiest)


def _speed(community: Community) -> str:
    median = moderating.median_answer_s(people.desk(), community.slug)
    if median is None:
        return _("Nobody had to wait for an answer yet.")
    return _("Half of the authors had an answer within {time}.").format(time=desk_words.waiting(median))


def _views(community: Community) -> str:
    counts = waiting(people.desk(), people.actor())
    elsewhere = {
        slug: sum(n for (one, _d), n in counts.items() if one == slug)
        for slug in people.scope()
        if slug != community.slug
    }
    here = sum(n for (one, _d), n in counts.items() if one == community.slug)
    names = {
        "queue": _("Waiting ({n})").format(n=here),
        "walks": _("Walks ({n})").format(n=waiting_walks(community.slug)),
        "reports": _("Reports"),
        "places": _("Places and history"),
    }
    st.session_state.setdefault("w_desk", VIEWS[0])
    with st.container(key="deskviews", horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            _("What to look at"),
            VIEWS,
            format_func=lambda view: names[view],
            key="w_desk",
            label_visibility="collapsed",
        )
        for slug, n in elsewhere.items():
            if n:
                name = community_name(session.communities().get(slug))
                st.button(
                    _("{n} in {name}").format(n=n, name=safe_text.label(name)),
                    key=f"w_there_{slug}",
                    on_click=session.change,
                    kwargs={"community": slug},
                )
    return str(chosen or VIEWS[0])


def _queue(community: Community) -> None:
    everything = moderating.queue(people.desk(), people.actor(), community.slug)
    if not everything:
        _nothing_waits()
        return
    items = _filtered(everything)
    if not items:
        st.markdown(_("Nothing of this kind waits. Choose another district or kind."))
        return
    current = current_item(items)
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        placed = [(item.proposal.id, item.proposal.content) for item in items]
        shown = [(name, place) for name, place in placed if place is not None]
        hidden_map("queuemap", community, shown, current.proposal.id, look_at)
        queue_list(items, current)
    with right:
        chosen = chosen_items(items)
        if chosen:
            chosen_panel(chosen)
        else:
            proposal_panel(current)


def _nothing_waits() -> None:
    title = safe_text.heading(2, _("Nothing waits"))
    text = safe_text.html(_("Everybody has an answer. New pins and stories appear here by themselves."))
    st.html(f'<div class="mm-nothing">{title}<p>{text}</p></div>')
    _look_again()


@live(5)
def _look_again() -> None:
    if any(community == session.view().community for community, _d in waiting(people.desk(), people.actor())):
        st.rerun()


def _filtered(items: Sequence[QueueItem]) -> list[QueueItem]:
    districts = sorted({item.proposal.district for item in items if item.proposal.district})
    kinds = [kind for kind in PROPOSAL_KINDS if any(item.proposal.kind == kind for item in items)]
    with st.container(key="deskfilters", horizontal=True):
        district = _choice(_("District"), ["", *districts], _("All districts"), "w_district", len(districts))
        kind = _choice(
            _("Kind of proposal"),
            ["", *kinds],
            _("All kinds"),
            "w_proposals",
            len(kinds),
            {name: _(word) for name, word in desk_words.PROPOSALS.items()},
        )
    return [
        item
        for item in items
        if (not district or item.proposal.district == district) and (not kind or item.proposal.kind == kind)
    ]


def _choice(
    label: str, options: list[str], everything: str, key: str, known: int, words: dict[str, str] | None = None
) -> str:
    if known < 2:
        return ""
    if st.session_state.get(key) not in options:
        st.session_state[key] = ""
    names = words or {}
    chosen: Any = st.selectbox(
        label,
        options,
        format_func=lambda one: names.get(one, one) if one else everything,
        key=key,
        label_visibility="collapsed",
    )
    return str(chosen or "")


def _places(community: Community) -> None:
    desk, actor = people.desk(), people.actor()
    every = session.places().places(community.slug, published_only=False)
    whole = people.may_in("see_history", community.slug)
    mine = [place for place in every if whole or may(actor, "see_history", desk.subject_of(place))]
    names = {place.id: name_of(place, community.languages) for place in mine}
    states = {place.id: place.status for place in mine}
    if not mine:
        st.markdown(_("There is no place here yet."))
        return
    order = sorted(names, key=lambda one: plain(names[one]))
    if st.session_state.get("w_history_of") not in order:
        before = st.session_state.get(HISTORY)
        st.session_state["w_history_of"] = before if before in order else None
    chosen = st.selectbox(
        _("Which place?"),
        order,
        format_func=lambda one: _named(names[one], states[one]),
        key="w_history_of",
        placeholder=_("Write a part of its name"),
    )
    if chosen is not None:
        st.session_state[HISTORY] = chosen
        place_history(session.places().get(chosen))


def _named(name: str, status: str) -> str:
    return name if status == "published" else f"{name} · {_(desk_words.STATUSES[status])}"
