"""The public map in another site's frame: it needs no session and keeps nothing."""

from __future__ import annotations

import http.server
import threading

import pytest
from playwright.sync_api import expect

READS_ONLY = True


@pytest.fixture
def another_site(server, tmp_path):
    """A site of somebody else that shows our map in a frame."""
    frame = (
        f'<iframe src="{server.url}/embed/demo?lang=pl&kind=historical" width="600" height="500"></iframe>'
    )
    explore = f'<iframe src="{server.url}/pin/demo" width="600" height="500" id="pin"></iframe>'
    (tmp_path / "index.html").write_text(f"<h1>Our town</h1>{frame}{explore}", encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


@pytest.mark.journey("embed")
def test_another_site_shows_the_map_and_only_the_map(visitor, another_site):
    one = visitor()
    one.page.goto(another_site)
    frame = one.page.frame_locator("iframe").first
    frame.locator("#map[data-places]").wait_for()
    shown = int(frame.locator("#map").get_attribute("data-places"))
    wanted = one.context.request.get(f"{one.base}/data/demo/places.geojson?kind=historical").json()[
        "features"
    ]
    assert shown == len(wanted) > 3
    marker = frame.locator(".mm-marker[data-place]").first
    place = marker.get_attribute("data-place")
    marker.dispatch_event("click")
    chosen = next(feature for feature in wanted if feature["id"] == place)
    expect(frame.locator("#place h1")).to_have_text(chosen["properties"]["name"]["pl"])
    link = frame.locator("#story").get_attribute("href")
    assert f"place={place}" in link
    assert "lang=pl" in link
    frame.get_by_role("button", name="Zamknij").click()
    expect(frame.locator("#place")).to_be_hidden()
    assert one.context.cookies() == []
    # Pages on which something can be sent are not to be framed by others.
    assert not one.page.frame_locator("#pin").locator("#main").count()


def test_an_unknown_community_is_not_there(visitor):
    one = visitor()
    answer = one.context.request.get(f"{one.base}/embed/atlantis")
    assert answer.status == 404
