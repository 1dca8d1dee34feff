"""Tables of what people propose, hold, confirm and report, as `migrations` left them."""

from __future__ import annotations

import sqlalchemy as sa

from micropolis_map.stores.tables import METADATA

PROPOSAL = sa.Table(
    "proposal",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("place_id", sa.String(128), nullable=False),
    sa.Column("base_revision", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("author_key", sa.String(64), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("district", sa.Text, nullable=False),
    sa.Column("decided", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.String(60), nullable=False),
    sa.Column("thread", sa.Text, nullable=False),
    sa.Column("flags", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("result_revision", sa.Integer, nullable=False),
    sa.Column("closed", sa.String(40), nullable=False),
)

TOMBSTONE = sa.Table(
    "tombstone",
    METADATA,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("what", sa.String(20), nullable=False),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

MEDIA = sa.Table(
    "media",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("submission", sa.String(64), nullable=False),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("author_key", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
)

CONFIRMATION = sa.Table(
    "confirmation",
    METADATA,
    sa.Column("place_id", sa.String(128), primary_key=True),
    sa.Column("device", sa.String(64), primary_key=True),
    sa.Column("recorded", sa.String(40), nullable=False),
)

STILL_TRUE = sa.Table(
    "still_true",
    METADATA,
    sa.Column("place_id", sa.String(128), primary_key=True),
    sa.Column("recorded", sa.String(40), nullable=False),
)

REPORT = sa.Table(
    "report",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("place_id", sa.String(128), nullable=False),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("device", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("closed", sa.String(40), nullable=False),
    sa.Column("closed_by", sa.String(60), nullable=False),
)

ACCOUNT = sa.Table(
    "account",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("login", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("communities", sa.Text, nullable=False),
    sa.Column("districts", sa.Text, nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("openid_after", sa.String(40), nullable=False, default=""),
)

IDENTITY = sa.Table(
    "identity",
    METADATA,
    sa.Column("issuer", sa.String(500), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("account_id", sa.String(40), nullable=False, unique=True),
    sa.Column("since", sa.String(40), nullable=False),
)

TOKEN = sa.Table(
    "token",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("account_id", sa.String(40), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("expires", sa.String(40), nullable=False),
)

ATTEMPT = sa.Table(
    "attempt",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("action", sa.String(30), nullable=False),
    sa.Column("moment_s", sa.Float, nullable=False),
    sa.Column("part", sa.String(64), nullable=False, server_default=""),
)
