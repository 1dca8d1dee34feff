"""Names and other one-line texts as they look: without characters that nobody sees and that change the rest.

U+202E turns what follows around (``\u202egnp.exe`` reads as a picture), a zero-width space makes two names of
one. Joiners stay where scripts need them: in Persian, in Hindi, in emoji of several people.
"""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and the end of a line
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphens, fillers
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # directions, no width
    "]"
)
_JOINERS = {"\u200c", "\u200d"}
_ALONE = (
    "LATIN",
    "GREEK",
    "CYRILLIC",
    "ARMENIAN",
    "GEORGIAN",
    "HEBREW",
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
)
"""Scripts in which joiners mean nothing."""
_FLAG, _TAGS = "\U0001f3f4", range(0xE0020, 0xE0080)
_EMOJI_STYLE = "\ufe0f"


def visible(text: str) -> str:
    r"""Return `text` without what is not seen; tabs and ends of lines stay.

    Left out: control characters, marks that set or isolate a direction, zero-width characters and fillers,
    tags that spell no flag, joiners that do not stand between letters or pictures which they join.

    Examples
    --------
    >>> visible("Old\u200b \u202eoak\x07"), visible("می\u200cخواهم") == "می\u200cخواهم"
    ('Old oak', True)
    """
    if text.isascii() and text.isprintable():
        return text
    plain = _UNSEEN.sub("", text)
    kept: list[str] = []
    for place, char in enumerate(plain):
        following = plain[place + 1 : place + 2]
        if char in _JOINERS and not (kept and _is_joined(kept[-1]) and _is_joined(following)):
            continue
        if ord(char) in _TAGS and not _in_flag(kept):
            continue
        kept.append(char)
    return "".join(kept)


def _is_joined(char: str) -> bool:
    """Return whether joiners mean something beside the character."""
    if not char or char.isascii():
        return False
    if char == _EMOJI_STYLE or unicodedata.category(char) in {"So", "Sk", "Mn", "Mc"}:
        return True
    return char.isalpha() and not unicodedata.name(char, "").startswith(_ALONE)


def _in_flag(kept: list[str]) -> bool:
    """Return whether the last characters are a black flag and the tags that say whose it is."""
    before = next((char for char in reversed(kept) if ord(char) not in _TAGS), "")
    return before == _FLAG
