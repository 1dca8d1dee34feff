"""Guided walks and who comes, in SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.guided_walk import GuidedWalk, Seat
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, Row, is_moment
from micropolis_map.stores.database import Database
from micropolis_map.stores.walk_tables import GUIDED_WALK, WALK_SEAT

MOST_SEATS = 300
"""On one walk, given back and waiting ones included."""


class SqlWalkStore:
    """On SQLite and PostgreSQL; moments are ISO 8601 texts in UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, walk: GuidedWalk) -> GuidedWalk:
        """Add the walk, or keep it as it is now; its `sequence` must be newer then.

        Raises
        ------
        Conflict
            Somebody changed it meanwhile.
        """
        row = asdict(walk) | {"languages": " ".join(walk.languages)}
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            query = sa.select(GUIDED_WALK.c.sequence).where(GUIDED_WALK.c.id == walk.id)
            before = connection.execute(query).scalar_one_or_none()
            if before is None:
                connection.execute(sa.insert(GUIDED_WALK).values(row))
                return walk
            if walk.sequence != before + 1:
                raise Conflict(
                    mark("somebody changed this walk meanwhile"), mark("look at it again, then change it")
                )
            connection.execute(sa.update(GUIDED_WALK).where(GUIDED_WALK.c.id == walk.id).values(row))
        return walk

    def get(self, walk_id: str) -> GuidedWalk:
        """Return the walk; `NotFound` without one."""
        with self._database.reading() as connection:
            return _walk(connection, walk_id)

    def walks(self, community: str | None = None, *, since: str = "") -> Sequence[GuidedWalk]:
        """Return the walks that start at `since` or later, the next one first."""
        query = sa.select(GUIDED_WALK).where(GUIDED_WALK.c.starts >= since)
        if community is not None:
            query = query.where(GUIDED_WALK.c.community == community)
        with self._database.reading() as connection:
            return WALKS.readable(connection, query, GUIDED_WALK.c.starts, GUIDED_WALK.c.id)

    def seats(self, walk_id: str) -> Sequence[Seat]:
        """Return all seats of the walk in the order of signing up, those given back too."""
        with self._database.reading() as connection:
            return _seats(connection, walk_id)

    def seat(self, seat_id: str) -> Seat:
        """Return the seat; `NotFound` without one."""
        query = sa.select(WALK_SEAT).where(WALK_SEAT.c.id == seat_id)
        with self._database.reading() as connection:
            seat = SEATS.one(connection, query)
        if seat is None:
            raise NotFound(mark("this key holds no such seat"), mark("open your private link again"))
        return seat

    def seats_of(self, key_hash: str) -> Sequence[Seat]:
        """Return the seats taken with a private key."""
        query = sa.select(WALK_SEAT).where(WALK_SEAT.c.key_hash == key_hash)
        with self._database.reading() as connection:
            return SEATS.readable(connection, query, WALK_SEAT.c.number)

    def sign_up(
        self, seat: Seat, check: Callable[[GuidedWalk], None] | None = None
    ) -> tuple[Seat, Sequence[Seat]]:
        """Keep the seat, once for its id; return it with all seats of the walk as they are then.

        One signs up after another, so the order of the numbers is the order of the answers.

        Parameters
        ----------
        check
            Called with the walk in the same transaction; may raise.

        Raises
        ------
        NotFound
            There is no such walk.
        Conflict
            The id is somebody else's, or `MOST_SEATS` were taken.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            walk = _walk(connection, seat.walk_id)
            query = sa.select(WALK_SEAT).where(WALK_SEAT.c.id == seat.id)
            kept = SEATS.one(connection, query)
            if kept is not None:
                if (kept.walk_id, kept.key_hash) != (seat.walk_id, seat.key_hash):
                    raise Conflict(
                        mark("this sign-up's id is taken"), mark("reload the page and sign up again")
                    )
                return kept, _seats(connection, walk.id)
            if tombstones.is_buried(connection, "seat", seat.id):  # an old sign-up sent again
                raise Conflict(mark("this sign-up's id is taken"), mark("reload the page and sign up again"))
            if check is not None:
                check(walk)
            if len(_seats(connection, walk.id)) >= MOST_SEATS:
                raise Conflict(mark("the waiting list of this walk is full"), mark("choose another walk"))
            values = {name: value for name, value in asdict(seat).items() if name != "number"}
            connection.execute(sa.insert(WALK_SEAT).values(values))
            seats = _seats(connection, walk.id)
            return next(one for one in seats if one.id == seat.id), seats

    def give_back(self, seat_id: str, now: str) -> None:
        """Give the seat back; name and contact are erased. Giving it back again changes nothing."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            if erase_seats(connection, [seat_id], now):
                tombstones.bury(connection, "seat", [seat_id], now)

    def held(self, seat_id: str) -> tuple[str, str]:
        """Return the (hashed) key that holds the seat, damaged or not, and its walk; `NotFound` without."""
        query = sa.select(WALK_SEAT.c.key_hash, WALK_SEAT.c.walk_id).where(WALK_SEAT.c.id == seat_id)
        with self._database.reading() as connection:
            found = connection.execute(query).one_or_none()
        if found is None:
            raise NotFound(mark("this key holds no such seat"), mark("open your private link again"))
        return str(found.key_hash), str(found.walk_id)

    def with_names(self) -> frozenset[str]:
        """Return the walks of which names or contacts are kept."""
        somebody = sa.or_(WALK_SEAT.c.name != "", WALK_SEAT.c.contact != "")
        with self._database.reading() as connection:
            return frozenset(connection.execute(sa.select(WALK_SEAT.c.walk_id).where(somebody)).scalars())

    def forget_people(self, walk_ids: Sequence[str], now: str) -> int:
        """Erase names and contacts of who came on these walks; return of how many."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            tombstones.bury(connection, "walkers", walk_ids, now)
            return erase_people(connection, walk_ids, now)


def erase_seats(connection: Connection, ids: Sequence[str], now: str) -> int:
    """Give the seats back in the caller's transaction, names and contacts erased; return of how many."""
    query = sa.select(WALK_SEAT.c.id, WALK_SEAT.c.cancelled).where(WALK_SEAT.c.id.in_(ids))
    given_back = [row.id for row in connection.execute(query) if row.cancelled and is_moment(row.cancelled)]
    left = WALK_SEAT.c.id.in_(set(ids) - set(given_back))
    done = connection.execute(sa.update(WALK_SEAT).where(left).values(cancelled=now, name="", contact=""))
    return int(done.rowcount)


def erase_people(connection: Connection, walk_ids: Sequence[str], now: str) -> int:  # noqa: ARG001 - as others
    """Erase names and contacts of who came on these walks in the caller's transaction; return of how many."""
    somebody = sa.or_(WALK_SEAT.c.name != "", WALK_SEAT.c.contact != "")
    update = sa.update(WALK_SEAT).where(WALK_SEAT.c.walk_id.in_(list(walk_ids)), somebody)
    return int(connection.execute(update.values(name="", contact="")).rowcount)


def _walk(connection: Connection, walk_id: str) -> GuidedWalk:
    query = sa.select(GUIDED_WALK).where(GUIDED_WALK.c.id == walk_id)
    walk = WALKS.one(connection, query)
    if walk is None:
        raise no_walk(walk_id)
    return walk


def no_walk(walk_id: str) -> NotFound:
    """Return what is said where there is no such walk, or none that is shown."""
    return NotFound(
        mark("there is no guided walk {id}"), mark("look it up in the calendar"), id=repr(walk_id[:64])
    )


def _walk_of(row: Row) -> GuidedWalk:
    walk = GuidedWalk(**{**row, "languages": tuple(row["languages"].split())})
    if walk.state not in {"announced", "cancelled"} or walk.ends <= walk.begins:
        raise ValueError("its state or length is none")
    return walk


def _seats(connection: Connection, walk_id: str) -> list[Seat]:
    query = sa.select(WALK_SEAT).where(WALK_SEAT.c.walk_id == walk_id)
    return SEATS.readable(connection, query, WALK_SEAT.c.number)


WALKS = Kind("guided walk", GUIDED_WALK, _walk_of, moments=("starts", "created", "updated"))
SEATS = Kind("seat", WALK_SEAT, lambda row: Seat(**row), where="", moments=("created", "cancelled"))
