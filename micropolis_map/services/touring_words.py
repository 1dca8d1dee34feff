"""A tour's figures in sentences, the same on paper and on pages."""

from __future__ import annotations

from micropolis_map.domain.text import pick
from micropolis_map.i18n import mark, translation
from micropolis_map.services.speech import Speech
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_reach import START, THE_START, Lost

LENGTH = mark("{km} km")
WALKING = mark("{n} min on foot")
VISITING = mark("{n} min at the stops")
CLIMB = mark("{up} m up, {down} m down")
FLIGHTS = mark("flights of steps: {n}")
STEP_FREE = mark("no steps")
UNSURE = mark("steps and climbs are not known")
TWIN = mark("Step-free variant: {metres} m and {minutes} min compared with this walk.")
TWIN_ORDER = mark("Its order: {stops}.")
AVOIDS = mark("It avoids: {obstacles}.")
NO_TWIN = mark("There is no step-free variant of this walk.")
LEFT_OUT = mark("Left out, as far as the map knows: {why}.")


def figures_words(plan: TourPlan, lang: str) -> str:
    """Return length, time, climb and steps in one line."""
    say = translation(lang).gettext
    parts = [
        say(LENGTH).format(km=Speech(lang).fixed(plan.length_m / 1000)),
        say(WALKING).format(n=round(plan.walking_s / 60)),
        say(VISITING).format(n=round(plan.visit_s / 60)),
    ]
    if plan.ascent_m is not None and plan.descent_m is not None:
        parts.append(say(CLIMB).format(up=round(plan.ascent_m), down=round(plan.descent_m)))
    if plan.steps is None:
        parts.append(say(UNSURE))
    else:
        parts.append(say(FLIGHTS).format(n=plan.steps) if plan.steps else say(STEP_FREE))
    return " · ".join(parts)


def twin_words(plan: TourPlan, lang: str) -> list[str]:
    """Return what the step-free variant costs, avoids and leaves out; empty for a walk that needs none."""
    twin, say = plan.twin, translation(lang).gettext
    if twin is None:
        return []
    if twin.plan is None:
        words = [say(NO_TWIN)]
    else:
        names = [pick(stop.name, lang)[0] or stop.id for stop in twin.plan.stops]
        words = [
            say(TWIN).format(metres=f"{twin.extra_m:+.0f}", minutes=f"{twin.extra_s / 60:+.0f}"),
            say(TWIN_ORDER).format(stops=" – ".join(names)),
        ]
    told = list(dict.fromkeys(f"{o.what}, {o.name}" if o.name else o.what for o in twin.avoided))
    words.append(say(AVOIDS).format(obstacles="; ".join(told)))
    words += [say(LEFT_OUT).format(why=_why(lost, lang)) for lost in twin.unreachable]
    return words


def _why(lost: Lost, lang: str) -> str:
    say = translation(lang).gettext
    name = say(THE_START) if lost.stop.id == START else pick(lost.stop.name, lang)[0] or lost.stop.id
    return lost.told(name, say)
