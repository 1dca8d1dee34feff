"""What walkers report, and what was decided about streets, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.walk_report import OBSTACLE_KINDS, Obstacle, Survey, WalkReport
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, Row
from micropolis_map.stores.database import Database
from micropolis_map.stores.walk_tables import STREET_SURVEY, WALK_OBSTACLE, WALK_REPORT


class SqlWalkReportStore:
    """On SQLite and PostgreSQL; a report's id is made by its sender, and one id is kept once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_report(self, report: WalkReport) -> bool:
        """Keep the report; return whether it is new."""
        return self._add(WALK_REPORT, asdict(report))

    def add_obstacle(self, obstacle: Obstacle) -> bool:
        """Keep the obstacle; return whether it is new."""
        return self._add(WALK_OBSTACLE, asdict(obstacle))

    def reports(self, community: str, *, open_only: bool = True) -> Sequence[WalkReport]:
        """Return the reports, the newest first."""
        query = sa.select(WALK_REPORT).where(WALK_REPORT.c.community == community)
        if open_only:
            query = query.where(WALK_REPORT.c.closed == "")
        with self._database.reading() as connection:
            return REPORTS.readable(connection, query, WALK_REPORT.c.recorded.desc(), WALK_REPORT.c.id)

    def obstacles(self, community: str, *, open_only: bool = True) -> Sequence[Obstacle]:
        """Return the obstacles, the oldest first."""
        query = sa.select(WALK_OBSTACLE).where(WALK_OBSTACLE.c.community == community)
        if open_only:
            query = query.where(WALK_OBSTACLE.c.closed == "")
        with self._database.reading() as connection:
            return OBSTACLES.readable(connection, query, WALK_OBSTACLE.c.recorded, WALK_OBSTACLE.c.id)

    def close(self, report_id: str, now: str) -> str:
        """Close the report or obstacle (its words go with it) and return its community."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            community = _community(connection, report_id, _TOLD)
            erase_words(connection, [report_id], now)
            tombstones.bury(connection, "walk_report", [report_id], now, community)
            return community

    def community_of(self, report_id: str) -> str:
        """Return the community of a report, obstacle or decision, damaged or not; `NotFound` else."""
        with self._database.reading() as connection:
            return _community(connection, report_id, (*_TOLD, STREET_SURVEY))

    def surveys(self, community: str) -> Sequence[Survey]:
        """Return what was decided about streets, the newest first."""
        query = sa.select(STREET_SURVEY).where(STREET_SURVEY.c.community == community)
        with self._database.reading() as connection:
            return SURVEYS.readable(connection, query, STREET_SURVEY.c.decided.desc(), STREET_SURVEY.c.id)

    def survey(self, survey_id: str) -> Survey:
        """Return what was decided; `NotFound` without it."""
        query = sa.select(STREET_SURVEY).where(STREET_SURVEY.c.id == survey_id)
        with self._database.reading() as connection:
            survey = SURVEYS.one(connection, query)
        if survey is None:
            raise NotFound(
                mark("there is no survey {id}"),
                mark("look it up in the list of streets"),
                id=repr(survey_id[:64]),
            )
        return survey

    def decide(self, survey: Survey) -> None:
        """Keep the decision.

        Raises
        ------
        Conflict
            It was decided already.
        """
        row = asdict(survey) | {"obstacles": " ".join(survey.obstacles)}
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            query = sa.select(STREET_SURVEY.c.id).where(STREET_SURVEY.c.id == survey.id)
            same = connection.execute(query).scalar_one_or_none() is not None
            if same or _decided(connection, survey.community) & set(survey.obstacles):
                raise Conflict(mark("somebody decided this already"), mark("look at the list again"))
            connection.execute(sa.insert(STREET_SURVEY).values(row))

    def undo(self, survey_id: str) -> None:
        """Take the decision back; its reports are open again."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            connection.execute(sa.delete(STREET_SURVEY).where(STREET_SURVEY.c.id == survey_id))

    def _add(self, table: sa.Table, row: dict[str, Any]) -> bool:
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            query = sa.select(table.c.id).where(table.c.id == row["id"])
            if connection.execute(query).scalar_one_or_none() is not None:
                return False
            if tombstones.is_buried(connection, "walk_report", row["id"]):  # sent again, after all was said
                return False
            connection.execute(sa.insert(table).values(row))
        return True


def erase_words(connection: Connection, ids: Sequence[str], now: str) -> int:
    """Close these reports and obstacles in the caller's transaction, without words; return how many."""
    count = 0
    for table in _TOLD:
        left = sa.and_(table.c.id.in_(ids), sa.or_(table.c.words != "", table.c.closed == ""))
        update = sa.update(table).where(left).values(closed=now, words="")
        count += int(connection.execute(update).rowcount)
    return count


def _community(connection: Connection, told_id: str, tables: Iterable[sa.Table]) -> str:
    for table in tables:
        query = sa.select(table.c.community).where(table.c.id == told_id)
        found = connection.execute(query).scalar_one_or_none()
        if found is not None:
            return str(found)
    raise NotFound(
        mark("there is no report {id}"),
        mark("look it up in the list of reports"),
        id=repr(told_id[:64]),
    )


_TOLD = (WALK_REPORT, WALK_OBSTACLE)


def _decided(connection: Connection, community: str) -> set[str]:
    """Return the obstacles of the community that stand in a decision."""
    query = sa.select(STREET_SURVEY.c.obstacles).where(STREET_SURVEY.c.community == community)
    return {one for obstacles in connection.execute(query).scalars() for one in obstacles.split()}


def _obstacle_of(row: Row) -> Obstacle:
    obstacle = Obstacle(**row)
    if obstacle.kind not in OBSTACLE_KINDS or abs(obstacle.lon) > 180 or abs(obstacle.lat) > 90:
        raise ValueError("its kind or position is none")
    return obstacle


def _survey_of(row: Row) -> Survey:
    if row["state"] not in {"proposed", "accepted", "rejected"}:
        raise ValueError("its state is unknown")
    if row["kind"] not in OBSTACLE_KINDS or abs(row["lon"]) > 180 or abs(row["lat"]) > 90:
        raise ValueError("its kind or position is none")
    return Survey(**{**row, "obstacles": tuple(row["obstacles"].split())})


REPORTS = Kind("walk report", WALK_REPORT, lambda row: WalkReport(**row), moments=("recorded", "closed"))
OBSTACLES = Kind("obstacle", WALK_OBSTACLE, _obstacle_of, moments=("recorded", "closed"))
SURVEYS = Kind("street survey", STREET_SURVEY, _survey_of, moments=("surveyed", "decided"))
