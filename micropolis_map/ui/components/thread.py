"""What was said between an author and organisers, under the same heading on every desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from micropolis_map.domain.proposal import Message
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.language import _


def thread(said: Sequence[Message], shown: Callable[[str], str] = safe_text.html) -> None:
    """Show the messages, the oldest first; `shown` turns a text into safe HTML."""
    if not said:
        return
    names = {"author": _("Author"), "organiser": _("Organiser")}
    items = "".join(
        f"<li><b>{safe_text.html(names[one.by])}</b> <small>{safe_text.html(numbers.moment(one.at))}</small>"
        f"<br>{shown(one.text)}</li>"
        for one in said
    )
    st.html(safe_text.heading(3, _("What was said")) + f'<ul class="mm-thread">{items}</ul>')
