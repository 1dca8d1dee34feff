"""A planner's results, kept with what they were asked and made from, listed, and asked for again."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from micropolis_map import __version__
from micropolis_map.domain.kept_run import Figure, KeptRun, RunKind
from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import InvalidInput, NotAllowed
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services import kept_inputs
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.services.kept_figures import Figures, coverage_figures, siting_figures
from micropolis_map.services.meeting_spots import pinned_spots
from micropolis_map.services.participation import Participation
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_result import Plan, SitingRequest, SitingResult
from micropolis_map.services.work_centres import WorkRequest, WorkResult, assess_work_centres
from micropolis_map.stores.run_store import SqlRunStore

LONGEST_TITLE = 120
LONGEST_INPUTS = 400_000
"""Characters of JSON: some thousand candidates; more belongs into a file."""
TOLERANCE = 1e-9
"""Relative: the same sum in another order is the same figure."""


class Deps(Protocol):
    """What keeping results needs of the application."""

    @property
    def community_store(self) -> CommunityStore:
        """Where communities live."""

    @property
    def place_store(self) -> PlaceStore:
        """Where places live."""

    @property
    def run_store(self) -> SqlRunStore:
        """Where kept results live."""

    @property
    def participation(self) -> Participation:
        """The accounts and the clock."""


@dataclass(frozen=True)
class Outcome:
    """What is to be kept: a question about a community as JSON, its figures, the build it was asked on."""

    community: str
    kind: RunKind
    inputs: Mapping[str, Any]
    figures: Mapping[str, Figure]
    build_id: str


@dataclass(frozen=True)
class Listed:
    """A kept result in the list.

    Attributes
    ----------
    by
        Name of who kept it; empty where the account is gone.
    older
        What changed since: ``network``, ``places``, ``program``; empty when a repetition gives the same.
    """

    run: KeptRun
    by: str
    older: tuple[str, ...]


@dataclass(frozen=True)
class Repetition:
    """The figures when it was kept and now; `changed` names those that differ."""

    run: KeptRun
    figures: Figures
    older: tuple[str, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the figures that are not the same as then."""
        names = dict.fromkeys([*self.run.figures, *self.figures])
        then, now = self.run.figures, self.figures
        return tuple(name for name in names if not _same(then.get(name), now.get(name)))


def keep_coverage(
    deps: Deps, actor: Actor, result: CoverageResult, *, title: str = "", address: str = ""
) -> KeptRun:
    """Keep a coverage for the planners of its community; one that is there already is returned.

    Raises
    ------
    NotAllowed
        `actor` does not plan for the community.
    InvalidInput
        The title is too long, or the question holds too many points.
    """
    inputs, figures = kept_inputs.to_json(result.request), coverage_figures(result)
    return keep(
        deps, actor, Outcome(result.community, "coverage", inputs, figures, result.build_id), title, address
    )


def keep_siting(
    deps: Deps,
    actor: Actor,
    result: SitingResult,
    plan: Plan | None = None,
    *,
    title: str = "",
    address: str = "",
) -> KeptRun:
    """Keep proposed sites, or with `plan` the sites that were moved by hand; see `keep_coverage`."""
    shown = plan or result.plan
    by_hand = [(site.lon, site.lat) for site in shown.sites] if shown is not result.plan else []
    inputs = {"request": kept_inputs.to_json(result.request), "sites": kept_inputs.to_json(by_hand)}
    figures = siting_figures(shown)
    if not by_hand:
        figures |= {"optimal": result.optimal, "gap": result.gap}
    return keep(
        deps, actor, Outcome(result.community, "siting", inputs, figures, result.build_id), title, address
    )


def keep_work_centres(
    deps: Deps, actor: Actor, result: WorkResult, *, title: str = "", address: str = ""
) -> KeptRun:
    """Keep an assessment of work centres; see `keep_coverage`."""
    inputs, coverage = kept_inputs.to_json(result.request), result.coverage
    outcome = Outcome(coverage.community, "work_centres", inputs, result.figures(), coverage.build_id)
    return keep(deps, actor, outcome, title, address)


def keep(deps: Deps, actor: Actor, outcome: Outcome, title: str = "", address: str = "") -> KeptRun:
    """Keep an outcome of any kind; see `keep_coverage`."""
    require(actor, "plan", Subject(outcome.community))
    title = " ".join(visible(title).split())
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(
            mark("the title has {n} characters"),
            mark("write at most {most}"),
            n=len(title),
            most=LONGEST_TITLE,
        )
    if len(str(outcome.inputs)) > LONGEST_INPUTS:
        raise InvalidInput(
            mark("the question holds too many points to be kept"), mark("keep the file you asked with")
        )
    run = KeptRun(
        id=secrets.token_hex(10),
        community=outcome.community,
        kind=outcome.kind,
        title=title,
        inputs=outcome.inputs,
        figures=outcome.figures,
        address=address,
        build_id=outcome.build_id,
        places=ground(deps, outcome.community)[1],
        program=__version__,
        kept_by=actor.account_id,
        created=deps.participation.moment(),
    )
    return deps.run_store.add(run, _is_same)


def listed(deps: Deps, actor: Actor, community: str) -> Sequence[Listed]:
    """Return the community's kept results, the newest first."""
    require(actor, "plan", Subject(community))
    names = {account.id: account.name or account.login for account in deps.participation.accounts.accounts()}
    now = ground(deps, community)
    return [
        Listed(run, names.get(run.kept_by, ""), _older(run, now))
        for run in deps.run_store.of_community(community)
    ]


def repeat(deps: Deps, actor: Actor, run_id: str) -> Repetition:
    """Ask the same question again, on today's streets and places.

    Raises
    ------
    NotFound, NotAllowed
        There is no such kept result, or `actor` does not plan for its community.
    NotLoaded
        The community's streets are not loaded any more.
    """
    run = _open(deps, actor, run_id)
    figures = _REPEATING[run.kind](deps, run)
    return Repetition(run, figures, _older(run, ground(deps, run.community)))


def delete(deps: Deps, actor: Actor, run_id: str) -> KeptRun:
    """Take the result off the list, a damaged one too; `restore` brings it back for thirty days.

    Raises
    ------
    NotAllowed
        Somebody else kept it, and `actor` is no administrator.
    """
    run = _own(deps, actor, run_id)
    deps.run_store.set_deleted(run_id, deps.participation.moment())
    return run


def restore(deps: Deps, actor: Actor, run_id: str) -> KeptRun:
    """Put a deleted result back on the list, as it was."""
    run = _own(deps, actor, run_id)
    deps.run_store.set_deleted(run_id, "")
    return run


def ground(deps: Deps, community: str) -> tuple[str, str]:
    """Return what results rest on: the build's id, empty where nothing is loaded; a digest of the places."""
    folder = deps.community_store.current_build(community)
    pinned = repr(sorted(pinned_spots(deps.place_store, community), key=lambda spot: spot.id))
    return (folder.name if folder else "", hashlib.sha256(pinned.encode()).hexdigest()[:20])


def build_date(build_id: str) -> str:
    """Return the day in a build's id as ISO 8601, empty where it has none.

    Examples
    --------
    >>> build_date("20261122T021409Z-1a2b")
    '2026-11-22'
    """
    day = build_id[:8]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 and day.isascii() and day.isdigit() else ""


def _open(deps: Deps, actor: Actor, run_id: str) -> KeptRun:
    run = deps.run_store.get(run_id)
    require(actor, "plan", Subject(run.community))
    return run


def _own(deps: Deps, actor: Actor, run_id: str) -> KeptRun:
    run = deps.run_store.to_erase(run_id)
    require(actor, "plan", Subject(run.community))
    if run.kept_by != actor.account_id and actor.role != "administrator":
        raise NotAllowed(mark("somebody else kept this result"), mark("ask them, or an administrator"))
    return run


def _repeat_coverage(deps: Deps, run: KeptRun) -> Figures:
    asked = kept_inputs.from_json(CoverageRequest, run.inputs)
    return coverage_figures(assess_coverage(deps, run.community, asked))


def _repeat_siting(deps: Deps, run: KeptRun) -> Figures:
    asked = kept_inputs.from_json(SitingRequest, run.inputs["request"])
    points = tuple((float(lon), float(lat)) for lon, lat in run.inputs.get("sites", ()))
    if points:
        return siting_figures(assess_sites(deps, run.community, asked, points))
    result = propose_sites(deps, run.community, asked)
    return siting_figures(result.plan) | {"optimal": result.optimal, "gap": result.gap}


def _repeat_work_centres(deps: Deps, run: KeptRun) -> Figures:
    asked = kept_inputs.from_json(WorkRequest, run.inputs)
    return dict(assess_work_centres(deps, run.community, asked).figures())


_REPEATING = {
    "coverage": _repeat_coverage,
    "siting": _repeat_siting,
    "work_centres": _repeat_work_centres,
}


def _older(run: KeptRun, now: tuple[str, str]) -> tuple[str, ...]:
    pairs = {
        "network": (run.build_id, now[0]),
        "places": (run.places, now[1]),
        "program": (run.program, __version__),
    }
    return tuple(name for name, (then, today) in pairs.items() if then != today)


def _is_same(kept: KeptRun, new: KeptRun) -> bool:
    names = ("kind", "title", "kept_by", "build_id", "places", "program", "inputs", "figures")
    return all(getattr(kept, name) == getattr(new, name) for name in names)


def _same(then: Figure, now: Figure) -> bool:
    if isinstance(then, int | float) and isinstance(now, int | float):
        return math.isclose(then, now, rel_tol=TOLERANCE)
    return then == now
