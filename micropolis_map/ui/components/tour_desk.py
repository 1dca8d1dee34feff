"""Walks on the organisers' desk: what waits, the decision, and every walk with its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import may
from micropolis_map.domain.shared_tour import SharedTour, TourRevision
from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import MicropolisError
from micropolis_map.services import touring_authors, touring_deciding
from micropolis_map.services.touring_deciding import TourItem
from micropolis_map.services.touring_drafts import TourDraft
from micropolis_map.settings import below
from micropolis_map.ui import desk_words, language, numbers, people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.thread import thread
from micropolis_map.ui.components.tour_differences import tour_differences_html
from micropolis_map.ui.components.tour_map import Shown, tour_map
from micropolis_map.ui.components.tour_panel import file_address
from micropolis_map.ui.language import _

SAID = "mm_walk_said"
WRITING = "mm_walk_writing"
MAX_REASON = 2_000


def waiting_walks(community: str) -> int:
    """Return how many walks of the community wait for the asker's decision."""
    return len(touring_deciding.tour_queue(people.desk(), people.actor(), community))


def tour_desk(community: Community) -> None:
    """Show the walks that wait, then all of them with their history."""
    said = st.session_state.pop(SAID, "")
    if said:
        st.html(f'<p role="status" class="mm-said">{safe_text.html(said)}</p>')
    items = touring_deciding.tour_queue(people.desk(), people.actor(), community.slug)
    if items:
        _waiting(community, items)
    else:
        none = safe_text.html(_("No walk waits."))
        st.html(f'<p class="mm-quiet">{none}</p>')
    _all_walks(community)


def name_of_tour(tour: Tour | None) -> str:
    """Return the tour's name in the reader's language; words for a deleted one."""
    return pick(tour.name, language.current(), tour.languages)[0] if tour else _("deleted by its author")


def _waiting(community: Community, items: Sequence[TourItem]) -> None:
    ids = [item.shared.id for item in items]
    names = {item.shared.id: name_of_tour(item.tour) for item in items}
    if st.session_state.get("w_walk_item") not in ids:
        st.session_state["w_walk_item"] = ids[0]
    if len(ids) > 1:
        st.selectbox(_("Which walk?"), ids, format_func=names.__getitem__, key="w_walk_item")
    item = next(one for one in items if one.shared.id == st.session_state["w_walk_item"])
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        tour_map(community, Shown(_line(item)), name="walkdesk")
    with right, st.container(key="proposal"):
        _item(item)


def _line(item: TourItem) -> str:
    stops = tuple(place for place, _s in item.tour.stops if place not in item.missing)
    draft = TourDraft(item.shared.community, stops, own_order=True, loop=item.tour.loop)
    return (
        file_address(below(f"/data/{draft.slug}/tour"), "geojson", draft.query() | {"marks": "1"})
        if stops
        else ""
    )


def _item(item: TourItem) -> None:
    chips = [_("Walk"), _("change of a walk") if item.before else _("new walk")]
    chips += [item.shared.district] if item.shared.district else []
    chips += [_("asked, no answer yet")] if item.revision.state == "questioned" else []
    chips += [desk_words.flag(flag) for flag in item.revision.flags]
    shown = "".join(f'<span class="mm-chip">{safe_text.html(text)}</span>' for text in chips)
    sent = _("sent {moment}").format(moment=numbers.moment(item.revision.recorded))
    st.html(
        f'<div class="mm-story-head">{shown}<h2>{safe_text.html(name_of_tour(item.tour))}</h2>'
        f'<p class="mm-quiet">{safe_text.html(sent)}</p></div>'
    )
    if item.missing:
        st.warning(
            _("{n} of its stops are not on the map any more; they are left out.").format(n=len(item.missing))
        )
    desk, tour_id = people.desk(), item.shared.id
    with st.container(horizontal=True, key="walkdecide"):
        st.button(
            _("Approve"),
            key="w_walk_approve",
            type="primary",
            icon=":material/check:",
            on_click=_do,
            args=(lambda: touring_deciding.approve_tour(desk, people.actor(), tour_id), _("Approved.")),
        )
        for kind, label, icon in (
            ("ask", _("Ask …"), ":material/help:"),
            ("reject", _("Reject …"), ":material/close:"),
        ):
            st.button(
                label,
                key=f"w_walk_{kind}",
                icon=icon,
                on_click=st.session_state.update,
                args=({WRITING: kind},),
            )
    _writing(tour_id)
    st.html(tour_differences_html(item.differences, item.shared.community))
    thread(item.revision.thread)


def _writing(tour_id: str) -> None:
    kind = st.session_state.get(WRITING)
    if kind not in {"ask", "reject"}:
        return
    reject = kind == "reject"
    label = _("Why not? The author reads this.") if reject else _("Your question to the author")
    with st.form("walkwriting", border=True):
        st.text_area(label, key="w_walk_reason", max_chars=MAX_REASON, height=90)
        submit = _("Reject with this reason") if reject else _("Send the question")
        st.form_submit_button(
            submit, type="primary", key="w_walk_send", on_click=_send, args=(tour_id, reject)
        )


def _send(tour_id: str, reject: bool) -> None:  # noqa: FBT001 - Streamlit's callback
    text = str(st.session_state.get("w_walk_reason") or "")
    said = _("Rejected.") if reject else _("The author was asked.")
    desk, actor = people.desk(), people.actor()
    _do(lambda: touring_deciding.answer_tour(desk, actor, tour_id, text, reject=reject), said)


def _do(work: Callable[[], Any], said: str) -> None:
    try:
        work()
    except MicropolisError as error:
        trouble.show(error)
        return
    st.session_state[SAID] = said
    st.session_state.pop(WRITING, None)


def _all_walks(community: Community) -> None:
    desk, actor, store = people.desk(), people.actor(), session.application().tour_store
    known = {shared.id: shared for shared in desk.tours.of_community(community.slug)}
    mine = {one: shared for one, shared in known.items() if may(actor, "see_tour_history", shared.subject())}
    names = {one: name_of_tour(shared.public_tour or shared.latest.tour) for one, shared in mine.items()}
    if people.may_in("see_tour_history", community.slug):
        names |= {tour.id: name_of_tour(tour) for tour in store.tours(community.slug) if tour.id not in known}
    if not names:
        return
    st.html(safe_text.heading(2, _("All walks and their history")))
    chosen = st.selectbox(
        _("Which walk?"), sorted(names, key=names.__getitem__), format_func=names.__getitem__, index=None,
        key="w_walk_history", placeholder=_("Write a part of its name"),
    )  # fmt: skip
    if chosen is not None:
        _history(chosen, mine.get(chosen))


def _history(tour_id: str, shared: SharedTour | None) -> None:
    desk, store = people.desk(), session.application().tour_store
    public = shared is None or shared.public_tour is not None
    if shared is None or shared.published:
        st.button(
            _("Hide the walk") if public else _("Show the walk again"),
            key="w_walk_hide",
            icon=":material/visibility_off:" if public else ":material/visibility:",
            on_click=_do,
            args=(
                lambda: touring_deciding.show_tour(desk, people.actor(), store, tour_id, public=not public),
                _("The walk is hidden.") if public else _("The walk is shown again."),
            ),
        )
    if shared is None:
        untouched = safe_text.html(_("It came with the program; nobody changed it yet."))
        st.html(f'<p class="mm-quiet">{untouched}</p>')
        return
    before = 0
    for revision in shared.revisions:
        _revision(shared, revision, before)
        before = revision.number if revision.tour is not None else before


def _revision(shared: SharedTour, revision: TourRevision, before: int) -> None:
    desk, actor = people.desk(), people.actor()
    now = revision.number == shared.published and shared.public_tour is not None
    head = " · ".join(
        (
            str(revision.number),
            numbers.moment(revision.recorded),
            _("shown to everybody") if now else desk_words.walk_state(revision.state),
            desk_words.walk_author(revision.by),
        )
    )
    with st.expander(head):
        if revision.tour is None:
            st.markdown(_("deleted by its author"))
            return
        found = touring_authors.compare_tour(desk, actor, shared.id, before, revision.number)
        st.html(tour_differences_html(found, shared.community))
        if not now and may(actor, "decide", shared.subject()):
            st.button(
                _("Restore this one"),
                key=f"w_walk_restore_{revision.number}",
                icon=":material/restore:",
                on_click=_do,
                args=(
                    lambda: touring_authors.restore_tour(desk, people.actor(), shared.id, revision.number),
                    _("Restored as the newest revision."),
                ),
            )
