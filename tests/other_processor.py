"""Make the demo town with numbers whose last bits tremble: ``python -m tests.other_processor --out …``.

Sines, exponentials, smoothed surfaces, solved splines and the arcs of buffers end differently on other
processors and with other libraries, each in the last bit. Here each is moved by up to eight last bits. Which
way is drawn from the number and ``MICROPOLIS_TREMBLE``: that is harder on the town than any one machine, and
like one in that the same number always moves the same way, so that rings stay closed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from scipy import interpolate, ndimage

SEED = np.uint64(int(os.environ.get("MICROPOLIS_TREMBLE", "1")))
ODD = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ over the golden ratio: its products spread over the upper bits (Knuth, TAOCP 3, 6.4)."""


def trembling(value: Any) -> Any:
    """Return `value` with each number moved by −8 to 7 last bits; what is no number of 64 bits stays."""
    numbers = np.asarray(value)
    if np.iscomplexobj(numbers):
        return trembling(numbers.real) + 1j * trembling(numbers.imag)
    if numbers.dtype != np.float64:
        return value
    drawn = (np.ascontiguousarray(numbers).view(np.uint64) + SEED) * ODD >> np.uint64(60)
    moved = numbers + np.spacing(np.abs(numbers)) * (drawn.reshape(numbers.shape).astype(np.float64) - 8)
    return np.where(np.isfinite(moved), moved, numbers)[()]


def _tremble(owner: Any, name: str) -> None:
    exact: Callable[..., Any] = getattr(owner, name)
    setattr(owner, name, lambda *given, **named: trembling(exact(*given, **named)))


def _tremble_buffers() -> None:
    exact = shapely.geometry.base.BaseGeometry.buffer

    def buffer(shape: Any, distance: float, *given: Any, **named: Any) -> Any:
        made = exact(shape, distance, *given, **named)
        # What is grown by nothing keeps its corners: no arc is drawn.
        return shapely.transform(made, trembling) if distance else made

    shapely.geometry.base.BaseGeometry.buffer = buffer


class _Spline(interpolate.CubicSpline):
    def __call__(self, *given: Any, **named: Any) -> Any:
        return trembling(super().__call__(*given, **named))


def main() -> None:
    """Let numbers tremble, then make the town."""
    for name in ("sin", "cos", "exp", "arctan2", "hypot", "angle"):
        _tremble(np, name)
    for name in ("gaussian_filter", "gaussian_filter1d", "map_coordinates", "distance_transform_edt"):
        _tremble(ndimage, name)
    interpolate.CubicSpline = _Spline
    _tremble_buffers()
    from tools.demo_town.__main__ import main as make

    make()


if __name__ == "__main__":
    main()
