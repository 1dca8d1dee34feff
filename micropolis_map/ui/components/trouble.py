"""Expected failures on a page: one sentence on what happened and what to do, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from micropolis_map.errors import MicropolisError, answer
from micropolis_map.ui import language, safe_text


def show(error: MicropolisError) -> None:
    """Show `error` as its class asks for in the table of answers."""
    box = {"warning": st.warning, "error": st.error, "info": st.info}[answer(error).page]
    what, todo = (safe_text.label(text[:1].upper() + text[1:]) for text in error.told_to_anybody(language._))
    box(f"{what}.  \n**{todo}.**" if todo else f"{what}.")


@contextmanager
def shown() -> Iterator[None]:
    """Show an expected failure of the block instead of raising it."""
    try:
        yield
    except MicropolisError as error:
        show(error)
