"""The feed of new places and stories: valid Atom, stable ids, only what is public, words as typed."""

from __future__ import annotations

import sys
import uuid
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asgi import get
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from hostile_texts import HOSTILE
from place_builders import a_place

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Photo, Story
from micropolis_map.services.feeds import NEWEST, newest
from micropolis_map.settings import Settings
from micropolis_map.stores.place_store import Note

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
GEORSS = "{http://www.georss.org/georss}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FEED_CHILDREN = {"id", "title", "updated", "link", "author", "icon", "entry"}
ENTRY_CHILDREN = {
    "id", "title", "published", "updated", "link", "author", "category", "rights", "content",
}  # fmt: skip


@pytest.fixture
def application(tmp_path):
    application = build_application(Settings(data=tmp_path))
    wawer = Community("wawer", {"en": "Wawer", "pl": "Wawer"}, languages=("pl", "en"))
    application.community_store.save(wawer)
    return application


@pytest.fixture
def server(application):
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


def record(application, place, moment, actor="organiser:ola"):
    """Put the place's next revision at that moment, as an organiser does."""
    revisions = application.participation.revisions
    known = revisions.entries(place.id)
    expected = known[-1].revision if known else 0
    return revisions.put(place, Note(actor, "", moment), expected_revision=expected)


def feed(server, query=""):
    answer = get(server, f"/feeds/wawer.atom{query}", host="map.example")
    assert answer.status == 200
    root = ET.fromstring(answer.text)
    assert_is_atom(root)
    return root


def entries(root):
    return {entry.findtext(f"{ATOM}title"): entry for entry in root.iter(f"{ATOM}entry")}


def assert_is_atom(root):
    """Check what RFC 4287 asks of a feed and its entries, as a validator does."""
    assert root.tag == f"{ATOM}feed"
    assert {child.tag for child in root} <= {ATOM + name for name in FEED_CHILDREN}
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")] == ["self", "alternate"]
    for node in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(node.findall(ATOM + name)) == 1, name
        assert uuid.UUID(node.findtext(f"{ATOM}id").removeprefix("urn:uuid:"))
        for name in ("published", "updated"):
            for moment in node.findall(ATOM + name):
                assert datetime.fromisoformat(moment.text).utcoffset() == timedelta()
    for entry in root.iter(f"{ATOM}entry"):
        allowed = {ATOM + name for name in ENTRY_CHILDREN} | {f"{GEORSS}point"}
        assert {child.tag for child in entry} <= allowed
        content = entry.find(f"{ATOM}content")
        assert content.get("type") == "xhtml"
        assert [child.tag for child in content] == [f"{XHTML}div"]
        assert {node.tag for node in content.iter()} <= {
            f"{ATOM}content", f"{XHTML}div", f"{XHTML}p", f"{XHTML}img",
        }  # fmt: skip
        assert all(author.findtext(f"{ATOM}name") for author in entry.iter(f"{ATOM}author"))
    ids = [node.text for node in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


def test_an_empty_map_has_an_empty_feed(server):
    root = feed(server)
    assert entries(root) == {}
    assert root.findtext(f"{ATOM}title") == "Wawer: new places and stories"


def test_a_place_and_the_story_told_of_it_later_are_two_entries(server, application):
    pump = a_place("pump", name={"pl": "Pompa", "en": "Pump"}, description={"en": "Cold.\n\nWater."})
    record(application, pump, "2026-05-01T10:00:00Z")
    story = Story("s1", "Winter", "It froze.", "en", told_by="Ania", photos=(Photo("p1", {"en": "Ice"}),))
    record(application, replace(pump, stories=(story,)), "2026-06-01T10:00:00Z")
    found = entries(feed(server))
    assert list(found) == ["Winter · Pump", "Pump"]
    told, place = found["Winter · Pump"], found["Pump"]
    assert told.findtext(f"{ATOM}author/{ATOM}name") == "Ania"
    assert told.findtext(f"{ATOM}published") == "2026-06-01T10:00:00Z"
    assert [p.text for p in told.iter(f"{XHTML}p")] == ["It froze.", None]
    assert told.find(f".//{XHTML}img").attrib == {
        "src": "http://map.example/photos/p1/960.webp",
        "alt": "Ice",
    }
    assert place.findtext(f"{ATOM}published") == place.findtext(f"{ATOM}updated") == "2026-05-01T10:00:00Z"
    assert [p.text for p in place.iter(f"{XHTML}p")] == ["Cold.", "Water."]
    link = place.find(f"{ATOM}link").get("href")
    assert link == "http://map.example/?community=wawer&place=pump&lang=en"
    lat, lon = map(float, place.findtext(f"{GEORSS}point").split())
    assert (lon, lat) == pytest.approx(pump.lon_lat, abs=1e-6)


def test_a_change_moves_updated_and_nothing_else(server, application):
    pump = a_place("pump", name={"en": "Pump"})
    record(application, pump, "2026-05-01T10:00:00Z")
    before = entries(feed(server))["Pump"]
    record(application, replace(pump, description={"en": "Mended."}), "2026-07-01T10:00:00Z")
    after = entries(feed(server))["Pump"]
    assert after.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert after.findtext(f"{ATOM}published") == "2026-05-01T10:00:00Z"
    assert after.findtext(f"{ATOM}updated") == "2026-07-01T10:00:00Z"


def test_hidden_and_shown_again_it_is_not_new(server, application):
    pump = a_place("pump", name={"en": "Pump"})
    record(application, replace(pump, status="pending"), "2026-04-01T10:00:00Z")
    assert entries(feed(server)) == {}
    for status, month in (("published", 5), ("hidden", 6), ("published", 7)):
        record(application, replace(pump, status=status), f"2026-0{month}-01T10:00:00Z")
        assert len(entries(feed(server))) == (status == "published")
    entry = entries(feed(server))["Pump"]
    assert entry.findtext(f"{ATOM}published") == entry.findtext(f"{ATOM}updated") == "2026-05-01T10:00:00Z"


def test_what_came_with_the_file_has_the_dates_of_the_file(server, application):
    old = a_place("old", name={"en": "Old"}, created="2020-01-01T00:00:00Z", updated="2021-01-01T00:00:00Z")
    application.place_store.put_many([old])
    entry = entries(feed(server))["Old"]
    assert entry.findtext(f"{ATOM}published") == "2020-01-01T00:00:00Z"


def test_the_readers_language_and_each_texts_own(server, application):
    story = Story("s1", "Zima", "Mróz.", "pl", translations={"da": {"title": "Vinter", "text": "Frost."}})
    pump = a_place("pump", name={"pl": "Pompa", "en": "Pump"}, description={}, stories=(story,))
    record(application, pump, "2026-05-01T10:00:00Z")
    danish, ukrainian = feed(server, "?lang=da"), feed(server, "?lang=uk")
    assert entries(danish)["Vinter · Pompa"].get(LANG) == "da"
    assert entries(ukrainian)["Zima · Pompa"].get(LANG) == "pl"
    assert (danish.get(LANG), ukrainian.get(LANG)) == ("da", "uk")
    ids = [sorted(node.text for node in root.iter(f"{ATOM}id")) for root in (danish, ukrainian)]
    assert ids[0] == ids[1]


def test_only_the_newest_and_the_newest_first(application):
    old = [a_place(f"old-{n:02d}", created=f"2020-01-{n + 1:02d}T00:00:00Z") for n in range(28)]
    application.place_store.put_many(old)
    for n in range(NEWEST - 10):
        record(application, a_place(f"new-{n:02d}"), f"2030-05-01T10:{n:02d}:00Z")
    record(
        application,
        replace(old[0], stories=(Story("late", "Late", "Told late.", "en"),)),
        "2030-06-01T00:00:00Z",
    )
    news = newest(application.place_store, application.participation.revisions, "wawer")
    moments = [one.published for one in news]
    assert len(news) == NEWEST
    assert moments == sorted(moments, reverse=True)
    assert (news[0].place.id, news[0].story.id) == ("old-00", "late")
    assert [one.place.id for one in news[1:3]] == ["new-39", "new-38"]
    assert news[-1].place.id == "old-19"


def test_hostile_words_stay_words(server, application):
    stories = tuple(
        Story(f"s{n}", text[:300], text, "en", told_by=text[:200]) for n, text in enumerate(HOSTILE[:48])
    )
    place = a_place("x", name={"en": HOSTILE[0]}, themes=("<b>",), stories=stories)
    record(application, place, datetime(2026, 5, 1, tzinfo=UTC).isoformat())
    root = feed(server)
    assert len(root.findall(f"{ATOM}entry")) == 49
    assert entries(root)[HOSTILE[0]].find(f"{ATOM}category").get("term") == "<b>"


def test_etag_gzip_head_and_what_is_not_there(server, application):
    record(application, a_place("pump", description={"en": "Water. " * 100}), "2026-05-01T10:00:00Z")
    first = get(server, "/feeds/wawer.atom", accept_encoding="gzip")
    assert first.headers["content-type"].startswith("application/atom+xml")
    assert first.headers["content-encoding"] == "gzip"
    assert get(server, "/feeds/wawer.atom", if_none_match=first.headers["etag"]).status == 304
    head = get(server, "/feeds/wawer.atom", method="HEAD")
    assert (head.status, head.headers["etag"]) == (200, first.headers["etag"])
    record(application, a_place("other"), "2026-05-02T10:00:00Z")
    assert get(server, "/feeds/wawer.atom", if_none_match=first.headers["etag"]).status == 200
    missing = ("/feeds/nowhere.atom", "/feeds/..atom", "/feeds/wawer.rss", "/feeds", "/feeds/")
    assert [get(server, address).status for address in missing] == [404] * 5
    assert get(server, "/feeds/wawer.atom?lang=xx").status == 400
