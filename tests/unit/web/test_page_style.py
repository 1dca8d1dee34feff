"""The page comes with its style at each of its addresses, packed or not; nothing else is touched."""

from __future__ import annotations

import gzip

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.testclient import TestClient

from micropolis_map.web.page_style import PageStyle

PAGE = b"<html><head><title>Streamlit</title></head><body><div></div></body></html>"
OTHER = b"<html><head><title>Pin</title></head><body></body></html>"
HTML = {"accept": "text/html,*/*"}


def asked(answer: Response, **headers: str) -> Response:
    """Return what a browser gets of `answer`."""
    return TestClient(PageStyle(answer)).get("/coverage", headers=HTML | headers)


@pytest.mark.parametrize("packed", [False, True])
def test_the_page_has_its_style_after_all_others_and_no_mark_of_an_older_one(packed):
    marks = {"etag": '"old"', "last-modified": "Tue, 01 Dec 2026 00:00:00 GMT"}
    answer = HTMLResponse(gzip.compress(PAGE), headers=marks | {"content-encoding": "gzip"})
    got = asked(answer if packed else HTMLResponse(PAGE, headers=marks))
    assert (
        got.text.index("<body>") < got.text.index("/css/page.css?v=") < got.text.index("/css/frames.css?v=")
    )
    assert got.text.index("laid.js") < got.text.index("</head>")
    assert not {"etag", "last-modified"} & set(got.headers)


@pytest.mark.parametrize(
    "answer", [HTMLResponse(OTHER), JSONResponse({}), Response(PAGE, media_type="text/plain")]
)
def test_what_is_not_that_page_goes_on_as_it_is(answer):
    assert asked(answer).content == answer.body


def test_what_no_browser_shows_goes_on_as_it_is():
    assert asked(HTMLResponse(PAGE), accept="*/*").content == PAGE


def test_the_theme_is_known_before_anything_else_of_the_page_and_of_its_maps():
    maps = b"<html><head><title>Streamlit Folium Component</title><style></style></head></html>"
    page, frame = asked(HTMLResponse(PAGE)).text, asked(HTMLResponse(maps)).text
    for text in (page, frame):
        assert text.partition("<head>")[2].startswith('<script src="/assets/js/theme.js?v=')
    # Only Streamlit's own scripts are told that the device is as dark as was chosen.
    assert page.count("data-streamlit") == 1
    assert "data-streamlit" not in frame
    assert "page.css" not in frame
