"""Residents' texts on a page: shown as what was typed, never obeyed."""

from __future__ import annotations

import re
from html import escape

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:=^&/\"'@])")
_CONTROLS = re.compile(r"[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def label(text: str) -> str:
    r"""Return `text` for a widget's label, which Streamlit reads as Markdown: every mark is escaped.

    Examples
    --------
    >>> label("Old *Harbour*")
    'Old \\*Harbour\\*'
    """
    escaped = _MARKS.sub(r"\\\1", _CONTROLS.sub(" ", text).strip())
    return escaped.replace(
        r"\@", "\u2060@"
    )  # a word joiner: an escaped address would be made a link all the same


def html(text: str) -> str:
    """Return `text` for HTML; marks that turn the direction of writing are left out."""
    return escape(_CONTROLS.sub(lambda found: "\n" if "\n" in found.group() else " ", text), quote=True)


def sentence(text: str) -> str:
    """Return `text` with a capital letter, unless it begins with the name of a file: that is as it is.

    Examples
    --------
    >>> sentence("heights.tif has no height"), sentence("there is no place")
    ('heights.tif has no height', 'There is no place')
    """
    first = text.split(maxsplit=1)[0].rstrip(".,:;") if text.strip() else ""
    return text if "." in first else text[:1].upper() + text[1:]


def paragraphs(text: str) -> str:
    """Return `text` as HTML paragraphs, one for each block between empty lines."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    return "".join(f"<p>{html(block).replace(chr(10), '<br>')}</p>" for block in blocks)


def heading(level: int, text: str) -> str:
    """Return `text` as an HTML heading."""
    return f"<h{level}>{html(text)}</h{level}>"
