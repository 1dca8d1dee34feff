"""The ramp of walking times: ordered by lightness, told apart by everybody, also on the map's ground."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from micropolis_map.maps.style import colours
from micropolis_map.maps.walking_classes import RAMP, UNREACHABLE, share_classes, walking_classes

# Machado, Oliveira, Fernandes (2009), severity 1.0, on linear RGB.
EYES = {
    "full": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
APART, BESIDE = 15.0, 20.0
"""CIELAB distances: of neighbours on the ramp, and of every class from *cannot be reached*."""


def lab(colour, eye="full"):
    part = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    x = XYZ @ np.clip(EYES[eye] @ linear, 0.0, 1.0) / WHITE
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_measure_itself_knows_white_and_black():
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.05)
    assert lab("#000000") == pytest.approx([0, 0, 0], abs=0.05)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("count", range(1, 6))
def test_farther_is_darker_and_neighbours_differ_for_every_eye(eye, count):
    *ramp, unreachable = [lab(c.colour, eye) for c in walking_classes([5, 10, 15, 20, 30][:count])]
    assert all(one[0] - other[0] >= 8 for one, other in pairwise(ramp))
    assert all(np.linalg.norm(one - other) >= APART for one, other in pairwise(ramp))
    assert all(np.linalg.norm(one - unreachable) >= BESIDE for one in ramp)


def test_what_cannot_be_reached_does_not_depend_on_colour():
    *ramp, unreachable = walking_classes([5, 10, 15])
    assert unreachable.dash
    assert unreachable.colour == UNREACHABLE
    assert not any(one.dash for one in ramp)


def test_shares_use_the_same_ramp():
    *classes, nobody = share_classes()
    assert [one.colour for one in classes] == [c for c in RAMP if c in {one.colour for one in classes}]
    assert len({one.colour for one in classes}) == len(classes)
    assert nobody.colour not in RAMP


@pytest.mark.parametrize("theme", ["light", "dark", "contrast", "print"])
def test_the_ramp_has_an_edge_on_every_ground(theme):
    """Of fill and its casing one always stands out from the paper."""
    paper, casing = lab(colours(theme)["paper"])[0], lab(CASING[theme == "dark"])[0]
    for colour in (*RAMP, UNREACHABLE):
        assert max(abs(lab(colour)[0] - paper), abs(casing - paper)) >= 30


CASING = ("#3b3226", "#fffdf8")
