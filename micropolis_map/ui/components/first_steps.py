"""What an administrator of a fresh map does first: three steps, each done, next, or later."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.permission import may
from micropolis_map.errors import MicropolisError
from micropolis_map.services import first_steps as steps_service
from micropolis_map.services.first_steps import FirstSteps
from micropolis_map.ui import people, safe_text, session
from micropolis_map.ui.components.loading_progress import loading_jobs, progress_words
from micropolis_map.ui.components.masthead import community_name
from micropolis_map.ui.language import _

LOOKED_AFTER = "mm_looked_after"
"""Set in a session once it is known that there is an administrator: there is one from then on."""
MOST_TOWNS = 4


def first_steps(*, always: bool = False) -> None:
    """Show an administrator the steps until all are done, or `always`.

    Others read one line while nobody looks after the map.
    """
    if not may(people.actor(), "manage_accounts"):
        _nobody_yet()
        return
    try:
        steps = steps_service.first_steps(session.application(), people.desk(), people.actor())
    except MicropolisError:
        return  # the page itself says what cannot be read
    if steps.all_done and not always:
        return
    with st.container(key="firststeps", border=True):
        st.html(safe_text.heading(2, _("First steps")))
        _step(1, _("Become its administrator"), steps)
        _step(2, _("Load the streets of your town"), steps)
        if not steps.streets or always:
            _towns(steps)
        _step(3, _("Invite an organiser"), steps)
        if steps.streets and (not steps.organiser or always):
            _invite()


def steps_before_the_first_account() -> None:
    """Show the steps to whoever came by the link of the terminal: the first is next."""
    with st.container(key="firststeps"):
        steps = FirstSteps(looked_after=False, streets=False, organiser=False)
        _step(1, _("Become its administrator"), steps)
        _step(2, _("Load the streets of your town"), steps)
        _step(3, _("Invite an organiser"), steps)


def _nobody_yet() -> None:
    if st.session_state.get(LOOKED_AFTER):
        return
    try:
        looked_after = steps_service.is_looked_after(people.desk())
    except MicropolisError:
        return  # a store that cannot be read stops nobody from looking at the map
    if looked_after:
        st.session_state[LOOKED_AFTER] = True
        return
    with st.container(key="nobodyyet"):
        st.html(f'<p class="mm-quiet">{safe_text.html(_(steps_service.NOBODY_YET))}</p>')


def _step(number: int, title: str, steps: FirstSteps) -> None:
    done = steps.done[number - 1]
    following = not done and all(steps.done[: number - 1])
    state = _("done") if done else _("next") if following else _("later")
    mark = "✓" if done else str(number)
    name = "done" if done else "next" if following else "later"
    st.html(
        f'<p class="mm-step" data-step="{number}" data-state="{name}"><span aria-hidden="true">{mark}</span> '
        f"<b>{safe_text.html(title)}</b> <small>{safe_text.html(state)}</small></p>"
    )


def _towns(steps: FirstSteps) -> None:
    """Lead to the loading of each town that waits for its streets, and say what is being loaded."""
    for job in loading_jobs().running():
        text = _("{town} is being loaded: {doing}").format(town=job.slug, doing=progress_words(job))
        st.html(f'<p class="mm-quiet">{safe_text.html(text)}</p>')
    page = st.session_state["mm_pages"].get("data")
    if page is None:
        return
    with st.container(horizontal=True):
        for slug in steps.bare[:MOST_TOWNS]:
            name = community_name(session.communities().get(slug))
            st.page_link(
                page,
                label=_("Load {name}").format(name=safe_text.label(name)),
                icon=":material/download:",
                query_params={"community": slug},
            )
        st.page_link(page, label=_("Add another town"), icon=":material/add:")
    all_of_them = safe_text.html(_("Or all of them, in the terminal:"))
    st.html(f'<p class="mm-quiet">{all_of_them} <code>python -m micropolis_map load --all</code></p>')


def _invite() -> None:
    page = st.session_state["mm_pages"].get("accounts")
    if page is not None:
        st.page_link(page, label=_("Invite somebody"), icon=":material/person_add:")
