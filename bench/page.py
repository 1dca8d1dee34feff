"""The page ``docs/benchmarks.md``, written from one run's results."""

from __future__ import annotations

from typing import Any

GOALS = [
    ("nearest of 200 spots, every node", "scipy.sparse.csgraph", 4.0),
    ("build and nearest", "pandana", 40.0),
    ("spots within 1200 m, every node", "pandana, aggregate", 300.0),
    ("spots within 1200 m, every node", "pandana, range query", 10.0),
    ("spots within 1200 m, every node", "scipy.sparse.csgraph", 10.0),
    ("all pairs of 25 stops", "pandana", 1.0),
    ("OSM file to ready network, homes and spots", "osmnx, network alone", 20.0),
    ("OSM file to ready network, homes and spots", "pyrosm, network alone", 1.0),
    ("snap 100,000 points to edges", "osmnx nearest_edges", 5.0),
    ("what-if: one more spot", "computing anew", 10.0),
]
"""What we set out to reach: task, peer, times faster. `page` says for each whether this run did."""

INTRODUCTION = """\
# Benchmarks

Written by `make bench` from one run on one machine; do not edit. Every answer was compared with the peer's
before anything was timed. Times are medians in seconds; *ratio* is how many times longer the peer takes.
*every node* means every node of the geometry, not only crossings. Reproduce with `make bench` (the peers live
in an environment of their own, `.venv-bench`: some are AGPL, none is imported by the product).

"""


def page(facts: dict[str, Any], graphs: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    """Return the page's Markdown."""
    text = INTRODUCTION
    text += "".join(f"- {name}: {value}\n" for name, value in facts.items())
    text += "\n## Networks\n\n| network | nodes | of them crossings and ends |\n|---|--:|--:|\n"
    text += "".join(f"| {g['graph']} | {g['nodes']:,} | {g['junctions']:,} |\n" for g in graphs)
    text += "\n## Results\n\n| task | network | ours s | peer | peer s | ratio | our peak MB |\n"
    text += "|---|---|--:|---|--:|--:|--:|\n"
    for row in rows:
        peak = f"{row['peak_mb']:.0f}" + (
            f" (peer {row['peer_peak_mb']:.0f})" if "peer_peak_mb" in row else ""
        )
        text += (
            f"| {row['task']} | {row['graph']} | {row['ours_s']:.4g} | {row['peer']} | {row['peer_s']:.4g} "
            f"| {row['ratio']:.1f} | {peak} |\n"
        )
    return text + _goals(rows) + _growth(graphs, rows)


def _goals(rows: list[dict[str, Any]]) -> str:
    text = "\n## What we set out to reach\n\n| task | network | against | wanted | this run |\n"
    text += "|---|---|---|--:|--:|\n"
    for task, peer, wanted in GOALS:
        for row in rows:
            if (row["task"], row["peer"]) == (task, peer):
                reached = "" if row["ratio"] >= wanted else " (not reached)"
                text += (
                    f"| {task} | {row['graph']} | {peer} | {wanted:g} × | {row['ratio']:.1f} ×{reached} |\n"
                )
    return text


def _growth(graphs: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    nodes = {g["graph"]: g["nodes"] for g in graphs}
    task = "nearest of 200 spots, every node"
    ours = {row["graph"]: row["ours_s"] for row in rows if row["task"] == task and row["graph"] in nodes}
    text = "\n## Time per node as towns grow\n\n| network | nanoseconds a node |\n|---|--:|\n"
    text += "".join(f"| {g} | {seconds / nodes[g] * 1e9:.0f} |\n" for g, seconds in ours.items())
    return text
