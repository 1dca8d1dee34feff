"""What a planner takes along from a result: the report on paper, the figures as files, the result kept.

A page places one line: ``take_along_coverage(result)``, or ``take_along_siting(result, plan)`` of
`take_along_sites`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

import streamlit as st

from micropolis_map.domain.kept_run import KeptRun
from micropolis_map.errors import MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.services import kept_runs
from micropolis_map.services.coverage_link import query_of_coverage
from micropolis_map.services.coverage_result import CoverageResult
from micropolis_map.settings import below
from micropolis_map.ui import language, people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.language import _

FILES = {"csv": "CSV", "geojson": "GeoJSON", "gpkg": "GeoPackage", "parquet": "GeoParquet"}
ROWS = {
    "district": mark("By district"),
    "hex": mark("By hexagon"),
    "street": mark("By street"),
}
KEPT = "mm_kept"


def take_along_coverage(result: CoverageResult) -> None:
    """Offer the report and the figures of `result`, and to keep it."""

    def address(ending: str, **more: str) -> str:
        query = query_of_coverage(result.request, **more)
        return below(f"/report/{quote(result.community, safe='')}/coverage.{ending}?{query}")

    rows = {
        _(words): {
            name: address(ending, by=by)
            for ending, name in FILES.items()
            if (by, ending) != ("street", "csv")
        }
        for by, words in ROWS.items()
    }
    offer(
        address("pdf", lang=language.current()),
        rows,
        result.community,
        lambda title, seen: kept_runs.keep_coverage(
            session.application(), people.actor(), result, title=title, address=seen
        ),
    )


def keep_button(community: str, keep: Callable[[str, str], KeptRun]) -> None:
    """Offer planners of the community to keep the result; others keep its address.

    Parameters
    ----------
    keep
        Given a title and the address of the page.
    """
    if not people.may_in("plan", community):
        st.caption(_("To keep this result, copy the address of this page: it opens the same again."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="keepresult"):
        st.text_input(
            _("Name of the result"),
            key="w_keep_title",
            max_chars=kept_runs.LONGEST_TITLE,
            placeholder=_("for the council in May"),
            width=320,
        )
        st.button(
            _("Keep this result"),
            icon=":material/bookmark_add:",
            key="w_keep_result",
            on_click=_keep,
            args=(keep,),
        )
    _say_kept(community)


def _keep(keep: Callable[[str, str], KeptRun]) -> None:
    try:
        run = keep(str(st.session_state.get("w_keep_title") or ""), _seen())
    except MicropolisError as error:
        st.session_state[KEPT] = error
    else:
        st.session_state[KEPT] = (_seen(), run.community)


def _seen() -> str:
    """Return path and query of the page as the visitor sees it."""
    page = str(st.session_state.get(session.PAGE) or "")
    return f"/{page}?{urlencode(st.query_params.to_dict())}"


def _say_kept(community: str) -> None:
    """Say how keeping went, as long as the page shows the same."""
    kept = st.session_state.get(KEPT)
    if isinstance(kept, MicropolisError):
        st.session_state.pop(KEPT)
        trouble.show(kept)
    elif kept == (_seen(), community):
        with st.container(horizontal=True, vertical_alignment="center", key="decided"):
            said = _("Kept.")
            st.html(f'<p class="mm-said" role="status">{safe_text.html(said)}</p>')
            pages = st.session_state["mm_pages"]
            if "runs" in pages:
                st.page_link(pages["runs"], label=_("See all results"), icon=":material/bookmarks:")


def offer(
    report: str,
    files: Mapping[str, Mapping[str, str]],
    community: str,
    keep: Callable[[str, str], KeptRun],
) -> None:
    """Show a box with the report's address, files by what a row is and by format, and `keep_button`."""
    paper = _("Report for the council (PDF)")
    with st.container(border=True, key="takealong"):
        st.html(
            safe_text.heading(2, _("Take it along"))
            + f'<p><a class="mm-primary mm-report" href="{safe_text.html(report)}" target="_blank">'
            f"{safe_text.html(paper)}</a></p>"
            + "".join(_files(words, links) for words, links in files.items())
        )
        keep_button(community, keep)


def _files(words: str, links: Mapping[str, str]) -> str:
    anchors = "".join(
        f'<a href="{safe_text.html(address)}" download>{safe_text.html(name)}</a>'
        for name, address in links.items()
    )
    return f'<p class="mm-files"><b>{safe_text.html(words)}</b>{anchors}</p>'
