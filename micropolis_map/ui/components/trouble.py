"""Expected failures on a page: one sentence on what happened and what to do, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from micropolis_map.errors import MicropolisError, answer
from micropolis_map.ui import language, people, safe_text


def show(error: MicropolisError) -> None:
    """Show `error` as its class asks for in the table of answers; to an administrator with its settings."""
    box = {"warning": st.warning, "error": st.error, "info": st.info}[answer(error).page]
    what, todo = (
        safe_text.label(safe_text.sentence(text))
        for text in error.told_to_anybody(language._, language.current())
    )
    said = f"{what}.  \n**{todo}.**" if todo else f"{what}."
    if error.keeper and people.actor().role == "administrator":
        said += f"  \n{safe_text.label(language._(error.keeper))}."
    box(said)


@contextmanager
def shown() -> Iterator[None]:
    """Show an expected failure of the block instead of raising it."""
    try:
        yield
    except MicropolisError as error:
        show(error)
