"""The choice of how the pages look, kept on the visitor's device (``js/theme.js``)."""

from __future__ import annotations

import streamlit as st

from micropolis_map.maps.theme_texts import THEMES
from micropolis_map.ui import safe_text
from micropolis_map.ui.language import _


def choose_theme() -> None:
    """Let the visitor choose light, dark or high contrast; nothing of it comes to the server."""
    named = {name: safe_text.html(_(text)) for name, text in THEMES.items()}
    head = named.pop("head")
    options = "".join(f'<option value="{name}">{said}</option>' for name, said in named.items())
    st.html(
        f'<span class="mm-look" title="{head}"><select data-mm-theme="" aria-label="{head}">{options}'
        "</select></span>"
    )
