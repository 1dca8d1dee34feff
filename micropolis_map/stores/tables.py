"""The tables as `migrations` left them, for queries."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

META = sa.Table(
    "meta",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

SALT = "daily_salt"
"""The key of the day's salt in ``meta``."""

PLACE = sa.Table(
    "place",
    METADATA,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("activity", sa.String(40)),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("updated", sa.String(40), nullable=False),
    sa.Column("min_lon", sa.Float, nullable=False),
    sa.Column("min_lat", sa.Float, nullable=False),
    sa.Column("max_lon", sa.Float, nullable=False),
    sa.Column("max_lat", sa.Float, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)

PLACE_REVISION = sa.Table(
    "place_revision",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("place_id", sa.String(128), sa.ForeignKey("place.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
