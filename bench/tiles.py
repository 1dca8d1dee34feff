"""A town's map while its streets are loaded, one town a process: `python -m bench.tiles [TOWN …]`.

Measure on a machine with nothing else to do: the load's reader is another process.
A JSON line each: seconds of a whole `load` from the program's start, of its map (features, tiles, writing),
how many times as long that is as it would be without; the same of a second load, when all is in memory, as in
a server; megabytes of the archive and of the features; and the most memory held.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("MICROPOLIS_TEST_DATA", ROOT.parent / "shared" / "data"))
TOWNS: dict[str, dict[str, Any]] = {
    "porto_alegre": {"osm": ("poa_osm.pbf",), "elevation": ("poa_elevation.tif",)},
    "monaco": {
        "osm": ("monaco.osm.pbf",), "elevation": ("N43E007.hgt.zip",), "boundary": "monaco_boundary.geojson",
    },
    "andorra": {"osm": ("andorra.osm.pbf",), "elevation": ("N42E001.hgt.zip",)},
}  # fmt: skip
STARTED = time.perf_counter()
"""Before the product is read: a little after the program began."""
MAP = ("frame_of_town", "on_land", "features_of_town", "write_map")
"""What a load does for its map only."""


def measured(town: str) -> dict[str, Any]:
    """Load the town twice, from the program's start and once more, and return what that took."""
    from micropolis_map.bootstrap import build_application
    from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
    from micropolis_map.services import loading, town_build
    from micropolis_map.settings import Settings
    from micropolis_map.stores import map_features, tile_archive

    seconds: dict[str, float] = dict.fromkeys(MAP, 0.0)

    def timed(module: Any, name: str) -> None:
        function = getattr(module, name)

        def run(*given: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*given)
            finally:
                seconds[name] += time.perf_counter() - start

        setattr(module, name, run)

    for name in MAP:
        timed(loading if name == "write_map" else town_build, name)
    folder, slug = DATA / town, town.replace("_", "-")
    request = {
        key: tuple(folder / one for one in value) if isinstance(value, tuple) else folder / value
        for key, value in TOWNS[town].items()
    }
    with tempfile.TemporaryDirectory() as data:
        application = build_application(Settings(data=Path(data)))
        loads = []
        for start in (STARTED, None):
            seconds.update(dict.fromkeys(MAP, 0.0))
            began = start or time.perf_counter()
            loading.load_community(
                application, slug, loading.LoadRequest(**request), actor=LOCAL_ADMINISTRATOR
            )
            loads.append((time.perf_counter() - began, sum(seconds.values())))
        build = application.community_store.current_build(slug)
        sizes = [(build / name).stat().st_size / 1e6 for name in (tile_archive.FILE, map_features.FILE)]
    (load_s, map_s), (again_s, again_map_s) = loads
    return {
        "town": town,
        "load_s": round(load_s, 2),
        "map_s": round(map_s, 2),
        "ratio": round(load_s / (load_s - map_s), 2),
        "again_s": round(again_s, 2),
        "again_ratio": round(again_s / (again_s - again_map_s), 2),
        "tiles_mb": round(sizes[0], 2),
        "features_mb": round(sizes[1], 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2])))
    else:
        subprocess.run([sys.executable, "-m", "micropolis_map.analysis.compiling"], check=True, cwd=ROOT)
        for name in sys.argv[1:] or TOWNS:
            subprocess.run([sys.executable, "-m", "bench.tiles", "--one", name], check=True, cwd=ROOT)
