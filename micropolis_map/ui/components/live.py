"""Parts of a page that are drawn again by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

P = ParamSpec("P")


def live(every_s: float) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Draw what is decorated again every `every_s` seconds, in a container of its own.

    When a fragment's turn comes before what the page wrote has been sent, Streamlit throws away what the
    fragment wrote, for it comes again, and keeps what stands below it. Without a container that is one
    position too far, and the browser shows the rest of the page not at all ("Bad delta path index").
    """

    def decorate(part: Callable[P, None]) -> Callable[P, None]:
        fragment = st.fragment(part, run_every=every_s)

        @wraps(part)
        def placed(*args: P.args, **kwargs: P.kwargs) -> None:
            with st.container():
                fragment(*args, **kwargs)

        return placed

    return decorate
