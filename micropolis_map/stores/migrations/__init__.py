"""The schema's history: each file under ``versions`` is one step, none is ever changed once released."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.errors import DatabaseUnavailable

HEAD = "0012"
"""The newest step's number; a test compares it with the files."""


def migrate(connection: Connection, name: str, to: str = HEAD) -> None:
    """Bring the database behind `connection` to the schema `to`, in the caller's transaction.

    Raises
    ------
    StoreUnavailable
        A newer version of the program made it; `name` is for the message.
    """
    current = _current(connection)
    if current == to:
        return
    if current is not None and current > HEAD:
        raise DatabaseUnavailable(
            f"the database {name!r} has schema {current}, this program knows up to {HEAD}",
            "upgrade Micropolis Map, or restore a backup that this version made",
        )
    # Imported here: a start with nothing to do needs no Alembic, which takes a third of a second to load.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _current(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
