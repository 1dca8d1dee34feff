"""What a town's map is drawn from: its ground, waters, streets, borders and names, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LANGUAGES = ("pl", "da", "it", "uk", "en")
"""The readers' languages in which a feature may have a name of its own."""


@dataclass(frozen=True)
class MapFeatures:
    """Features of a map, from the lowest up; each column has one value a feature.

    Attributes
    ----------
    layer, kind
        ``ground`` and ``park``, ``streets`` and ``minor``, ``labels`` and ``station`` ….
    name
        As people there write it, "" for none.
    names
        JSON of the names in `LANGUAGES` that differ from `name`, "" for none.
    rank : int32[n]
        Small is more important.
    zoom : int8[n]
        The lowest tile zoom on which it is drawn.
    bridge, tunnel : bool[n]
    level : int16[n]
        OpenStreetMap's ``layer``; of ``shade`` how dark (below 0) or light it is.
    geometry : object[n]
        Points, lines and polygons in EPSG:4326, each of one part.
    """

    layer: NDArray[np.object_]
    kind: NDArray[np.object_]
    name: NDArray[np.object_]
    names: NDArray[np.object_]
    rank: NDArray[np.int32]
    zoom: NDArray[np.int8]
    bridge: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    level: NDArray[np.int16]
    geometry: Any

    def __len__(self) -> int:
        return len(self.layer)

    def take(self, wanted: NDArray[Any]) -> MapFeatures:
        """Return the features at the mask or the indices `wanted`."""
        return MapFeatures(**{column: getattr(self, column)[wanted] for column in COLUMNS})

    def of(self, *layers: str) -> MapFeatures:
        """Return the features of these layers, in the same order."""
        return self.take(np.isin(self.layer.astype(str), layers))


COLUMNS = tuple(MapFeatures.__dataclass_fields__)


def features(layer: str, kind: Any, geometry: Any, **columns: Any) -> MapFeatures:
    """Return features of one layer; columns may be single values, and those that are not given are empty."""
    given = {"layer": layer, "kind": kind, "name": "", "names": "", "rank": 0, "zoom": 0} | columns
    types = {"rank": np.int32, "zoom": np.int8, "bridge": np.bool_, "tunnel": np.bool_, "level": np.int16}
    shapes = np.asarray(geometry, object)
    made: dict[str, Any] = {"geometry": shapes}
    for column in COLUMNS[:-1]:
        values: NDArray[Any] = np.empty(len(shapes), types.get(column, np.object_))
        values[:] = given.get(column, 0)
        made[column] = values
    return MapFeatures(**made)


def joined(parts: Sequence[MapFeatures]) -> MapFeatures:
    """Return the features of all parts, one after the other."""
    if not parts:
        return features("", "", np.empty(0, object))
    return MapFeatures(**{column: np.concatenate([getattr(p, column) for p in parts]) for column in COLUMNS})
