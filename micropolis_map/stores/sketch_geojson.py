"""``sketch.geojson``: what is known of a town before its streets are loaded, each vertex with its source.

A FeatureCollection whose member ``micropolis`` has the ``note`` shown on the map (texts by language) and the
``frame`` ``[west, south, east, north]``. Features have ``layer``, ``kind``, ``source``, ``licence`` and,
where they have one, a ``name`` (``names`` in other languages).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from micropolis_map.domain.geometry import canonical_geometry
from micropolis_map.domain.place_fields import Fields
from micropolis_map.domain.sketch import Sketch, SketchFeature
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark

FILE = "sketch.geojson"
MAX_BYTES = 2_000_000
MAX_FEATURES = 5_000
_VERSION = "1"
"""Of how sketches are drawn: another one is another address, for browsers keep a tile for good."""
_KINDS: Mapping[str, frozenset[str]] = {
    "water": frozenset({"sea", "lake", "river"}),
    "waterways": frozenset({"river", "canal", "stream"}),
    "railways": frozenset({"rail", "tram", "subway", "funicular"}),
    "labels": frozenset({"town", "village", "suburb", "quarter", "island", "sea", "water", "station"}),
}
_TYPES: Mapping[str, tuple[str, ...]] = {
    "water": ("Polygon", "MultiPolygon"),
    "waterways": ("LineString", "MultiLineString"),
    "railways": ("LineString", "MultiLineString"),
    "labels": ("Point",),
}


def read_sketch(text: str, name: str, salt: str = "") -> Sketch:
    """Return the sketch in the file's text.

    Parameters
    ----------
    text
        The file's text.
    name
        For the error.
    salt
        What else the drawing depends on, for its digest: the text of the districts.

    Raises
    ------
    UnreadableFile
        Not such a file; `name` and what is wrong are named.
    """
    try:
        if len(text) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes")  # noqa: TRY301 - one answer for all
        document = json.loads(text)
        head = document["micropolis"]
        features = document["features"]
        if len(features) > MAX_FEATURES:
            raise ValueError(f"it has more than {MAX_FEATURES} features")  # noqa: TRY301
        return Sketch(
            features=tuple(_feature(one, f"feature {number}") for number, one in enumerate(features, 1)),
            frame=_frame(head["frame"]),
            note=Fields("micropolis", head).texts("note", required=True, lines=True),
            digest=hashlib.sha256(f"{_VERSION}\0{salt}\0{text}".encode()).hexdigest()[:10],
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, InvalidInput) as error:
        raise UnreadableFile(
            mark("the sketch {file} cannot be read: {reason}"),
            mark("correct the file, or remove it"),
            file=repr(name),
            reason=error,
        ) from error


def _feature(raw: Any, where: str) -> SketchFeature:
    fields = Fields(where, raw["properties"])
    layer = fields.one_of("layer", tuple(_KINDS))
    geometry = canonical_geometry(raw["geometry"], where)
    if geometry["type"] not in _TYPES[layer]:
        raise ValueError(f"{where}: {layer} is a {geometry['type']}")
    found = SketchFeature(
        layer=layer,
        kind=fields.one_of("kind", tuple(sorted(_KINDS[layer]))),
        geometry=geometry,
        source=fields.line("source", 500).strip(),
        licence=fields.line("licence", 200).strip(),
        name=fields.line("name", 200).strip(),
        names=fields.texts("names", lines=True),
    )
    if not found.source or not found.licence:
        raise ValueError(f"{where} names no source or no licence")
    return found


def _frame(raw: Any) -> tuple[float, float, float, float]:
    west, south, east, north = (float(value) for value in raw)
    if not (
        -180 <= west < east <= 180 and -85 <= south < north <= 85 and east - west < 2 and north - south < 2
    ):
        raise ValueError(f"its frame is {raw!r}")
    return west, south, east, north
