"""Tables of guided walks, of what walkers report, and of what surveys say of streets."""

from __future__ import annotations

import sqlalchemy as sa

from micropolis_map.stores.tables import METADATA

GUIDED_WALK = sa.Table(
    "guided_walk",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("tour_id", sa.String(128), nullable=False),
    sa.Column("starts", sa.String(40), nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("meeting", sa.Text, nullable=False),
    sa.Column("guide", sa.Text, nullable=False),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("languages", sa.String(100), nullable=False),
    sa.Column("step_free", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("updated", sa.String(40), nullable=False),
)

WALK_SEAT = sa.Table(
    "walk_seat",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("walk_id", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("contact", sa.Text, nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("cancelled", sa.String(40), nullable=False),
)

WALK_REPORT = sa.Table(
    "walk_report",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("tour_id", sa.String(128), nullable=False),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("variant", sa.String(20), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("closed", sa.String(40), nullable=False),
)

WALK_OBSTACLE = sa.Table(
    "walk_obstacle",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("tour_id", sa.String(128), nullable=False),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("way_id", sa.BigInteger, nullable=False),
    sa.Column("street", sa.Text, nullable=False),
    sa.Column("device", sa.String(64), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("closed", sa.String(40), nullable=False),
)

STREET_SURVEY = sa.Table(
    "street_survey",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("way_id", sa.BigInteger, nullable=False),
    sa.Column("street", sa.Text, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("obstacles", sa.Text, nullable=False),
    sa.Column("devices", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("surveyed", sa.String(40), nullable=False),
    sa.Column("decided", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.String(60), nullable=False),
)
