"""The ``Forwarded`` header: what each proxy in a row says of who asked it, and how.

References
----------
RFC 7239, "Forwarded HTTP Extension", sections 4 to 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PAIR = re.compile(r"""\s*([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.)*"|[^\s";,=]*)\s*(;|,|$)""", re.ASCII)
_QUOTED = re.compile(r"\\(.)")


def elements(header: str) -> list[Mapping[str, str]]:
    r"""Return what each proxy said, the outermost first; from a slip of syntax on leftwards nothing.

    Names are in small letters, values without their quotation marks. What stands left of a slip may have been
    written by who asks, so that nothing of it is told.

    Examples
    --------
    >>> elements('For="[2001:db8::7]:4711";Proto=https, for=192.0.2.7')
    [{'for': '[2001:db8::7]:4711', 'proto': 'https'}, {'for': '192.0.2.7'}]
    """
    found: list[dict[str, str]] = [{}]
    at = 0
    while at < len(header):
        pair = _PAIR.match(header, at)
        if pair is None:
            comma = header.find(",", at)
            found, at = [{}], comma + 1 if comma >= 0 else len(header)
            continue
        value = pair[2]
        found[-1][pair[1].lower()] = _QUOTED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
        at = pair.end()
        if pair[3] == ",":
            found.append({})
    return [element for element in found if element]
