"""Who works and who waits: places shared fairly among those who ask, without threads or clocks.

Everybody may use what is free, up to `most_each` where there is one. Where all waiting places are taken, who
holds fewer places gets one of whoever holds most: the one that came last there. Who works next is the asker
with the fewest works going on, and of several as many the one whose turn is longest ago.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Ask:
    """One work that somebody wants done.

    Attributes
    ----------
    asker
        Who wants it, as places are counted; empty for the server itself.
    alone
        Of works with the same word one is done at a time; empty for any number.
    """

    asker: str = ""
    alone: str = ""


class Line:
    """The places: `at_once` to work in, `most_waiting` to wait in. Not safe for threads by itself.

    `most_each` is how many of them one asker works in at a time: then the others find some free at once.
    """

    def __init__(self, at_once: int, most_waiting: int, most_each: int | None = None) -> None:
        self.at_once, self.most_waiting = at_once, most_waiting
        self.most_each = at_once if most_each is None else most_each
        self.working: list[Ask] = []
        self.waiting: list[Ask] = []
        self._turns: list[str] = []
        """Askers that wait, whose turn comes first in front: who had one goes to the end, as who is new."""

    def enter(self, ask: Ask) -> bool:
        """Let `ask` wait, or work at once where `next` says so; False: there is no place for it.

        It may take the place of another that waits, which is then no more in `waiting`.
        """
        self.waiting.append(ask)
        if ask.asker not in self._turns:
            self._turns.append(ask.asker)
        if self.next() is not ask and len(self.waiting) > self.most_waiting:
            self.leave(self._last_of_most(ask))
        return ask in self.waiting

    def leave(self, ask: Ask) -> None:
        """Let `ask` wait no longer."""
        if ask in self.waiting:
            self.waiting.remove(ask)
        self._forget_turns()

    def next(self) -> Ask | None:
        """Return which of those that wait works next, None while none can."""
        if len(self.working) >= self.at_once:
            return None
        taken, works = {ask.alone for ask in self.working if ask.alone}, self._held(self.working)
        turns = {asker: turn for turn, asker in enumerate(self._turns)}
        able = [ask for ask in self.waiting if ask.alone not in taken and works[ask.asker] < self.most_each]
        return min(able, key=lambda ask: (works[ask.asker], turns[ask.asker]), default=None)

    def begin(self, ask: Ask) -> None:
        """Let `ask`, which waits and is `next`, work."""
        self.waiting.remove(ask)
        self.working.append(ask)
        self._turns.remove(ask.asker)
        self._turns.append(ask.asker)
        self._forget_turns()

    def end(self, ask: Ask) -> None:
        """Give the place back in which `ask` worked."""
        self.working.remove(ask)

    def _last_of_most(self, new: Ask) -> Ask:
        """Return which has to go for `new`: itself, unless another asker holds more places than its own."""
        held = self._held([*self.working, *self.waiting])
        last = max(reversed(self.waiting), key=lambda ask: held[ask.asker])
        return last if held[last.asker] > held[new.asker] else new

    def _forget_turns(self) -> None:
        wait = {ask.asker for ask in self.waiting}
        self._turns = [asker for asker in self._turns if asker in wait]

    @staticmethod
    def _held(asks: list[Ask]) -> Counter[str]:
        return Counter(ask.asker for ask in asks)
