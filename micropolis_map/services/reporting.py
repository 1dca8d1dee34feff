"""The report on walking coverage for a district council, as PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from micropolis_map.domain.community import LoadReport
from micropolis_map.errors import NotLoaded, StoreUnavailable
from micropolis_map.i18n import mark
from micropolis_map.services import walking_time_layers
from micropolis_map.services.assessing import Deps, subject_of
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.coverage_view import coverage_view
from micropolis_map.services.paper_ground import paper_ground_of
from micropolis_map.services.reporting_coverage import coverage_pages
from micropolis_map.services.reporting_map import is_too_much
from micropolis_map.services.speech import Speech
from micropolis_map.workers.pool import WORKERS

ENDING = ".pdf"


def coverage_report(
    deps: Deps, slug: str, request: CoverageRequest, lang: str = "en", moment: datetime | None = None
) -> bytes:
    """Return the report on `request` as PDF, in `lang`; the figures are those of `coverage_view`.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        The question makes no sense, or brings homes or spots of its own.
    Busy
        Too many reports are being drawn.
    """
    view = coverage_view(deps, slug, request)
    layer = walking_time_layers.streets_layer(subject_of(deps, slug, request))
    if is_too_much(layer):
        layer = walking_time_layers.hexagons_layer(subject_of(deps, slug, request))
    return WORKERS.run(
        coverage_pages,
        view,
        deps.community_store.get(slug),
        load_report(deps, slug),
        (paper_ground_of(deps.community_store, slug), layer),
        Speech(lang),
        moment or datetime.now(UTC),
    )


def is_report(path: Path) -> bool:
    """Return whether the ending of `path` asks for a report on paper."""
    return path.suffix.lower() == ENDING


def load_report(deps: Deps, slug: str) -> LoadReport:
    """Return what is known of the community's build."""
    report = deps.community_store.report(slug)
    if report is None:
        raise NotLoaded(
            mark("the streets of {town} are not loaded yet"),
            mark("load them on the Data page"),
            town=repr(slug),
        )
    return report


def write_report(content: bytes, path: Path) -> None:
    """Write a report to `path`."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StoreUnavailable(
            mark("cannot write {file}: {reason}"),
            mark("give another --out"),
            file=repr(str(path)),
            reason=error.strerror,
        ) from None
