"""What the new places bring: figures, the sites, the curve with its knee, who gains by district and group."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from micropolis_map.i18n import mark
from micropolis_map.services.coverage_result import OUTSIDE_NAME
from micropolis_map.services.siting_result import AreaGain, Plan, SitingRequest
from micropolis_map.ui import numbers, safe_text, words
from micropolis_map.ui.components.number_table import number_table
from micropolis_map.ui.components.planner_map import gain_words
from micropolis_map.ui.components.planner_steps import remove_site
from micropolis_map.ui.language import _, ngettext

GROUP_WORDS = {"older": mark("65 and over"), "children": mark("Children")}


def plan_figures(request: SitingRequest, plan: Plan) -> None:
    """Show the key figures of `plan`."""
    n = numbers.as_it_is(request.minutes)
    everybody = max(plan.population, 1e-9)
    rows = [
        (_("now within {n} minutes").format(n=n), numbers.share(plan.covered_before / everybody)),
        (_("with the new places"), numbers.share(plan.covered_after / everybody)),
        (_("people newly near"), numbers.count(plan.gained)),
        (_("average walk now"), numbers.walk(plan.mean_before_s)),
        (_("average walk then"), numbers.walk(plan.mean_after_s)),
    ]
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    st.html(f'<dl class="mm-figures">{items}</dl>')


def site_list(plan: Plan) -> None:
    """Show the sites, each with what it adds to those before it and a button that takes it away."""
    outside = _("outside the districts")
    st.html(safe_text.heading(2, _("The new places")))
    with st.container(key="plansites", gap=None):
        for number, site in enumerate(plan.sites, start=1):
            name = site.name or site.district or outside
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(
                    f'<p class="mm-siterow"><i>{number}</i><span><b>{safe_text.html(name)}</b> '
                    f"{safe_text.html(gain_words(site.gained_population))}</span></p>"
                )
                if len(plan.sites) > 1:
                    st.button(
                        _("Remove place {n}").format(n=number),
                        key=f"w_remove_{number}",
                        icon=":material/close:",
                        type="tertiary",
                        on_click=lambda number=number: remove_site(plan.points, number),
                    )


def curve(values: tuple[float, ...], knee: int, people: float, minutes: float, new: int) -> None:
    """Show how many people are near with 0, 1, 2 … new places, and where one more adds little."""
    everybody = max(people, 1e-9)
    values = values[: shown_to(values, max(new, knee)) + 1]
    rows, said_bend = [], safe_text.html(_("the bend"))
    said_now = safe_text.html(_("this plan"))
    for number, near in enumerate(values):
        is_knee = number == knee and number > 0
        kind = " ".join(["is-knee"] * is_knee + ["is-now"] * (number == new))
        bend = f' <b class="mm-kneemark">{said_bend}</b>' if is_knee else ""
        bend += f' <b class="mm-nowmark">{said_now}</b>' if number == new else ""
        adds = f"+{numbers.count(near - values[number - 1])}" if number else ""
        rows.append(
            f'<tr class="{kind}"><th scope="row">{number}{bend}</th>'
            f'<td class="mm-curvebar"><i style="width:{100.0 * near / everybody:.1f}%"></i></td>'
            f"<td>{safe_text.html(numbers.count(near))}</td><td>{safe_text.html(adds)}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{safe_text.html(text)}</th>'
        for text in (_("New places"), "", _("People near"), _("Each adds"))
    )
    said = (
        ngettext(
            "The curve bends at {n} new place: every further one adds less.",
            "The curve bends at {n} new places: every further one adds less.",
            knee,
        ).format(n=knee)
        if knee
        else ""
    )
    caption = _("People within {n} minutes by the number of new places").format(n=numbers.as_it_is(minutes))
    st.html(
        safe_text.heading(2, _("How many are worth it"))
        + f'<table class="mm-curve"><caption>{safe_text.html(caption)}</caption>'
        + f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        + (f'<p class="mm-say">{safe_text.html(said)}</p>' if said else "")
    )


def shown_to(values: Sequence[float], least: int) -> int:
    """Return the last number of places worth a line: beyond it, and beyond `least`, nobody more comes near.

    Examples
    --------
    >>> shown_to([0, 60, 90, 95, 95, 95], least=1)
    3
    >>> shown_to([95, 95, 95], least=1)
    1
    """
    adding = [n for n in range(1, len(values)) if round(values[-1]) > round(values[n - 1])]
    return min(len(values) - 1, max([least, *adding]))


def who_gains(plan: Plan) -> None:
    """Show who gains, by district and by group where the group is known."""
    tables = [gain_table(plan.groups, _("Group"))] if plan.groups else []
    st.html(
        "".join([safe_text.heading(2, _("Who gains")), *tables, gain_table(plan.districts, _("District"))])
    )


def profile_gains(rows: list[tuple[str, Plan]]) -> None:
    """Show what the same sites do for everybody who walks: a table of profiles."""
    heads = (_("Who walks"), _("Near now"), _("Near then"), _("Newly near"))
    table = number_table(
        heads,
        [
            [words.profile(name), *map(numbers.count, (plan.covered_before, plan.covered_after, plan.gained))]
            for name, plan in rows
        ],
    )
    st.html(safe_text.heading(3, _("The same places for everybody who walks")) + table)


def gain_table(areas: Sequence[AreaGain], heading: str) -> str:
    """Return people within the threshold before and after as a table, those who gain most first."""
    heads = (heading, _("People"), _("Near now"), _("Near then"), _("Newly near"))
    rows = [
        [
            _name(area.name),
            *map(numbers.count, (area.population, area.covered_before, area.covered_after, area.gained)),
        ]
        for area in sorted(areas, key=lambda area: -area.gained)
    ]
    return number_table(heads, rows)


def _name(name: str) -> str:
    if name in GROUP_WORDS:
        return _(GROUP_WORDS[name])
    return name if name != OUTSIDE_NAME else _("outside the districts")
