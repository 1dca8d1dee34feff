"""GDAL with all its drivers, in a process of its own: what other people's programs do with our addresses.

In ours only the drivers of `micropolis_map.gdal_drivers` are there.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


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
    """Give a function that calls another one of these there; what it raises there is raised here.

    A process begun by hand: one of `multiprocessing` runs again what AppTest left as the main program.
    """
    environ = {name: value for name, value in os.environ.items() if name != "GDAL_SKIP"}
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as there:
        assert there.stdin is not None
        assert there.stdout is not None
        asking, telling = there.stdin, there.stdout

        def call(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
            pickle.dump((function.__name__, args, options), asking)
            asking.flush()
            is_well, told = pickle.load(telling)
            if not is_well:
                raise told
            return told

        yield call
        asking.close()


def _answer() -> None:
    """Do what is asked for until nobody asks any more."""
    while True:
        try:
            name, args, options = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            told = (True, globals()[name](*args, **options))
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            told = (False, error)
        pickle.dump(told, sys.stdout.buffer)
        sys.stdout.flush()


if __name__ == "__main__":
    _answer()
