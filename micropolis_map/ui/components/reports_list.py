"""Problems neighbours reported, each with its place and what to do about it."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.place import Place
from micropolis_map.domain.text import pick
from micropolis_map.errors import MicropolisError
from micropolis_map.services import moderating
from micropolis_map.stores.care_store import Report
from micropolis_map.ui import desk_words, language, numbers, people, safe_text
from micropolis_map.ui.components.decisions import LAST, Decision
from micropolis_map.ui.components.place_history import HISTORY
from micropolis_map.ui.language import _


def reports_list(found: list[tuple[Report, Place]]) -> None:
    """Show the open reports, the oldest first."""
    if not found:
        nothing = safe_text.html(_("Nobody reported a problem."))
        st.html(f'<p class="mm-nothing">{nothing}</p>')
    for report, place in found:
        _report(report, place)


def _report(report: Report, place: Place) -> None:
    name = pick(place.name, language.current(), ("en",))[0] or place.id
    with st.container(key=f"report-{report.id}", border=True):
        reason = _(desk_words.REASONS.get(report.reason, desk_words.REASONS["other"]))
        st.html(
            f'<div class="mm-story-head"><h3>{safe_text.html(name)}</h3></div>'
            f"<p><b>{safe_text.html(reason)}</b> · {safe_text.html(numbers.moment(report.recorded))}</p>"
            f'<div class="mm-text">{safe_text.paragraphs(report.text)}</div>'
        )
        with st.container(horizontal=True, key=f"reportbuttons-{report.id}"):
            st.button(
                _("Done"),
                key=f"w_close_{report.id}",
                icon=":material/check:",
                type="primary",
                on_click=_close,
                args=(report.id,),
            )
            st.button(
                _("History and hiding"),
                key=f"w_history_{report.id}",
                icon=":material/history:",
                on_click=lambda: st.session_state.update({HISTORY: place.id, "w_desk": "places"}),
            )


def _close(report_id: str) -> None:
    try:
        moderating.close_report(people.desk(), people.actor(), report_id)
    except MicropolisError as error:
        st.session_state[LAST] = Decision("", errors=(language.told(error),))
    else:
        st.session_state[LAST] = Decision(_("The report is closed."))
