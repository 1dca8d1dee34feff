"""Files that pages take: only from who may give them, and never more at once than this server can hold.

Streamlit keeps what it is sent in memory until a session ends, and takes it from everybody with a session. A
page that shows a field for files grants its session to send some; `UploadGuard` asks before a byte is read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from micropolis_map.domain.permission import Action, Actor, Subject, require
from micropolis_map.errors import NotAllowed, TooMany
from micropolis_map.i18n import mark
from micropolis_map.stores.account_store import SqlAccountStore

MOST_OF_SESSION = 300_000_000
MOST_OF_ALL = 600_000_000
"""Bytes held at once. A town's extract has a few MB, a region's some hundred; larger ones go by command."""


@dataclass
class _Grant:
    """What one session may send for, and what it has sent: bytes by file."""

    account: str
    action: Action
    subject: Subject
    is_there: Callable[[], bool]
    files: dict[str, int] = field(default_factory=dict)


class Uploads:
    """Who may send files to pages, and what is held of them; for all threads of a process."""

    def __init__(self, accounts: SqlAccountStore) -> None:
        self._accounts = accounts
        self._grants: dict[str, _Grant] = {}
        self._changing = threading.Lock()

    def grant(
        self, actor: Actor, session: str, action: Action, subject: Subject, is_there: Callable[[], bool]
    ) -> None:
        """Let a session send the files of a page that `actor` looks at.

        Parameters
        ----------
        action, subject
            What the files are for.
        is_there
            Whether the session is still open; with it ends what is held.

        Raises
        ------
        NotAllowed
            `actor` may not do it.
        """
        require(actor, action, subject)
        with self._changing:
            known = self._grants.get(session)
            files = known.files if known else {}
            self._grants[session] = _Grant(actor.account_id, action, subject, is_there, files)

    def begin(self, session: str, file: str, size: int) -> int:
        """Reserve `size` bytes for a file that is about to come; return how many it had, for `drop`.

        Raises
        ------
        NotAllowed, NotFound
            No page of this session takes files, or its account may not give them any more.
        TooMany
            So much is held already.
        """
        with self._changing:
            grant = self._grants.get(session)
        account = self._accounts.get(grant.account) if grant is not None and grant.is_there() else None
        if grant is None or account is None or not account.active:
            raise NotAllowed(mark("this page takes no files"), mark("reload it, and sign in"))
        require(account.actor, grant.action, grant.subject)
        with self._changing:
            for name in [name for name, one in self._grants.items() if not one.is_there()]:
                del self._grants[name]
            held = {name: sum(one.files.values()) for name, one in self._grants.items()}
            again = grant.files.get(file, 0)
            if held.get(session, 0) - again + size > MOST_OF_SESSION:
                raise _too_much(MOST_OF_SESSION, mark("remove files here first, or load them by command"))
            if sum(held.values()) - again + size > MOST_OF_ALL:
                raise _too_much(MOST_OF_ALL, mark("others are sending files: try again in a few minutes"))
            grant.files[file] = size
            return again

    def drop(self, session: str, file: str, left: int = 0) -> None:
        """Count a file no more, or as it was before: it did not come whole, or was removed."""
        with self._changing:
            grant = self._grants.get(session)
            if grant is not None:
                grant.files.pop(file, None)
                grant.files |= {file: left} if left else {}

    def held(self) -> int:
        """Return the bytes counted now."""
        with self._changing:
            return sum(sum(one.files.values()) for one in self._grants.values())


def _too_much(most: int, todo: str) -> TooMany:
    return TooMany(mark("more than {most} MB of files would be held at once"), todo, most=round(most / 1e6))
