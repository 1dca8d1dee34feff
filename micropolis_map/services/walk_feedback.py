"""What walkers tell of a tour: how long it took, what was in the way, and what follows for a street.

An obstacle that three different devices report within `SAME_M` of each other in the same street is proposed
to the data about that street. An organiser accepts or rejects it; what is accepted counts from the next
loading of the community on (`surveyed_streets`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from micropolis_map.analysis.metric import segment_length_m
from micropolis_map.analysis.snapping import snap
from micropolis_map.domain.permission import Actor, Subject, require
from micropolis_map.domain.secret import check_secret, hashed
from micropolis_map.domain.tour import Tour
from micropolis_map.domain.walk_report import (
    OBSTACLE_KINDS,
    SURVEYED_TAGS,
    Obstacle,
    ObstacleKind,
    Survey,
    SurveyState,
    WalkReport,
)
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services import opened
from micropolis_map.services.opened import Build
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import limit
from micropolis_map.services.surveyed_streets import write_surveys
from micropolis_map.stores.locks import locked

SAME_M = 25.0
"""Reports so close to each other are about the same thing."""
ENOUGH = 3
"""Different devices."""
ON_STREET_M = 60.0
LONGEST_WORDS, MOST_MINUTES = 1_000, 1_440

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class WalkNote:
    """How a walk was, as a walker sends it; `minutes` is None where they did not say."""

    id: str
    minutes: int | None
    words: str = ""
    variant: str = ""


@dataclass(frozen=True)
class ObstacleNote:
    """An obstacle as a walker sends it; `device` is a secret of the device, of which no trace is kept."""

    id: str
    device: str
    kind: str
    lon: float
    lat: float
    words: str = ""


def add_report(desk: Participation, tour: Tour, note: WalkNote, address: str = "") -> bool:
    """Keep how a walk was; return whether it is new (the same id again is the same report)."""
    _check_id(note.id)
    if note.minutes is not None and not 1 <= note.minutes <= MOST_MINUTES:
        raise InvalidInput(
            mark("the walk took {n} minutes"), mark("give 1 to {most}"), n=note.minutes, most=MOST_MINUTES
        )
    limit(desk, address, "walk_report")
    report = WalkReport(
        id=note.id,
        tour_id=tour.id,
        community=tour.community,
        variant=note.variant[:20],
        minutes=note.minutes,
        words=_words(note.words),
        recorded=desk.moment(),
    )
    return desk.walk_reports.add_report(report)


def add_obstacle(desk: Participation, tour: Tour, note: ObstacleNote, address: str = "") -> bool:
    """Keep an obstacle; return whether it is new (the same id again is the same obstacle)."""
    _check_id(note.id)
    check_secret(note.device)
    if note.kind not in OBSTACLE_KINDS:
        raise InvalidInput(
            mark("kind is {kind}"),
            mark("give one of {known}"),
            kind=repr(note.kind[:40]),
            known=", ".join(OBSTACLE_KINDS),
        )
    if not (-180.0 <= note.lon <= 180.0 and -90.0 <= note.lat <= 90.0):
        raise InvalidInput(
            mark("the point is {lon}, {lat}"),
            mark("give longitude and latitude in degrees"),
            lon=note.lon,
            lat=note.lat,
        )
    limit(desk, address, "walk_report")
    way_id, street = _street_at(desk, tour.community, note.lon, note.lat)
    salt = f"{tour.community}/{street or way_id or tour.id}/{note.kind}"
    obstacle = Obstacle(
        id=note.id,
        tour_id=tour.id,
        community=tour.community,
        kind=note.kind,
        lon=round(note.lon, 6),
        lat=round(note.lat, 6),
        way_id=way_id,
        street=street,
        device=hashed(f"{note.device}/{salt}"),
        words=_words(note.words),
        recorded=desk.moment(),
    )
    return desk.walk_reports.add_obstacle(obstacle)


def reports(desk: Participation, actor: Actor, community: str) -> Sequence[WalkReport]:
    """Return how walks were, the newest first."""
    require(actor, "see_feedback", Subject(community))
    return desk.walk_reports.reports(community)


def obstacles(desk: Participation, actor: Actor, community: str) -> Sequence[Obstacle]:
    """Return the obstacles that nobody closed, the oldest first."""
    require(actor, "see_feedback", Subject(community))
    return desk.walk_reports.obstacles(community)


def of_tour(desk: Participation, actor: Actor, tour: Tour) -> tuple[list[WalkReport], list[Obstacle]]:
    """Return what walkers told of one tour, for its authors and for organisers.

    Raises
    ------
    NotAllowed
        The actor is neither.
    """
    shared = desk.tours.find(tour.id)
    require(actor, "see_feedback", Subject(tour.community) if shared is None else shared.subject(actor.keys))
    told = [one for one in desk.walk_reports.reports(tour.community) if one.tour_id == tour.id]
    obstacles = [one for one in desk.walk_reports.obstacles(tour.community) if one.tour_id == tour.id]
    return told, obstacles


def close(desk: Participation, actor: Actor, report_id: str) -> None:
    """Close a report or obstacle that was dealt with; its words are erased."""
    require(actor, "see_feedback", Subject(desk.walk_reports.community_of(report_id)))
    desk.walk_reports.close(report_id, desk.moment())


def proposed(desk: Participation, community: str) -> list[Survey]:
    """Return what several walkers say of streets and nobody decided on, the best supported first."""
    decided = {report for survey in desk.walk_reports.surveys(community) for report in survey.obstacles}
    waiting = [
        one
        for one in desk.walk_reports.obstacles(community)
        if one.id not in decided and one.way_id and one.kind in SURVEYED_TAGS
    ]
    found = []
    for kind in SURVEYED_TAGS:
        of_kind = [one for one in waiting if one.kind == kind]
        for street in dict.fromkeys(one.street or str(one.way_id) for one in of_kind):
            found += _clusters([one for one in of_kind if (one.street or str(one.way_id)) == street])
    return sorted(found, key=lambda survey: (-survey.devices, survey.id))


def decided(desk: Participation, actor: Actor, community: str) -> list[Survey]:
    """Return what was decided about streets, the newest first."""
    require(actor, "survey", Subject(community))
    return list(desk.walk_reports.surveys(community))


def decide(desk: Participation, actor: Actor, folder: Path, survey: Survey, state: SurveyState) -> Survey:
    """Accept or reject what several walkers say of a street.

    Parameters
    ----------
    folder
        The community's, where ``surveys.geojson`` is kept equal to what was accepted.
    """
    require(actor, "survey", Subject(survey.community))
    if state not in {"accepted", "rejected"}:
        raise InvalidInput(mark("the decision is {state}"), mark("accept or reject it"), state=repr(state))
    by = f"{actor.role}:{actor.account_id}"[:60]
    done = replace(survey, state=state, decided=desk.moment(), decided_by=by)
    desk.walk_reports.decide(done)
    _renew_file(desk, folder, survey.community)
    return done


def undo(desk: Participation, actor: Actor, folder: Path, survey_id: str) -> None:
    """Take a decision back: it is proposed again, and the next loading does not know of it."""
    community = desk.walk_reports.community_of(survey_id)
    require(actor, "survey", Subject(community))
    desk.walk_reports.undo(survey_id)
    _renew_file(desk, folder, community)


def _renew_file(desk: Participation, folder: Path, community: str) -> None:
    """Write the file of what was accepted: one reads and writes at a time, so that the last knows all."""
    with locked(folder / ".surveys.lock"):
        write_surveys(folder, desk.walk_reports.surveys(community))


def _street_at(desk: Participation, slug: str, lon: float, lat: float) -> tuple[int, str]:
    """Return the nearest way's id and its street's name; 0 and "" where no street is near or loaded."""
    folder = desk.communities.current_build(slug)
    if folder is None:
        return 0, ""
    network = opened.network_of(Build(slug, folder))
    at = snap(network, np.array([lon]), np.array([lat]), furthest_m=ON_STREET_M)
    if at.edge[0] < 0:
        return 0, ""
    way = int(network.point_way[at.point[0]])
    return int(network.way_id[way]), network.tags(way).get("name", "")


def _clusters(waiting: Sequence[Obstacle]) -> list[Survey]:
    """Return a survey for each group of `ENOUGH` devices within `SAME_M` of one report, the largest first."""
    left = list(waiting)
    found = []
    while left:
        lon, lat = np.array([one.lon for one in left]), np.array([one.lat for one in left])
        near = segment_length_m(lon[:, None], lat[:, None], lon[None], lat[None]) <= SAME_M
        devices = [len({left[k].device for k in np.flatnonzero(row)}) for row in near]
        core = int(np.argmax(devices))
        if devices[core] < ENOUGH:
            break
        group = [left[k] for k in np.flatnonzero(near[core])]
        found.append(_survey(left[core], group, devices[core]))
        left = [one for one in left if one not in group]
    return found


def _survey(core: Obstacle, group: Sequence[Obstacle], devices: int) -> Survey:
    ids = tuple(sorted(one.id for one in group))
    kind: ObstacleKind = core.kind
    return Survey(
        id=hashlib.sha256(" ".join(ids).encode()).hexdigest()[:24],
        community=core.community,
        kind=kind,
        way_id=core.way_id,
        street=core.street,
        lon=core.lon,
        lat=core.lat,
        obstacles=ids,
        devices=devices,
        surveyed=max(one.recorded for one in group)[:10],
    )


def _check_id(note_id: str) -> None:
    if not _ID.fullmatch(note_id):
        raise InvalidInput(
            mark("report id {id} is not valid"),
            mark("use 16 to 64 of A-Z a-z 0-9 - _"),
            id=repr(note_id[:80]),
        )


def _words(text: str) -> str:
    if len(text) > LONGEST_WORDS:
        raise InvalidInput(
            mark("the text has {n} characters"), mark("write at most {most}"), n=len(text), most=LONGEST_WORDS
        )
    return text.strip()
