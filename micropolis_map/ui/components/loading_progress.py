"""How far a loading is, with a button to stop it, and how it ended."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import LoadReport
from micropolis_map.domain.permission import Action
from micropolis_map.errors import MicropolisError, SourceUnavailable
from micropolis_map.ports import Progress
from micropolis_map.services.loading import LoadRequest, load_community, right_to_load
from micropolis_map.ui import numbers, people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.live import live
from micropolis_map.ui.components.load_by_hand import by_hand
from micropolis_map.ui.language import _
from micropolis_map.ui.loading_job import LoadingJob, LoadingJobs

POLL_S = 0.5


@st.cache_resource(show_spinner=False)
def loading_jobs() -> LoadingJobs:
    """Return the loadings of this server."""
    return LoadingJobs(_right)


def start_loading(job: LoadingJob) -> None:
    """Start `job` with this server's application, for whoever is signed in now."""
    application, actor = session.application(), people.actor()

    def load(slug: str, request: LoadRequest, progress: Progress) -> LoadReport:
        return load_community(application, slug, request, progress, actor=actor)

    loading_jobs().start(job, load, actor)


def may_load(slug: str) -> bool:
    """Return whether whoever is signed in may load `slug`, or add it where it is not there yet."""
    return people.may_in(_right(slug), slug)


def _right(slug: str) -> Action:
    return right_to_load(session.communities(), slug)


def _stop(slug: str) -> None:
    with trouble.shown():
        loading_jobs().stop(slug, people.actor())


def _forget(slug: str) -> None:
    with trouble.shown():
        loading_jobs().forget(slug, people.actor())


def loading_job(slug: str) -> LoadingJob | None:
    """Return the community's running or last loading that nobody has seen off, None without one."""
    return loading_jobs().get(slug)


def loading_progress(slug: str) -> bool:
    """Show the community's loading, and what it brought; return whether one is running.

    What went wrong is said beside the button that began it (`loading_trouble`).
    """
    job = loading_jobs().get(slug)
    if job is None:
        return False
    if job.done:
        if may_load(slug) and job.report is not None:
            _ended(job.report, slug)
        return False
    _running(slug)
    return True


@live(POLL_S)
def _running(slug: str) -> None:
    job = loading_jobs().get(slug)
    if job is None or job.done:
        st.rerun()
    with st.container(key="loading", border=True):
        st.progress(job.share, text=safe_text.label(progress_words(job)))
        if may_load(slug):
            st.button(
                _("Stopping …") if job.stopping else _("Stop loading"),
                key="w_stop",
                icon=":material/stop_circle:",
                disabled=job.stopping,
                on_click=_stop,
                args=(slug,),
            )


def progress_words(job: LoadingJob) -> str:
    """Return what the loading is doing now, and about how long it still takes where that can be told."""
    try:
        before = session.communities().report(job.slug) if not job.from_files else None
    except MicropolisError:
        before = None
    doing = numbers.source(job.message) or _("Starting …")
    left_s = job.seconds_left(before.seconds if before else None)
    if job.stopping or left_s is None:
        return doing
    minutes = _("about {n} min left").format(n=numbers.count(-(-left_s // 60)))
    left = minutes if left_s >= 60 else _("less than a minute left")
    return f"{doing} · {left}"


def other_loadings(shown: str) -> None:
    """Show what else is being loaded, whoever of those who may load it began it."""
    for job in loading_jobs().running():
        if job.slug != shown and may_load(job.slug):
            text = _("{town} is being loaded: {doing}").format(town=job.slug, doing=progress_words(job))
            st.html(f'<p class="mm-quiet">{safe_text.html(text)}</p>')


def loading_trouble(slug: str) -> None:
    """Say why the community's last loading went wrong, until it was seen."""
    job = loading_jobs().get(slug)
    if job is not None and job.done and job.error is not None:
        with st.container(key=f"trouble_{slug}"):
            trouble.show(job.error)
            if isinstance(job.error, SourceUnavailable):
                by_hand(slug)
            _seen_button(slug, f"w_seen_{slug}")


def went_wrong_from_files(slug: str) -> bool:
    """Return whether the community's last loading was from files and went wrong: they are asked for again."""
    job = loading_jobs().get(slug)
    return job is not None and job.error is not None and job.from_files


def _ended(report: LoadReport, slug: str) -> None:
    with st.container(key="loaded"):
        st.success(
            _("Loaded: {nodes} street nodes, {homes} homes, {spots} meeting places, in {seconds} s.").format(
                nodes=numbers.count(report.nodes),
                homes=numbers.count(report.homes),
                spots=numbers.count(report.activity_spots),
                seconds=numbers.decimal(report.seconds),
            )
        )
        _seen_button(slug)


def _seen_button(slug: str, key: str = "w_seen") -> None:
    st.button(_("All right"), key=key, on_click=_forget, args=(slug,))
