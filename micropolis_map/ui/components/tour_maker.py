"""Make a walk: tap places on the map or find them by name; all it asks of the legs is seen at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.place_filter import plain
from micropolis_map.errors import MicropolisError
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_drafts import TourDraft, planned_draft
from micropolis_map.settings import below
from micropolis_map.ui import language, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.components.stop_list import stop_list
from micropolis_map.ui.components.tour_facts import tour_facts, visit_notes
from micropolis_map.ui.components.tour_map import Shown
from micropolis_map.ui.components.tour_offer import tour_offer
from micropolis_map.ui.components.tour_options import tour_options
from micropolis_map.ui.components.tour_panel import (
    draft_link,
    file_address,
    tour_files,
    tour_twin,
    way_in_words,
)
from micropolis_map.ui.components.tour_suggestion import tour_suggestion
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.view_state import MAX_STOPS, ViewState

Names = Mapping[str, str]


def tour_maker(community: Community, view: ViewState) -> Shown:
    """Let the visitor make a walk; return what the map shows of it."""
    slug = community.slug
    names = {place.id: name_of(place, community.languages) for place in session.places().places(slug)}
    stops = tuple(stop for stop in view.stops if stop in names)
    if len(names) < 2:
        st.markdown(_("A walk needs two places, and there are not so many here yet. Pin the first ones."))
        return Shown()
    _say(stops)
    if not stops:
        tour_suggestion(slug, view, names, opened=True)
    _find(stops, names)
    if not stops:
        return Shown(picking=True)
    draft = draft_of(slug, replace(view, stops=stops))
    plan = _planned(draft)
    order = tuple(stop.id for stop in plan.stops) if plan is not None else stops
    stop_list(order, names, visit_notes(plan, view.draft.begins) if plan else {})
    if len(stops) > 1:
        tour_options(view, order, names)
    if plan is None or len(stops) < 2:
        tour_suggestion(slug, view, names, opened=False)
        return Shown(_line(draft), picking=True, picks=order)
    tour_facts(plan, view.draft.begins)
    with_twin = tour_twin(plan)
    root, query = below(f"/data/{slug}/tour"), draft.query()
    tour_offer(slug, view, order, draft)
    with st.expander(_("Take it along, send it to somebody"), icon=":material/share:"):
        st.code(draft_link(view), language=None, wrap_lines=True)
        tour_files(root, query)
    way_in_words(plan)
    tour_suggestion(slug, view, names, opened=False)
    if with_twin:
        twin = query | {"step_free": "1", "marks": "1"}
        return Shown(file_address(root, "geojson", twin), picking=True, picks=order)
    return Shown(_line(draft), picking=True, picks=order)


def draft_of(slug: str, view: ViewState) -> TourDraft:
    """Return the walk that the view holds."""
    chosen = view.draft
    return TourDraft(
        slug=slug,
        stops=view.stops,
        own_order=chosen.own_order,
        first=chosen.first if chosen.first in view.stops else "",
        last=chosen.last if chosen.last in view.stops and not chosen.loop else "",
        loop=chosen.loop,
        visit_min=chosen.visit_min,
        profile=view.profile or "adult",
    )


def _line(draft: TourDraft) -> str:
    return file_address(below(f"/data/{draft.slug}/tour"), "geojson", draft.query() | {"marks": "1"})


def _planned(draft: TourDraft) -> TourPlan | None:
    try:
        application: Any = session.application()
        return planned_draft(application, draft, language.current())
    except MicropolisError as error:
        trouble.show(error)
        return None


def _say(stops: tuple[str, ...]) -> None:
    if not stops:
        said = _("Tap the places on the map you would like to walk to.")
    elif len(stops) == 1:
        said = _("One place is in. Tap the next one.")
    else:
        said = ngettext("{n} place is in.", "{n} places are in.", len(stops)).format(n=len(stops))
        said += " " + _("Tap more of them, or a number to take it out.")
    st.html(f'<p class="mm-say" role="status" data-stops="{len(stops)}">{safe_text.html(said)}</p>')


def _find(stops: tuple[str, ...], names: Names) -> None:
    others = sorted((place for place in names if place not in stops), key=lambda place: plain(names[place]))
    st.session_state["w_add_stop"] = None

    def add() -> None:
        chosen = st.session_state.get("w_add_stop")
        if chosen and len(session.view().stops) < MAX_STOPS:
            session.change(stops=(*session.view().stops, chosen))

    st.selectbox(
        _("Find a place by its name"),
        others,
        format_func=lambda place: names[place],
        key="w_add_stop",
        index=None,
        placeholder=_("or find a place by its name"),
        label_visibility="collapsed",
        on_change=add,
    )
