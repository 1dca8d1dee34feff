"""The list of what waits: a tick to decide on several, a button to look at one; J and K go on and back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from micropolis_map.services.moderating import QueueItem
from micropolis_map.ui import desk_words, safe_text
from micropolis_map.ui.components.decisions import CURRENT, PICK, WRITING
from micropolis_map.ui.components.proposal_panel import proposal_name
from micropolis_map.ui.language import _

MOST = 60


def current_item(items: Sequence[QueueItem]) -> QueueItem:
    """Return the proposal looked at; the first where none is, or where it waits no more."""
    wanted = st.session_state.get(CURRENT)
    found = next((item for item in items if item.proposal.id == wanted), items[0])
    st.session_state[CURRENT] = found.proposal.id
    return found


def look_at(proposal_id: str) -> None:
    """Look at another proposal; for callbacks."""
    st.session_state[CURRENT] = proposal_id
    st.session_state.pop(WRITING, None)


def chosen_items(items: Sequence[QueueItem]) -> list[QueueItem]:
    """Return the ticked ones."""
    return [item for item in items if st.session_state.get(f"{PICK}{item.proposal.id}")]


def queue_list(items: Sequence[QueueItem], current: QueueItem) -> None:
    """Show the first of the waiting proposals, the oldest on top."""
    ids = [item.proposal.id for item in items]
    at = ids.index(current.proposal.id)
    with st.container(key="steps", horizontal=True, vertical_alignment="center"):
        where = _("{n} of {all}").format(n=at + 1, all=len(items))
        st.html(f'<p class="mm-count" role="status" data-waiting="{len(items)}">{safe_text.html(where)}</p>')
        _step(_("Back"), ":material/arrow_upward:", "K", ids[at - 1] if at else None)
        _step(_("Next"), ":material/arrow_downward:", "J", ids[at + 1] if at + 1 < len(ids) else None)
    first = max(0, min(at - MOST // 2, len(items) - MOST))
    with st.container(key="queue"):
        for item in items[first : first + MOST]:
            _row(item, is_current=item is current)
    if len(items) > MOST:
        st.caption(_("{n} are shown here; the next ones move up as you decide.").format(n=MOST))


def _step(label: str, icon: str, key: str, target: str | None) -> None:
    st.button(
        label,
        key=f"w_step_{key}",
        icon=icon,
        shortcut=key,
        disabled=target is None,
        on_click=look_at,
        args=(target,),
    )


def _row(item: QueueItem, *, is_current: bool) -> None:
    proposal = item.proposal
    name = safe_text.label(proposal_name(item))
    facts = [_(desk_words.PROPOSALS[proposal.kind]), proposal.district, desk_words.waiting(item.waited_s)]
    caption = safe_text.label(" · ".join(fact for fact in facts if fact))
    looked = "now" if is_current else "other"
    with st.container(key=f"wait-{looked}-{proposal.id}", horizontal=True, vertical_alignment="center"):
        st.checkbox(
            _("Choose {name}").format(name=name),
            key=f"{PICK}{proposal.id}",
            label_visibility="collapsed",
        )
        st.button(
            f"**{name}**  \n{caption}",
            key=f"w_look_{proposal.id}",
            type="tertiary",
            width="stretch",
            on_click=look_at,
            args=(proposal.id,),
        )
