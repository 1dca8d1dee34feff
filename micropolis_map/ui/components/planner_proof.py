"""How sure it is that nothing is better: proven, at most so much better, or still being looked at."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from micropolis_map.services.siting_result import Plan, SitingResult
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.components.live import live
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.siting_job import SitingJob

LOOK_EVERY_S = 0.5


def proof(result: SitingResult, plan: Plan, *, by_hand: bool) -> None:
    """Say how sure it is that nothing is better; for sites placed by hand, what that costs."""
    said = moved_words(result, plan) if by_hand else proof_words(result)
    st.html(f'<p class="mm-say" role="status">{safe_text.html(said)}</p>')
    if result.near_end_words:
        st.html(f'<p class="mm-say">{safe_text.html(numbers.source(result.near_end_words))}.</p>')


def proof_words(result: SitingResult) -> str:
    """Return the sentence for a proposal."""
    if result.optimal:
        return _("Proven best: among {n} possible places, no other choice is better.").format(
            n=numbers.count(result.candidates)
        )
    if result.gap is None:
        return _("A good choice; how much better another one could be is not known.")
    share = numbers.share(result.gap)
    if result.request.objective == "coverage":
        said = _("A good choice: another one could reach at most {share} more people.")
    elif result.request.objective == "p-median":
        said = _("A good choice: with another one, all walks could be at most {share} shorter.")
    elif result.bound >= result.value * (1.0 - 1e-9):
        said = _(
            "Proven: nobody's longest walk can be shorter. Of the choices that do this, another one could "
            "bring at most {share} more people near."
        )
    else:
        said = _("A good choice: with another one, the longest walk could be at most {share} shorter.")
    return said.format(share=share)


def moved_words(result: SitingResult, plan: Plan) -> str:
    """Return the sentence for sites placed by hand."""
    lost = round(result.plan.covered_after - plan.covered_after)
    if lost > 0:
        return ngettext(
            "Placed by hand: {n} person fewer is near than with the proposed places.",
            "Placed by hand: {n} people fewer are near than with the proposed places.",
            lost,
        ).format(n=numbers.count(lost))
    if lost < 0:
        return ngettext(
            "Placed by hand: {n} person more is near than with the proposed places.",
            "Placed by hand: {n} people more are near than with the proposed places.",
            -lost,
        ).format(n=numbers.count(-lost))
    return _("Placed by hand: as many people are near as with the proposed places.")


def progress(job: SitingJob, shown: SitingResult | None, restart: Callable[[], None]) -> None:
    """Show how far the search is, with a button that ends it; the page is drawn anew when there is more."""
    if job.done:
        if job.result is not shown or job.error is not None:  # it ended while the page was being drawn
            st.rerun()
        if job.result is not None and job.result.stopped:
            st.button(_("Keep looking"), icon=":material/play_arrow:", key="w_look_on", on_click=restart)
        return

    @live(LOOK_EVERY_S)
    def looking() -> None:
        if job.done or (job.result is not None and _is_other(job.result, shown)):
            st.rerun()
        with st.container(key="planprogress", horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(job.share, _progress_words(job.result))
            st.button(_("Stop"), icon=":material/stop_circle:", key="w_stop", on_click=job.stop)

    looking()


def _is_other(found: SitingResult, shown: SitingResult | None) -> bool:
    return shown is None or found.plan.points != shown.plan.points


def _progress_words(result: SitingResult | None) -> str:
    if result is None:
        return _("Measuring walks from every home …")
    if result.gap is None or result.gap >= 1.0:
        return _("Good places found. Looking for better ones …")
    return _("Good places found; at most {share} better is possible. Looking for a proof …").format(
        share=numbers.share(result.gap)
    )
