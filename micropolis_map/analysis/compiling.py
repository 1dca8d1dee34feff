"""The first run on a machine compiles the kernels; say so, and do it at once instead of bit by bit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from micropolis_map.analysis import kernels
from micropolis_map.analysis.choices import spots_within_everywhere
from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.analysis.impedance import impedance
from micropolis_map.analysis.nearest import nearest_everywhere, nearest_spot
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.snapping import snap
from micropolis_map.analysis.walk_network import build_walk_network
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.ports import Progress, silent

SECONDS = 20
"""About how long it takes."""
MESSAGE = f"compiling the walk engine, once on this machine: about {SECONDS} s"


def is_compiled() -> bool:
    """Return whether an earlier run left the kernels, as they are written now, in numba's cache."""
    written = Path(kernels.__file__).stat().st_mtime
    return any(index.stat().st_mtime >= written for index in _indexes())


def _indexes() -> list[Path]:
    return list(Path(str(kernels.search_rows.stats.cache_path)).glob("kernels.search_rows-*.nbi"))


def compile_kernels(progress: Progress = silent) -> None:
    """Compile every kernel of the walk engine unless numba's cache has them; tell `progress` when it must."""
    if is_compiled():
        return
    progress(0.0, MESSAGE)
    load_kernels()
    for index in _indexes():
        index.touch()  # numba keeps what it has for a file that is newer, yet the same
    progress(1.0, MESSAGE)


def load_kernels() -> None:
    """Use every kernel of the walk engine once: numba compiles it, or takes it from its cache."""
    _walk(build_walk_network(_crossroads()))


def _crossroads() -> OsmExtract:
    """Return two streets of a kilometre that cross, one with a bend."""
    lon = np.array([0.0, 0.01, 0.005, 0.005, 0.0051])
    lat = np.array([0.0, 0.0, 0.0, 0.01, 0.005])
    return OsmExtract(
        node_id=np.arange(1, 6),
        node_lon=lon,
        node_lat=lat,
        node_tags={},
        way_id=np.array([1, 2]),
        way_offsets=np.array([0, 3, 6]),
        way_refs=np.array([0, 2, 1, 2, 4, 3]),
        way_tags=({"highway": "path"}, {"highway": "steps", "step_count": "9", "incline": "up"}),
        relations=(),
    )


def _walk(network: WalkNetwork) -> None:
    made = impedance(network, profile("adult"))
    points = snap(network, np.array([0.001, 0.009, 0.005]), np.array([0.0, 0.0, 0.008]), impedance=made)
    nearest_spot(network, made, points, points.take(np.array([0])))
    nearest_everywhere(network, made, points)
    spots_within_everywhere(network, made, points, 60.0)
    cost_matrix(network, made, points, points, 600.0)


if __name__ == "__main__":
    if sys.platform != "win32":
        os.nice(10)  # whoever looks at the map goes first
    compile_kernels()
