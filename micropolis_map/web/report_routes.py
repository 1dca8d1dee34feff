"""Results to take along: reports on paper and files of figures, the same as on the pages.

====================================================  ========================================================
address                                               answer
====================================================  ========================================================
``/report/<slug>/coverage.pdf``                       the report; the parameters of ``/data/<slug>/coverage``
                                                      and ``lang`` (en)
``/report/<slug>/coverage.csv .geojson .gpkg``        the figures; ``by``: ``district``, ``hex`` or ``street``
``….parquet``
``/report/<slug>/siting.pdf .csv .geojson``           new meeting places; the parameters of the page
``….gpkg .parquet``                                   ``/planner``
====================================================  ========================================================
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.services import opened
from micropolis_map.services.coverage_downloads import BY, FILE_TYPES, coverage_file, siting_file
from micropolis_map.services.coverage_link import coverage_of_query
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.reporting import ENDING, coverage_report
from micropolis_map.services.reporting_siting import TIME_LIMIT_S, shown_plan, siting_report
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_link import Points, Scenario
from micropolis_map.services.siting_result import SitingRequest, SitingResult
from micropolis_map.web.answers import Body, answering, query_lists, respond, while_asked
from micropolis_map.web.communities import known_slug
from micropolis_map.workers.asking import check_asker
from micropolis_map.workers.pool import WORKERS

PDF = "application/pdf"
_KEPT = 32


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/report/…``."""

    @lru_cache(maxsize=_KEPT)
    def coverage_body(
        slug: str, asked: CoverageRequest, how: tuple[str, ...], state: tuple[str, ...]
    ) -> Body:
        ending, by, lang = how
        with WORKERS.place():
            if ending == ENDING:
                return _body(coverage_report(application, slug, asked, lang), PDF, slug, asked, how, state)
            content = coverage_file(application, slug, asked, by, ending)
        return _body(content, FILE_TYPES[ending], slug, asked, how, state)

    @lru_cache(maxsize=_KEPT)
    def proposal(slug: str, asked: SitingRequest, _: tuple[str, ...]) -> SitingResult:
        return propose_sites(application, slug, asked, lambda *_: check_asker(), TIME_LIMIT_S)

    @lru_cache(maxsize=_KEPT)
    def siting_body(
        slug: str, question: tuple[SitingRequest, Points], how: tuple[str, str], state: tuple[str, ...]
    ) -> Body:
        (asked, points), (ending, lang) = question, how
        with WORKERS.place():
            result = proposal(slug, asked, state[:2])
            if ending == ENDING:
                content = siting_report(application, slug, asked, lang, points=points, result=result)
                return _body(content, PDF, slug, question, how, state)
            content = siting_file(application, result, shown_plan(application, result, points), ending)
        return _body(content, FILE_TYPES[ending], slug, question, how, state)

    @answering
    def coverage(request: Request) -> Response:
        slug, query = known_slug(application, request), query_lists(request)
        asked = coverage_of_query(query)
        by = query.get("by", BY)[0]
        how = (_ending(request), by, _lang(request))
        body = coverage_body(slug, asked, how, _state(application, slug))
        name = f"coverage-{slug}-{asked.profile}" + ("" if how[0] == ENDING else f"-{by}")
        return _named(respond(request, body), name, how[0])

    @answering
    def siting(request: Request) -> Response:
        slug = known_slug(application, request)
        scenario = Scenario.parse(dict(request.query_params))
        ending = _ending(request)
        body = siting_body(
            slug,
            (scenario.request(), scenario.sites),
            (ending, _lang(request)),
            _state(application, slug),
        )
        return _named(respond(request, body), f"new-places-{slug}-{scenario.profile}", ending)

    return [
        Route("/report/{slug}/coverage.{ending}", while_asked(coverage), methods=["GET"]),
        Route("/report/{slug}/siting.{ending}", while_asked(siting), methods=["GET"]),
    ]


def _state(application: Application, slug: str) -> tuple[str, ...]:
    """Return what an answer depends on beside the question: build, places, and the day on the report."""
    build = opened.current_build(application.community_store, slug)
    return build.id, application.place_store.version(), datetime.now(UTC).date().isoformat()


def _ending(request: Request) -> str:
    ending = f".{request.path_params['ending']}"
    if ending != ENDING and ending not in FILE_TYPES:
        known = ", ".join([ENDING, *FILE_TYPES])
        raise NotFound(f"there is no {ending[:20]!r} of it", f"ask for one of {known}")
    return ending


def _lang(request: Request) -> str:
    lang = request.query_params.get("lang", "en")
    if lang not in LANGUAGES:
        raise InvalidInput(f"there is no language {lang[:20]!r}", f"ask for one of {', '.join(LANGUAGES)}")
    return lang


def _body(content: bytes, media_type: str, *what: object) -> Body:
    return Body.of(content, media_type, hashlib.sha256(repr(what).encode()).hexdigest()[:20])


def _named(response: Response, name: str, ending: str) -> Response:
    kind = "inline" if ending == ENDING else "attachment"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}{ending}"'
    return response
