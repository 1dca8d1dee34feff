"""What walkers told, and what several of them say of a street, for organisers."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.walk_report import Survey, SurveyState
from micropolis_map.errors import MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.services import walk_feedback
from micropolis_map.services.touring_published import tour_name
from micropolis_map.services.walk_calendar import public_tour
from micropolis_map.ui import language, numbers, people, safe_text, session
from micropolis_map.ui.components.decisions import LAST, Decision
from micropolis_map.ui.language import _, ngettext

KINDS = {
    "steps": mark("Steps"),
    "gate": mark("A locked gate"),
    "surface": mark("A bad surface"),
    "kerb": mark("A high kerb"),
    "works": mark("Building works"),
    "other": mark("Something else"),
}


def streets(community: Community) -> None:
    """Show what several walkers say of streets, to accept or reject, and what was decided."""
    waiting = walk_feedback.proposed(people.desk(), community.slug)
    st.markdown(
        _(
            "When three different people report the same within 25 metres, it is proposed here. What you "
            "accept counts as surveyed on the spot, from the next loading of the streets on."
        )
    )
    if not waiting:
        nothing = safe_text.html(_("No street is proposed just now."))
        st.html(f'<p class="mm-nothing">{nothing}</p>')
    for survey in waiting:
        _proposed(survey)
    for survey in walk_feedback.decided(people.desk(), people.actor(), community.slug):
        _decided(survey)


def reports(community: Community) -> None:
    """Show how walks were and what was in the way, each until somebody has dealt with it."""
    desk, actor = people.desk(), people.actor()
    told = walk_feedback.reports(desk, actor, community.slug)
    obstacles = walk_feedback.obstacles(desk, actor, community.slug)
    if not told and not obstacles:
        nothing = safe_text.html(_("Nobody has told anything yet."))
        st.html(f'<p class="mm-nothing">{nothing}</p>')
    for obstacle in obstacles:
        where = obstacle.street or _("a way without a name")
        _entry(obstacle.id, f"{_(KINDS[obstacle.kind])} · {where}", obstacle)
    for report in told:
        took = "" if report.minutes is None else _("{n} min").format(n=report.minutes)
        variant = _("step-free") if report.variant else ""
        _entry(report.id, " · ".join(part for part in (_("How the walk was"), took, variant) if part), report)


def _entry(report_id: str, head: str, report: object) -> None:
    words, recorded, tour_id = (str(getattr(report, name)) for name in ("words", "recorded", "tour_id"))
    tour = public_tour(session.application().tour_store, tour_id)
    name = tour_name(tour, language.current()) if tour else tour_id
    with st.container(key=f"walkreport-{report_id}", border=True):
        st.html(
            f"<p><b>{safe_text.html(head)}</b><br>{safe_text.html(name)} · "
            f'{safe_text.html(numbers.moment(recorded))}</p><div class="mm-text">'
            f"{safe_text.paragraphs(words)}</div>"
        )
        st.button(
            _("Done"), key=f"w_done_{report_id}", icon=":material/check:", on_click=_close, args=(report_id,)
        )


def _survey_words(survey: Survey) -> str:
    street = survey.street or _("a way without a name")
    devices = ngettext("{n} person", "{n} people", survey.devices).format(n=survey.devices)
    return f"{_(KINDS[survey.kind])} · {street} · {devices} · {survey.surveyed}"


def _proposed(survey: Survey) -> None:
    with st.container(key=f"survey-{survey.id}", border=True):
        at = _("Position: {at}").format(at=f"{survey.lat:.5f}, {survey.lon:.5f}")
        tags = ", ".join(f"{key}={value}" for key, value in survey.tags.items())
        st.html(
            f"<p><b>{safe_text.html(_survey_words(survey))}</b><br>"
            f"{safe_text.html(at)}<br><code>{safe_text.html(tags)}</code></p>"
        )
        with st.container(horizontal=True, key=f"surveybuttons-{survey.id}"):
            for state, label in (("accepted", _("It is so")), ("rejected", _("It is not so"))):
                st.button(
                    label,
                    key=f"w_{state}_{survey.id}",
                    type="primary" if state == "accepted" else "secondary",
                    on_click=_decide,
                    args=(survey, state),
                )


def _decided(survey: Survey) -> None:
    with st.container(key=f"decided-{survey.id}", border=True, horizontal=True):
        said = _("accepted") if survey.state == "accepted" else _("rejected")
        st.html(f"<p>{safe_text.html(_survey_words(survey))}<br><b>{safe_text.html(said)}</b></p>")
        st.button(
            _("Undo"), key=f"w_undo_{survey.id}", icon=":material/undo:", on_click=_undo, args=(survey.id,)
        )


def _decide(survey: Survey, state: SurveyState) -> None:
    folder = session.application().settings.data / "geo" / survey.community
    try:
        walk_feedback.decide(people.desk(), people.actor(), folder, survey, state)
    except MicropolisError as error:
        st.session_state[LAST] = Decision("", errors=(str(error),))
        return
    counts = _("Kept. It counts when the streets of this community are loaded next.")
    st.session_state[LAST] = Decision(counts if state == "accepted" else _("Rejected."))


def _undo(survey_id: str) -> None:
    community = session.community().slug
    folder = session.application().settings.data / "geo" / community
    try:
        walk_feedback.undo(people.desk(), people.actor(), folder, survey_id)
    except MicropolisError as error:
        st.session_state[LAST] = Decision("", errors=(str(error),))
    else:
        st.session_state[LAST] = Decision(_("Taken back: it is proposed again."))


def _close(report_id: str) -> None:
    try:
        walk_feedback.close(people.desk(), people.actor(), report_id)
    except MicropolisError as error:
        st.session_state[LAST] = Decision("", errors=(str(error),))
    else:
        st.session_state[LAST] = Decision(_("The report is closed."))
