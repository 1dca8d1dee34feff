"""The address people reach this server under."""

from __future__ import annotations

import streamlit as st


def site_address() -> str:
    """Return scheme and host of the page's address, without a slash at the end; empty where unknown."""
    url = st.context.url or ""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.split('/', 1)[0]}" if separator else ""
