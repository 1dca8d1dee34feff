"""Which encoding a text file is in."""

from __future__ import annotations

import codecs
import re

from micropolis_map import i18n
from micropolis_map.errors import UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = {
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "iso-8859-2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "cp1252": "æøåÆØÅàèéìòùÀÈÉÌÒÙäöüßñç",
    "latin-1": "æøåÆØÅàèéìòùÀÈÉÌÒÙäöüßñç",
    "cp1251": "".join(map(chr, range(0x410, 0x450))) + "іїєґІЇЄҐ",
}
_SIGNS = "°’“”„–—…«»€²"
CHOICES = ("utf-8", "utf-16", *_LETTERS)


def decode(data: bytes, name: str, encoding: str = "") -> tuple[str, str]:
    """Return the text of `data` and its encoding.

    A byte order mark decides; else UTF-16 by its zero bytes; else strict UTF-8; else, of the one-byte
    encodings that our five languages were written in, the one that gives the most of their letters and the
    fewest signs nobody types (ties: the order of `CHOICES`).

    Parameters
    ----------
    encoding
        The encoding somebody said it is; "" to recognise it.

    Raises
    ------
    UnreadableFile
        `encoding` does not fit, or is none that exists.
    """
    guess = encoding or _by_marks(data) or _by_letters(data)
    try:
        return data.decode(guess).removeprefix("\ufeff"), guess.removesuffix("-sig")
    except (UnicodeError, LookupError) as error:
        raise UnreadableFile(
            i18n.mark("{file} is not text in {encoding}: {why}"),
            i18n.mark("save it as UTF-8, or say one of {choices}"),
            file=repr(name),
            encoding=guess,
            why=error,
            choices=", ".join(CHOICES),
        ) from error


def _by_marks(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[:4000]
    half = max(1, len(head) // 2)
    if head[1::2].count(0) > half * 0.4:
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.4:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "utf-8"


def _by_letters(data: bytes) -> str:
    scores = {encoding: _score(data, encoding) for encoding in _LETTERS}
    return max(scores, key=lambda encoding: scores[encoding])


def _score(data: bytes, encoding: str) -> float:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return -1e9
    expected = _LETTERS[encoding] + _SIGNS
    high = [letter for letter in text if ord(letter) > 127]
    fitting = sum(1.0 if letter in expected else -1.0 for letter in high)
    if encoding == "cp1251":
        # words of Latin letters with one Cyrillic inside, and lone Cyrillic letters, are no Cyrillic text
        mixed = len(re.findall(r"[a-zA-Z][Ѐ-ӿ]|[Ѐ-ӿ][a-zA-Z]", text))
        return fitting - 3 * mixed
    # a Latin text has few accented letters in a row: runs of them are another alphabet
    return fitting - 2 * len(re.findall(r"[^\W\d_a-zA-Z]{3,}", text))
