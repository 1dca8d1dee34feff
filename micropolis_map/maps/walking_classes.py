"""Classes of walking time with colours that everybody tells apart.

Five steps of the cividis ramp, made for colour-blind readers and even in lightness, so that it also reads in
grey print; what cannot be reached is dark red and dashed, so that it does not depend on colour alone.

References
----------
Nuñez, J. R., Anderton, C. R., Renslow, R. S. (2018). Optimizing colormaps with consideration for color
vision deficiency. https://doi.org/10.1371/journal.pone.0199239
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RAMP = ("#fee838", "#c8b866", "#929178", "#575d6d", "#00204d")
"""Cividis at 1, 0.75, 0.5, 0.25 and 0: near is light, far is dark."""

UNREACHABLE = "#9d2233"


@dataclass(frozen=True)
class WalkingClass:
    """Walks of more than `over` and at most `up_to` minutes; None for no such bound."""

    over: float | None
    up_to: float | None
    colour: str
    dash: str | None = None

    def for_script(self) -> dict[str, object]:
        """Return the class as the map's script takes it."""
        return {"upTo": self.up_to, "colour": self.colour, "dash": self.dash}


@dataclass(frozen=True)
class ShareClass:
    """Shares of more than `over` and at most `up_to` (0 to 1); None for both: there are no people."""

    over: float | None
    up_to: float | None
    colour: str

    def for_script(self) -> dict[str, object]:
        """Return the class as the map's script takes it."""
        return {"upTo": self.up_to, "colour": self.colour, "dash": None}


SHARES = (0.05, 0.1, 0.2, 0.4)
NOBODY = "#e4dccb"


def share_classes() -> tuple[ShareClass, ...]:
    """Return the classes of the share of people left out: few is light, many is dark, nobody is paper."""
    bounds: list[float | None] = [None, *SHARES]
    classes = [
        ShareClass(over, up_to, colour)
        for over, up_to, colour in zip(bounds, [*SHARES, None], RAMP, strict=True)
    ]
    return (*classes, ShareClass(None, None, NOBODY))


def walking_classes(minutes: Sequence[float]) -> tuple[WalkingClass, ...]:
    """Return a class up to each of `minutes` (ascending), one beyond the last, and one for *unreachable*.

    Examples
    --------
    >>> [c.up_to for c in walking_classes([5, 10])]
    [5, 10, None, None]
    """
    bounds: list[float | None] = [None, *minutes]
    steps = len(bounds)
    classes = [
        WalkingClass(over, up_to, RAMP[round(i * (len(RAMP) - 1) / max(1, steps - 1))])
        for i, (over, up_to) in enumerate(zip(bounds, [*minutes, None], strict=True))
    ]
    return (*classes, WalkingClass(None, None, UNREACHABLE, "2 6"))
