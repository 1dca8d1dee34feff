"""GDAL with all its drivers, in a process of its own: what other people's programs do with our addresses.

In ours only the drivers of `micropolis_map.gdal_drivers` are there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any


def _every_driver() -> None:
    os.environ.pop("GDAL_SKIP", None)


def read(source: str, layer: str | None = None, **options: Any) -> Any:
    """Return the layer as a GeoDataFrame."""
    import geopandas as gpd

    return gpd.read_file(source, **({"layer": layer} if layer else {}), **options)


def layers(source: str) -> list[str]:
    """Return the layers' names."""
    import pyogrio

    return [str(name) for name in pyogrio.list_layers(source)[:, 0]]


def info(source: str, layer: str) -> dict[str, Any]:
    """Return what GDAL says of a layer: its features and its type of geometry."""
    import pyogrio

    found = pyogrio.read_info(source, layer=layer)
    return {"features": found["features"], "geometry_type": found["geometry_type"]}


def drivers() -> list[str]:
    """Return the drivers' names."""
    import pyogrio

    return sorted(pyogrio.list_drivers())


@contextmanager
def elsewhere() -> Iterator[Callable[..., Any]]:
    """Give a function that calls another one of these there."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_every_driver) as pool:
        yield lambda function, *args, **options: pool.submit(function, *args, **options).result()
