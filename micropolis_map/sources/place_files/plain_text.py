"""Descriptions of other tools as plain text: HTML of My Maps, markup of uMap."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr"}
_SILENT = {"script", "style", "head", "title", "iframe", "object", "noscript", "template"}
_TAG = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_UMAP = (
    (re.compile(r"\{\{\{[^{}]*\}\}\}"), ""),  # an iframe
    (re.compile(r"\{\{[^{}]*\}\}"), ""),  # a picture by its address
    (re.compile(r"\[\[([^\[\]|]+)\|([^\[\]]+)\]\]"), r"\2 (\1)"),
    (re.compile(r"\[\[([^\[\]|]+)\]\]"), r"\1"),
    (re.compile(r"\*\*([^*\n]+)\*\*"), r"\1"),
    (re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"), r"\1"),
    (re.compile(r"(?m)^#{1,3}\s+"), ""),
    (re.compile(r"(?m)^---+\s*$"), ""),
)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.href = ""
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a":
            self.href, self.link = dict(attrs).get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")
        if tag == "a":
            if self.href.startswith(("http://", "https://")) and self.href.strip() != self.link.strip():
                self.parts.append(f" ({self.href})")
            self.href = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)
            self.link += data if self.href else ""


def from_html(text: str) -> str:
    r"""Return the words of an HTML text; a text without tags or entities only loses its outer blanks.

    Scripts, styles and pictures go; paragraphs and ``<br>`` become line ends; links keep their address.

    Examples
    --------
    >>> from_html("An <b>oak</b><br>by <a href='https://example.org/'>the lake</a>")
    'An oak\nby the lake (https://example.org/)'
    """
    if not _TAG.search(text):
        return text.strip()
    words = _Words()
    words.feed(text)
    words.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(words.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def from_umap(text: str) -> str:
    """Return uMap's markup as plain text: bold, links, pictures, headings, rules."""
    for pattern, replacement in _UMAP:
        text = pattern.sub(replacement, text)
    return from_html(re.sub(r"\n{3,}", "\n\n", text))
