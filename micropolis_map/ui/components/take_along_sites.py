"""What an organiser takes along from new meeting places: report, files, the result kept."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from micropolis_map.services import kept_runs
from micropolis_map.services.siting_link import Scenario
from micropolis_map.services.siting_result import Plan, SitingResult
from micropolis_map.settings import below
from micropolis_map.ui import language, people, session
from micropolis_map.ui.components.take_along import FILES, offer
from micropolis_map.ui.language import _


def take_along_siting(result: SitingResult, plan: Plan) -> None:
    """Offer the report and the sites of `plan` (of `result`, or moved by hand), and to keep them."""
    query = scenario_of(result, plan).query()

    def address(ending: str, **more: str) -> str:
        asked = urlencode({**query, **more})
        return below(f"/report/{quote(result.community, safe='')}/siting.{ending}?{asked}")

    offer(
        address("pdf", lang=language.current()),
        {_("The new places"): {name: address(ending) for ending, name in FILES.items()}},
        result.community,
        lambda title, seen: kept_runs.keep_siting(
            session.application(), people.actor(), result, plan, title=title, address=seen
        ),
    )


def scenario_of(result: SitingResult, plan: Plan) -> Scenario:
    """Return the scenario whose address shows `plan`; its sites are in it, so that all see the same."""
    asked = result.request
    return Scenario(
        community=result.community,
        new=asked.new,
        minutes=round(asked.minutes),
        profile=asked.profile,
        goal=asked.objective,
        keep=asked.keep_existing,
        where=asked.where,
        venues=asked.venues,
        chosen=asked.chosen,
        districts=asked.districts,
        area=asked.area,
        older=round(asked.older),
        children=round(asked.children),
        sites=plan.points,
    )
