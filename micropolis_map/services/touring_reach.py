"""Stops that cannot be in one walk with the others: which, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Stop
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.speech import PROFILES
from micropolis_map.services.touring_walks import Ground

START = "start"
"""The id of a start that is no stop."""

FAR = mark("{stop} is farther than 300 m from every street that can be walked")
BARRED = mark("steps or other obstacles cut {stop} off from the others")
GAPS = mark("the known streets do not lead from {stop} to the others")
THE_START, THE_STOP = mark("the start"), mark("stop {stop}")
MORE = mark("and {n} more")
FOR = mark("(who walks: {profile})")
WHAT_TO_DO = mark("leave it out, move it to a street, or choose who walks otherwise")

MOST_NAMED = 5

Say = Callable[[str], str]


@dataclass(frozen=True)
class Lost:
    """A point that is left behind, and one of the reasons above."""

    stop: Stop
    why: str

    def told(self, name: str, say: Say = str) -> str:
        """Return the sentence about the point, called `name`, in the language that `say` translates into."""
        return say(self.why).format(stop=name)


class OutOfReach(InvalidInput):
    """A walk that was asked for cannot lead to some of its stops; each is named with why."""

    def __init__(self, lost: tuple[Lost, ...], profile: str, lang: str = "en") -> None:
        self.lost, self.profile, self.lang = lost, profile, lang
        super().__init__("", WHAT_TO_DO)
        self.args = (lost, profile, lang)

    def told(self, translated: Say = str, lang: str = "en") -> tuple[str, str]:  # noqa: ARG002 - no figure
        """Return which stops, why and for whom, and what to do."""
        named = [lost.told(self._name(lost.stop, translated), translated) for lost in self.lost[:MOST_NAMED]]
        if len(self.lost) > MOST_NAMED:
            named.append(translated(MORE).format(n=len(self.lost) - MOST_NAMED))
        who = translated(FOR).format(profile=translated(PROFILES.get(self.profile, self.profile)))
        return f"{'; '.join(named)} {who}", translated(WHAT_TO_DO)

    def _name(self, stop: Stop, translated: Say) -> str:
        if stop.id == START:
            return translated(THE_START)
        name = pick(stop.name, self.lang)[0]
        return translated(THE_STOP).format(stop=f"{stop.id!r} ({name})" if name else repr(stop.id))


def out_of_reach(
    ground: Ground, points: Sequence[Stop], anybody: Ground, *, has_start: bool
) -> tuple[Lost, ...]:
    """Return the points that cannot be in one walk with the others, with why.

    The walk is that from the first point where it `has_start`, else among the most points that are joined. A
    start that is joined to no other point is itself what is lost.

    Parameters
    ----------
    anybody
        The same streets for who takes steps too: what not even they can reach is cut off by no obstacle.
    """
    far = np.isnan(ground.snapped(points).gap_m)
    joined = _joined(ground, points)
    if has_start and not joined[0, 1:].any() and (far[0] or not far[1:].all()):
        missing, core = [0], 1 + int(np.argmin(far[1:]))
    else:
        core = 0 if has_start else int(np.argmax(joined.sum(axis=1)))
        missing = [k for k in range(len(points)) if far[k] or not joined[core, k]]
    if not missing:
        return ()
    open_to_all = _joined(anybody, points)
    return tuple(
        Lost(points[k], FAR if far[k] else BARRED if open_to_all[core, k] else GAPS) for k in missing
    )


def _joined(ground: Ground, points: Sequence[Stop]) -> NDArray[np.bool_]:
    """Return between which points one can walk there and back; a far one is not even joined to itself."""
    cost = ground.costs(points)
    far = np.isnan(ground.snapped(points).gap_m)
    joined = np.isfinite(cost) & np.isfinite(cost.T)
    joined[far] = joined[:, far] = False
    return joined
