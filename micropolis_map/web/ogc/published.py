"""What a collection holds at one moment: its features in order, and which of them a question selects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""``(min_lon, min_lat, max_lon, max_lat)``, degrees, EPSG:4326."""

Interval = tuple[datetime | None, datetime | None]
"""From and to, both included; None is open."""

Test = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Feature:
    """A published thing.

    Attributes
    ----------
    geometry
        GeoJSON, EPSG:4326.
    changed
        When it changed last; None where nobody recorded it: such a feature is in every answer.
    """

    id: str
    geometry: Mapping[str, Any]
    properties: Mapping[str, Any]
    changed: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the GeoJSON Feature."""
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": self.geometry,
            "properties": self.properties,
        }


class Published:
    """Features, each id once, sorted by id; the first one of each type of geometry goes before all.

    Programs that look at a few features to learn what a layer holds (GDAL at 20) so know that
    lines and areas come among the points.
    """

    def __init__(self, features: Iterable[Feature]) -> None:
        self.by_id = {feature.id: feature for feature in sorted(features, key=lambda feature: feature.id)}
        ordered = self.by_id.values()
        first = {feature.geometry["type"]: feature for feature in reversed(ordered)}
        rest = [feature for feature in ordered if feature is not first[feature.geometry["type"]]]
        self.features: Sequence[Feature] = (*(first[kind] for kind in sorted(first)), *rest)

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def texts(self) -> Sequence[str]:
        """The features as JSON."""
        return tuple(
            json.dumps(feature.as_json(), ensure_ascii=False, separators=(",", ":"))
            for feature in self.features
        )

    @cached_property
    def bounds(self) -> Box | None:
        """The box around all; None where there is nothing."""
        if not self.features:
            return None
        west, south, east, north = shapely.total_bounds(self._shapes).tolist()
        return west, south, east, north

    @cached_property
    def interval(self) -> Interval:
        """When the first and the last change was; open where nobody recorded any."""
        moments = [feature.changed for feature in self.features if feature.changed is not None]
        return (min(moments), max(moments)) if moments else (None, None)

    def select(
        self, boxes: Sequence[Box] = (), interval: Interval = (None, None), tests: Sequence[Test] = ()
    ) -> NDArray[np.intp]:
        """Return the positions of the features that meet all of it, in order.

        Parameters
        ----------
        boxes
            A feature's geometry meets one of them, edges included; without any, everywhere.
        interval
            A feature changed last in it; one of which nobody knows when, always.
        tests
            Of its properties.
        """
        keep = np.ones(len(self), dtype=np.bool_)
        if boxes and len(self):
            meets = [shapely.intersects(self._shapes, shapely.box(*box)) for box in boxes]
            keep &= np.logical_or.reduce(meets)
        start, end = interval
        if start is not None or end is not None:
            keep &= np.array([_within(feature.changed, start, end) for feature in self.features], np.bool_)
        for test in tests:
            keep &= np.array([test(feature.properties) for feature in self.features], np.bool_)
        return np.flatnonzero(keep)

    @cached_property
    def _shapes(self) -> NDArray[np.object_]:
        shapes = np.array([shapely.geometry.shape(dict(feature.geometry)) for feature in self.features])
        valid = shapely.is_valid(shapes)
        return shapes if valid.all() else np.where(valid, shapes, shapely.make_valid(shapes))


def moment_of(text: str) -> datetime | None:
    """Return the ISO 8601 moment, in UTC where it does not say; None for an empty text."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _within(moment: datetime | None, start: datetime | None, end: datetime | None) -> bool:
    if moment is None:
        return True
    return (start is None or start <= moment) and (end is None or moment <= end)
