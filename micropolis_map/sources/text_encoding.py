"""Which encoding a text file is in."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise

from micropolis_map import i18n
from micropolis_map.errors import UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
_WESTERN = "æøåÆØÅàèéìòùÀÈÉÌÒÙäöüßñç"
_CYRILLIC = "".join(map(chr, range(0x410, 0x450))) + "іїєґІЇЄҐ"
_LETTERS = {
    "cp1250": _POLISH,
    "iso-8859-2": _POLISH,
    "cp1252": _WESTERN,
    "latin-1": _WESTERN,
    "cp1251": _CYRILLIC,
    "mac_roman": _WESTERN,
    "mac_latin2": _POLISH,
    "cp852": _POLISH,
    "cp850": _WESTERN,
    "mac_cyrillic": _CYRILLIC,
    "koi8_u": _CYRILLIC,
    "cp1125": _CYRILLIC,
}
"""Letters of our languages by the encodings they were written in: of Windows, Unix, Macs, and DOS."""
_SIGNS = "°’“”„–—…«»€²"
_CONTROLS = re.compile(r"[\x80-\x9f]")
"""No text has them: whoever finds some has read it in the wrong encoding."""
_SIGN_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\s'’,.;:/()\[\]&@+*\x22-](?=[^\W\d_])")
_HIGH = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_BETWEEN = re.compile(r"[bcdfghjklmnprstvwz][ćż](?=[bcdfghjklmnprstvwz])", re.IGNORECASE)
"""Where Danish has æ and ø: in Windows' and the Mac's encodings they are the bytes of Polish ć and ż."""
_FOREIGN_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_ENOUGH_BYTES = 50_000
_VOWELS = frozenset("aeiouyąęóæøåàèéìòùäöüáíúýőű")
LOST = "\ufffd"
"""What stands where a program could not read a letter."""
TWICE = "utf-8 twice"
"""UTF-8 that a program took for another encoding and wrote as UTF-8 again: ``Å»Ã³Å‚w``."""
_MISTAKEN = ("cp1252", "cp1250", "cp1251")
_MEANT = frozenset(_POLISH + _WESTERN + _CYRILLIC + _SIGNS + "\xa0")
CHOICES = ("utf-8", "utf-16", *_LETTERS, TWICE)


def decode(data: bytes, name: str, encoding: str = "") -> tuple[str, str]:
    """Return the text of `data` and its encoding.

    A byte order mark decides; else UTF-16 by its zero bytes; else strict UTF-8; else, of the one-byte
    encodings that our five languages were written in, the one that gives the most of their letters, the
    fewest signs nobody types and words nobody writes (ties: the order of `CHOICES`, those of Macs first where
    lines end as only theirs do). UTF-8 that was taken for another encoding and written again is undone.

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
    if guess == TWICE or (not encoding and guess.startswith("utf-8") and not data.isascii()):
        once = data.decode("utf-8-sig", "replace")
        meant = next(filter(None, (_meant(once, mistaken) for mistaken in _MISTAKEN)), "")
        if meant or guess == TWICE:
            return meant or once, TWICE
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


def _meant(text: str, mistaken: str) -> str:
    """Return the text whose UTF-8 was taken for `mistaken`, "" where that gives no text of our languages."""
    found = []
    for piece in _HIGH.findall(text):
        try:
            found.append(b"".join(_byte(sign, mistaken) for sign in piece).decode("utf-8"))
        except UnicodeError:
            return ""
        if not _MEANT.issuperset(found[-1]):
            return ""
    pieces = iter(found)
    return _HIGH.sub(lambda _: next(pieces), text) if found else ""


def _byte(sign: str, encoding: str) -> bytes:
    """Return the byte that was read as `sign`; what the encoding has no sign for stays as it is."""
    try:
        return sign.encode(encoding)
    except UnicodeEncodeError:
        return sign.encode("latin-1")


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
    lines, length = [], 0
    for match in _FOREIGN_LINE.finditer(data):
        lines.append(match[0])
        length += len(match[0])
        if length > _ENOUGH_BYTES:
            break
    sample = b"\n".join(lines)
    macs = b"\r" in data and b"\n" not in data  # so only their programs end lines
    scores = {e: _score(data, sample, e) + 0.5 * (macs and e.startswith("mac")) for e in _LETTERS}
    return max(scores, key=lambda encoding: scores[encoding])


def _score(data: bytes, sample: bytes, encoding: str) -> float:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return -1e9
    text = sample.decode(encoding)
    expected = _LETTERS[encoding] + _SIGNS
    high = [letter for letter in text if ord(letter) > 127]
    fitting = sum(1.0 if letter in expected else -1.0 for letter in high)
    fitting -= 3 * len(_CONTROLS.findall(text))
    if _LETTERS[encoding] == _CYRILLIC:
        # words of Latin letters with one Cyrillic inside, and lone Cyrillic letters, are no Cyrillic text
        mixed = len(re.findall(r"[a-zA-Z][Ѐ-ӿ]|[Ѐ-ӿ][a-zA-Z]", text))
        return fitting - 3 * mixed - 2 * (_capitals(text) + len(_SIGN_INSIDE.findall(text)))
    # a Latin text has few accented letters in a row: runs of them are another alphabet
    fitting -= 2 * len(re.findall(r"[^\W\d_a-zA-Z]{3,}", text))
    return fitting - 2 * _oddities(text)


def _oddities(text: str) -> int:
    """Return how often words are written as nobody does: ``pŚ``, ``caf°s``, ``brżd``, ``Nćstved``."""
    foreign = (word.casefold() for word in _WORD.findall(text) if not word.isascii())
    mute = sum(not _VOWELS.intersection(word) for word in foreign)
    return _capitals(text) + mute + len(_SIGN_INSIDE.findall(text)) + len(_BETWEEN.findall(text))


def _capitals(text: str) -> int:
    return sum(
        before.islower() and letter.isupper() and not letter.isascii() for before, letter in pairwise(text)
    )
