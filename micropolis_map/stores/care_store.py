"""Confirmations, reports, answers to "still true?", and counted attempts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, is_moment
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import ATTEMPT, CONFIRMATION, REPORT, STILL_TRUE
from micropolis_map.stores.tables import META, SALT

_AHEAD_S = 60.0
"""What was counted that much later than now was counted by a request that began a little later; what is
farther ahead was counted under a clock that was wrong."""


MOST_REFUSED = 10_000
"""So many refusals are remembered; then all are forgotten, and the database is asked again."""


@dataclass(frozen=True)
class Brake:
    """Slows the (hashed) asker down: `free` times at once, then each time twice the wait, at most `most_s`.

    Attributes
    ----------
    window_s
        For how long a time counts.
    part
        Of several that are counted together the (hashed) one that asks.
    most_of_part
        So many times count at most of each part; 0 for all. Below `free` no part alone slows the others down.
    """

    who: str
    action: str
    free: int
    first_s: float
    most_s: float
    window_s: float
    part: str = ""
    most_of_part: int = 0

    def wait_s(self, times: Sequence[tuple[float, str]], now_s: float) -> float:
        """Return how long to wait yet, 0 for not at all, after `times`: when, and by which part."""
        parts = Counter(part for _, part in times)
        beyond = sum(min(count, self.most_of_part or count) for count in parts.values()) - self.free
        if beyond < 0 or not times:
            return 0.0
        pause_s = min(self.most_s, self.first_s * 2.0 ** min(beyond, 60))
        return max(0.0, min(pause_s, max(moment for moment, _ in times) + pause_s - now_s))


@dataclass(frozen=True)
class Report:
    """A problem somebody reported with a published place."""

    id: str
    place_id: str
    community: str
    device: str
    reason: str
    text: str
    recorded: str
    closed: str = ""
    closed_by: str = ""


class SqlCareStore:
    """On SQLite and PostgreSQL; `device` is always a hash, moments are ISO 8601 texts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._today = ("", "")
        self._refused: dict[tuple[str, str, int], tuple[float, float]] = {}

    def confirm(self, place_id: str, device: str, now: str) -> int:
        """Count the device's "I know this place", once for each device; return how many know it."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            mine = (CONFIRMATION.c.place_id == place_id, CONFIRMATION.c.device == device)
            done = connection.execute(sa.update(CONFIRMATION).where(*mine).values(recorded=now))
            if not done.rowcount:
                values = {"place_id": place_id, "device": device, "recorded": now}
                connection.execute(sa.insert(CONFIRMATION).values(values))
            query = sa.select(sa.func.count()).where(CONFIRMATION.c.place_id == place_id)
            return int(connection.execute(query).scalar_one())

    def confirmations(self) -> Mapping[str, tuple[int, str]]:
        """Return by place how many know it, and when it was last confirmed."""
        last = sa.func.max(CONFIRMATION.c.recorded)
        query = sa.select(CONFIRMATION.c.place_id, sa.func.count(), last).group_by(CONFIRMATION.c.place_id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row[0]: (int(row[1]), row[2]) for row in rows if is_moment(row[2])}

    def still_true(self, place_id: str, now: str) -> None:
        """Keep that the place was found still true."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            connection.execute(sa.delete(STILL_TRUE).where(STILL_TRUE.c.place_id == place_id))
            connection.execute(sa.insert(STILL_TRUE).values(place_id=place_id, recorded=now))

    def found_true(self) -> Mapping[str, str]:
        """Return by place when it was last found still true."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(STILL_TRUE)).all()
        return {row.place_id: row.recorded for row in rows if is_moment(row.recorded)}

    def report(self, report: Report) -> Report:
        """Keep the report; a device's second open one about a place replaces its first."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            same = (REPORT.c.place_id == report.place_id, REPORT.c.device == report.device)
            rows = connection.execute(sa.select(REPORT.c.id, REPORT.c.closed).where(*same)).all()
            replaced = [row.id for row in rows if not (row.closed and is_moment(row.closed))]
            connection.execute(sa.delete(REPORT).where(REPORT.c.id.in_(replaced)))
            connection.execute(sa.insert(REPORT).values(asdict(report)))
            tombstones.bury(connection, "report", replaced, report.recorded, report.community)
        if replaced:
            self._database.scrub()
        return report

    def reports(self, community: str | None = None, *, open_only: bool = True) -> Sequence[Report]:
        """Return the reports, the oldest first."""
        query = sa.select(REPORT)
        if community is not None:
            query = query.where(REPORT.c.community == community)
        if open_only:
            query = query.where(REPORT.c.closed == "")
        with self._database.reading() as connection:
            return REPORTS.readable(connection, query, REPORT.c.recorded, REPORT.c.id)

    def close_report(self, report_id: str, closed_by: str, now: str) -> None:
        """Close the report; its words go, they may say who wrote them."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            if not erase_reports(connection, [report_id], now, closed_by):
                raise NotFound(
                    mark("there is no report {id}"),
                    mark("look it up in the list of reports"),
                    id=repr(report_id[:40]),
                )
            tombstones.bury(connection, "report", [report_id], now)

    def about(self, report_id: str) -> tuple[str, str] | None:
        """Return the place and the community of an open report, damaged or not; None without one."""
        query = sa.select(REPORT.c.place_id, REPORT.c.community, REPORT.c.closed)
        with self._database.reading() as connection:
            row = connection.execute(query.where(REPORT.c.id == report_id)).first()
        is_open = row is not None and not (row.closed and is_moment(row.closed))
        return (str(row.place_id), str(row.community)) if row is not None and is_open else None

    def salt(self, day: str, fresh: str) -> str:
        """Return the salt of `day`, `fresh` when it has none yet; those of other days are gone for good."""
        known, salt = self._today
        if known != day:
            salt = self._kept_salt(day, fresh)
            self._today = (day, salt)
            self._refused.clear()
        return salt

    def _kept_salt(self, day: str, fresh: str) -> str:
        query = sa.select(META.c.value).where(META.c.key == SALT)
        with self._database.reading() as connection:
            kept = connection.execute(query).scalar_one_or_none()
        if kept is not None and kept.startswith(f"{day} "):
            return str(kept).split(" ", 1)[1]
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            kept = connection.execute(query).scalar_one_or_none()
            if kept is not None and kept.startswith(f"{day} "):
                return str(kept).split(" ", 1)[1]
            connection.execute(sa.delete(META).where(META.c.key == SALT))
            connection.execute(sa.insert(META).values(key=SALT, value=f"{day} {fresh}"))
            connection.execute(sa.delete(ATTEMPT))
            return fresh

    def attempt(self, who: str, action: str, now_s: float, window_s: float, most: int) -> float:
        """Count an attempt of the (hashed) asker, unless there were `most` within the window.

        What was counted under a clock that was ahead is forgotten: nobody waits until that time comes. Who
        was refused is refused again without asking the database: a flood of requests costs no more.

        Returns
        -------
        float
            0 when it was counted, else the seconds until one is free again.
        """
        if wait_s := self.refused(who, action, now_s, most):
            return wait_s
        wait_s = self._counted(who, action, now_s, window_s, most)
        if wait_s:
            if len(self._refused) >= MOST_REFUSED:
                self._refused.clear()
            self._refused[who, action, most] = (now_s, now_s + wait_s)
        return wait_s

    def refused(self, who: str, action: str, now_s: float, most: int) -> float:
        """Return the seconds that the asker was told to wait and has not waited yet; 0 if there are none."""
        told_s, until_s = self._refused.get((who, action, most), (0.0, 0.0))
        return max(1.0, until_s - now_s) if told_s <= now_s < until_s else 0.0

    def _counted(self, who: str, action: str, now_s: float, window_s: float, most: int) -> float:
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            mine = (ATTEMPT.c.who == who, ATTEMPT.c.action == action)
            connection.execute(sa.delete(ATTEMPT).where(*mine, ATTEMPT.c.moment_s > now_s + _AHEAD_S))
            recent = sa.select(ATTEMPT.c.moment_s).where(*mine, ATTEMPT.c.moment_s > now_s - window_s)
            moments = sorted(connection.execute(recent).scalars())
            if len(moments) >= most:
                return max(1.0, float(moments[-most]) + window_s - now_s)
            connection.execute(sa.insert(ATTEMPT).values(who=who, action=action, moment_s=now_s))
            return 0.0

    def slow_down(self, brakes: Sequence[Brake], now_s: float) -> tuple[float, Sequence[int]]:
        """Count a try under every one of `brakes`, unless one of them says to wait: look and count at once.

        Returns
        -------
        tuple of float and sequence of int
            0 and the numbers of what was counted, for `take_back`; or the seconds to wait, and none.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            waits = [brake.wait_s(_times(connection, brake, now_s), now_s) for brake in brakes]
            if wait_s := max(waits, default=0.0):
                return wait_s, ()
            counted = []
            for brake in brakes:
                values = {"who": brake.who, "action": brake.action, "moment_s": now_s, "part": brake.part}
                done = connection.execute(sa.insert(ATTEMPT).values(values))
                counted.append(int((done.inserted_primary_key or (0,))[0]))
            return 0.0, counted

    def take_back(self, counted: Sequence[int]) -> None:
        """Forget what `slow_down` counted: it was no wrong try."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(ATTEMPT).where(ATTEMPT.c.number.in_(counted)))

    def forget_attempts(self, who: str, action: str) -> None:
        """Forget the asker's attempts: one succeeded."""
        for refused in list(self._refused):
            if refused[:2] == (who, action):
                self._refused.pop(refused, None)
        with self._database.writing() as connection:
            connection.execute(sa.delete(ATTEMPT).where(ATTEMPT.c.who == who, ATTEMPT.c.action == action))


def erase_reports(connection: Connection, ids: Sequence[str], now: str, closed_by: str = "") -> int:
    """Close the reports in the caller's transaction, without their words; return how many were open."""
    gone = {"closed": now, "closed_by": closed_by, "text": "", "device": ""}
    telling = sa.or_(REPORT.c.text != "", REPORT.c.device != "", REPORT.c.closed == "")
    done = connection.execute(sa.update(REPORT).where(REPORT.c.id.in_(ids), telling).values(gone))
    return int(done.rowcount)


def _times(connection: Connection, brake: Brake, now_s: float) -> Sequence[tuple[float, str]]:
    """Return when it was done within the window, by which part; what is older is forgotten."""
    mine = (ATTEMPT.c.who == brake.who, ATTEMPT.c.action == brake.action)
    old = ATTEMPT.c.moment_s <= now_s - brake.window_s
    connection.execute(sa.delete(ATTEMPT).where(ATTEMPT.c.action == brake.action, old))
    recent = sa.select(ATTEMPT.c.moment_s, ATTEMPT.c.part).where(
        *mine, ATTEMPT.c.moment_s <= now_s + _AHEAD_S
    )
    return [(float(moment_s), part) for moment_s, part in connection.execute(recent)]


REPORTS = Kind("report", REPORT, lambda row: Report(**row), moments=("recorded", "closed"))
CONFIRMATIONS = Kind("confirmation", CONFIRMATION, dict, ("place_id", "device"), "", ("recorded",))
FOUND_TRUE = Kind("answer that a place is true", STILL_TRUE, dict, ("place_id",), "", ("recorded",))
