"""What an organiser decided last: said at the top of the page, and taken back with one key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from micropolis_map.domain.merge import Side
from micropolis_map.domain.proposal import Proposal
from micropolis_map.errors import MicropolisError
from micropolis_map.services import moderating
from micropolis_map.services.undoing import undo
from micropolis_map.ui import language, people, safe_text
from micropolis_map.ui.language import _, ngettext

LAST = "mm_desk_last"
WRITING = "mm_desk_writing"
CURRENT = "mm_desk_current"
PICK = "w_pick_"

Answer = Literal["approved", "questioned", "rejected"]


@dataclass(frozen=True)
class Decision:
    """What was done, and the proposals as they were before; `errors` of those it could not be done to."""

    said: str
    before: tuple[Proposal, ...] = ()
    errors: tuple[str, ...] = ()


def last_decision() -> None:
    """Say what was decided last, with the way to take it back."""
    last = st.session_state.get(LAST)
    if not isinstance(last, Decision):
        return
    with st.container(key="decided", horizontal=True, vertical_alignment="center"):
        if last.said:
            st.html(f'<p role="status" class="mm-said">{safe_text.html(last.said)}</p>')
        if last.before:
            st.button(_("Undo"), key="w_undo", icon=":material/undo:", shortcut="U", on_click=take_back)
    for error in last.errors:
        st.warning(safe_text.label(error))


def approve(proposals: Sequence[Proposal], take: Mapping[str, Side] | None = None) -> None:
    """Approve one (with the sides to `take` where it clashes) or several; for callbacks."""
    desk, actor = people.desk(), people.actor()
    if len(proposals) == 1:
        only = proposals[0]
        _do(lambda: _told(moderating.approve(desk, actor, only.id, take), _("Approved.")), proposals)
        return
    _several(proposals, "approved", "")


def answer(kind: str, proposals: Sequence[Proposal], text: str) -> None:
    """Ask about or reject proposals with the same words; for callbacks."""
    if kind == "hide":
        _hide(proposals[0], text)
        return
    _several(proposals, "questioned" if kind == "ask" else "rejected", text)


def take_back() -> None:
    """Undo the last decision; for callbacks."""
    last = st.session_state.get(LAST)
    if not isinstance(last, Decision):
        return
    errors = []
    for before in last.before:
        try:
            undo(people.desk(), people.actor(), before)
        except MicropolisError as error:
            errors.append(language.told(error))
    done = len(last.before) - len(errors)
    said = ngettext("{n} decision was taken back.", "{n} decisions were taken back.", done).format(n=done)
    st.session_state[LAST] = Decision(said if done else "", errors=tuple(errors))
    if done:
        st.session_state[CURRENT] = last.before[0].id


def forget_choice() -> None:
    """Untick everything."""
    for key in [name for name in st.session_state if str(name).startswith(PICK)]:
        st.session_state[key] = False


def _several(proposals: Sequence[Proposal], state: Answer, text: str) -> None:
    desk, actor = people.desk(), people.actor()
    outcomes = moderating.decide_many(desk, actor, [p.id for p in proposals], state, text)
    failed = {outcome.proposal_id: outcome.error for outcome in outcomes if outcome.error}
    done = tuple(p for p in proposals if p.id not in failed)
    n = len(done)
    said = {
        "approved": ngettext("{n} approved.", "{n} approved.", n),
        "questioned": ngettext("{n} author was asked.", "{n} authors were asked.", n),
        "rejected": ngettext("{n} rejected.", "{n} rejected.", n),
    }[state].format(n=n)
    st.session_state[LAST] = Decision(said if done else "", done, tuple(map(language.told, failed.values())))
    if done:
        st.session_state.pop(WRITING, None)
        forget_choice()


def _hide(proposal: Proposal, reason: str) -> None:
    desk, actor = people.desk(), people.actor()

    def hide() -> Decision:
        moderating.hide(desk, actor, proposal.place_id, reason)
        return Decision(_("The place is hidden; its history shows it and brings it back."))

    _do(hide, ())


def _told(_place: object, said: str) -> Decision:
    return Decision(said)


def _do(work: Callable[[], Decision], before: Sequence[Proposal]) -> None:
    try:
        done = work()
    except MicropolisError as error:
        st.session_state[LAST] = Decision("", errors=(language.told(error),))
        return
    st.session_state[LAST] = Decision(done.said, tuple(before))
    st.session_state.pop(WRITING, None)
    forget_choice()
