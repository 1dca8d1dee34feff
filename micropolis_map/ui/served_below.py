"""Streamlit's pages below the same path of a host as our own routes."""

from __future__ import annotations

from streamlit import config

from micropolis_map.settings import base_path, below

_FONTS = "theme.fontFaces"


def install() -> None:
    """Tell Streamlit the path, and the fonts' addresses below it; nothing at the root of a host.

    Raises
    ------
    InvalidInput
        The path that is set is none.
    """
    if not base_path():
        return
    config.set_option("server.baseUrlPath", base_path().strip("/"))
    fonts = [face | {"url": below(face["url"])} for face in config.get_option(_FONTS) or ()]
    config.set_option(_FONTS, fonts)
