"""A place's history for organisers: who changed what and when, any two compared, any restored; hiding."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from micropolis_map.domain.place import Place
from micropolis_map.errors import MicropolisError
from micropolis_map.services import history, moderating
from micropolis_map.services.public_place import is_public
from micropolis_map.stores.history_store import Entry
from micropolis_map.ui import desk_words, language, numbers, people, safe_text
from micropolis_map.ui.components.differences import differences_html, story_titles
from micropolis_map.ui.language import _

HISTORY = "mm_history"
SAID = "mm_history_said"


def place_history(place: Place) -> None:
    """Show the revisions, the newest first; `NotAllowed` for who does not look after the place."""
    entries = history.history(people.desk(), people.actor(), place.id)
    with st.container(key="history"):
        _said()
        _status(place)
        st.html(_table(entries))
        if len(entries) > 1:
            _compare(place, entries)


def _said() -> None:
    kind, text = st.session_state.pop(SAID, ("", ""))
    if text:
        (st.success if kind == "done" else st.warning)(safe_text.label(text))


def _status(place: Place) -> None:
    shown = is_public(place)
    line = _("This place is on the map.") if shown else _("This place is not on the public map.")
    with st.container(key="visible", border=True):
        st.html(f"<p><b>{safe_text.html(line)}</b></p>")
        if shown:
            st.text_input(_("Why should it be hidden?"), key="w_hide_why", max_chars=500)
            st.button(
                _("Hide the place"),
                key="w_hide_place",
                icon=":material/visibility_off:",
                on_click=lambda: _act(
                    lambda: moderating.hide(
                        people.desk(), people.actor(), place.id, st.session_state.get("w_hide_why") or ""
                    ),
                    _("The place is hidden; nothing of it is deleted."),
                ),
            )
        else:
            st.button(
                _("Show it on the map again"),
                key="w_show_place",
                type="primary",
                icon=":material/visibility:",
                on_click=lambda: _act(
                    lambda: moderating.show(people.desk(), people.actor(), place.id),
                    _("The place is on the map again."),
                ),
            )


def _table(entries: Sequence[Entry]) -> str:
    heads = [_("Revision"), _("When"), _("Who"), _("What"), _("Status")]
    head = "".join(f'<th scope="col">{safe_text.html(name)}</th>' for name in heads)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{safe_text.html(text)}</td>"
            for text in (
                str(entry.revision),
                numbers.moment(entry.recorded),
                desk_words.who(entry.actor),
                entry.note or "–",
                _(desk_words.STATUSES[entry.place.status]),
            )
        )
        + "</tr>"
        for entry in reversed(entries)
    )
    return (
        f'<div class="mm-scroll"><table class="mm-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _compare(place: Place, entries: Sequence[Entry]) -> None:
    revisions = [entry.revision for entry in entries]
    names = {e.revision: f"{e.revision} · {numbers.moment(e.recorded)}" for e in entries}
    with st.container(horizontal=True, key="compare"):
        before = st.selectbox(
            _("Compare revision"),
            revisions,
            index=len(revisions) - 2,
            format_func=lambda number: names[number],
            key=f"w_before_{place.id}",
        )
        after = st.selectbox(
            _("with revision"),
            revisions,
            index=len(revisions) - 1,
            format_func=lambda number: names[number],
            key=f"w_after_{place.id}",
        )
    found = history.compare(people.desk(), people.actor(), place.id, before, after)
    by_number = {entry.revision: entry.place for entry in entries}
    if found:
        st.html(differences_html(found, story_titles(by_number[before], by_number[after])))
    else:
        st.markdown(_("Their contents are the same."))
    if before != revisions[-1]:
        st.button(
            _("Restore revision {n}").format(n=before),
            key="w_restore",
            icon=":material/restore:",
            on_click=lambda: _act(
                lambda: history.restore(people.desk(), people.actor(), place.id, before),
                _("Revision {n} is restored as the newest one.").format(n=before),
            ),
        )


def _act(work: object, said: str) -> None:
    assert callable(work)
    try:
        work()
    except MicropolisError as error:
        st.session_state[SAID] = ("refused", language.told(error))
    else:
        st.session_state[SAID] = ("done", said)
