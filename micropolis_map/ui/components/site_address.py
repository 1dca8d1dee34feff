"""The address people reach this server under."""

from __future__ import annotations

import streamlit as st

from micropolis_map.settings import origin_of
from micropolis_map.ui import session


def site_address() -> str:
    """Return the operator's address, else scheme and host of the page's own; empty where unknown."""
    return session.application().settings.public_url or origin_of(st.context.url or "")
