"""The words of the buttons "Whole town" and "Where I am" on every map."""

from __future__ import annotations

from collections.abc import Mapping

from micropolis_map.i18n import mark

WHEREABOUTS: Mapping[str, str] = {
    "whole": mark("Whole town"),
    "here": mark("Where I am"),
    "hereLooking": mark("Looking for where you are …"),
    "hereFound": mark("You are here, give or take {n} m."),
    "hereRough": mark("Your device knows where you are only to about {n} km."),
    "hereOutside": mark("You are about {n} km outside this map, so it stays where it is."),
    "hereRefused": mark("Your browser keeps where you are to itself. You can allow it beside the address."),
    "hereFailed": mark("Your device does not know where you are just now. Try again, perhaps outdoors."),
    "hereInsecure": mark("Where you are can only be asked for at an address that begins with https."),
}
"""``{n}`` is put in by the map's script, as the reader's language writes figures."""
