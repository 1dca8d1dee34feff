"""Every error the product raises on purpose.

::

    MicropolisError
    ├── InvalidInput            (ValueError)       a value a person or a file gave is wrong
    ├── UnreadableFile          (ValueError)       a file cannot be read as what it claims to be
    ├── NotFound                (LookupError)      a thing that was asked for does not exist or is not public
    ├── NotLoaded               (LookupError)      a community whose streets are not loaded yet
    ├── NotAllowed              (PermissionError)  the asker may not see or do this
    ├── Conflict                (RuntimeError)     somebody else changed it first
    ├── TooMany                 (RuntimeError)     asked too often; says when to come back
    │   └── Busy                                   too much is being worked on; the same
    ├── SourceUnavailable       (ConnectionError)  another server is down, slow, or answers garbage
    ├── StoreUnavailable        (OSError)          our own storage cannot be read or written
    │   └── DatabaseUnavailable                    the database; nobody but its keeper is told where it is
    └── Cancelled               (RuntimeError)     a person stopped a long task

A message says what happened with the value, what was expected, and what to do. It is kept apart from the
facts: ``what`` happened and what ``todo``; both survive pickling to a worker.

Whoever raises an error that a person can meet on a page marks its words (`i18n.mark`) and gives the facts as
values: ``NotFound(mark("there is no place {id}"), mark("look it up"), id=repr(place))``. Each face says it
in the reader's language (`MicropolisError.told`); logs and commands stay English.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from numbers import Real
from typing import Self

from micropolis_map import figures

mark = str  # for the catalogues, as `i18n.mark`, which stands above this module
Fact = str | float | datetime


class Counted(str):
    """Words about several things; the catalogue (`i18n.translation`) chooses their form by `n`."""

    __slots__ = ("n", "one")
    one: str
    n: int

    def __new__(cls, one: str, many: str, n: float) -> Self:
        """Return the words `many`, which are `one` of a single thing in English."""
        words = super().__new__(cls, many)
        words.one, words.n = one, round(abs(n))
        return words

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, int]]:
        """Go to and from a worker."""
        return type(self), (self.one, str(self), self.n)


class Sentence(str):
    """A sentence in English that can be told in another language: its marked words, and the facts in them.

    As a text it is the sentence itself. A fact may be a sentence again; then it is translated with it. A
    number and a moment are written as people of the language do; what a file says is a text, and stays so.
    """

    __slots__ = ("values", "words")
    words: str
    values: dict[str, Fact]

    def __new__(cls, words: str, **values: object) -> Self:
        """Return `words` with `values` in the place of the names in braces; without values as they are."""
        kept = {name: _fact(value) for name, value in values.items()}
        told = {name: _told(value, str, figures.ENGLISH) for name, value in kept.items()}
        shown = words.one if isinstance(words, Counted) and words.n == 1 else words
        sentence = super().__new__(cls, shown.format(**told) if told else shown)
        sentence.words, sentence.values = words, kept
        return sentence

    @classmethod
    def counted(cls, one: str, many: str, *, n: float, **values: object) -> Self:
        """Return the sentence `one` about one thing, `many` about any other number `n` of them."""
        return cls(Counted(one, many, n), n=n, **values)

    def told(self, translated: Callable[[str], str] = str, lang: str = figures.ENGLISH) -> str:
        """Return the sentence in the language `lang`, which `translated` translates into."""
        words = translated(self.words) if self.words else ""
        if isinstance(self.words, Counted) and self.words.n == 1 and words == self.words:
            words = self.words.one  # nobody translated it
        facts = {name: _told(value, translated, lang) for name, value in self.values.items()}
        return words.format(**facts) if facts else words


def _fact(value: object) -> Fact:
    """Return what a sentence keeps: a sentence, a number, a moment, or the text of anything else."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, Real):
        return float(value)
    return value if isinstance(value, str | datetime) else str(value)


def _told(value: Fact, translated: Callable[[str], str], lang: str) -> str:
    if isinstance(value, Sentence):
        return value.told(translated, lang)
    if isinstance(value, datetime):
        return figures.moment(value, lang)
    return value if isinstance(value, str) else figures.as_it_is(value, lang)


class MicropolisError(Exception):
    """What went wrong, in one line a person can act on.

    Parameters
    ----------
    what
        What happened, with the offending value (``{value!r}``).
    todo
        What to do about it; an imperative sentence, may be empty.
    keeper
        What only who keeps the server can do, such as a setting by its name: logs, commands and an
        administrator's pages say it, nobody else's.
    values
        What stands for the names in braces in both; without values braces are only braces. A number is told
        as the reader's language writes it. A `Sentence` as `what` or `todo` brings its own.
    """

    def __init__(self, what: str, todo: str = "", *, keeper: object = "", **values: object) -> None:
        super().__init__(what, todo)
        self.keeper = str(keeper)
        self._told = tuple(
            words if isinstance(words, Sentence) else Sentence(words, **values) for words in (what, todo)
        )
        self.what, self.todo = (
            sentence if sentence == told else told
            for sentence, told in zip(self._told, self.told(), strict=True)
        )

    def told(self, translated: Callable[[str], str] = str, lang: str = figures.ENGLISH) -> tuple[str, str]:
        """Return what happened and what to do, in the language `lang`, which `translated` translates into."""
        what, todo = (sentence.told(translated, lang) for sentence in self._told)
        return what, todo

    def told_to_anybody(
        self, translated: Callable[[str], str] = str, lang: str = figures.ENGLISH
    ) -> tuple[str, str]:
        """Return the same for everybody: it does not say where on the server something lies."""
        return self.told(translated, lang)

    def with_more(self, todo: str) -> Self:
        """Return the same error with one more thing to know (a `Sentence`, or marked) after what to do."""
        what, before = self._told
        more = todo if isinstance(todo, Sentence) else Sentence(todo)
        both = Sentence("{before}; {more}", before=before, more=more) if before else more
        same = copy(self)
        vars(same).update(_told=(what, both), todo=both)
        return same

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.what, self.todo, self.keeper)))


class InvalidInput(MicropolisError, ValueError):
    """A value that a person or a file gave is wrong."""


class UnreadableFile(MicropolisError, ValueError):
    """A file cannot be read as what it claims to be."""

    def told_to_anybody(
        self, translated: Callable[[str], str] = str, lang: str = figures.ENGLISH
    ) -> tuple[str, str]:
        """Return the same with the names of files only."""
        return _names_only(self.told(translated, lang))


class NotFound(MicropolisError, LookupError):
    """A thing that was asked for does not exist, or is not public."""


class NotLoaded(MicropolisError, LookupError):
    """The community's streets are not loaded yet."""


class NotAllowed(MicropolisError, PermissionError):
    """The asker may not see or do this."""


class Conflict(MicropolisError, RuntimeError):
    """Somebody else changed it first."""


class TooMany(MicropolisError, RuntimeError):
    """Asked too often; `retry_after_s` says when it is worth asking again."""

    def __init__(self, what: str, todo: str = "", retry_after_s: float = 60.0, **values: object) -> None:
        super().__init__(what, todo, **values)
        self.args = (what, todo, retry_after_s)
        self.retry_after_s = retry_after_s


class Busy(TooMany):
    """So much is being worked on that waiting for a place makes no sense."""


class SourceUnavailable(MicropolisError, ConnectionError):
    """Another server is down, slow, or answers garbage."""


class StoreUnavailable(MicropolisError, OSError):
    """Our own storage cannot be read or written."""

    def told_to_anybody(
        self, translated: Callable[[str], str] = str, lang: str = figures.ENGLISH
    ) -> tuple[str, str]:
        """Return the same with the names of files only."""
        return _names_only(self.told(translated, lang))


_UNUSABLE = mark("the database cannot be used")


class DatabaseUnavailable(StoreUnavailable):
    """The database cannot be used; its own words may name files, servers and users."""

    def told_to_anybody(
        self, translated: Callable[[str], str] = str, lang: str = figures.ENGLISH
    ) -> tuple[str, str]:
        """Return that it is so, and what to do; the reason is in the log."""
        return translated(_UNUSABLE), self.told(translated, lang)[1]


class Cancelled(MicropolisError, RuntimeError):
    """A person stopped a long task."""


_QUOTED = re.compile(r"""(['"])(?:[A-Za-z]:)?[/\\][^'"]*[/\\]([^'"/\\]+)[/\\]*\1""")
_BARE = re.compile(r"""(?<![\w/.:'"])(?:[A-Za-z]:)?[/\\](?:[^\s'"/\\]+[/\\])+([^\s'"/\\]+)""")


def _names_only(told: tuple[str, str]) -> tuple[str, str]:
    """Return the words with each absolute path cut down to its last name."""
    what, todo = (_BARE.sub(r"\1", _QUOTED.sub(r"\1\2\1", text)) for text in told)
    return what, todo


@dataclass(frozen=True)
class Answer:
    """How the three faces answer one class of error."""

    exit_code: int
    http_status: int
    page: str  # the Streamlit call that shows it: "warning", "error" or "info"


ANSWERS: dict[type[MicropolisError], Answer] = {
    InvalidInput: Answer(1, 400, "warning"),
    UnreadableFile: Answer(1, 400, "warning"),
    NotFound: Answer(1, 404, "info"),
    NotLoaded: Answer(1, 404, "info"),
    NotAllowed: Answer(1, 404, "info"),  # 404, not 403: what is private does not exist for the asker
    Conflict: Answer(1, 409, "warning"),
    TooMany: Answer(1, 429, "warning"),
    Busy: Answer(1, 503, "warning"),
    SourceUnavailable: Answer(1, 502, "error"),
    StoreUnavailable: Answer(1, 503, "error"),
    Cancelled: Answer(1, 409, "info"),
    MicropolisError: Answer(1, 500, "error"),
}


def answer(error: MicropolisError) -> Answer:
    """Return how to answer `error`: the entry of its nearest class in `ANSWERS`."""
    return next(ANSWERS[cls] for cls in type(error).__mro__ if cls in ANSWERS)
