"""A stored photo or recording may be any bytes (a restored one's): to a browser it is never anything else."""

from __future__ import annotations

import sys
from pathlib import Path

from asgi_client import Client
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Photo, Story
from micropolis_map.settings import Settings
from micropolis_map.stores.audio import TYPES

PAGE = b"<html><script>alert(1)</script></html>"
ID = "a" * 32


def test_what_is_stored_is_sent_as_what_it_should_be(tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("wawer", {"en": "Wawer"}))
    story = Story("s1", "A", "B", "en", audio=ID)
    application.place_store.put(a_place("a", community="wawer", photos=(Photo(ID),), stories=(story,)))
    client = Client(Starlette(routes=web.routes(application), middleware=web.middleware(application)))
    desk = application.participation
    for size in (320, 960, 1920):
        path = desk.photos.path(ID, size)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PAGE)
    ending = next(iter(TYPES))
    recording = desk.audio.path(f"{ID}.{ending}")
    recording.parent.mkdir(parents=True, exist_ok=True)
    recording.write_bytes(PAGE)
    for address, media_type in {
        f"/photos/{ID}/320.webp": "image/webp",
        f"/audio/{ID}": TYPES[ending],
    }.items():
        answer = client.get(address)
        assert (answer.status_code, answer.content) == (200, PAGE)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
