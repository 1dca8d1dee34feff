"""What was tapped on a map: each tap is taken once and in order, however busy the page is."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

MOST = 200
"""Taps read at once; the map tells the next ones when these are taken."""
LARGEST = 2**53
"""Numbers a browser counts exactly lie below it."""
LONGEST_ID = 128
SESSION = "mm_taps_session"


@dataclass(frozen=True)
class Tap:
    """A tap: its number, larger than that of every tap before it, what was done, and the facts of it."""

    number: int
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Id of the place tapped; empty where it makes no sense."""
        found = self.facts.get("place")
        return found if isinstance(found, str) and len(found) <= LONGEST_ID else ""


def taps_state(name: str) -> dict[str, Any]:
    """Return what the map `name` needs to know: whom it tells, and up to which tap it was heard."""
    return {"name": name, "session": _session(), "taken": _taken(name)}


def hear(name: str, payload: Any, do: Callable[[Tap], None]) -> bool:
    """Do each tap of the map's `payload` that was not taken yet, in order; return whether there was one.

    For the map's callback, and again after the map: Streamlit breaks off a callback, too, when the next tap
    comes, and does not call it again for the same value. A tap counts as taken once it is done, so `do` must
    not mind to be asked twice.
    """
    taken = _taken(name)
    taps = [tap for tap in read_taps(payload, _session()) if tap.number > taken]
    for tap in taps:
        do(tap)
        st.session_state[_key(name)] = tap.number
    return bool(taps)


def ever_tapped(name: str) -> bool:
    """Return whether a tap of the map `name` was taken in this session."""
    return _taken(name) > 0


def read_taps(payload: Any, session: str) -> tuple[Tap, ...]:
    """Return the taps that a map's `payload` tells, the first `MOST`; those told to another session are none.

    A browser may send anything: a tap without a kind, or whose number is no larger than the one before it,
    is left out.
    """
    drawing = payload.get("last_active_drawing") if isinstance(payload, Mapping) else None
    if not isinstance(drawing, Mapping) or drawing.get("id") != "taps":
        return ()
    properties = drawing.get("properties")
    if not isinstance(properties, Mapping) or properties.get("session") != session:
        return ()
    told = properties.get("taps")
    found: list[Tap] = []
    for one in told[:MOST] if isinstance(told, list) else ():
        tap = _tap(one)
        if tap is not None and (not found or tap.number > found[-1].number):
            found.append(tap)
    return tuple(found)


def _tap(one: Any) -> Tap | None:
    if not isinstance(one, Mapping):
        return None
    number, kind = one.get("n"), one.get("kind")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < LARGEST:
        return None
    if not isinstance(kind, str) or not 0 < len(kind) <= LONGEST_ID:
        return None
    return Tap(number, kind, {name: value for name, value in one.items() if name not in {"n", "kind"}})


def _session() -> str:
    """Return a name of this session: what was told to an earlier one is not taken for news."""
    return str(st.session_state.setdefault(SESSION, secrets.token_hex(8)))


def _taken(name: str) -> int:
    return int(st.session_state.get(_key(name), 0))


def _key(name: str) -> str:
    return f"mm_taken-{name}"
