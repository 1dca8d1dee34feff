"""The page ``docs/benchmarks.md``, written from one run's results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NEAREST = "nearest of 200 spots, every node"
READ = "OSM file to ready network, homes and spots"
GOALS = [
    (NEAREST, "scipy.sparse.csgraph", 4.0, ""),
    ("build and nearest", "pandana", 40.0, "Porto Alegre"),
    ("build and nearest", "pandana", 1000.0, "synthetic 200,000"),
    ("spots within 1200 m, every node", "pandana, aggregate", 300.0, ""),
    ("spots within 1200 m, every node", "pandana, range query", 10.0, ""),
    ("spots within 1200 m, every node", "scipy.sparse.csgraph", 10.0, ""),
    ("all pairs of 25 stops", "pandana", 1.0, ""),
    ("node × spot costs within 1200 m", "scipy.sparse.csgraph", 2.0, ""),
    (READ, "osmnx, network alone", 20.0, ""),
    (READ, "pyrosm, network alone", 1.0, ""),
    ("snap 100,000 points to edges", "osmnx nearest_edges", 5.0, ""),
    ("what-if: one more spot", "computing anew", 10.0, "synthetic 200,000"),
    ("maximal covering, proven", "spopt with HiGHS", 10.0, "random town, 5,000"),
    ("p-median, proven", "spopt with HiGHS", 3.0, ""),
    ("p-median, gap shown ≤ 2%", "spopt with HiGHS, stopped at 60 s", 12.0, ""),
]
"""What we set out to reach: task, peer, times faster, and the network (empty: all). `page` says for each
whether this run did."""
GROWTH, WHAT_IF_S, MEMORY, PAGE_MS, HEALTH_MS = 2.5, 0.020, 5.0, 300.0, 100.0

INTRODUCTION = """\
# Benchmarks

Written by `make bench`, the rows of each network from one run on one machine; do not edit. Every answer was
compared with the peer's before anything was timed. Times are medians in seconds; *ratio* is how many times
longer the peer takes.
*every node* means every node of the geometry, not only crossings. Reproduce with `make bench` (the peers live
in an environment of their own, `.venv-bench`: some are AGPL, none is imported by the product).

"""


def page(
    facts: dict[str, Any],
    graphs: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    attacks: list[dict[str, Any]],
) -> str:
    """Return the page's Markdown."""
    text = INTRODUCTION
    text += "".join(f"- {name}: {value}\n" for name, value in facts.items())
    text += "\n## Networks\n\n| network | nodes | of them crossings and ends |\n|---|--:|--:|\n"
    text += "".join(f"| {g['graph']} | {g['nodes']:,} | {g['junctions']:,} |\n" for g in graphs)
    text += "\n## Results\n\n| task | network | ours s | peer | peer s | ratio | our peak MB |\n"
    text += "|---|---|--:|---|--:|--:|--:|\n"
    for row in rows:
        peak = f"{row['peak_mb']:.0f}"
        if "peer_base_mb" in row:
            theirs = f"{row['peer_peak_mb']:.0f}, {row['peer_base_mb']:.0f}"
            peak += f", {row['base_mb']:.0f} of it imports (peer {theirs})"
        text += (
            f"| {row['task']} | {row['graph']} | {row['ours_s']:.4g} | {row['peer']} | {row['peer_s']:.4g} "
            f"| {row['ratio']:.1f} | {peak} |\n"
        )
    notes = Path(__file__).with_name("notes.md").read_text("utf-8")
    return text + _goals(rows) + _more_goals(rows) + _growth(graphs, rows) + _attacks(attacks) + "\n" + notes


def _goals(rows: list[dict[str, Any]]) -> str:
    text = "\n## What we set out to reach\n\n| task | network | against | wanted | this run |\n"
    text += "|---|---|---|--:|--:|\n"
    for task, peer, wanted, graph in GOALS:
        for row in rows:
            if (row["task"], row["peer"]) == (task, peer) and row["graph"].startswith(graph):
                reached = "" if row["ratio"] >= wanted else " (not reached)"
                text += (
                    f"| {task} | {row['graph']} | {peer} | {wanted:g} × | {row['ratio']:.1f} ×{reached} |\n"
                )
    return text


def _more_goals(rows: list[dict[str, Any]]) -> str:
    """Return the goals that are not a ratio of seconds."""
    text = ""
    for row in rows:
        if row["task"].startswith("what-if") and row["graph"].startswith("synthetic 200,000"):
            reached = "" if row["ours_s"] < WHAT_IF_S else " (not reached)"
            text += (
                f"| {row['task']} | {row['graph']} | the clock | < {WHAT_IF_S * 1000:.0f} ms "
                f"| {row['ours_s'] * 1000:.1f} ms{reached} |\n"
            )
        if row["task"] == READ and row["peer"].startswith("osmnx"):
            times = row["peer_peak_mb"] / row["peak_mb"]
            reached = "" if times >= MEMORY else " (not reached)"
            text += f"| {READ}: peak memory | {row['graph']} | {row['peer']} "
            text += f"| 1/{MEMORY:g} | 1/{times:.1f}{reached} |\n"
    return text


def _attacks(attacks: list[dict[str, Any]]) -> str:
    """Return how long a reader waits while somebody else does what they should not."""
    if not attacks:
        return ""
    text = "\n## Under attack\n\nThe server with the demo town; another address reads. In ms: median, 99th "
    text += (
        "percentile, longest. The attacker is on the same machine: with the same right to its processor, or "
    )
    text += "coming last for it, as one from elsewhere. The reader is, too: in brackets the longest "
    text += "without its own wait for a turn. Measured alone by `make attack`.\n\n"
    text += "| at once, from one address | attacker | pages | `/healthz` | done | refused | machine, load |\n"
    text += "|---|---|--:|--:|--:|--:|---|\n"
    quiet = attacks[0]["quiet"]
    text += f"| nothing | | {_times(quiet, 'page')} | {_times(quiet, 'healthz')} | | | |\n"
    for row in attacks:
        busy = row["busy"]
        reached = "" if busy["page_median_ms"] < PAGE_MS else " (not reached)"
        well = "" if busy["healthz_served_longest_ms"] < HEALTH_MS else " (not reached)"
        refused = {status: n for status, n in row["answers"].items() if int(status) >= 400}
        done = sum(row["answers"].values()) - sum(refused.values())
        told = ", ".join(f"{n:,} × {status}" for status, n in refused.items())
        text += f"| {row['attack']} | {row['attacker']} | {_times(busy, 'page')}{reached} "
        text += f"| {_times(busy, 'healthz')}{well} | {done:,} | {told} | {row['machine']}, {row['load']} |\n"
    text += f"\nWanted: pages in a median under {PAGE_MS:.0f} ms, `/healthz` never over {HEALTH_MS:.0f} ms.\n"
    return text


def _times(found: dict[str, Any], what: str) -> str:
    told = " · ".join(f"{found[f'{what}_{how}_ms']:.0f}" for how in ("median", "p99", "longest"))
    return f"{told} ({found[f'{what}_served_longest_ms']:.0f})"


def _growth(graphs: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    nodes = {g["graph"]: g["nodes"] for g in graphs}
    ours: dict[str, float] = {}
    for row in rows:
        if row["task"] == NEAREST and row["graph"] in nodes:  # timed once for each peer: the least disturbed
            ours[row["graph"]] = min(row["ours_s"], ours.get(row["graph"], row["ours_s"]))
    each = {g: seconds / nodes[g] * 1e9 for g, seconds in ours.items()}
    text = "\n## Time per node as towns grow\n\n| network | nanoseconds a node |\n|---|--:|\n"
    text += "".join(f"| {g} | {ns:.0f} |\n" for g, ns in each.items())
    small, large = each.get("synthetic 20,000"), each.get("synthetic 2,000,000")
    if small and large:
        reached = "" if large / small <= GROWTH else " (not reached)"
        text += f"\nFrom 20,000 to 2,000,000 nodes: {large / small:.1f} × (at most {GROWTH:g} ×){reached}.\n"
    return text
