"""Where a text stops being JSON or XML, in words that can be told in the reader's language."""

from __future__ import annotations

import json
from xml.parsers import expat

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark

_AT = mark("from line {line}, character {character}, on it cannot be read")
_LINE = mark("{what} (line {line})")
_DEEP = mark("its lists and objects are nested too deep")


def where(error: Exception, line: int = 0) -> str:
    """Return where the text breaks by what its parser said; of another error its words, and the `line`.

    Examples
    --------
    >>> try:
    ...     json.loads('{"a": ')
    ... except ValueError as error:
    ...     print(where(error))
    from line 1, character 7, on it cannot be read
    """
    if isinstance(error, json.JSONDecodeError):
        return Sentence(_AT, line=error.lineno, character=error.colno)
    if isinstance(error, expat.ExpatError):
        return Sentence(_AT, line=error.lineno, character=error.offset + 1)
    if isinstance(error, RecursionError):
        return Sentence(_DEEP)
    what = str(error) or type(error).__name__
    return Sentence(_LINE, what=what, line=line) if line else what
