"""What a load and a result say of streets that are open at some hours only."""

from __future__ import annotations

from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.figures import count


def timed_notes(network: WalkNetwork) -> list[str]:
    """Return sentences that say how many metres of ways, and how many gates, hang on hours."""
    timed = network.timed
    notes = []
    if timed["open_m"] or timed["closed_m"]:
        notes.append(
            f"of the ways with opening hours, {count(timed['open_m'])} m are open at ten on a weekday and "
            f"walked, {count(timed['closed_m'])} m are closed then and left out"
        )
    if timed["open_gates"] or timed["closed_gates"]:
        notes.append(
            f"of the gates with opening hours, {timed['open_gates']} are open at ten on a weekday, "
            f"{timed['closed_gates']} are closed then"
        )
    return notes
