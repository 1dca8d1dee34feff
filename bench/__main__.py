"""`python -m bench`: everything, a table on the screen, JSON lines in ``bench/results.jsonl``, and the page.

Run it in the peers' own environment: ``.venv-bench/bin/python -m bench`` (`make bench` does).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.page import page

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("MICROPOLIS_TEST_DATA", ROOT.parent / "shared" / "data"))
GRAPHS = ("porto", "20000", "200000", "200000x", "2000000", "siting", "hostile")
RESULTS = ROOT / "bench" / "results.jsonl"
ALONE = "hostile"
"""What no peer is needed for; the rest of the page stays as it is."""
PEERS = ("numpy", "numba", "scipy", "igraph", "networkx", "pandana", "osmnx", "pyrosm", "spopt", "highspy")


def main(names: list[str]) -> None:
    """Measure the networks called `names` (all without any); stop where answers disagree.

    Results of other networks in ``bench/results.jsonl`` stay, so that a long run may be done in parts.
    """
    results = kept(names)
    porto = DATA / "porto_alegre" / "poa_osm.pbf"
    for name in names or GRAPHS:
        if name == "porto" and not porto.exists():
            print(f"no real data at {DATA}: synthetic networks only", file=sys.stderr)
            continue
        lines = reading(porto) if name == "porto" else []
        own = {"siting": ("bench.siting_tasks",), "hostile": ("bench.hostile",)}
        tasks = own.get(name, ("bench.graph_tasks", name, str(DATA)))
        results += [{"run": name, **line} for line in [*lines, *child(*tasks)]]
        write(results, kept_facts() if names == [ALONE] else {})
    for row in results:
        if "task" in row:
            print(
                f"{row['task']:<42} {row['graph']:<32} {row['ours_s']:>9.4f} s  "
                f"{row['peer']:<24} {row['peer_s']:>9.4f} s  {row['ratio']:>8.1f} ×"
            )


def kept(names: list[str]) -> list[dict[str, Any]]:
    """Return the results of earlier runs of networks that are not measured now."""
    if not names or not RESULTS.exists():
        return []
    rows = [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()]
    return [row for row in rows if "run" in row and row["run"] not in names]


def kept_facts() -> dict[str, Any]:
    """Return what is said of the machine and the versions of the earlier runs; nothing without any."""
    if not RESULTS.exists():
        return {}
    first = json.loads(RESULTS.read_text("utf-8").partition("\n")[0])
    return {} if "run" in first else dict(first)


def write(results: list[dict[str, Any]], known: dict[str, Any]) -> None:
    """Write the JSON lines and the page; without `known` facts those of this moment."""
    facts = known or {
        "machine": f"{os.cpu_count()} cores, {processor()}, {platform.system()} {platform.machine()}",
        "load while measuring": f"{os.getloadavg()[1]:.1f} processes for {os.cpu_count()} cores",
        "python": platform.python_version(),
        **{name: version(name) for name in PEERS},
    }
    results.sort(key=lambda row: GRAPHS.index(row["run"]))
    RESULTS.write_text("".join(json.dumps(row) + "\n" for row in [facts, *results]), "utf-8")
    kinds = ([row for row in results if name in row] for name in ("nodes", "task", "attack"))
    (ROOT / "docs" / "benchmarks.md").write_text(page(facts, *kinds), "utf-8")


def reading(path: Path) -> list[dict[str, Any]]:
    """Read one file with each tool in turn, five times (OSMnx once); the medians."""
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "pyrosm": [], "osmnx": []}
    for turn in range(5):
        for tool, done in runs.items():
            if turn == 0 or tool != "osmnx":
                done.append(child("bench.reading", tool, str(path))[-1])
    found = {
        tool: sorted(done, key=lambda run: run["seconds"])[len(done) // 2] for tool, done in runs.items()
    }
    ours = found["ours"]
    task = "OSM file to ready network, homes and spots"
    return [
        {
            "task": task, "graph": "Porto Alegre", "ours_s": ours["seconds"],
            "peer": f"{tool}, network alone",
            "peer_s": found[tool]["seconds"], "ratio": found[tool]["seconds"] / ours["seconds"],
            "peak_mb": ours["peak_mb"], "peer_peak_mb": found[tool]["peak_mb"],
            "base_mb": ours["base_mb"], "peer_base_mb": found[tool]["base_mb"],
        }
        for tool in ("pyrosm", "osmnx")
    ]  # fmt: skip


def child(module: str, *arguments: str) -> list[dict[str, Any]]:
    """Run a module and return the JSON lines it prints; its other words go to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for line in lines:
        print(json.dumps(line), file=sys.stderr, flush=True)
    return lines


def processor() -> str:
    """Return the processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    names = [
        line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
    ]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main(sys.argv[1:])
