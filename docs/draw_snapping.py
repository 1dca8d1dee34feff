"""Draw ``docs/snapping.svg``: what snapping to the nearest crossing does to walking times.

Run `python docs/draw_snapping.py` with the real data beside the project (MICROPOLIS_TEST_DATA). The left
half is a sketch of two blocks; the right half is counted on Porto Alegre: 20,000 homes beside the streets,
200 spots.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from snapping_error import band_errors  # noqa: E402

INK, PALE, STREET, OURS, WRONG = "#1f2933", "#7b8794", "#cbd2d9", "#0b7a75", "#c2410c"


def text(x: float, y: float, words: str, *, size: int = 13, colour: str = INK, anchor: str = "start") -> str:
    """Return a line of text."""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dash: str = "") -> str:
    """Return a straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round"{dashes}/>'
    )


def dot(x: float, y: float, colour: str, radius: float = 6) -> str:
    """Return a dot."""
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>'


def sketch() -> str:
    """Return the two ways home: along the street, and by way of the crossings."""
    parts = [text(20, 30, "A home and a café on one street", size=15)]
    for y, colour, caption in (
        (95, OURS, "To the nearest point of the street: 140 m"),
        (215, WRONG, "To the nearest crossings: 400 m"),
    ):
        parts += [line(30, y, 390, y, STREET, 10), dot(30, y, PALE, 7), dot(390, y, PALE, 7)]
        home, cafe = 150, 276
        if colour == OURS:
            parts += [line(x, y - 26, x, y, colour, 2, "4 4") for x in (home, cafe)]
            parts.append(line(home, y, cafe, y, colour, 4))
        else:
            parts += [line(home, y - 26, 30, y, colour, 2, "4 4"), line(30, y, 390, y, colour, 4)]
            parts.append(line(cafe, y - 26, 390, y, colour, 2, "4 4"))
        parts += [dot(home, y - 26, INK), dot(cafe, y - 26, INK)]
        parts += [
            text(home, y - 38, "home", size=12, anchor="middle"),
            text(cafe, y - 38, "café", size=12, anchor="middle"),
        ]
        parts.append(text(30, y + 32, caption, colour=colour))
    parts.append(text(30, 275, "Streets between two crossings are 400 m here.", size=12, colour=PALE))
    return "".join(parts)


def histogram(error_m: np.ndarray, wrong: float) -> str:
    """Return how far off the crossings put people."""
    edges = np.array([0, 10, 25, 50, 100, 200, 400, np.inf])
    names = ["under 10", "10–25", "25–50", "50–100", "100–200", "200–400", "over 400"]
    share = np.histogram(error_m, edges)[0] / error_m.size
    parts = [text(460, 30, f"Porto Alegre: {wrong:.1%} of homes in the wrong 5/10/15-minute band", size=15)]
    parts.append(
        text(
            460,
            50,
            "Error of the walk when both ends move to the nearest crossing, metres",
            size=12,
            colour=PALE,
        )
    )
    for i, (name, part) in enumerate(zip(names, share, strict=True)):
        y = 72 + i * 29
        width = part * 700
        parts.append(f'<rect x="540" y="{y}" width="{width:.1f}" height="20" rx="3" fill="{WRONG}"/>')
        parts.append(text(530, y + 15, name, size=12, anchor="end"))
        parts.append(text(548 + width, y + 15, f"{part:.0%}", size=12))
    return "".join(parts)


def main() -> None:
    """Write the picture."""
    data = Path(os.environ.get("MICROPOLIS_TEST_DATA", ROOT.parent / "shared" / "data"))
    error_m, wrong = band_errors(data / "porto_alegre" / "poa_osm.pbf")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 300" font-family="system-ui, sans-serif" '
        'role="img" aria-label="Snapping to crossings puts homes into wrong walking-time bands">'
        f'<rect width="960" height="300" fill="#ffffff"/>{sketch()}{histogram(error_m, wrong)}</svg>\n'
    )
    (ROOT / "docs" / "snapping.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
