"""Colours of drawings that stand on a page as images: each is asked in its page's scheme."""

from __future__ import annotations


def style(always: str, light: str, dark: str) -> str:
    """Return the style element of an SVG: rules that always hold, those on light ground, those on dark."""
    return f"<style>{always}{light}@media (prefers-color-scheme:dark){{{dark}}}</style>"
