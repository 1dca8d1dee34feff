"""A feed of what is new, as Atom (RFC 4287) with the places' positions (GeoRSS)."""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from micropolis_map import i18n
from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Photo, Place, Story
from micropolis_map.domain.place_geojson import LICENCE
from micropolis_map.domain.text import pick
from micropolis_map.services.feeds import News
from micropolis_map.services.flat_places import printable

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
GEORSS = "http://www.georss.org/georss"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_EPOCH = "1970-01-01T00:00:00Z"
_NAMES = uuid.UUID("6f6f2f1c-9d4c-5a57-9a0e-3d1c6d2b7a10")
"""Of our ids: a random one, chosen once; they stay the same wherever the server moves."""

ET.register_namespace("", ATOM)
ET.register_namespace("georss", GEORSS)


@dataclass(frozen=True)
class Feed:
    """What a feed is about: the community, the reader's language, the server's address (no ``/`` last)."""

    community: Community
    lang: str
    address: str


def atom_bytes(feed: Feed, news: Sequence[News]) -> bytes:
    """Return the feed: an entry for each of `news`, with the words of who told it in their own language."""
    _ = i18n.translation(feed.lang).gettext
    slug = feed.community.slug
    name = pick(feed.community.name, feed.lang, feed.community.languages)[0] or slug
    root = ET.Element(f"{{{ATOM}}}feed", {_LANG: feed.lang})
    _add(root, "id", _id("feed", slug))
    _add(root, "title", _("{community}: new places and stories").format(community=name))
    _add(root, "updated", max((one.updated for one in news), default=_EPOCH))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed_address(feed))
    _add(root, "link", rel="alternate", type="text/html", href=_page(feed))
    _add(_add(root, "author"), "name", "Micropolis Map")
    _add(root, "icon", f"{feed.address}/assets/icon.svg")
    for one in news:
        _entry(root, feed, one)
    text = str(ET.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def feed_address(feed: Feed) -> str:
    """Return the feed's own address."""
    return f"{feed.address}/feeds/{quote(feed.community.slug, safe='')}.atom?lang={feed.lang}"


def _entry(root: ET.Element, feed: Feed, one: News) -> None:
    place, story = one.place, one.story
    title, text, lang = _told(story, feed) if story else _of_place(place, feed)
    where, _ = pick(place.name, feed.lang, feed.community.languages)
    entry = _add(root, "entry")
    entry.set(_LANG, lang or feed.lang)
    _add(entry, "id", _id("story", place.id, story.id) if story else _id("place", place.id))
    _add(entry, "title", _one_line(f"{title} · {where}" if story and title else title or where))
    _add(entry, "published", one.published)
    _add(entry, "updated", one.updated)
    _add(entry, "link", rel="alternate", type="text/html", href=_page(feed, place))
    if story and _one_line(story.told_by):
        _add(_add(entry, "author"), "name", _one_line(story.told_by))
    for theme in place.themes:
        _add(entry, "category", term=printable(theme))
    _add(entry, "rights", printable(place.licence) or LICENCE)
    lon, lat = place.lon_lat
    point = ET.SubElement(entry, f"{{{GEORSS}}}point")
    point.text = f"{lat:.6f} {lon:.6f}"
    _content(entry, feed, text, story.photos if story else place.photos)


def _told(story: Story, feed: Feed) -> tuple[str, str, str]:
    """Return the story's title, its words and their language: the reader's where somebody translated it."""
    translation = story.translations.get(feed.lang, {}) if feed.lang != story.lang else {}
    text = translation.get("text") or story.text or story.transcript
    return (
        translation.get("title") or story.title,
        text,
        feed.lang if translation.get("text") else story.lang,
    )


def _of_place(place: Place, feed: Feed) -> tuple[str, str, str]:
    name, lang = pick(place.name, feed.lang, feed.community.languages)
    text, text_lang = pick(place.description, feed.lang, feed.community.languages)
    return name, text, text_lang or lang


def _content(entry: ET.Element, feed: Feed, text: str, photos: Sequence[Photo]) -> None:
    """Add the words as paragraphs, the photos below them; everything typed is text, never markup."""
    holder = _add(entry, "content", type="xhtml")
    body = ET.SubElement(holder, f"{{{XHTML}}}div")
    for block in re.split(r"\n\s*\n", printable(text).replace("\r\n", "\n")):
        if block.strip():
            ET.SubElement(body, f"{{{XHTML}}}p").text = block.strip()
    for photo in photos:
        alt = printable(pick(photo.alt, feed.lang, feed.community.languages)[0])
        source = f"{feed.address}/photos/{quote(photo.id, safe='')}/960.webp"
        ET.SubElement(ET.SubElement(body, f"{{{XHTML}}}p"), f"{{{XHTML}}}img", src=source, alt=alt)


def _page(feed: Feed, place: Place | None = None) -> str:
    query = {"community": feed.community.slug, **({"place": place.id} if place else {}), "lang": feed.lang}
    return f"{feed.address}/?{urlencode(query)}"


def _id(*parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMES, '/'.join(parts))}"


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text or None
    return child
