"""Points with an id: homes, spots, origins, destinations, candidates, stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PointSet:
    """Points in columns.

    Attributes
    ----------
    id : tuple of n str
    lon, lat : float64[n]
        Degrees, EPSG:4326.
    population : float64[n] or None
        People a point stands for; None where the points do not say.
    name : tuple of n str, or empty
    columns
        Further columns by name, each of n values: ``age_65`` (people), ``what`` (an activity or OSM tag),
        ``step_free``, ``opening_hours``, ``capacity`` …
    source
        Where they come from, for people to read.
    notes
        Sentences about what was guessed when they were read.
    """

    id: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    population: NDArray[np.float64] | None = None
    name: tuple[str, ...] = ()
    columns: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    source: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.id)

    def take(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> PointSet:
        """Return the points at the mask or indices `keep`, in that order."""
        index = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return PointSet(
            id=tuple(self.id[i] for i in index),
            lon=self.lon[index],
            lat=self.lat[index],
            population=None if self.population is None else self.population[index],
            name=tuple(self.name[i] for i in index) if self.name else (),
            columns={key: values[index] for key, values in self.columns.items()},
            source=self.source,
            notes=self.notes,
        )
