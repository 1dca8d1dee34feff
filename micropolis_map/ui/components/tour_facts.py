"""What a walk asks of the legs, in figures and sentences: length, time, climb, ground, benches, hours."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from micropolis_map.domain.text import pick
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_comforts import Comforts, comforts_near
from micropolis_map.services.touring_hours import Visit, visits
from micropolis_map.ui import language, numbers, safe_text, session, words
from micropolis_map.ui.language import _, ngettext

FEWEST_M = 0.5
"""Surfaces of a shorter stretch are not worth a word."""
LONG_WITHOUT_BENCH_M = 500.0


def tour_facts(plan: TourPlan, begins: datetime | None) -> None:
    """Show the figures, and what is to be known before one goes."""
    st.html(figures_html(plan))
    if not plan.loaded:
        st.info(
            _(
                "The streets of this town are not loaded: the lines are straight, as the crow flies, and "
                "the real walk is longer."
            )
        )
        return
    _clashes(plan, begins)
    st.html(
        _obstacles_html(plan)
        + _ground_html(plan)
        + _comforts_html(comforts_near(session.communities(), plan))
    )


def figures_html(plan: TourPlan) -> str:
    """Return the walk's figures, each with its name."""
    whole = (plan.walking_s + plan.visit_s) / 60
    rows = [
        (_("Length"), _("{n} km").format(n=numbers.decimal(plan.length_m / 1000))),
        (_("Time in all"), _("{n} min").format(n=round(whole))),
        (_("Of it walking"), _("{n} min").format(n=round(plan.walking_s / 60))),
        (_("Steps"), "–" if plan.steps is None else numbers.count(plan.steps)),
    ]
    if plan.ascent_m is not None and plan.descent_m is not None:
        rows.insert(3, (_("Up and down"), f"↑ {round(plan.ascent_m)} m\n↓ {round(plan.descent_m)} m"))
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    return f'<dl class="mm-figures mm-walkfigures">{items}</dl>'


def visit_notes(plan: TourPlan, begins: datetime | None) -> dict[str, str]:
    """Return what stands below each stop: the walk to it, and with a beginning when one comes."""
    notes = {}
    first = 0 if plan.request.start is not None else 1
    for number, stop in enumerate(plan.stops):
        leg = number - first
        if 0 <= leg < len(plan.walks):
            minutes = max(1, round(plan.walks[leg].cost_s / 60))
            notes[stop.id] = _("{n} min on foot").format(n=minutes)
    for visit in _visits(plan, begins):
        at = f"{visit.arrives:%H:%M}"
        notes[visit.stop.id] = " · ".join(filter(None, (at, notes.get(visit.stop.id, ""))))
    return notes


def _visits(plan: TourPlan, begins: datetime | None) -> tuple[Visit, ...]:
    if begins is None:
        return ()
    hours = {place.id: place.opening_hours for place in session.places().places(plan.community)}
    return visits(plan, hours, begins)


def _clashes(plan: TourPlan, begins: datetime | None) -> None:
    found = _visits(plan, begins)
    closed = [visit for visit in found if visit.state == "closed"]
    for visit in closed:
        name = pick(visit.stop.name, language.current())[0] or visit.stop.id
        said = _("{name} is closed when you come, {from_} to {to}.").format(
            name=name, from_=f"{visit.arrives:%H:%M}", to=f"{visit.leaves:%H:%M}"
        )
        if visit.opens is not None and visit.opens.date() == visit.arrives.date():
            said += " " + _("It opens at {time}.").format(time=f"{visit.opens:%H:%M}")
        st.warning(safe_text.label(said), icon=":material/schedule:")
    if found and not closed:
        unknown = sum(visit.state == "unknown" for visit in found)
        said = _("Nothing we know the hours of is closed when you come.")
        if unknown:
            more = ngettext(
                "Of {n} stop the hours are not known.", "Of {n} stops the hours are not known.", unknown
            )
            said += " " + more.format(n=unknown)
        st.html(f'<p class="mm-quiet">{safe_text.html(said)}</p>')


def _obstacles_html(plan: TourPlan) -> str:
    if plan.step_free and not plan.obstacles:
        certain = all(walk.certain for walk in plan.walks)
        said = _("Step-free: this walk has no steps, as far as the map knows.")
        if not certain:
            said += " " + _("Of some of its ways the map does not say everything.")
        return f'<p class="mm-fact mm-good">{safe_text.html(said)}</p>'
    if not plan.obstacles:
        return ""
    where: dict[str, int] = {}
    for one in plan.obstacles:
        name = f"{one.what}, {one.name}" if one.name else one.what
        where[name] = where.get(name, 0) + 1
    told = "; ".join(f"{name} ({n}×)" if n > 1 else name for name, n in where.items())
    said = _("Not step-free, see “!” on the map: {where}.").format(where=told)
    return f'<p class="mm-fact mm-bad">{safe_text.html(said)}</p>'


def _ground_html(plan: TourPlan) -> str:
    total = sum(metres for _name, metres in plan.surfaces)
    known = [(name, metres) for name, metres in plan.surfaces if metres >= FEWEST_M]
    if not total or not known:
        return ""
    parts, legend = [], []
    for number, (name, metres) in enumerate(known):
        css = "mm-surface-unknown" if name == "unknown" else f"mm-surface-{min(number, 5)}"
        share = metres / total
        word = f"{words.surface(name)} {numbers.share(share)}"
        parts.append(f'<i class="{css}" style="width:{100 * share:.2f}%"></i>')
        legend.append(f'<li><i class="mm-dot {css}"></i>{safe_text.html(word)}</li>')
    title = safe_text.html(_("The ground"))
    return (
        f'<p class="mm-facthead">{title}</p><div class="mm-ground" aria-hidden="true">{"".join(parts)}</div>'
        f'<ul class="mm-groundlist">{"".join(legend)}</ul>'
    )


def _comforts_html(comforts: Comforts | None) -> str:
    if comforts is None:
        said = _("Benches, toilets and water are not known: load the streets again.")
        return f'<p class="mm-quiet">{safe_text.html(said)}</p>'
    counts = [
        ngettext("{n} bench", "{n} benches", comforts.count("bench")).format(n=comforts.count("bench")),
        ngettext("{n} toilet", "{n} toilets", comforts.count("toilets")).format(n=comforts.count("toilets")),
        ngettext(
            "drinking water {n} time", "drinking water {n} times", comforts.count("drinking_water")
        ).format(n=comforts.count("drinking_water")),
    ]
    said = _("On the way: {things}.").format(things=", ".join(counts))
    if comforts.longest_without_bench_m > LONG_WITHOUT_BENCH_M:
        said += " " + _("The longest stretch without a bench: {n} m.").format(
            n=numbers.count(round(comforts.longest_without_bench_m, -1))
        )
    return f'<p class="mm-fact mm-rest">{safe_text.html(said)}</p>'
