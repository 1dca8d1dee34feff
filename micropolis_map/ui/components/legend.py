"""The legend under a map."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.freshness import FADED_MONTHS
from micropolis_map.ui import safe_text, words
from micropolis_map.ui.language import _


def place_legend(
    *, help_points: bool, approximate: bool, outlines: bool = False, faded: bool = False
) -> None:
    """Show what the shapes mean; what not every map has only where there is any of it."""
    items = [
        f"<li>{words.shape(kind)}<b>{safe_text.html(words.kind(kind))}</b> {safe_text.html(_(meaning))}</li>"
        for kind, meaning in words.KIND_MEANINGS.items()
    ]
    if help_points:
        items.append(
            "<li>" + words.shape("help_point") + safe_text.html(words.activity("help_point")) + "</li>"
        )
    if outlines:
        items.append('<li><i class="mm-area"></i>' + safe_text.html(_("a whole street or park")) + "</li>")
    if faded:
        text = _("faded: nobody has confirmed it for {n} months").format(n=FADED_MONTHS)
        items.append("<li>" + words.shape("historical", "is-faded") + safe_text.html(text) + "</li>")
    if approximate:
        items.append(
            '<li><i class="mm-dash"></i>' + safe_text.html(_("district, approximate outline")) + "</li>"
        )
    legend(items)


def legend(items: list[str]) -> None:
    """Show `items` (HTML list items) as a legend."""
    label = safe_text.html(_("Legend"))
    st.html(f'<ul class="mm-legend" aria-label="{label}">{"".join(items)}</ul>')
