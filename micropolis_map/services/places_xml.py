"""Places as GPX 1.1 and KML 2.2, with all we know of them in what these formats leave open for it."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from micropolis_map.domain.geometry import DECIMALS, bounds, canonical_geometry
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import ATTRIBUTION, LICENCE
from micropolis_map.domain.text import pick
from micropolis_map.services.flat_places import flat_columns, printable

_GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:mm="urn:micropolis-map:places:1"'
    ' version="1.1" creator="Micropolis Map">\n'
)
_KML = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'


def gpx_text(places: Sequence[Place], now: str) -> str:
    """Return GPX 1.1, valid by its schema; `now` is its time."""
    points = [place for place in places if "Point" in place.geometry["type"]]
    tracks = [place for place in places if "Point" not in place.geometry["type"]]
    about = (
        f"<metadata><name>Micropolis Map</name><desc>{_text(ATTRIBUTION)}, {_text(LICENCE)}</desc>"
        f"<time>{_text(now)}</time></metadata>\n"
    )
    body = "".join([*map(_waypoint, points), *map(_track, tracks)])
    return f"{_GPX}{about}{body}</gpx>\n"


def kml_text(places: Sequence[Place]) -> str:
    """Return KML 2.2; descriptions are HTML there, so what people wrote is escaped twice."""
    about = f"<name>Micropolis Map</name>\n<description>{_text(f'{ATTRIBUTION}, {LICENCE}')}</description>\n"
    return f"{_KML}{about}{''.join(map(_placemark, places))}</Document>\n</kml>\n"


def _waypoint(place: Place) -> str:
    geometry = canonical_geometry(place.geometry, place.id)
    west, south, _, _ = bounds({"coordinates": [geometry["coordinates"]]})
    return f"<wpt{_at([west, south])}>{_words(place)}{_extensions(place, geometry)}</wpt>\n"


def _track(place: Place) -> str:
    geometry = canonical_geometry(place.geometry, place.id)
    segments = "".join(
        f"<trkseg>{''.join(f'<trkpt{_at(corner)}/>' for corner in line)}</trkseg>"
        for line in _lines(geometry["coordinates"])
    )
    return f"<trk>{_words(place)}{_extensions(place, geometry)}{segments}</trk>\n"


def _words(place: Place) -> str:
    name, description = pick(place.name, "en")[0], pick(place.description, "en")[0]
    words = f"<name>{_text(name)}</name>"
    words += f"<desc>{_text(description)}</desc>" if description.strip() else ""
    if place.website.isascii() and place.website:
        words += f"<link href={quoteattr(printable(place.website))}/>"
    return f"{words}<type>{_text(place.kind)}</type>"


def _extensions(place: Place, geometry: Mapping[str, Any]) -> str:
    columns = _columns(place, geometry, {"Point", "LineString"})
    data = "".join(
        f"<mm:micropolis name={quoteattr(key)}>{_text(text)}</mm:micropolis>" for key, text in columns.items()
    )
    return f"<extensions>{data}</extensions>"


def _placemark(place: Place) -> str:
    geometry = canonical_geometry(place.geometry, place.id)
    description = html.escape(printable(pick(place.description, "en")[0])).replace("\n", "<br>")
    columns = _columns(place, geometry, {"Point", "LineString", "Polygon"})
    data = "".join(
        f"<Data name={quoteattr(key)}><value>{_text(text)}</value></Data>" for key, text in columns.items()
    )
    shown = f"<description>{_text(description)}</description>" if description.strip() else ""
    return (
        f"<Placemark><name>{_text(pick(place.name, 'en')[0])}</name>{shown}"
        f"<ExtendedData>{data}</ExtendedData>"
        f"{_kml_shape(geometry['type'], geometry['coordinates'])}</Placemark>\n"
    )


def _columns(place: Place, geometry: Mapping[str, Any], native: set[str]) -> dict[str, str]:
    columns = flat_columns(place)
    if geometry["type"] not in native:
        columns["geometry"] = json.dumps(geometry, separators=(",", ":"))
    return columns


def _kml_shape(kind: str, coordinates: Any) -> str:
    if kind.startswith("Multi"):
        shapes = "".join(_kml_shape(kind.removeprefix("Multi"), part) for part in coordinates)
        return f"<MultiGeometry>{shapes}</MultiGeometry>"
    if kind == "Point":
        return f"<Point>{_kml_positions([coordinates])}</Point>"
    if kind == "LineString":
        return f"<LineString>{_kml_positions(coordinates)}</LineString>"
    outer, *holes = [f"<LinearRing>{_kml_positions(ring)}</LinearRing>" for ring in coordinates]
    inner = "".join(f"<innerBoundaryIs>{hole}</innerBoundaryIs>" for hole in holes)
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{inner}</Polygon>"


def _kml_positions(positions: Sequence[Sequence[float]]) -> str:
    listed = " ".join(f"{_number(lon)},{_number(lat)}" for lon, lat in positions)
    return f"<coordinates>{listed}</coordinates>"


def _lines(coordinates: Any) -> Iterator[Any]:
    if isinstance(coordinates[0][0], int | float):
        yield coordinates
    else:
        for part in coordinates:
            yield from _lines(part)


def _at(position: Sequence[float]) -> str:
    return f' lat="{_number(position[1])}" lon="{_number(position[0])}"'


def _number(value: float) -> str:
    """Return degrees without an exponent, as the schemas want them."""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _text(text: str) -> str:
    """Return `text` as XML character data that every reader gives back letter by letter."""
    return escape(printable(text), {"\r": "&#13;"})
