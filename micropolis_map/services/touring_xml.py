"""A tour as GPX 1.1 and KML 2.2: the stops as waypoints, the walk as a track."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Stop
from micropolis_map.services.flat_places import printable
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_walks import Walk

DECIMALS = 7

_GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="Micropolis Map">\n'
)
_KML = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'


def gpx_text(plan: TourPlan, name: str) -> str:
    """Return GPX 1.1 in its schema's order of elements: metadata, waypoints, one track."""
    lang = plan.request.lang
    about = _text("; ".join([*plan.notes, *_source(plan)]))
    known = {
        _at(*at): ele for walk in plan.walks for at, ele in zip(_corners(walk), _heights(walk), strict=True)
    }
    waypoints = "".join(_waypoint(stop, lang, known) for stop in plan.stops)
    segments = "".join(f"<trkseg>{''.join(_track(walk))}</trkseg>\n" for walk in plan.walks)
    return (
        f"{_GPX}<metadata><name>{_text(name)}</name><desc>{about}</desc></metadata>\n{waypoints}"
        f"<trk><name>{_text(name)}</name>\n{segments}</trk>\n</gpx>\n"
    )


def kml_text(plan: TourPlan, name: str) -> str:
    """Return KML 2.2: a placemark for the walk and one for each stop, in order."""
    lang = plan.request.lang
    lines = "".join(
        "<LineString><tessellate>1</tessellate><coordinates>"
        + " ".join(f"{_number(lon)},{_number(lat)}" for lon, lat in _corners(walk))
        + "</coordinates></LineString>"
        for walk in plan.walks
    )
    walk = f"<Placemark><name>{_text(name)}</name><MultiGeometry>{lines}</MultiGeometry></Placemark>\n"
    stops = "".join(
        f"<Placemark><name>{_text(_name(stop, lang))}</name>{_kml_about(stop, lang)}"
        f"<Point><coordinates>{_number(stop.lon)},{_number(stop.lat)}</coordinates></Point></Placemark>\n"
        for stop in plan.stops
    )
    about = _text(html.escape("; ".join([*plan.notes, *_source(plan)])))
    return (
        f"{_KML}<name>{_text(name)}</name><description>{about}</description>\n"
        f"{walk if plan.walks else ''}{stops}</Document>\n</kml>\n"
    )


def _source(plan: TourPlan) -> list[str]:
    return [plan.credit] if plan.credit else []


def _waypoint(stop: Stop, lang: str, known: Mapping[str, str]) -> str:
    at = _at(stop.lon, stop.lat)
    about = pick(stop.about, lang)[0]
    words = f"<desc>{_text(about)}</desc>" if about.strip() else ""
    return f"<wpt{at}>{known.get(at, '')}<name>{_text(_name(stop, lang))}</name>{words}</wpt>\n"


def _kml_about(stop: Stop, lang: str) -> str:
    about = html.escape(printable(pick(stop.about, lang)[0])).replace("\n", "<br>")
    return f"<description>{_text(about)}</description>" if about.strip() else ""


def _track(walk: Walk) -> Iterator[str]:
    """Yield the points of a track, with their heights where the ground's are known."""
    for (lon, lat), ele in zip(_corners(walk), _heights(walk), strict=True):
        yield f"<trkpt{_at(lon, lat)}>{ele}</trkpt>" if ele else f"<trkpt{_at(lon, lat)}/>"


def _heights(walk: Walk) -> list[str]:
    """Return the ``<ele>`` of each point, empty where the ground's height is not known."""
    heights = walk.height_m.tolist() or [math.nan] * len(walk.lon)
    return [f"<ele>{height:.1f}</ele>" if math.isfinite(height) else "" for height in heights]


def _corners(walk: Walk) -> Iterator[tuple[float, float]]:
    return zip(walk.lon.tolist(), walk.lat.tolist(), strict=True)


def _name(stop: Stop, lang: str) -> str:
    return pick(stop.name, lang)[0] or stop.id


def _at(lon: float, lat: float) -> str:
    return f' lat="{_number(lat)}" lon="{_number(lon)}"'


def _number(value: float) -> str:
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _text(text: str) -> str:
    return escape(printable(text), {"\r": "&#13;"})
