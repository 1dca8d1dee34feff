"""From an OSM file to a ready network, one tool a process: `python -m bench.reading TOOL FILE`."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def peak_mb() -> float:
    """Return the most memory this process has had so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1)


def ours(path: Path) -> dict[str, float]:
    """Read the file, build the network with its tags, and find homes and spots."""
    import numpy as np
    import shapely

    from micropolis_map.analysis.impedance import impedance
    from micropolis_map.analysis.profiles import profile
    from micropolis_map.analysis.walk_network import build_walk_network
    from micropolis_map.sources.osm_file import read_osm
    from micropolis_map.sources.osm_homes import homes_of
    from micropolis_map.sources.osm_spots import activity_spots_of

    base_mb = peak_mb()

    def once() -> dict[str, float]:
        extract = read_osm(path)
        network = build_walk_network(extract)
        _ = impedance(network, profile("adult")).into
        network_s = time.perf_counter() - start
        box = shapely.box(
            *(float(f(v)) for f in (np.min, np.max) for v in (extract.node_lon, extract.node_lat))
        )
        homes, spots = homes_of(extract, box), activity_spots_of(extract)
        return {
            "network_s": network_s,
            "km": network.summary()["length_km"],
            "homes": len(homes),
            "spots": len(spots),
        }

    start = time.perf_counter()
    once()  # loads the compiled kernels
    start = time.perf_counter()
    answer = once()
    return {**answer, "seconds": time.perf_counter() - start, "base_mb": base_mb}


def pyrosm(path: Path) -> dict[str, float]:
    """Read the walking network's nodes and edges."""
    from pyrosm import OSM

    base_mb = peak_mb()
    start = time.perf_counter()
    _, edges = OSM(str(path)).get_network("walking", nodes=True)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "km": float(edges["length"].sum()) / 1000.0, "base_mb": base_mb}


def osmnx(path: Path) -> dict[str, float]:
    """Read the same data as XML, which is what OSMnx reads from files."""
    import osmium
    import osmnx as ox

    xml = Path("/tmp") / f"{path.stem}-{path.stat().st_size}.osm"
    if not xml.exists():
        with osmium.SimpleWriter(str(xml)) as writer:
            for item in osmium.FileProcessor(str(path)):
                writer.add(item)
    base_mb = peak_mb()
    start = time.perf_counter()
    graph = ox.graph_from_xml(xml, bidirectional=True, simplify=True, retain_all=True)
    seconds = time.perf_counter() - start
    km = sum(d["length"] for *_, d in graph.edges(data=True)) / 2000.0
    return {"seconds": seconds, "km": km, "base_mb": base_mb}


if __name__ == "__main__":
    answer = {"ours": ours, "pyrosm": pyrosm, "osmnx": osmnx}[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({**answer, "peak_mb": peak_mb()}))
