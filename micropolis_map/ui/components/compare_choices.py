"""What two maps compare: who walks, dates, plans or communities; and which two."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.community import Community
from micropolis_map.errors import MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.services.assessing import Subject, subject_of
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.kept_builds import kept_builds, loaded_at
from micropolis_map.services.plan_link import sites_of_link
from micropolis_map.services.siting_link import MOST_NEW, points_of, points_text
from micropolis_map.ui import numbers, safe_text, session, words
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.coverage_choices import choose_more
from micropolis_map.ui.components.masthead import community_name
from micropolis_map.ui.coverage_state import COMPARED
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState

WHAT = {
    "profiles": mark("Who walks"),
    "dates": mark("Two dates"),
    "scenarios": mark("Two plans"),
    "communities": mark("Two communities"),
}
BETWEEN = "|"


@dataclass(frozen=True)
class Side:
    """One of two maps: what is assessed, its `title`, and further parameters of its layers' addresses."""

    community: Community
    subject: Subject
    title: str
    more: tuple[tuple[str, str], ...] = ()


def compare_choice(view: ViewState) -> str:
    """Show the chooser of what is compared, and return it."""
    st.session_state["w_compare"] = view.asked.compare or COMPARED[0]
    st.segmented_control(
        _("What to compare"),
        COMPARED,
        format_func=lambda what: _(WHAT[what]),
        key="w_compare",
        wrap=True,
        on_change=lambda: choose_more(compare=st.session_state["w_compare"] or "", other="", obstacle=""),
    )
    return view.asked.compare or COMPARED[0]


def two_sides(community: Community, request: CoverageRequest, what: str) -> tuple[Side, Side] | None:
    """Show which two are compared and return them; None where there are no two, which is said."""
    choosers = {
        "profiles": _profiles,
        "dates": _dates,
        "scenarios": _scenarios,
        "communities": _communities,
    }
    return choosers[what](community, request)


def _side(
    community: Community,
    request: CoverageRequest,
    title: str,
    build: str = "",
    sites: tuple[tuple[float, float], ...] = (),
) -> Side:
    more = tuple((k, v) for k, v in (("build", build), ("sites", points_text(sites))) if v)
    subject = subject_of(session.application(), community.slug, request, build, sites)
    return Side(community, subject, title, more)


def _profiles(community: Community, request: CoverageRequest) -> tuple[Side, Side] | None:
    view = session.view()
    left = view.profile or names()[0]
    right = view.asked.other if view.asked.other in names() else names()[-1]
    st.session_state.update({"w_left": left, "w_right": right})
    with st.container(key="sides", horizontal=True, gap="medium"):
        st.selectbox(
            _("On the left"), names(), format_func=words.profile, key="w_left", filter_mode=None,
            on_change=lambda: session.change(profile=st.session_state["w_left"]),
        )  # fmt: skip
        st.selectbox(
            _("On the right"), names(), format_func=words.profile, key="w_right", filter_mode=None,
            on_change=lambda: choose_more(other=st.session_state["w_right"]),
        )  # fmt: skip
    return (
        _side(community, _with(request, left), words.profile(left)),
        _side(community, _with(request, right), words.profile(right)),
    )


def _dates(community: Community, request: CoverageRequest) -> tuple[Side, Side] | None:
    builds = kept_builds(session.communities(), community.slug)
    name, when = safe_text.label(community_name(community)), numbers.moment(loaded_at(builds[0]))
    if len(builds) < 2:
        st.info(
            _(
                "Only one state of {name} is kept, loaded {when}. Once its streets are loaded again, the "
                "state before can be compared with it."
            ).format(name=name, when=when)
        )
        return None
    older = next((one for one in builds[1:] if one.id == session.view().asked.other), builds[1])
    return (
        _side(community, request, numbers.moment(loaded_at(older)), build=older.id),
        _side(community, request, _("{when} (now)").format(when=when)),
    )


def _scenarios(community: Community, request: CoverageRequest) -> tuple[Side, Side] | None:
    left, _bar, right = session.view().asked.other.partition(BETWEEN)
    with st.container(key="sides", horizontal=True, gap="medium", vertical_alignment="bottom"):
        _link_field("left", _("Plan on the left: a link from “Next café” (empty: as it is today)"))
        _link_field("right", _("Plan on the right: a link from “Next café”"))
    if trouble_said := st.session_state.pop("mm_plan_trouble", None):
        trouble.show(trouble_said)
    if not points_of(right, MOST_NEW):
        st.info(
            _(
                "Open “Next café”, move its places if you like, copy the address of that page, and paste it "
                "on the right."
            )
        )
        return None
    return (
        _plan_side(community, request, points_of(left, MOST_NEW)),
        _plan_side(community, request, points_of(right, MOST_NEW)),
    )


def _plan_side(
    community: Community, request: CoverageRequest, sites: tuple[tuple[float, float], ...]
) -> Side:
    title = _("As it is today") if not sites else _("New places: {n}").format(n=len(sites))
    return _side(community, request, title, sites=sites)


def _link_field(which: str, label: str) -> None:
    key = f"w_plan_{which}"
    st.text_input(label, key=key, placeholder="/planner?…", on_change=_link_given, args=(which, key))


def _link_given(which: str, key: str) -> None:
    left, _bar, right = session.view().asked.other.partition(BETWEEN)
    link, slug = st.session_state[key], session.community().slug
    try:
        sites = points_text(sites_of_link(session.application(), slug, link)) if link.strip() else ""
    except MicropolisError as error:
        st.session_state["mm_plan_trouble"] = error
        return
    left, right = (sites, right) if which == "left" else (left, sites)
    choose_more(other=f"{left}{BETWEEN}{right}")


def _communities(community: Community, request: CoverageRequest) -> tuple[Side, Side] | None:
    store = session.communities()
    others = [slug for slug in session.known_slugs() if slug != community.slug and store.current_build(slug)]
    if not others:
        st.info(_("No other community is loaded yet: load one on the Data page."))
        return None
    asked = session.view().asked.other
    st.session_state["w_right"] = asked if asked in others else others[0]
    st.selectbox(
        _("On the right"),
        others,
        format_func=lambda slug: community_name(store.get(slug)),
        key="w_right",
        filter_mode=None,
        width=320,
        on_change=lambda: choose_more(other=st.session_state["w_right"]),
    )
    other = store.get(st.session_state["w_right"])
    return (
        _side(community, request, community_name(community)),
        _side(other, request, community_name(other)),
    )


def _with(request: CoverageRequest, profile: str) -> CoverageRequest:
    return CoverageRequest(
        profile,
        request.minutes,
        kinds=request.kinds,
        step_free=request.step_free,
        open_at=request.open_at,
        people=request.people,
    )
