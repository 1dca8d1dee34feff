"""The time slider: a bar for each decade, and two thumbs that choose the years shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from micropolis_map.domain.decades import Decade, decades, start_of
from micropolis_map.domain.place import Period, Place
from micropolis_map.domain.place_filter import PlaceFilter, filtered, years_of, years_text
from micropolis_map.ui import safe_text, session, words
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.view_state import ViewState

KEY = "w_years"


def time_slider(view: ViewState, slug: str, places: Sequence[Place]) -> None:
    """Show the decades of the `places` that pass the view's other filters; nothing without any year."""
    others = replace(view.wanted, years=None)
    bars = _decades(slug, session.places().version(), others, datetime.now(UTC).year)
    if len(bars) < 2:
        return
    years = years_of(view.years)
    first, last = _ends(years, bars)
    starts = [bar.start for bar in bars]
    st.session_state[KEY] = (starts[first], starts[last])
    with st.container(key="time"):
        with st.container(key="timehead", horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="mm-time">{safe_text.html(_sentence(years, places, others))}</p>')
            if years is not None:
                st.button(
                    _("All years"),
                    key="w_all_years",
                    icon=":material/restart_alt:",
                    on_click=session.change,
                    kwargs={"years": ""},
                )
        st.html(_histogram(bars, first, last))
        st.select_slider(
            _("Years"),
            starts,
            value=(starts[0], starts[-1]),  # makes it a range; what it shows is the view's
            key=KEY,
            label_visibility="collapsed",
            on_change=lambda: session.change(years=chosen_years(st.session_state[KEY], bars)),
        )


def chosen_years(thumbs: tuple[int, int], bars: Sequence[Decade]) -> str:
    """Return the years that the thumbs' decades mean, as the address writes them; at an end they are open."""
    low, high = thumbs
    start = None if low == bars[0].start else low
    end = None if high == bars[-1].start else next(bar.years.end for bar in bars if bar.start == high)
    return years_text(Period(start, end)) if (start, end) != (None, None) else ""


@st.cache_data(show_spinner=False, max_entries=64)
def _decades(
    slug: str,
    version: str,  # noqa: ARG001 - part of the key
    others: PlaceFilter,
    this_year: int,
) -> tuple[Decade, ...]:
    return decades(filtered(session.places().places(slug), others), this_year)


def _ends(years: Period | None, bars: Sequence[Decade]) -> tuple[int, int]:
    starts = [bar.start for bar in bars]

    def position(year: int | None, otherwise: int) -> int:
        if year is None:
            return otherwise
        return starts.index(min(max(start_of(year), starts[0]), starts[-1]))

    if years is None:
        return 0, len(bars) - 1
    return position(years.start, 0), position(years.end, len(bars) - 1)


def _sentence(years: Period | None, places: Sequence[Place], others: PlaceFilter) -> str:
    passing = filtered(places, others)
    undated = len(passing) - len(filtered(passing, PlaceFilter(years=Period(-99_999, 99_999))))
    if years is None:
        return _("Through time: how many places and stories of each decade")
    shown = len(filtered(passing, PlaceFilter(years=years)))
    said = ngettext("{years}: {n} place", "{years}: {n} places", shown).format(
        years=words.period(years), n=shown
    )
    if not undated:
        return said
    left_out = ngettext(
        "{n} without a known year is left out", "{n} without a known year are left out", undated
    )
    return f"{said} · {left_out.format(n=undated)}"


def _histogram(bars: Sequence[Decade], first: int, last: int) -> str:
    most = max(bar.there for bar in bars) or 1
    step = 100 / (len(bars) - 1)
    items = []
    for number, bar in enumerate(bars):
        title = ngettext("{years}: {n} place", "{years}: {n} places", bar.there)
        named = title.format(years=words.period(bar.years), n=bar.there)
        chosen = " is-chosen" if first <= number <= last else ""
        style = f"left:{number * step:.3f}%;width:{step * 0.82:.3f}%;height:{100 * bar.there / most:.1f}%"
        told = 100 * bar.told / bar.there if bar.there else 0
        items.append(
            f'<i class="mm-bar{chosen}" data-decade="{bar.start}" data-there="{bar.there}" '
            f'title="{safe_text.html(named)}" style="{style}"><b style="height:{told:.1f}%"></b></i>'
        )
    return f'<div class="mm-bars" aria-hidden="true">{"".join(items)}</div>'
