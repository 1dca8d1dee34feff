"""Descriptions of other tools as plain text: HTML of My Maps, markup of uMap."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from micropolis_map.domain.visible_text import visible

_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr"}
_CELLS = {"td", "th", "dd"}
_SILENT = {"script", "style", "head", "title", "iframe", "object", "noscript", "template"}
_TAG = re.compile(
    r"</?[a-zA-Z][\w-]*(?::[\w-]+)?(?:[\s/][^<>]*)?>|<!--|<!\w|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});"
)
_NAME = re.compile(r"[a-z][\w-]*(:[\w-]+)?/?")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What ends a line anywhere: Word's vertical tab, JavaScript's separators."""
_MORE_LAYERS = 3
"""Of HTML that a form or a second export made text, and then HTML again."""
_CERTAIN = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|body|br|center|code|div|em|font|h[1-6]|hr|html|i|iframe|img|input|li|link|"
    r"meta|object|ol|p|pre|s|script|small|span|strong|style|sub|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)"
    r"(?:[\s/][^<>]*)?>|&(?:amp|apos|gt|lt|nbsp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});",
    re.IGNORECASE,
)
"""Tags there are: what else stands between angle brackets once a text is unpacked, somebody wrote there."""
_NOTHING = frozenset(
    (
        "nan", "nat", "null", "none", "<null>", "<na>", "n/a", "#n/a", "n.a.", "undefined", "[object object]",
        "(null)", "-nan", "nil", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!", "#n/d!", "#n/d",
        "#arg!", "#adr!", "#nazwa?", "#liczba!", "#dzielone/0!", "#i/t", "#værdi!", "#reference!", "#navn?",
        "#division/0!", "#valore!", "#rif!", "#nome?", "#н/д", "#знач!", "#посилання!",
    )
)  # fmt: skip
"""What programs and spreadsheets write where there is nothing or a formula failed, in five languages."""
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
        if not _NAME.fullmatch(tag):  # somebody's address: <ada@example.org>
            self.handle_data(self.get_starttag_text() or "")
            return
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in _CELLS:
            self.parts.append(" ")
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

    Scripts, styles and pictures go; paragraphs and ``<br>`` become line ends; links keep their address, and
    addresses in angle brackets stay.

    Examples
    --------
    >>> from_html("An <b>oak</b><br>by <a href='https://example.org/'>the lake</a>")
    'An oak\nby the lake (https://example.org/)'
    """
    return _without_tags(text) if _TAG.search(text) else text.strip()


def words_of(text: str) -> str:
    r"""Return what a text of another program says: without signs that nobody sees, and without HTML.

    HTML goes also where it was made text once more. Nothing where it only says that there is nothing (NaN,
    NULL, a failed formula). Ends of lines are ``\n``.
    """
    plain = from_html(_LINE_ENDS.sub("\n", text))
    for _ in range(_MORE_LAYERS):
        if not _CERTAIN.search(plain):
            break
        plain = _without_tags(plain)
    plain = visible(_LINE_ENDS.sub("\n", plain)).strip()
    return "" if says_nothing(plain) else plain


def says_nothing(text: str) -> bool:
    """Return whether a program wrote the text where it had no value."""
    return text.strip().casefold() in _NOTHING


def _without_tags(text: str) -> str:
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
