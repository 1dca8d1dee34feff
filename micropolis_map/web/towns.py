"""What is shown of a town before one is in it: its picture, and the meeting places nobody has pinned yet."""

from __future__ import annotations

import json
import threading

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.known_spots import known_spots, matching
from micropolis_map.services.town_picture import THEMES, picture
from micropolis_map.web.answers import GEOJSON, Body, answering, respond
from micropolis_map.web.communities import known_slug

SVG = "image/svg+xml"
MAX_TEXT = 200
_KEPT_FOR = "public, max-age=300"
"""A picture is asked for again after five minutes at most: a town may have been hidden meanwhile."""

_NO_SCRIPT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/towns/{slug}/picture.svg`` and ``/data/{slug}/known_spots.geojson``."""
    drawing = threading.Lock()

    @answering
    def town_picture(request: Request) -> Response:
        slug = known_slug(application, request)
        theme = request.query_params.get("theme", "")
        if theme and theme not in THEMES:
            raise InvalidInput(
                mark("{theme} is no theme"), mark("give one of light, dark"), theme=repr(theme[:20])
            )
        with drawing:  # many ask at once for what is drawn once
            text = picture(application.community_store, application.place_store, slug, theme)
        answer = respond(request, Body.of(text, SVG), _KEPT_FOR)
        answer.headers["Content-Security-Policy"] = _NO_SCRIPT
        return answer

    @answering
    def spots(request: Request) -> Response:
        slug = known_slug(application, request)
        found = known_spots(application.community_store, application.place_store, slug)
        asked = request.query_params
        wanted = matching(found, asked.get("activity", ""), asked.get("q", "")[:MAX_TEXT])
        return respond(request, Body.of(_collection(wanted), GEOJSON))

    return [
        Route("/towns/{slug}/picture.svg", town_picture, methods=["GET"]),
        Route("/data/{slug}/known_spots.geojson", spots, methods=["GET"]),
    ]


def _collection(spots: PointSet) -> str:
    """Return the spots as GeoJSON, six digits of a degree (a hand's breadth)."""
    activity = [str(value) for value in spots.columns["activity"].tolist()]
    features = [
        {
            "type": "Feature",
            "id": spots.id[i],
            "geometry": {
                "type": "Point",
                "coordinates": [round(float(spots.lon[i]), 6), round(float(spots.lat[i]), 6)],
            },
            "properties": {"name": spots.name[i], "activity": activity[i]},
        }
        for i in range(len(spots))
    ]
    credit = "© OpenStreetMap contributors, ODbL 1.0"
    document = {"type": "FeatureCollection", "attribution": credit, "features": features}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
