"""The words of kept results: what was asked, what came out, what changed since."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from micropolis_map.domain.kept_run import Figure, KeptRun
from micropolis_map.i18n import mark
from micropolis_map.services.kept_runs import Repetition, build_date
from micropolis_map.services.reporting_siting import GOAL_WORDS
from micropolis_map.ui import numbers, words
from micropolis_map.ui.language import _

KINDS = {
    "coverage": mark("Coverage"),
    "siting": mark("New meeting places"),
    "work_centres": mark("Work centres"),
}
OLDER = {
    "network": mark("older: made with the network of {day}"),
    "places": mark("older: meeting places changed since"),
    "program": mark("older: made with another version of the program"),
}
FIGURES = {
    "population": mark("people"),
    "median_s": mark("half of the people walk at most"),
    "mean_s": mark("average walk"),
    "p90_s": mark("nine of ten walk at most"),
    "unreachable_share": mark("cannot get there"),
    "spots": mark("meeting places"),
    "worst_district": mark("worst-served district"),
    "covered_before": mark("people near now"),
    "covered_after": mark("people near then"),
    "gained": mark("people newly near"),
    "mean_before_s": mark("average walk now"),
    "mean_after_s": mark("average walk then"),
    "sites": mark("new places"),
    "optimal": mark("proven to be the best"),
    "gap": mark("another choice is better by at most"),
    "centres": mark("work centres today"),
    "within": mark("people within reach"),
    "settlements_reached": mark("settlements reached"),
    "saved_person_km": mark("kilometres of commuting saved a year"),
    "saved_vehicle_km": mark("of these by car, vehicle-kilometres"),
    "saved_co2_kg": mark("kilograms of CO2 saved a year"),
    "saved_desks": mark("desks used on an average day"),
    "saved_days": mark("days a year in the centres"),
}
KEYS = {
    "coverage": ("share_within_", "median_s", "worst_district"),
    "siting": ("gained", "covered_after"),
    "work_centres": ("within", "saved_co2_kg"),
}
"""The figures that stand in the list; one that ends in ``_`` is the last that begins so."""
NEXT = "saved_with_next_"


def name(run: KeptRun) -> str:
    """Return the result's title, or what it is about."""
    return run.title or kind(run)


def kind(run: KeptRun) -> str:
    """Return what the result is about."""
    return _(KINDS[run.kind])


def when(run: KeptRun) -> str:
    """Return when it was kept."""
    return numbers.moment(run.created)


def older(changed: Sequence[str], build_id: str) -> str:
    """Return why the result is older than today's; empty where it is not."""
    if not changed:
        return ""
    return _(OLDER[changed[0]]).format(day=build_date(build_id) or build_id)


def asked(run: KeptRun) -> str:
    """Return the question in words."""
    inputs: Mapping[str, Any] = run.inputs.get("request", run.inputs)
    minutes = inputs.get("minutes", ())
    listed = ", ".join(numbers.as_it_is(m) for m in (minutes if isinstance(minutes, list) else [minutes]))
    parts = [words.profile(str(inputs.get("profile", "adult"))), _("{n} min").format(n=listed)]
    if run.kind == "siting":
        parts.append(_(GOAL_WORDS.get(str(inputs.get("objective")), "")))
        if run.inputs.get("sites"):
            parts.append(_("placed by hand"))
    city = inputs.get("city")
    if run.kind == "work_centres" and isinstance(city, Mapping):
        parts.append(str(city.get("name", "")))
    return " · ".join(part for part in parts if part)


def key_figures(figures: Mapping[str, Figure], of: str) -> str:
    """Return the most important figures."""
    said = []
    for key in KEYS[of]:
        names = [n for n in figures if n == key or (key.endswith("_") and _is_share(n, key))]
        if names and figures[names[-1]] is not None:
            said.append(f"{figure_name(names[-1])}: {_in_short(names[-1], figures[names[-1]])}")
    return " · ".join(said)


def _in_short(key: str, figure: Figure) -> str:
    """Return a figure as people write it, estimates no more exact than they are."""
    if key.startswith("saved_") and isinstance(figure, float):
        return numbers.rough(figure)
    return value(key, figure)


def comparison(again: Repetition) -> list[tuple[str, str, str, str]]:
    """Return each figure's name, when kept, today, and a mark where they differ."""
    then, now = again.run.figures, again.figures
    keys = dict.fromkeys([*then, *now])
    return [
        (
            figure_name(key),
            value(key, then.get(key)),
            value(key, now.get(key)),
            "≠" if key in again.changed else "",
        )
        for key in keys
    ]


def figure_name(key: str) -> str:
    """Return the words for a figure."""
    for start, said in (
        ("share_within_certain_", _("for certain within {n} minutes")),
        ("share_within_", _("within {n} minutes")),
    ):
        if key.startswith(start):
            return said.format(n=key.removeprefix(start))
    if key.startswith(NEXT):
        return _("with the next centres: {what}").format(what=figure_name(f"saved_{key.removeprefix(NEXT)}"))
    return _(FIGURES[key]) if key in FIGURES else key.replace("_", " ")


def value(key: str, figure: Figure) -> str:
    """Return a figure as people write it."""
    if figure is None or isinstance(figure, str):
        return figure or "–"
    if isinstance(figure, bool):
        return _("yes") if figure else _("no")
    if key.startswith("share_") or key in {"unreachable_share", "gap"}:
        return numbers.share(figure)
    if key.endswith("_s"):
        return numbers.walk(figure)
    return (
        numbers.decimal(figure) if key.endswith("desks") and math.isfinite(figure) else numbers.count(figure)
    )


def _is_share(name_: str, start: str) -> bool:
    return name_.startswith(start) and not name_.startswith("share_within_certain_")
