"""Small parts of a page that need a script of ours: they live in ``web/static/js/parts``, without a frame."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parents[2] / "web" / "static" / "js" / "parts"


def own_part(name: str, key: str, data: Mapping[str, Any], **on_change: Any) -> Any:
    """Show the part `name`; return its state.

    Parameters
    ----------
    data
        JSON-able; the part's script sets what residents wrote as text, never as HTML.
    on_change
        ``on_<state>_change`` callbacks.
    """
    mount = st.components.v2.component(f"micropolis_{name}", js=_script(name), isolate_styles=False)
    return mount(key=key, data=dict(data), **on_change)


@lru_cache(maxsize=16)
def _script(name: str) -> str:
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")
