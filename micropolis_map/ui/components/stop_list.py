"""The stops of a walk being made, in a list: dragged, moved with buttons, taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from micropolis_map.ui import session
from micropolis_map.ui.components.own_part import own_part
from micropolis_map.ui.language import _

KEY = "stop_list"


def stop_list(stops: Sequence[str], names: Mapping[str, str], notes: Mapping[str, str]) -> None:
    """Show the stops in the order of walking.

    Parameters
    ----------
    notes
        What is said below a stop's name, by its id.
    """
    own_part(
        "stop_list",
        KEY,
        {
            "stops": [{"id": stop, "name": names[stop], "note": notes.get(stop, "")} for stop in stops],
            "texts": {
                "list": _("The stops in the order of walking"),
                "drag": _("Drag {name} to another place in the order"),
                "up": _("{name}: earlier"),
                "down": _("{name}: later"),
                "out": _("{name}: take it out"),
            },
        },
        on_order_change=_reordered,
        on_out_change=_taken_out,
    )


def reordered(order: Any) -> None:
    """Walk the stops in the given order from now on; what is no order of them is ignored; for callbacks."""
    view = session.view()
    if isinstance(order, list) and sorted(map(str, order)) == sorted(view.stops):
        session.change(stops=tuple(order), draft=replace(view.draft, own_order=True))


def taken_out(stop: Any) -> None:
    """Take a stop out of the walk; for callbacks."""
    view = session.view()
    session.change(stops=tuple(one for one in view.stops if one != stop))


def _reordered() -> None:
    reordered(_value("order"))


def _taken_out() -> None:
    taken_out(_value("out"))


def _value(name: str) -> Any:
    state = st.session_state.get(KEY)
    return state.get(name) if isinstance(state, Mapping) else getattr(state, name, None)
