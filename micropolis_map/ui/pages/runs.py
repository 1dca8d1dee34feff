"""Results: what planners kept, asked again exactly, and marked where streets or places changed since."""

from __future__ import annotations

from typing import Any

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.kept_run import KeptRun
from micropolis_map.errors import MicropolisError
from micropolis_map.services import kept_runs
from micropolis_map.services.kept_runs import Listed, Repetition
from micropolis_map.settings import below
from micropolis_map.ui import people, run_words, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.language import _

FIELDS = ("community", "lang")
DELETED, REPEATED, FAILED = "mm_run_deleted", "mm_run_repeated", "mm_run_failed"


def page() -> None:
    """Show the list of kept results."""
    with trouble.shown():
        community = session.community()
        masthead(
            community,
            _("Results kept for {name}").format(name=community_name(community)),
            _("Everything here can be asked again with the same question, on today's streets and places."),
        )
        if people.may_in("plan", community.slug):
            _results(community)
        else:
            _not_open()
        session.write_address(FIELDS)


def _not_open() -> None:
    with st.container(border=True, key="empty"):
        st.markdown(
            _(
                "Planners and organisers of this community find their kept results here. Without an account, "
                "copy the address of a page: it opens the same view again."
            )
        )
        pages = st.session_state["mm_pages"]
        if "sign_in" in pages and not people.signed_in():
            st.page_link(pages["sign_in"], label=_("Sign in"), icon=":material/person:")


def _results(community: Community) -> None:
    failed = st.session_state.pop(FAILED, None)
    if isinstance(failed, MicropolisError):
        trouble.show(failed)
    _undo_box(community.slug)
    found = kept_runs.listed(session.application(), people.actor(), community.slug)
    if not found:
        nothing = _("Nothing is kept yet.")
        how = _("Press “Keep this result” below a coverage or a plan for new places.")
        st.html(f'<p class="mm-nothing">{safe_text.html(nothing)} {safe_text.html(how)}</p>')
    for one in found:
        _card(one)


def _undo_box(slug: str) -> None:
    run = st.session_state.get(DELETED)
    if not isinstance(run, KeptRun) or run.community != slug:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="decided"):
        name = run_words.name(run)
        said = safe_text.html(_("“{name}” is off the list.").format(name=name))
        st.html(f'<p class="mm-said">{said}</p>')
        st.button(
            _("Undo"), icon=":material/undo:", key="w_run_undo", on_click=_act, args=(kept_runs.restore, run)
        )


def _card(one: Listed) -> None:
    run = one.run
    older = run_words.older(one.older, run.build_id)
    badge = f' <span class="mm-older">{safe_text.html(older)}</span>' if older else ""
    facts = " · ".join(filter(None, (run_words.when(run), one.by, run_words.kind(run))))
    with st.container(border=True, key=f"run-{run.id}"):
        st.html(
            f'<div class="mm-kept"><h3>{safe_text.html(run_words.name(run))}</h3>'
            f"<p>{safe_text.html(facts)}{badge}</p><p>{safe_text.html(run_words.asked(run))}</p>"
            f"<p><b>{safe_text.html(run_words.key_figures(run.figures, run.kind))}</b></p></div>"
        )
        with st.container(horizontal=True):
            st.link_button(_("Open"), below(run.address), icon=":material/open_in_new:")
            st.button(
                _("Ask again"),
                icon=":material/replay:",
                key=f"w_again_{run.id}",
                on_click=_repeat,
                args=(run,),
            )
            if run.kept_by == people.actor().account_id or people.actor().role == "administrator":
                st.button(
                    _("Delete"),
                    icon=":material/delete:",
                    key=f"w_delete_{run.id}",
                    on_click=_act,
                    args=(kept_runs.delete, run),
                )
        repeated = st.session_state.get(REPEATED)
        if isinstance(repeated, Repetition) and repeated.run.id == run.id:
            _repetition(repeated)


def _repetition(again: Repetition) -> None:
    """Show both figures, then and now."""
    said = _("The same question gives the same figures today.")
    if again.changed:
        said = _("The same question gives other figures today:")
    st.html(f'<p class="mm-said">{safe_text.html(said)}</p>')
    rows = run_words.comparison(again)
    st.dataframe(
        [
            {_("Figure"): name, _("When kept"): then, _("Today"): now, "": mark}
            for name, then, now, mark in rows
        ],
        hide_index=True,
        width="stretch",
        row_height=40,
        key=f"w_repetition_{again.run.id}",
    )


def _repeat(run: KeptRun) -> None:
    try:
        st.session_state[REPEATED] = kept_runs.repeat(session.application(), people.actor(), run.id)
    except MicropolisError as error:
        st.session_state[FAILED] = error


def _act(action: Any, run: KeptRun) -> None:
    """Delete or restore; what was deleted last can be put back."""
    try:
        action(session.application(), people.actor(), run.id)
    except MicropolisError as error:
        st.session_state[FAILED] = error
        return
    st.session_state[DELETED] = run if action is kept_runs.delete else None
