"""Tables of the tours people make together, as `migrations` left them."""

from __future__ import annotations

import sqlalchemy as sa

from micropolis_map.stores.tables import METADATA

TOUR = sa.Table(
    "tour",
    METADATA,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("district", sa.Text, nullable=False),
    sa.Column("published", sa.Integer, nullable=False),
)

TOUR_REVISION = sa.Table(
    "tour_revision",
    METADATA,
    sa.Column("tour_id", sa.String(128), sa.ForeignKey("tour.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("by", sa.String(60), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("submission", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("flags", sa.Text, nullable=False),
    sa.Column("thread", sa.Text, nullable=False),
    sa.Column("decided", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.String(60), nullable=False),
)

TOUR_KEY = sa.Table(
    "tour_key",
    METADATA,
    sa.Column("tour_id", sa.String(128), sa.ForeignKey("tour.id"), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("added", sa.String(40), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
)
