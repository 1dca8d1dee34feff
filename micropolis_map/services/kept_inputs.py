"""Questions as JSON and back, so that a kept result can be asked for again exactly."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

Question = TypeVar("Question")


def to_json(value: Any) -> Any:
    """Return a question (a frozen dataclass of plain values, points and shapes) as JSON.

    Examples
    --------
    >>> to_json((5.0, 10.0))
    [5.0, 10.0]
    """
    if isinstance(value, PointSet):
        return _points_to_json(value)
    if isinstance(value, BaseGeometry):
        return {"geometry": shapely.geometry.mapping(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): to_json(part) for key, part in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        parts = sorted(value) if isinstance(value, frozenset | set) else value
        return [to_json(part) for part in parts]
    return value


def from_json(kind: type[Question], document: Mapping[str, Any]) -> Question:
    """Return the question of class `kind` that `to_json` wrote; fields it did not know yet are the defaults.

    Raises
    ------
    InvalidInput
        It holds a field that this version of the program does not know.
    """
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(document) - set(hints))
    if unknown:
        raise InvalidInput(
            mark("the kept result was asked with {unknown}, which this version does not know"),
            mark("upgrade Micropolis Map, or ask anew"),
            unknown=repr(unknown[0]),
        )
    return kind(**{name: _read(hints[name], value) for name, value in document.items()})


def _read(hint: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        if "points" in value:
            return _points_of_json(value)
        if set(value) == {"geometry"}:
            return shapely.geometry.shape(value["geometry"])
        inner: list[Any] = [kind for kind in _members(hint) if dataclasses.is_dataclass(kind)]
        return from_json(inner[0], value) if inner else dict(value)
    if isinstance(value, list):
        kinds = [kind for kind in _members(hint) if typing.get_origin(kind) in {tuple, frozenset}]
        args = typing.get_args(kinds[0]) if kinds else ()
        parts = tuple(_read(args[0] if args else Any, part) for part in value)
        return frozenset(parts) if kinds and typing.get_origin(kinds[0]) is frozenset else parts
    return value


def _members(hint: Any) -> tuple[Any, ...]:
    is_union = isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
    return typing.get_args(hint) if is_union else (hint,)


def _points_to_json(points: PointSet) -> dict[str, Any]:
    document: dict[str, Any] = {
        "points": {"id": list(points.id), "lon": points.lon.tolist(), "lat": points.lat.tolist()},
        "source": points.source,
    }
    if points.population is not None:
        document["points"]["population"] = points.population.tolist()
    if points.name:
        document["points"]["name"] = list(points.name)
    document["columns"] = {key: values.tolist() for key, values in points.columns.items()}
    return document


def _points_of_json(document: Mapping[str, Any]) -> PointSet:
    points = document["points"]
    population = points.get("population")
    return PointSet(
        id=tuple(points["id"]),
        lon=np.array(points["lon"], np.float64),
        lat=np.array(points["lat"], np.float64),
        population=None if population is None else np.array(population, np.float64),
        name=tuple(points.get("name", ())),
        columns={key: np.asarray(values) for key, values in document.get("columns", {}).items()},
        source=str(document.get("source", "")),
    )
