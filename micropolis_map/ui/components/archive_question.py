"""What an organiser is asked before places are archived, and what was archived together, to be taken back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.errors import MicropolisError
from micropolis_map.services import archiving
from micropolis_map.stores.round_store import Question
from micropolis_map.ui import language, numbers, people, safe_text, session
from micropolis_map.ui.components.decisions import LAST, Decision
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.language import _, ngettext


def archive_question(community: Community) -> None:
    """Show what would be archived, why it was not, and the two answers."""
    question = archiving.question_for(people.desk(), people.actor(), community.slug)
    if question is None:
        return
    n = len(question.places)
    with st.container(key="archivequestion", border=True):
        title = safe_text.heading(2, _("Archive old places?"))
        st.html(f"{title}<p>{safe_text.html(_why(question))}</p>")
        with st.expander(_("Which places ({n})").format(n=n)):
            names = [name_of(session.places().get(one), community.languages) for one in question.places]
            st.markdown("\n".join(f"- {safe_text.label(name)}" for name in sorted(names)))
        with st.container(horizontal=True, key="archivebuttons"):
            st.button(
                _("Archive them ({n})").format(n=n),
                key="w_archive_asked",
                icon=":material/archive:",
                on_click=_archive,
                args=(community.slug,),
            )
            st.button(
                _("Leave them, ask in a month"),
                key="w_archive_later",
                type="primary",
                icon=":material/schedule:",
                on_click=_later,
                args=(community.slug,),
            )


def archived_together(community: Community) -> None:
    """List what was archived together, each with the way back."""
    for batch in archiving.batches(people.desk(), people.actor(), community.slug):
        n = len(batch.places)
        with st.container(key=f"batch-{batch.id}", horizontal=True, vertical_alignment="center"):
            said = ngettext(
                "{n} place was archived on {date}: nobody said within two years that it is still true.",
                "{n} places were archived on {date}: nobody said within two years that they are still true.",
                n,
            )
            st.markdown(safe_text.label(said.format(n=n, date=numbers.moment(batch.recorded))))
            st.button(
                _("Put back on the map"),
                key=f"w_batch_{batch.id}",
                icon=":material/undo:",
                on_click=_take_back,
                args=(batch.id,),
            )


def _why(question: Question) -> str:
    n = len(question.places)
    if question.reason == "clock":
        return ngettext(
            "The server's clock moved from {before} to {now}. By it nobody has said for two years that {n} "
            "place is still true. Nothing was archived: perhaps the clock is wrong.",
            "The server's clock moved from {before} to {now}. By it nobody has said for two years that {n} "
            "places are still true. Nothing was archived: perhaps the clock is wrong.",
            n,
        ).format(before=numbers.moment(question.before), now=numbers.moment(question.asked), n=n)
    return ngettext(
        "Nobody has said for two years that {n} of {public} places is still true. Nothing more is archived "
        "until you answer: by itself at most one in twenty goes in a month.",
        "Nobody has said for two years that {n} of {public} places are still true. Nothing more is archived "
        "until you answer: by itself at most one in twenty goes in a month.",
        n,
    ).format(n=n, public=question.public)


def _archive(slug: str) -> None:
    def archive() -> str:
        batch = archiving.archive_asked(people.desk(), people.actor(), slug)
        n = len(batch.places) if batch else 0
        return ngettext(
            "{n} place is archived. “Places and history” brings it back.",
            "{n} places are archived. “Places and history” brings them back.",
            n,
        ).format(n=n)

    _told(archive)


def _later(slug: str) -> None:
    def later() -> str:
        archiving.put_off(people.desk(), people.actor(), slug)
        return _("They stay on the map; you will be asked again in a month.")

    _told(later)


def _take_back(batch_id: str) -> None:
    def take_back() -> str:
        n = archiving.take_back(people.desk(), people.actor(), batch_id)
        return ngettext("{n} place is back on the map.", "{n} places are back on the map.", n).format(n=n)

    _told(take_back)


def _told(work: Callable[[], str]) -> None:
    try:
        st.session_state[LAST] = Decision(work())
    except MicropolisError as error:
        st.session_state[LAST] = Decision("", errors=(language.told(error),))
