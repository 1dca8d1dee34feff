"""Proposals, accounts, sessions, photos and recordings, confirmations, reports, tombstones."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "proposal",
        text("id", 64, primary_key=True),
        text("community", 40),
        text("place_id", 128),
        sa.Column("base_revision", sa.Integer, nullable=False),
        text("kind", 20),
        text("state", 20),
        text("content"),
        text("author_key", 64),
        text("created", 40),
        text("district"),
        text("decided", 40),
        text("decided_by", 60),
        text("thread"),
        text("flags"),
        text("digest", 64),
        sa.Column("result_revision", sa.Integer, nullable=False),
    )
    op.create_index("proposal_by_state", "proposal", ["community", "state", "created"])
    op.create_index("proposal_by_author", "proposal", ["author_key"])
    op.create_index("proposal_by_place", "proposal", ["place_id"])
    op.create_table(
        "tombstone", text("id", 200, primary_key=True), text("what", 20), text("community", 40),
        text("recorded", 40), text("note"),
    )
    op.create_table(
        "media",
        text("id", 64, primary_key=True),
        text("kind", 10),
        text("submission", 64),
        text("community", 40),
        text("author_key", 64),
        text("digest", 64),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        text("created", 40),
    )
    op.create_index("media_by_submission", "media", ["submission"])
    op.create_table(
        "confirmation", text("place_id", 128, primary_key=True), text("device", 64, primary_key=True),
        text("recorded", 40),
    )
    op.create_table("still_true", text("place_id", 128, primary_key=True), text("recorded", 40))
    op.create_table(
        "report",
        text("id", 40, primary_key=True),
        text("place_id", 128),
        text("community", 40),
        text("device", 64),
        text("reason", 20),
        text("text"),
        text("recorded", 40),
        text("closed", 40),
        text("closed_by", 60),
    )
    op.create_index("report_by_community", "report", ["community", "closed"])
    op.create_table(
        "account",
        text("id", 40, primary_key=True),
        text("login", 200, unique=True),
        text("name", 200),
        text("role", 20),
        text("communities"),
        text("districts"),
        text("password"),
        sa.Column("active", sa.Boolean, nullable=False),
        text("created", 40),
    )
    op.create_table(
        "token", text("hash", 64, primary_key=True), text("kind", 20), text("account_id", 40),
        text("created", 40), text("expires", 40),
    )
    op.create_table(
        "attempt",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        text("who", 64),
        text("action", 30),
        sa.Column("moment_s", sa.Float, nullable=False),
    )
    op.create_index("attempt_by_who", "attempt", ["who", "action", "moment_s"])
