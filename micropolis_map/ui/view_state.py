"""What a visitor looks at, and the address that opens exactly that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.place import ACTIVITIES, KINDS
from micropolis_map.domain.place_filter import PlaceFilter, years_of, years_text
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import InvalidInput
from micropolis_map.services.siting_link import Scenario, kept_of, kept_text
from micropolis_map.ui.coverage_state import CoverageState
from micropolis_map.ui.draft_state import DraftState
from micropolis_map.ui.work_state import WorkState

MAX_TEXT = 200
MAX_STOPS = 25
MINUTES: tuple[int, ...] = (5, 10, 15, 20, 30)
SHOWN: tuple[str, ...] = ("auto", "streets", "hexagons", "districts", "homes")
NOT_OF_THE_PLAN: Mapping[str, Any] = {"community": "", "profile": "adult", "name": ""}
"""The view says which community and who walks; only what is kept has a name."""


@dataclass(frozen=True)
class ViewState:
    """A view; every field left empty means: not chosen.

    Attributes
    ----------
    community
        Slug.
    place
        Id of the place whose story is open.
    lang
        Language the visitor chose; empty for the browser's.
    kinds
        Kinds shown, in the order of `KINDS`.
    years
        Years the places or their stories are of, as `place_filter.years_text` writes them.
    tour, stops, draft
        Id of the tour looked at; ids of the places of a tour the visitor makes, `draft` how it is walked.
    plan, kept
        The café planner's scenario, but for its community and profile; named scenarios beside it.
    profile, minutes, show
        Who walks, the thresholds, and what the map of the Coverage page colours; empty for its defaults.
    asked
        What else is asked of coverage.
    work
        What is asked of work centres.
    """

    community: str = ""
    place: str = ""
    lang: str = ""
    kinds: tuple[str, ...] = ()
    theme: str = ""
    activity: str = ""
    q: str = ""
    years: str = ""
    profile: str = ""
    minutes: tuple[int, ...] = ()
    show: str = ""
    tour: str = ""
    plan: Scenario = field(default_factory=Scenario)
    kept: tuple[Scenario, ...] = ()
    stops: tuple[str, ...] = ()
    asked: CoverageState = field(default_factory=CoverageState)
    draft: DraftState = field(default_factory=DraftState)
    work: WorkState = field(default_factory=WorkState)

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> ViewState:
        """Return the view of an address's parameters; what makes no sense counts as not chosen."""
        kinds = set(query.get("kind", "").split(","))
        minutes = {
            int(m) for m in query.get("minutes", "").split(",") if m.isascii() and m.isdigit() and len(m) < 4
        }
        return cls(
            community=query.get("community", "").strip(),
            place=query.get("place", "").strip(),
            lang=_one_of(query.get("lang", ""), LANGUAGES),
            kinds=tuple(kind for kind in KINDS if kind in kinds),
            theme=query.get("theme", "").strip(),
            activity=_one_of(query.get("activity", ""), ACTIVITIES),
            q=query.get("q", "").strip()[:MAX_TEXT].strip(),
            years=_years(query.get("years", "")),
            profile=_one_of(query.get("profile", ""), names()),
            minutes=tuple(m for m in MINUTES if m in minutes),
            show=_one_of(query.get("show", ""), SHOWN),
            plan=replace(Scenario.parse(query), **NOT_OF_THE_PLAN),
            kept=kept_of(query.get("kept", "")),
            tour=query.get("tour", "").strip()[:MAX_TEXT],
            stops=_ids(query.get("stops", "")),
            asked=CoverageState.parse(query),
            draft=DraftState.parse(query),
            work=WorkState.parse(query),
        )

    def query(self) -> dict[str, str]:
        """Return the parameters that `parse` reads back as this view; empty ones are left out."""
        values = {
            "community": self.community,
            "place": self.place,
            "lang": self.lang,
            "kind": ",".join(self.kinds),
            "theme": self.theme,
            "activity": self.activity,
            "q": self.q,
            "years": self.years,
            "profile": self.profile,
            "minutes": ",".join(str(m) for m in self.minutes),
            "show": self.show,
            "tour": self.tour,
            "stops": ",".join(self.stops),
            "kept": kept_text(self.kept),
        }
        values |= self.draft.query()
        values |= self.asked.query()
        values |= self.work.query()
        values |= self.plan.query()
        return {name: value for name, value in values.items() if value}

    @property
    def wanted(self) -> PlaceFilter:
        """The filter of places that belongs to the view."""
        return PlaceFilter(
            kinds=self.kinds,
            themes=(self.theme,) if self.theme else (),
            activities=(self.activity,) if self.activity else (),
            text=self.q,
            years=years_of(self.years),
        )


def _one_of(value: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
    return value if value in known else ""


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))[:MAX_STOPS]


def _years(text: str) -> str:
    try:
        return years_text(years_of(text))
    except InvalidInput:
        return ""
