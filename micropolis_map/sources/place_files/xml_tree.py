"""A small XML tree that nothing in a file can turn against us.

Documents that declare a DOCTYPE's entities are refused (bombs, files read from our disk), depth and size are
limited, nothing is ever fetched. Prefixes are dropped without being looked up, because real files use ones
they never declared.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.broken_text import where
from micropolis_map.sources.place_files.rows import unreadable

_BEFORE_DECLARATION = re.compile(rb"(?:\s|<!--(?:(?!--).){0,2000}-->){1,50}(?=<\?xml\s)", re.DOTALL)
MAX_DEPTH = 100
MAX_ELEMENTS = 5_000_000
MAX_KEPT = 100_000
"""Elements that are held at once of a file that is read thing by thing."""

Ended = Callable[["Element", Sequence["Element"]], bool]
"""Is told of an element that ended and of those around it, the outermost first; says whether to keep it."""


@dataclass(slots=True)
class Element:
    """An element: its name without prefix, attributes without prefixes, children, and its own text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text without outer blanks."""
        return "".join(self.texts).strip()

    def find(self, name: str) -> Element | None:
        """Return the first child called `name`."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, *names: str) -> list[Element]:
        """Return the children called one of `names`, in order."""
        return [child for child in self.children if child.name in names]

    def words(self, name: str) -> str:
        """Return the text of the first child called `name`, "" without one."""
        child = self.find(name)
        return child.text if child else ""

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse(data: bytes, path: Path, ended: Ended | None = None) -> Element:
    """Return the root element of `data`; `path` is for the error.

    Parameters
    ----------
    ended
        Takes what it needs of each element and says which stay in the tree, of which at most `MAX_KEPT` may
        be there at once: a long file takes no more memory than what is taken of it.

    Raises
    ------
    UnreadableFile
        Not well-formed, declares entities, or nested or long beyond the limits.
    """
    builder = _Builder(path, ended)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(_from_its_start(data), True)  # noqa: FBT003 (expat takes no keyword)
    except UnreadableFile:
        raise  # what the builder refused; it is a ValueError too
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise unreadable(
            path,
            mark("{file} is not well-formed XML: {why}"),
            mark("export it again, or repair that line"),
            why=where(error),
        ) from error
    return builder.root.children[0]


class _Builder:
    def __init__(self, path: Path, ended: Ended | None) -> None:
        self.path, self.ended = path, ended
        self.root = Element("")
        self.open = [self.root]
        self.count = 0
        self.kept = 0
        self.kept_before: list[int] = []
        """How many elements were kept when each of the open ones began."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        self.kept_before.append(self.kept)
        self.kept += 1
        self._limit(self.count, MAX_ELEMENTS)
        if self.ended is not None:
            self._limit(self.kept, MAX_KEPT)
        element = Element(_local(name), {_local(key): value for key, value in attributes.items()})
        self.open[-1].children.append(element)
        self.open.append(element)

    def _limit(self, count: int, most: int) -> None:
        if len(self.open) > MAX_DEPTH or count > most:
            raise unreadable(
                self.path,
                mark("{file} is nested deeper than {depth} or has more than {most} elements"),
                mark("export fewer things into one file"),
                depth=MAX_DEPTH,
                most=most,
            )

    def end(self, _name: str) -> None:
        element, before = self.open.pop(), self.kept_before.pop()
        if self.ended is not None and len(self.open) > 1 and not self.ended(element, self.open[1:]):
            around = self.open[-1]
            around.children.pop()
            if around.texts and around.texts[-1].isspace():  # the end of the line before it
                around.texts.pop()
            self.kept = before

    def characters(self, text: str) -> None:
        self.open[-1].texts.append(text)

    def refuse(self, *declaration: object) -> None:
        raise unreadable(
            self.path,
            mark("{file} declares the XML entity {name}, which is not read"),
            mark("remove its DOCTYPE, or export it again"),
            name=repr(declaration[0]),
        )


def _from_its_start(data: bytes) -> bytes:
    """Return the document without what XML forbids and programs write around it.

    Blanks and comments before its declaration, and the zero bytes of a logger that lost its power.
    """
    text = data.rstrip(b"\0") if data[-2:] == b"\0\0" else data
    text = text.removeprefix(codecs.BOM_UTF8)
    found = _BEFORE_DECLARATION.match(text)
    start = text[found.end() :] if found else text.lstrip()
    return start if start[:1] == b"<" and len(start) < len(data) else data


def _local(name: str) -> str:
    return name.rpartition(":")[2]
