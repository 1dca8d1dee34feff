"""A planner's result that was kept: what was asked, what came out, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

RunKind = Literal["coverage", "siting", "work_centres"]
RUN_KINDS: tuple[RunKind, ...] = get_args(RunKind)

Figure = float | str | bool | None


@dataclass(frozen=True)
class KeptRun:
    """A kept result.

    Attributes
    ----------
    title
        What the planner calls it; may be empty.
    inputs
        The whole question, as JSON; asking it again on the same ground gives the same figures.
    figures
        The key figures by name; the name carries the unit (``median_s``). None for what is not finite.
    address
        Path and query of the page that shows it.
    build_id, places, program
        The walk network it was made with, a digest of the residents' meeting places, the program's version.
    kept_by
        Id of the account.
    created, deleted
        ISO 8601 in UTC; `deleted` is empty while it is there.
    """

    id: str
    community: str
    kind: RunKind
    title: str
    inputs: Mapping[str, Any]
    figures: Mapping[str, Figure]
    address: str
    build_id: str
    places: str
    program: str
    kept_by: str
    created: str
    deleted: str = ""
