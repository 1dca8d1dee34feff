"""The legend under a map."""

from __future__ import annotations

import streamlit as st

from micropolis_map.ui import safe_text, words
from micropolis_map.ui.language import _


def place_legend(*, approximate: bool) -> None:
    """Show what the shapes mean, and that dashed outlines are approximate where they are."""
    items = [
        f"<li>{words.shape(kind)}<b>{safe_text.html(words.kind(kind))}</b> {safe_text.html(_(meaning))}</li>"
        for kind, meaning in words.KIND_MEANINGS.items()
    ]
    if approximate:
        items.append(
            '<li><i class="mm-dash"></i>' + safe_text.html(_("district, approximate outline")) + "</li>"
        )
    legend(items)


def legend(items: list[str]) -> None:
    """Show `items` (HTML list items) as a legend."""
    label = safe_text.html(_("Legend"))
    st.html(f'<ul class="mm-legend" aria-label="{label}">{"".join(items)}</ul>')
