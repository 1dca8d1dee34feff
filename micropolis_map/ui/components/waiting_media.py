"""Photos and recordings that are not public yet, for who decides about them.

With our session's cookie the browser fetches them itself. Who came by OpenID Connect has no such cookie, only
Streamlit's, which our routes cannot read: they get the bytes within the page.
"""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

from micropolis_map.errors import NotFound
from micropolis_map.services import media
from micropolis_map.settings import below
from micropolis_map.ui import people

THUMB = 320
"""Pixels of the smallest photo we keep."""


def photo_source(photo_id: str) -> str:
    """Return what an ``img`` takes as its source."""
    address = below(f"/photos/{quote(photo_id, safe='')}/{THUMB}.webp")
    if not people.came_by_openid():
        return address
    try:
        data, public = media.photo(people.desk(), people.actor(), photo_id, THUMB)
    except NotFound:
        return address
    return address if public else _within(data, "image/webp")


def audio_source(audio_id: str) -> str:
    """Return what an ``audio`` takes as its source."""
    address = below(f"/audio/{quote(audio_id, safe='')}")
    if not people.came_by_openid():
        return address
    try:
        path, media_type, public = media.recording(people.desk(), people.actor(), audio_id)
    except NotFound:
        return address
    return address if public else _within(path.read_bytes(), media_type)


def _within(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"
