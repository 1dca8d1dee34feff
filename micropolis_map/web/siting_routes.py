"""What new meeting places change, as data: the same figures as the planner's page and ``site``.

====================================  ======================================================================
address                               answer
====================================  ======================================================================
``/data/<slug>/siting/homes.json``    ``homes``: ``[lon, lat, people, newly near]`` of those not near before
``/data/<slug>/siting/plan.json``     figures of the sites: by site, district and group of people
====================================  ======================================================================

Parameters are those of the planner's page: ``sites=lon,lat;lon,lat`` (at most ten), ``profile``, ``within``
(minutes), ``keep=no`` (as if there were no spots yet).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.errors import NotFound
from micropolis_map.services import opened
from micropolis_map.services.siting import assess_sites
from micropolis_map.services.siting_homes import homes_changed
from micropolis_map.services.siting_link import Scenario
from micropolis_map.services.siting_result import plan_json
from micropolis_map.web.answers import JSON, Body, answering, respond
from micropolis_map.web.communities import known_slug

_KEPT_ANSWERS = 64


def _homes(application: Application, scenario: Scenario) -> dict[str, Any]:
    return homes_changed(application, scenario.community, scenario.request(), scenario.sites)


def _plan(application: Application, scenario: Scenario) -> dict[str, Any]:
    return plan_json(assess_sites(application, scenario.community, scenario.request(), scenario.sites))


ANSWERS: Mapping[str, Callable[[Application, Scenario], dict[str, Any]]] = {"homes": _homes, "plan": _plan}


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/data/{slug}/siting/…``."""

    @lru_cache(maxsize=_KEPT_ANSWERS)
    def body_of(name: str, scenario: Scenario, state: tuple[str, str]) -> Body:
        text = json.dumps(ANSWERS[name](application, scenario), ensure_ascii=False, separators=(",", ":"))
        what = repr((name, scenario, state)).encode()
        return Body.of(text, JSON, etag=hashlib.sha256(what).hexdigest()[:20])

    @answering
    def siting(request: Request) -> Response:
        slug, name = known_slug(application, request), str(request.path_params["name"])
        if name not in ANSWERS:
            raise NotFound(f"there is no {name[:80]!r} of new sites", f"ask for {' or '.join(ANSWERS)}")
        scenario = Scenario.parse({**request.query_params, "community": slug})
        state = (
            opened.current_build(application.community_store, slug).id,
            application.place_store.version(),
        )
        return respond(request, body_of(name, scenario, state))

    return [Route("/data/{slug}/siting/{name}.json", siting, methods=["GET"])]
