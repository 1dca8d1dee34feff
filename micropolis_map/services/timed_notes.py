"""What a load and a result say of streets that are closed, or open at some hours only."""

from __future__ import annotations

from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.errors import Sentence
from micropolis_map.figures import count, decimal

LEAST_TOLD_M = 50.0
"""Less than that of closed ways is not told: it would be 0 km."""


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
            f"of the gates with opening hours, open at ten on a weekday: {timed['open_gates']}, "
            f"closed then: {timed['closed_gates']}"
        )
    if timed["unread"]:
        notes.append(
            Sentence.counted(
                "the opening hours of {n} way or gate cannot be read, {example}: it counts as open ({m} m)",
                "the opening hours of {n} ways and gates cannot be read, such as {example}: they count as "
                "open ({m} m)",
                n=timed["unread"],
                m=round(timed["unread_m"]),
                example=repr(timed["example"].replace("; ", ";")[:60]),
            )
        )
    return notes


def closed_notes(network: WalkNetwork) -> list[str]:
    """Return sentences that say how many kilometres of ways, and how many barriers, are closed to walkers."""
    closed = network.closed
    notes = []
    if closed["ways_m"] >= LEAST_TOLD_M:
        notes.append(
            f"{decimal(closed['ways_m'] / 1000)} km of ways are closed to walkers by their tags (private, "
            "foot=no, use_sidepath, motorroad) and left out"
        )
    if closed["barriers"]:
        notes.append(
            Sentence.counted(
                "{n} gate or other barrier lets nobody through (private, locked, a wall): ways end there",
                "{n} gates and other barriers let nobody through (private, locked, walls): ways end there",
                n=closed["barriers"],
            )
        )
    return notes
