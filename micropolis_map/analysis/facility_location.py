"""Facility location: where new sites do most good, with a proof or an honest gap.

Three objectives, all for n demand points that also keep their walk to the existing spots:

``coverage`` (MCLP)
    The most people within the threshold (inclusive) of an existing spot or a new site.
``p-median``
    The least walking in all, in person-seconds. A walk longer than ``cap_s``, or none at all, counts as
    ``cap_s``: whoever cannot be reached weighs heavily, but not infinitely.
``equity``
    The worst-off first: the longest walk of anybody is as short as possible (p-center, not weighted: one
    person counts like a hundred); among all choices that do this, the one with most people within the
    threshold. Who can reach neither a spot nor any candidate within ``cap_s`` cannot be helped and is left
    out of the longest walk; while anybody else is beyond ``cap_s`` the longest walk is ``cap_s``.

People are found good sites at once (greedy, then swaps); a Lagrangian bound says how much better others
could be and rules most candidates out; HiGHS settles the rest exactly, within the time given. Whatever is
found or proven on the way is told at once.

References
----------
Church, R., ReVelle, C. (1974). The maximal covering location problem. https://doi.org/10.1007/BF01942293
Hakimi, S. L. (1964). Optimum locations of switching centers and the absolute centers and medians of a graph.
https://doi.org/10.1287/opre.12.3.450
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.gains import Gains
from micropolis_map.analysis.interchange import greedy, swapped
from micropolis_map.analysis.lagrangian import Bounded, bounded
from micropolis_map.analysis.set_reduction import of_use, only
from micropolis_map.analysis.siting_model import Answer, Sets, Tell, most
from micropolis_map.analysis.siting_problem import SitingProblem, in_order
from micropolis_map.analysis.worst_off import Radius, Walks, least_radius
from micropolis_map.errors import InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Better = Callable[["Siting"], None]

OBJECTIVES = ("coverage", "p-median", "equity")
TIME_LIMIT_S = 20.0
BOUND_SHARE = 0.5
"""Of the time that the Lagrangian bound may take; the rest is for HiGHS."""
RADIUS_SHARE = 0.8
"""Of the time that the longest walk may take; the rest is for how many are near."""
MOST_PAIRS = 6_000_000
"""More pairs than this are not given to HiGHS: building the model alone would take the time."""
EXACT = 1e-9
"""A relative difference below this is rounding."""
TELL_EVERY_S = 0.25
"""Better bounds are told no faster than this; better sites at once."""


@dataclass(frozen=True)
class Siting:
    """Chosen sites and how good they are.

    Attributes
    ----------
    sites : int64[p]
        In the order in which each adds most people within the threshold (then saves most walking).
    value, bound
        Of the objective: people newly covered (`bound` is at most reached by any choice), person-seconds of
        all walking, or seconds of the longest walk (any choice leaves at least `bound`).
    gap
        ``|bound - value| / value``; 0 when proven, None where there is nothing to divide by.
    is_proven
        Whether nothing better exists.
    """

    sites: Ints
    objective: str
    value: float
    bound: float
    gap: float | None
    is_proven: bool
    seconds: float


def locate(
    problem: SitingProblem,
    objective: str = "coverage",
    time_limit_s: float = TIME_LIMIT_S,
    tell: Tell | None = None,
    better: Better | None = None,
) -> Siting:
    """Return the best sites for `objective`.

    Parameters
    ----------
    time_limit_s
        For the proof; without one the best sites found are returned with their gap.
    tell
        Told the share of the time and what is happening; may raise `errors.Cancelled`.
    better
        Told good sites (greedy and swaps) before any proof, then whatever is better or bounded closer.

    Raises
    ------
    InvalidInput
        The objective is not known.
    """
    if objective not in OBJECTIVES:
        raise InvalidInput(f"there is no objective {objective!r}", f"give one of {', '.join(OBJECTIVES)}")
    search = _Search(problem, objective, time_limit_s, tell, better)
    if objective == "equity":
        _equity(search)
    else:
        gains = problem.coverage_gains() if objective == "coverage" else problem.saving_gains()
        _greatest(gains, search)
        if objective == "coverage":
            search.sites = _useful(problem, gains, search.sites)
    return search.siting()


class _Search:
    """What is known so far; told whenever it is more."""

    def __init__(
        self,
        problem: SitingProblem,
        objective: str,
        seconds: float,
        tell: Tell | None,
        better: Better | None,
    ) -> None:
        self.problem = problem
        self.tell = tell
        self.sites: Ints = np.arange(problem.new)
        self._objective, self._better = objective, better
        self._begun = time.monotonic()
        self._ends, self._told = self._begun + seconds, -np.inf
        self._value, self._bound = np.nan, np.nan
        self._gap: float | None = None
        self._whole = float((problem.weight * problem.now_s).sum())
        self._is_proven = False

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self._ends - time.monotonic())

    def gained(self, sites: Ints, given: float, bound: float) -> None:
        """Take sites that give so much, and what no others exceed."""
        bound = max(given, bound)
        if self._objective == "p-median":
            given, bound = self._whole - given, self._whole - bound
        self.take(sites, given, bound, _gap(given, bound))

    def take(self, sites: Ints, value: float, bound: float, gap: float | None) -> None:
        """Take what is known of the objective, and tell it."""
        is_new = not np.array_equal(np.sort(sites), np.sort(self.sites)) or np.isnan(self._value)
        self.sites, self._value, self._bound, self._gap = sites, value, bound, gap
        self._is_proven = gap == 0.0
        if self._better is None or not (is_new or time.monotonic() > self._told + TELL_EVERY_S):
            return
        self._told = time.monotonic()
        self._better(self.siting())

    def siting(self) -> Siting:
        """Return what is known."""
        sites = in_order(self.problem, self.sites)
        seconds = time.monotonic() - self._begun
        return Siting(sites, self._objective, self._value, self._bound, self._gap, self._is_proven, seconds)


def _gap(value: float, bound: float) -> float | None:
    difference = abs(bound - value)
    if difference <= EXACT * max(abs(value), abs(bound)):
        return 0.0
    return difference / abs(value) if value and np.isfinite(difference) else None


def _greatest(gains: Gains, search: _Search) -> None:
    """Find the sites that give most, and what no others exceed."""
    new = search.problem.new
    start = swapped(gains, greedy(gains, new))
    search.gained(start, gains.value(start), _at_most(gains, new))

    def found(known: Bounded) -> None:
        search.gained(known.sites, known.value, known.bound)

    known = bounded(gains, start, search.left * BOUND_SHARE, search.tell, found=found)
    if known.is_proven:
        search.gained(known.sites, known.value, known.value)
        return
    found(known)
    kept = np.union1d(np.flatnonzero(known.open), known.sites)
    rest = gains.take(kept)
    if rest.row.size > MOST_PAIRS or search.left <= 0.0:
        return
    best = known

    def heard(answer: Answer) -> None:
        nonlocal best
        best = _better_of(best, gains, kept, answer)
        found(best)

    heard(most(rest, new, search.left, search.tell, found=heard))


def _better_of(known: Bounded, gains: Gains, kept: Ints, answer: Answer) -> Bounded:
    """Return what is known with what HiGHS says of the candidates `kept`, all others being ruled out."""
    sites, value = known.sites, known.value
    if answer.sites is not None and answer.sites.size and gains.value(kept[answer.sites]) > value:
        sites, value = kept[answer.sites], gains.value(kept[answer.sites])
    bound = value if answer.is_proven else max(value, min(known.bound, answer.bound))
    return Bounded(sites, value, bound, known.open)


def _at_most(gains: Gains, new: int) -> float:
    """Return what `new` sites could give if none took anything from another."""
    each = np.bincount(gains.site, gains.gain, minlength=gains.sites)
    highest = np.zeros(gains.rows)
    np.maximum.at(highest, gains.row, gains.gain)
    return float(min(np.sort(each)[-new:].sum(), highest.sum()))


def _equity(search: _Search) -> None:
    problem, new = search.problem, search.problem.new
    walks, gains = _walks_of_helpable(problem), problem.coverage_gains()
    most_people = _at_most(gains, new)
    start = swapped(gains, greedy(gains, new))
    longest = _longest(walks, start)
    search.take(start, longest, 0.0, _gap(longest, 0.0))

    def known(found: Radius, given: float, at_most: float) -> None:
        """Take the gap of the longest walk; of the people near, once that is proven."""
        gap = _gap(found.radius_s, found.bound_s) or _gap(given, max(given, min(at_most, most_people)))
        search.take(found.sites, found.radius_s, found.bound_s, gap)

    def nearer(found: Radius) -> None:
        if found.radius_s <= longest:
            known(found, gains.value(found.sites), np.inf)

    found = least_radius(walks, new, search.left * RADIUS_SHARE, search.tell, nearer)
    if found.radius_s > longest:
        found = Radius(start, longest, found.bound_s)
    best = found

    def heard(answer: Answer, kept: Ints, at_most: float = np.inf) -> None:
        nonlocal best
        given = gains.value(best.sites)
        if answer.sites is not None and answer.sites.size == new:
            sites = kept[answer.sites]
            if gains.value(sites) >= given:
                best, given = Radius(sites, found.radius_s, found.bound_s), gains.value(sites)
        known(best, given, given if answer.is_proven else min(answer.bound, at_most))

    _most_people(search, walks.must_hit(found.radius_s), gains, found.sites, heard)


def _most_people(
    search: _Search, must_hit: Sets | None, gains: Gains, sites: Ints, heard: Callable[..., None]
) -> None:
    """Find the sites with most people near among those that hit all of these sets, as `sites` do."""
    kept, new = np.arange(gains.sites), search.problem.new
    if must_hit is not None and len(must_hit):
        may = of_use(must_hit, gains.sites, new, search.left / 4.0)
        may[sites] = True
        kept = np.flatnonzero(may)
        must_hit = only(must_hit, may)
    rest = gains.take(kept)
    if not rest.row.size:
        heard(Answer(None, 0.0, is_proven=True), kept)
        return
    both, hits = _with_hits(rest, must_hit)
    start = swapped(both, np.searchsorted(kept, np.sort(sites)))
    heard(Answer(start, np.inf, is_proven=False), kept)
    known = bounded(both, start, search.left / 3.0, search.tell)
    given, at_most = rest.value(known.sites), known.bound - hits
    is_proven = _gap(given, max(given, at_most)) == 0.0 or not known.open.any()
    heard(Answer(known.sites, at_most, is_proven), kept)
    if is_proven or search.left <= 0.0:
        return
    useful = known.open.copy()
    useful[known.sites] = True
    kept, rest = kept[useful], rest.take(np.flatnonzero(useful))
    must_hit = None if must_hit is None else only(must_hit, useful)

    def better(answer: Answer) -> None:
        heard(answer, kept, at_most)

    better(most(rest, new, search.left, search.tell, must_hit, better))


def _with_hits(gains: Gains, must_hit: Sets | None) -> tuple[Gains, float]:
    """Return gains that also value every set that is hit, and what all sets together are worth.

    A set is worth more than all people: whoever looks for the greatest value hits all sets first.
    """
    if must_hit is None or not len(must_hit):
        return gains, 0.0
    worth = 1.0 + gains.value(np.arange(gains.sites))
    row = np.repeat(np.arange(len(must_hit)), np.diff(must_hit.first)) + gains.rows
    both = Gains.of(
        np.concatenate([gains.row, row]),
        np.concatenate([gains.site, must_hit.site]),
        np.concatenate([gains.gain, np.full(row.size, worth)]),
        gains.rows + len(must_hit),
        gains.sites,
    )
    return both, worth * len(must_hit)


def _longest(walks: Walks, sites: Ints) -> float:
    longest = walks.now_s.copy()
    pairs = np.isin(walks.site, sites)
    np.minimum.at(longest, walks.row[pairs], walks.cost_s[pairs])
    return float(longest.max(initial=0.0))


def _walks_of_helpable(problem: SitingProblem) -> Walks:
    near = problem.cost_s < problem.cap_s
    row, site, cost = problem.demand[near], problem.candidate[near], problem.cost_s[near]
    now = problem.now_s
    can = now < problem.cap_s
    can[row] = True
    can &= problem.weight > 0.0
    place = np.cumsum(can) - 1
    keep = np.flatnonzero(can[row])
    keep = keep[np.argsort(row[keep], kind="stable")]
    return Walks(
        place[row[keep]].astype(np.int64),
        site[keep].astype(np.int64),
        cost[keep],
        now[can],
        problem.candidates,
    )


def _useful(problem: SitingProblem, gains: Gains, sites: Ints) -> Ints:
    """Return `sites` with those that cover nobody more replaced by those that save most walking."""
    kept: list[int] = []
    total = 0.0
    for site in sites.tolist():
        now = gains.value(np.array([*kept, site]))
        if now > total * (1.0 + EXACT):
            kept, total = [*kept, site], now
    if len(kept) < sites.size:
        kept += _most_saving(problem.saving_gains(), kept, sites.size - len(kept))
    return np.array(kept)


def _most_saving(savings: Gains, kept: list[int], more: int) -> list[int]:
    """Return so many `more` sites, each the one that saves most beside those before it and `kept`."""
    site, saved, chosen = savings.site, np.zeros(savings.rows), list(kept)

    def serve(one: int) -> None:
        part = slice(savings.first[one], savings.first[one + 1])
        np.maximum.at(saved, savings.row[part], savings.gain[part])

    for one in kept:
        serve(one)
    for _ in range(more):
        left = np.maximum(0.0, savings.gain - saved[savings.row])
        added = np.bincount(site, left, minlength=savings.sites)
        added[chosen] = -1.0
        chosen.append(int(np.argmax(added)))
        serve(chosen[-1])
    return chosen[len(kept) :]
