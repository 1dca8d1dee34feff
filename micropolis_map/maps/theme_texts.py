"""How the choice of light, dark or high contrast is named, on our own pages as on Streamlit's."""

from __future__ import annotations

from collections.abc import Mapping

from micropolis_map.i18n import mark

THEMES: Mapping[str, str] = {
    "head": mark("Colours"),
    "auto": mark("As my device"),
    "light": mark("Light"),
    "dark": mark("Dark"),
    "contrast": mark("High contrast"),
}
"""By the theme's name in ``js/theme.js``; ``head`` names the choice."""
