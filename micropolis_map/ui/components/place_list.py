"""The list of places beside the map: the same places, the same count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_filter import plain
from micropolis_map.domain.text import pick
from micropolis_map.ui import language, safe_text, session, words
from micropolis_map.ui.components.place_filters import active_filters, clear_button
from micropolis_map.ui.components.still_true import since
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.view_state import ViewState

STEP = 50
SHOWN = "mm_list_shown"


def place_list(
    view: ViewState,
    places: Sequence[Place],
    total: int,
    languages: tuple[str, ...],
    faded: Mapping[str, str],
) -> None:
    """Show how many `places` pass the filter and a button for each; say what to do when there are none.

    Parameters
    ----------
    faded
        By id, since when nobody has confirmed the places that are faded (ISO 8601).
    """
    count = ngettext("{n} place", "{n} places", len(places)).format(n=len(places))
    with st.container(key="count", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="mm-count" role="status" data-count="{len(places)}">{safe_text.html(count)}</p>')
        clear_button(view, "w_clear")
    if not places:
        _empty(view, total)
        return
    hint = safe_text.html(_("Choose a place to read its story."))
    st.html(f'<p class="mm-hint">{hint}</p>')
    named = sorted(places, key=lambda place: plain(name_of(place, languages)))
    shown = int(st.session_state.get(SHOWN, STEP))
    with st.container(key="places"):
        for place in named[:shown]:
            _row(place, languages, faded.get(place.id, ""))
        if len(named) > shown:
            st.button(
                ngettext("Show {n} more", "Show {n} more", len(named) - shown).format(
                    n=min(STEP, len(named) - shown)
                ),
                key="w_more",
                on_click=lambda: st.session_state.update({SHOWN: shown + STEP}),
                width="stretch",
            )


def name_of(place: Place, languages: tuple[str, ...]) -> str:
    """Return the place's name in the reader's language, else in one of the community's."""
    return pick(place.name, language.current(), ("en", *languages))[0] or place.id


def _row(place: Place, languages: tuple[str, ...], faded: str) -> None:
    facts = [words.kind(place.kind), words.period(place.period)]
    step_free = str(place.access.get("step_free", ""))
    facts += ["" if step_free == "unknown" else words.step_free(step_free), since(faded) if faded else ""]
    caption = " · ".join(fact for fact in facts if fact)
    name = safe_text.label(name_of(place, languages))
    with st.container(key=f"row-{place.kind}-{'faded-' if faded else ''}{place.id}"):
        st.button(
            f"**{name}**  \n{safe_text.label(caption)}",
            key=f"w_open_{place.id}",
            type="tertiary",
            width="stretch",
            on_click=session.change,
            kwargs={"place": place.id},
        )


def _empty(view: ViewState, total: int) -> None:
    if view.wanted:
        st.markdown(
            _(
                "No place matches **{filters}**. Try fewer words, or clear the filters to see all {n} places."
            ).format(filters=active_filters(view), n=total)
        )
    elif total == 0:
        st.markdown(
            _(
                "Nobody has pinned a place here yet. Pin the first one: what did somebody tell you about "
                "the street you live in?"
            )
        )
