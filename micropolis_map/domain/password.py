"""Which passwords are guessed first: nobody needs to break in where these open."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

FEWEST_DIFFERENT = 5
"""Characters; ``aaaaaaaaaaaa`` and twelve spaces have one."""
LONGEST_PIECE = 6
"""A password that only repeats a piece of at most so many characters is as good as the piece."""
MOST_IN_ORDER = 0.7
"""Share of neighbours that follow each other in the alphabet, in numbers or on a keyboard."""

_ROWS = (
    "12345678901",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "йцукенгшщзхїфівапролджєячсмитьбю",
)
_COMMON = (
    "password passwort passw0rd p@ssw0rd haslo hasło adgangskode kodeord parola пароль qwerty qwertz azerty "
    "йцукен letmein welcome iloveyou kochamcie kochamcię tiamo jegelskerdig sunshine princess football "
    "baseball superman batman dragon monkey master shadow trustno starwars michael jennifer charlie juventus "
    "napoli polska ukraina україна danmark italia zaq abc admin administrator organiser micropolis "
    "micropolismap changeme default secret test user login guest hello"
)
"""Of the lists of leaked passwords, in our languages, and our own name: alone or with each other."""
_ONLY_COMMON = re.compile(f"(?:{'|'.join(sorted(map(re.escape, _COMMON.split()), key=len, reverse=True))})+")
_BESIDE = re.compile(r"[\W\d_]+")


def is_guessable(password: str) -> bool:
    """Return whether a password is among those that are tried first, whatever its length.

    It has too few different characters, repeats one short piece, runs along the alphabet or a keyboard, or is
    made of the most common passwords with digits and signs put beside them.

    Examples
    --------
    >>> is_guessable("123456789012"), is_guessable("Password2026!"), is_guessable("correct horse battery")
    (True, True, False)
    """
    plain = "".join(unicodedata.normalize("NFKC", password).casefold().split())
    if len(set(plain)) < FEWEST_DIFFERENT or _is_repeated(plain):
        return True
    in_order = sum(_follow(a, b) for a, b in pairwise(plain))
    if in_order >= MOST_IN_ORDER * (len(plain) - 1):
        return True
    letters = _BESIDE.sub("", plain)
    return any(_ONLY_COMMON.fullmatch(words) is not None for words in (plain, letters) if words)


def _is_repeated(text: str) -> bool:
    pieces = (text[:length] for length in range(1, LONGEST_PIECE + 1))
    return any((piece * len(text))[: len(text)] == text for piece in pieces)


def _follow(a: str, b: str) -> bool:
    if a == b or (a.isalnum() and b.isalnum() and abs(ord(a) - ord(b)) == 1):
        return True
    return any(a + b in row or b + a in row for row in _ROWS)
