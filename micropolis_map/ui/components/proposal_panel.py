"""One proposal: what would change, what to look at, and the decision, with a key for each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from micropolis_map.domain.merge import Clash, Side
from micropolis_map.domain.proposal import Proposal
from micropolis_map.domain.text import pick
from micropolis_map.errors import MicropolisError
from micropolis_map.services.moderating import QueueItem, reissue_link
from micropolis_map.services.public_place import is_public
from micropolis_map.settings import below
from micropolis_map.ui import desk_words, language, numbers, people, safe_text, words
from micropolis_map.ui.components import decisions, trouble
from micropolis_map.ui.components.decisions import WRITING
from micropolis_map.ui.components.differences import differences_html, marked, story_titles, value_html
from micropolis_map.ui.components.site_address import site_address
from micropolis_map.ui.components.thread import thread
from micropolis_map.ui.language import _

MAX_REASON = 2_000


def proposal_name(item: QueueItem) -> str:
    """Return the name of the place a proposal is about, in the reader's language."""
    content = item.proposal.content
    return pick(content.name, language.current(), ("en",))[0] if content else item.proposal.place_id


def proposal_panel(item: QueueItem) -> None:
    """Show the proposal and the buttons to decide on it."""
    proposal = item.proposal
    with st.container(key="proposal"):
        st.html(_head(item))
        sides = _clashes(item.clashes, proposal.id)
        _decide(item, sides)
        _writing([proposal])
        st.html(differences_html(item.differences, story_titles(item.current, proposal.content)))
        _duplicates(item)
        thread(proposal.thread, marked)
        _lost_link(proposal)


def chosen_panel(items: Sequence[QueueItem]) -> None:
    """Offer to decide on several at once."""
    proposals = [item.proposal for item in items]
    with st.container(key="several", border=True):
        chosen = _("{n} chosen").format(n=len(items))
        st.html(f'<p class="mm-count">{safe_text.html(chosen)}</p>')
        with st.container(horizontal=True, key="severalbuttons"):
            st.button(
                _("Approve all"),
                key="w_approve_all",
                type="primary",
                icon=":material/check:",
                on_click=decisions.approve,
                args=(proposals,),
            )
            _opens("ask", _("Ask all …"), ":material/help:", None)
            _opens("reject", _("Reject all …"), ":material/close:", None)
            st.button(
                _("Choose none"), key="w_none", icon=":material/deselect:", on_click=decisions.forget_choice
            )
        _writing(proposals)


def _head(item: QueueItem) -> str:
    proposal, place = item.proposal, item.proposal.content
    chips = [_(desk_words.PROPOSALS[proposal.kind])]
    chips += [words.kind(place.kind)] if place else []
    chips += [proposal.district] if proposal.district else []
    chips += [_("asked, no answer yet")] if proposal.state == "questioned" else []
    chips += [desk_words.flag(flag) for flag in proposal.flags]
    shown = "".join(f'<span class="mm-chip">{safe_text.html(text)}</span>' for text in chips)
    waited = _("sent {moment}; waits for {time}").format(
        moment=numbers.moment(proposal.created), time=desk_words.waiting(item.waited_s)
    )
    return (
        f'<div class="mm-story-head">{shown}<h2>{safe_text.html(proposal_name(item))}</h2>'
        f'<p class="mm-quiet">{safe_text.html(waited)}</p></div>'
    )


def _decide(item: QueueItem, sides: dict[str, Side]) -> None:
    open_clash = len(sides) < len(item.clashes)
    with st.container(horizontal=True, key="decide"):
        st.button(
            _("Approve"),
            key="w_approve",
            type="primary",
            icon=":material/check:",
            shortcut="A",
            disabled=open_clash,
            on_click=decisions.approve,
            args=([item.proposal], sides),
        )
        _opens("ask", _("Ask …"), ":material/help:", "Q")
        _opens("reject", _("Reject …"), ":material/close:", "X")
        if item.current is not None and is_public(item.current):
            _opens("hide", _("Hide the place …"), ":material/visibility_off:", "H")


def _opens(kind: str, label: str, icon: str, key: str | None) -> None:
    several = "" if key else "_all"
    st.button(
        label,
        key=f"w_{kind}{several}",
        icon=icon,
        shortcut=key,
        on_click=lambda: st.session_state.update({WRITING: kind}),
    )


def _writing(proposals: list[Proposal]) -> None:
    kind = st.session_state.get(WRITING)
    texts = {
        "ask": (_("Your question to the author"), _("Send the question")),
        "reject": (_("Why not? The author reads this."), _("Reject with this reason")),
        "hide": (_("Why is the place hidden? Organisers read this."), _("Hide the place")),
    }
    if kind not in texts:
        return
    label, submit = texts[kind]
    if kind == "reject":
        _ready_made()
    with st.form("writing", border=True):
        st.text_area(label, key="w_reason", max_chars=MAX_REASON, height=90)
        with st.container(horizontal=True):
            st.form_submit_button(
                submit, type="primary", key="w_send", on_click=_send, args=(str(kind), proposals)
            )
            st.form_submit_button(
                _("Cancel"), key="w_cancel", on_click=lambda: st.session_state.pop(WRITING, None)
            )


def _send(kind: str, proposals: list[Proposal]) -> None:
    decisions.answer(kind, proposals, str(st.session_state.get("w_reason") or ""))


def _ready_made() -> None:
    reasons = [
        _("It is on the map already; your story can be added to that place."),
        _("It names somebody who may not want to be named. Please leave the name out and send it again."),
        _("It does not lie in this community."),
        _("It is an advertisement."),
    ]

    def take() -> None:
        st.session_state["w_reason"] = st.session_state.get("w_ready") or ""

    st.pills(_("Ready-made reasons"), reasons, key="w_ready", on_change=take)


def _clashes(clashes: Sequence[Clash], proposal_id: str) -> dict[str, Side]:
    if not clashes:
        return {}
    st.warning(_("Somebody else changed the same since. Choose what stays; the other stays in the history."))
    taken: dict[str, Side] = {}
    for number, clash in enumerate(clashes):
        part = desk_words.part(clash.path, {})
        both = [(_("On the map now"), clash.theirs), (_("Proposed"), clash.mine)]
        rows = "".join(
            f"<div><dt>{safe_text.html(name)}</dt><dd>{value_html(clash.path, value)}</dd></div>"
            for name, value in both
        )
        st.html(f'<p class="mm-quiet">{safe_text.html(part)}</p><dl class="mm-diff">{rows}</dl>')
        names = {"theirs": _("Keep what is on the map"), "mine": _("Take what is proposed")}
        side = st.radio(
            part,
            list(names),
            format_func=names.__getitem__,
            index=None,
            horizontal=True,
            key=f"w_clash_{proposal_id}_{number}",
            label_visibility="collapsed",
        )
        if side is not None:
            taken[clash.path] = "mine" if side == "mine" else "theirs"
    return taken


def _duplicates(item: QueueItem) -> None:
    if not item.duplicates:
        return
    names = [pick(place.name, language.current(), ("en",))[0] for place in item.duplicates]
    here = below("/")
    links = "".join(
        f'<li><a href="{here}?community={place.community}&amp;place={safe_text.html(place.id)}"'
        f' target="_blank">{safe_text.html(name)}</a></li>'
        for place, name in zip(item.duplicates, names, strict=True)
    )
    title = safe_text.heading(3, _("Perhaps on the map already"))
    st.html(f"{title}<ul>{links}</ul>")


def _lost_link(proposal: Proposal) -> None:
    with st.expander(_("The author lost the private link"), icon=":material/link_off:"):
        st.markdown(
            _("A new link opens everything that was sent with the old one; the old one stops working.")
        )
        if st.button(_("Make a new link"), key="w_reissue"):
            try:
                secret = reissue_link(people.desk(), people.actor(), proposal.id)
            except MicropolisError as error:
                trouble.show(error)
                return
            st.code(f"{site_address()}/mine#{secret}", language=None, wrap_lines=True)
