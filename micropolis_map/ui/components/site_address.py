"""The address people reach this server under."""

from __future__ import annotations

import streamlit as st

from micropolis_map.settings import base_path, origin_of
from micropolis_map.ui import session


def site_address() -> str:
    """Return the operator's address, else the page's own, with our path below it; empty where unknown."""
    origin = session.application().settings.public_url or origin_of(st.context.url or "")
    return origin and origin + base_path()
