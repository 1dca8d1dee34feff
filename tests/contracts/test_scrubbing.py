"""Erasing on PostgreSQL leaves no dead row in any table there is, nor in one that came later."""

from __future__ import annotations

import sqlalchemy as sa

from micropolis_map.stores.database import Database


def test_every_table_of_the_schema_is_vacuumed(postgres_url):
    database = Database(postgres_url)
    with database.writing() as connection:
        connection.execute(sa.text('CREATE TABLE "Came later" (id integer)'))
        tables = set(sa.inspect(connection).get_table_names())
    said: list[str] = []
    sa.event.listen(database._engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    with database.erasing() as connection:
        connection.execute(sa.text('DELETE FROM "Came later"'))
    (vacuum,) = [one for one in said if one.startswith("VACUUM")]
    named = {name.strip(' "') for name in vacuum.removeprefix("VACUUM").split(",")}
    assert named == tables
    assert {"meta", "tombstone", "account", "street_survey", "care_question", "Came later"} <= named
