"""How many people are near after how many minutes: one line for each way of walking, named where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from micropolis_map.services.coverage_view import CURVE_MINUTES, CoverageView, ProfileView
from micropolis_map.ui import drawn_colours, numbers, safe_text, words
from micropolis_map.ui.language import _

WIDTH, HEIGHT = 490, 280
LEFT, RIGHT, TOP, BOTTOM = 50, 170, 12, 46
APART = 17
"""Labels stand so far from each other."""

LINES = {
    "adult": ("#0b4f6c", "#8ccbe8", ""),
    "senior": ("#b04a00", "#f3a062", "9 4"),
    "stroller": ("#00725a", "#7fd3b7", "3 4"),
    "wheelchair": ("#8a2e5d", "#e3a0c3", "12 3 2 3"),
}
"""By profile its colours on light and on dark ground (Okabe–Ito, darkened, lightened), and its dashes."""


def curve(view: CoverageView) -> None:
    """Show the share of people within 0 to 30 minutes for every profile, as a drawing and as a table."""
    result = view.result
    label = _("Share of people by walking time to the nearest meeting place, for each way of walking")
    lines = drawing(view.profiles, result.request.profile, result.request.minutes)
    picture = f'<img class="mm-chart" alt="{safe_text.html(label)}" src="data:image/svg+xml,{quote(lines)}">'
    st.html(safe_text.heading(2, _("People by minutes")) + picture)
    with st.expander(_("The same as a table")):
        st.html(f'<div class="mm-scroll">{_table(view.profiles)}</div>')


def drawing(profiles: Sequence[ProfileView], asked: str, thresholds: Sequence[float]) -> str:
    """Return the curves as SVG; the one `asked` for is drawn strongest."""
    parts = [*_grid(), *_thresholds(thresholds)]
    ends = _apart([(one.profile, _y(one.curve[-1])) for one in profiles])
    for one in sorted(profiles, key=lambda p: p.profile == asked):
        dash = LINES[one.profile][-1]
        points = " ".join(
            f"{_x(m):.1f},{_y(share):.1f}" for m, share in zip(CURVE_MINUTES, one.curve, strict=True)
        )
        strong = one.profile == asked
        parts.append(
            f'<polyline class="{one.profile}" points="{points}" stroke-width="{4 if strong else 2}" '
            f'stroke-dasharray="{dash}"/>'
        )
        parts.append(
            f'<text class="{one.profile}" x="{WIDTH - RIGHT + 8}" y="{ends[one.profile] + 5:.1f}" '
            f'font-size="14" font-weight="{700 if strong else 500}">'
            f"{safe_text.html(words.profile(one.profile))}</text>"
        )
    axis = safe_text.html(_("minutes on foot"))
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle" font-size="14">'
        f"{axis}</text>"
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" '
        'xmlns="http://www.w3.org/2000/svg" font-family="Commissioner, Noto Sans, DejaVu Sans, sans-serif">'
        f"{_style()}{''.join(parts)}</svg>"
    )


def _style() -> str:
    def said(which: int, ink: str, grid: str, at: str) -> str:
        own = "".join(
            f"text.{name}{{fill:{line[which]}}}polyline.{name}{{stroke:{line[which]}}}"
            for name, line in LINES.items()
        )
        return f"text{{fill:{ink}}}.grid{{stroke:{grid}}}.at{{stroke:{at}}}{own}"

    return drawn_colours.style(
        "polyline{fill:none;stroke-linejoin:round}",
        said(0, "#4a585d", "#d9cfbc", "#8d816a"),
        said(1, "#b9bfc1", "#3c454d", "#7d8790"),
    )


def _x(minutes: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * minutes / CURVE_MINUTES[-1]


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - share)


def _grid() -> list[str]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
            f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end" font-size="14">'
            f"{safe_text.html(numbers.share(share))}</text>"
        )
    return parts + [
        f'<text x="{_x(minutes):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" font-size="14">'
        f"{minutes}</text>"
        for minutes in range(0, CURVE_MINUTES[-1] + 1, 5)
    ]


def _thresholds(thresholds: Sequence[float]) -> list[str]:
    return [
        f'<line x1="{_x(minutes):.1f}" x2="{_x(minutes):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" '
        'class="at" stroke-dasharray="2 4"/>'
        for minutes in thresholds
        if minutes <= CURVE_MINUTES[-1]
    ]


def _apart(ends: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Return where each label stands: at the end of its line, or as near as the others let it."""
    placed: dict[str, float] = {}
    below = -APART * 1.0
    for name, y in sorted(ends, key=lambda end: end[1]):
        below = max(y, below + APART)
        placed[name] = below
    over = below - (HEIGHT - BOTTOM)
    if over > 0.0:
        placed = {name: y - over for name, y in placed.items()}
    return placed


def _table(profiles: Sequence[ProfileView]) -> str:
    minutes = (5, 10, 15, 20, 25, 30)
    unit = _("{n} min")
    head = "".join(f"<th>{safe_text.html(unit.format(n=m))}</th>" for m in minutes)
    rows = "".join(
        f"<tr><th scope='row'>{safe_text.html(words.profile(one.profile))}</th>"
        + "".join(f"<td>{safe_text.html(numbers.share(one.curve[m]))}</td>" for m in minutes)
        + "</tr>"
        for one in profiles
    )
    return f'<table class="mm-table mm-numbers"><tr><td></td>{head}</tr>{rows}</table>'
