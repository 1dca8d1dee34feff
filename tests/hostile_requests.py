"""Requests that nobody sends who means well: bodies, addresses and headers, as strategies of hypothesis.

A body starts as what a page of ours sends and is changed at any depth; it is kept as text, because the worst
of it (digits without end, ``NaN``, brackets nested 5,000 deep) is nothing Python would write.
"""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

DEEP = "\u0001deep\u0001"
HUGE_FLOAT = "\u0001huge\u0001"
_RAW = {DEEP: "[" * 5_000 + "]" * 5_000, HUGE_FLOAT: "1e999"}

ODD_TEXTS = (
    "",
    " ",
    "x" * 30_000,
    "\ud800",
    "half \udfff a character",
    "\x00",
    "a\x00b",
    "\u202egnp.exe\u202c",
    "zero\u200bwidth\ufeff",
    "می\u200cخواهم",
    "²²²",
    "١٢٣",
    "0" * 400,
    "-1",
    "1e400",
    "nan",
    "inf",
    "../../etc/passwd",
    "..",
    "%2e%2e%2f",
    "a/b",
    "{n} {0} %s %(x)s",
    "<script>",
    "line\nline\r\n",
    "\u2028",
    "2026-13-45T99:99",
    "0001-01-01T00:00:00+14:00",
    "https://[",
    "null",
)
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**400, -(10**400), 2**63, 2**31, 10**18, float("nan"), float("inf"),
    HUGE_FLOAT, DEEP, [], {}, [[]], [[[]]], [None], [{}], {"": ""}, {"en": 5}, {"en": None}, {"en": ["a"]},
    {"\ud800": "a"}, {"type": []}, ["en"], [1, 2], [[1, 2], [3, 4]], list(range(2_000)), *ODD_TEXTS,
)  # fmt: skip

odd_texts = st.sampled_from(ODD_TEXTS) | st.text(max_size=30)
odd_values = st.sampled_from(ODD_VALUES) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _places(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the document, the root first."""
    found = [way]
    items = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, value in items:
        found += _places(value, (*way, key))
    return found


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """The document with one to three of its values replaced, taken out, doubled or wrapped."""
    new = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(_places(new)))
        if not way:
            new = copy.deepcopy(draw(odd_values)) if draw(st.integers(0, 9)) == 0 else new
            continue
        holder = new
        for key in way[:-1]:
            holder = holder[key]
        how = draw(st.sampled_from(("replace", "replace", "replace", "delete", "wrap", "add")))
        if how == "delete" and isinstance(holder, dict):
            del holder[way[-1]]
        elif how == "wrap":
            holder[way[-1]] = [holder[way[-1]]]
        elif how == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(("id", "type", "name", "stories", "photos", "access", "period")))] = (
                copy.deepcopy(draw(odd_values))
            )
        else:
            holder[way[-1]] = copy.deepcopy(draw(odd_values))
    return new


@st.composite
def bodies(draw: st.DrawFn, document: dict[str, Any]) -> bytes:
    """The changed document as bytes; now and then no JSON at all."""
    if draw(st.integers(0, 19)) == 0:
        return draw(
            st.binary(max_size=50)
            | st.sampled_from((b"", b"{", b"[]", b"\xff", b"1" * 5_000, b'{"a":1,"a":2}'))
        )
    text = json.dumps(draw(changed(document)))
    for name, raw in _RAW.items():
        text = text.replace(json.dumps(name), raw)
    return text.encode()


def pieces(known: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A piece of a path: mostly a known one, else an odd one, escaped as an address has it."""
    odd = odd_texts.map(lambda text: text.encode("utf-8", "surrogatepass")[:300])
    escaped = odd.map(lambda text: quote(text, safe="")) | st.sampled_from(
        ("..%2f..%2fx", "%00", "%ff%fe", "%ED%A0%80", ".")
    )
    return st.sampled_from(known) | st.sampled_from(known) | escaped


def queries(known: dict[str, tuple[str, ...]]) -> st.SearchStrategy[str]:
    """A query of some known parameters (or an unknown one), with their values or odd ones."""
    pair = st.sampled_from(sorted(known)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(known[name]) | odd_texts)
    )
    written = pair.map(
        lambda p: f"{p[0]}={quote(p[1].encode('utf-8', 'surrogatepass')[:2_000], safe=',;:.-')}"
    )
    return st.lists(written | st.sampled_from(("&&", "=", "a[]=1", "%00=%00", "x" * 500)), max_size=4).map(
        "&".join
    )


headers = st.fixed_dictionaries(
    {},
    optional={
        "accept-language": st.sampled_from(("uk", "pl;q=nan", "x;q=inf,;q=,,", "\xff" * 50)),
        "accept-encoding": st.sampled_from(("gzip", "gzip;q=0", "*;q=\xb2", "")),
        "if-none-match": st.sampled_from(("*", 'W/"x"', '"', "\xe9")),
        "range": st.sampled_from(("bytes=0-1", "bytes=-", "bytes=9-1", "bytes=1e9-", "x")),
        "x-micropolis-key": st.sampled_from(("ania-0123456789abcdefghijkl", ",,,", "\xb2" * 30, "a" * 3_000)),
        "cookie": st.sampled_from(("micropolis_session=x", "=;;=\xff", f"micropolis_session={'a' * 3_000}")),
        "origin": st.sampled_from(("http://map.example", "null", "http://[", "http://evil.example", "\xb2")),
        "content-type": st.sampled_from(("application/json", "text/plain", "application/json; x=\xff", "")),
        "content-length": st.sampled_from(("0", "-1", "\xb2\xb2", "9" * 400, "x")),
        "host": st.sampled_from(("map.example", "", "a b", "[::1", "\xb2:\xb2", "x" * 300, "a.b:99999")),
        "x-forwarded-for": st.sampled_from(("1.2.3.4", "unknown", ",,", "[::1]:x", "\xff")),
        "x-forwarded-proto": st.sampled_from(("https", "javascript", "\xff")),
        "x-forwarded-host": st.sampled_from(("evil.example", "a b", "")),
    },
)  # fmt: skip
"""Headers as latin-1 texts."""
