"""A sketch of a town whose streets are not loaded: the coast, a river, a railway, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from micropolis_map.domain.text import LangText


@dataclass(frozen=True)
class SketchFeature:
    """One thing of a sketch.

    Attributes
    ----------
    layer, kind
        As on the map of a loaded town: ``water`` and ``sea``, ``waterways`` and ``river`` ….
    geometry
        GeoJSON, EPSG:4326; every vertex is the source's.
    name
        As people there write it, "" for none.
    names
        In other languages where they differ.
    source, licence
        Where the vertices are from, and on which terms.
    """

    layer: str
    kind: str
    geometry: Mapping[str, Any]
    source: str
    licence: str
    name: str = ""
    names: LangText = field(default_factory=dict)


@dataclass(frozen=True)
class Sketch:
    """What is known of a town without its streets.

    Attributes
    ----------
    features
        From the lowest up.
    frame
        West, south, east, north in degrees: beyond it nothing is known.
    note
        What is said on the map, by language: that it is a sketch, of what and of when.
    digest
        10 hex digits, of the file and of the community's districts: another sketch has others.
    """

    features: tuple[SketchFeature, ...]
    frame: tuple[float, float, float, float]
    note: LangText
    digest: str

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Return each source once with its licence, in the order of the features."""
        return tuple(dict.fromkeys((one.source, one.licence) for one in self.features))
