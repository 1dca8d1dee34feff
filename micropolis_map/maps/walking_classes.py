"""Classes of walking time with colours that everybody tells apart: one table for map, legend and paper.

The ramp goes from pale yellow (near) to deep violet (far), against the greens and blues of the ground. Every
step is darker than the one before, so that it also reads in grey print, and neighbours stay apart for readers
with deuteranopia, protanopia and tritanopia; a test holds it by the model of Machado and others. What cannot
be reached is a colour beside the ramp and dashed or hatched, so that it does not depend on colour alone.

References
----------
Machado, G. M., Oliveira, M. M., Fernandes, L. A. F. (2009). A physiologically-based model for simulation of
color vision deficiency. https://doi.org/10.1109/TVCG.2009.113
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RAMP = ("#fff0a6", "#fdca5c", "#ea7f40", "#c0465f", "#803272", "#36145a")
"""Near is light, far is dark; as many as five thresholds need."""

UNREACHABLE = "#7893a3"

NEAR_BEFORE, NEWLY_NEAR, STILL_FAR = RAMP[1], "#0b7d6c", RAMP[-1]
"""Of homes once there are new meeting places: near before, near now, and far as before."""


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


def steps(count: int) -> tuple[str, ...]:
    """Return `count` colours of the ramp, from its lightest to its darkest, as far apart as they can be.

    Examples
    --------
    >>> steps(2) == (RAMP[0], RAMP[-1])
    True
    """
    return tuple(RAMP[round(i * (len(RAMP) - 1) / max(1, count - 1))] for i in range(count))


def share_classes() -> tuple[ShareClass, ...]:
    """Return the classes of the share of people left out: few is light, many is dark, nobody is paper."""
    bounds: list[float | None] = [None, *SHARES]
    classes = [
        ShareClass(over, up_to, colour)
        for over, up_to, colour in zip(bounds, [*SHARES, None], steps(len(bounds)), strict=True)
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
    classes = [
        WalkingClass(over, up_to, colour)
        for over, up_to, colour in zip(bounds, [*minutes, None], steps(len(bounds)), strict=True)
    ]
    return (*classes, WalkingClass(None, None, UNREACHABLE, "3 6"))
