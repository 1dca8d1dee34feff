"""What the new places bring: figures, the sites, the curve with its knee, who gains by district."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from micropolis_map.services.coverage_result import OUTSIDE_NAME
from micropolis_map.services.siting_result import Plan, SitingResult, site_row
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.components.planner_map import gain_words
from micropolis_map.ui.language import _, ngettext


def plan_figures(result: SitingResult, plan: Plan) -> None:
    """Show the key figures of `plan`."""
    n = f"{result.request.minutes:g}"
    everybody = max(plan.population, 1e-9)
    rows = [
        (_("now within {n} minutes").format(n=n), numbers.share(plan.covered_before / everybody)),
        (_("with the new places"), numbers.share(plan.covered_after / everybody)),
        (_("people newly near"), numbers.count(plan.covered_after - plan.covered_before)),
        (_("average walk now"), numbers.walk(plan.mean_before_s)),
        (_("average walk then"), numbers.walk(plan.mean_after_s)),
    ]
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    st.html(f'<dl class="mm-figures">{items}</dl>')


def site_list(plan: Plan) -> None:
    """Show the sites in the order in which each adds most."""
    outside = _("outside the districts")
    rows = "".join(
        f"<li><b>{safe_text.html(site.district or outside)}</b> "
        f"{safe_text.html(gain_words(site.gained_population))}</li>"
        for site in plan.sites
    )
    st.html(safe_text.heading(2, _("The new places")) + f'<ol class="mm-sites">{rows}</ol>')


def proof(result: SitingResult, plan: Plan, *, by_hand: bool) -> None:
    """Say how sure it is that nothing is better; for sites moved by hand, what the move costs."""
    if by_hand:
        lost = round(result.plan.covered_after - plan.covered_after)
        said = _("Moved by hand: as many people are near as with the proposed places.")
        if lost > 0:
            said = ngettext(
                "Moved by hand: {n} person fewer is near than with the proposed places.",
                "Moved by hand: {n} people fewer are near than with the proposed places.",
                lost,
            ).format(n=numbers.count(lost))
        elif lost < 0:
            said = ngettext(
                "Moved by hand: {n} person more is near than with the proposed places.",
                "Moved by hand: {n} people more are near than with the proposed places.",
                -lost,
            ).format(n=numbers.count(-lost))
    elif result.optimal:
        said = _("Proven: among {n} possible places along the streets, no other choice is better.").format(
            n=numbers.count(result.candidates)
        )
    elif result.gap is None:
        said = _("A good choice, but in the time given nobody could prove that it is the best.")
    else:
        said = _("A good choice; another one could be at most {share} better.").format(
            share=numbers.share(result.gap)
        )
    st.html(f'<p class="mm-say">{safe_text.html(said)}</p>')


def curve(result: SitingResult) -> None:
    """Show how many people are near with 0, 1, 2 … new places, and where one more adds little."""
    everybody = max(result.plan.population, 1e-9)
    rows = []
    for number, people in enumerate(result.curve):
        label = ngettext("{n} new place", "{n} new places", number).format(n=number)
        here = " is-knee" if number == result.knee and number else ""
        bar = f'<i style="width:{100.0 * people / everybody:.1f}%"></i>'
        rows.append(
            f'<tr class="{here.strip()}"><th scope="row">{safe_text.html(label)}</th>'
            f'<td class="mm-curvebar">{bar}</td><td>{safe_text.html(numbers.count(people))}</td></tr>'
        )
    said = (
        ngettext(
            "The curve bends at {n} new place: every further one adds less.",
            "The curve bends at {n} new places: every further one adds less.",
            result.knee,
        ).format(n=result.knee)
        if result.knee
        else ""
    )
    caption = _("People within {n} minutes by the number of new places").format(
        n=f"{result.request.minutes:g}"
    )
    st.html(
        safe_text.heading(2, _("How many are worth it"))
        + f'<table class="mm-curve"><caption>{safe_text.html(caption)}</caption>{"".join(rows)}</table>'
        + (f'<p class="mm-say">{safe_text.html(said)}</p>' if said else "")
    )


def gains_by_district(result: SitingResult, plan: Plan) -> None:
    """Show who gains, and let the sites be taken along."""
    st.html(safe_text.heading(2, _("Who gains")))
    table = gain_frame(plan)
    st.dataframe(
        table, key="w_gains", hide_index=True, width="stretch", row_height=44,
        height=min(44 * (len(table) + 1) + 4, 620),
    )  # fmt: skip
    name = f"sites-{result.community}-{result.request.profile}"
    with st.container(horizontal=True):
        st.download_button(
            _("Download the sites (CSV)"),
            pd.DataFrame([site_row(site) for site in plan.sites]).to_csv(index=False).encode(),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            _("Download the sites (GeoJSON)"),
            json.dumps(collection(plan), ensure_ascii=False).encode(),
            file_name=f"{name}.geojson",
            mime="application/geo+json",
            icon=":material/download:",
            on_click="ignore",
        )


def gain_frame(plan: Plan) -> pd.DataFrame:
    """Return people within the threshold by district, before and after, those who gain most first."""
    rows = [
        {
            _("District"): area.district if area.district != OUTSIDE_NAME else _("outside the districts"),
            _("People"): round(area.population),
            _("Near now"): round(area.covered_before),
            _("Near then"): round(area.covered_after),
            _("Newly near"): round(area.gained),
        }
        for area in sorted(plan.districts, key=lambda area: -area.gained)
    ]
    return pd.DataFrame(rows)


def collection(plan: Plan) -> dict[str, object]:
    """Return the sites as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"number": n} | site_row(site),
            "geometry": {"type": "Point", "coordinates": [site.lon, site.lat]},
        }
        for n, site in enumerate(plan.sites, start=1)
    ]
    return {"type": "FeatureCollection", "features": features}
