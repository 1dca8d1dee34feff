"""Tours that residents suggest: who may change them, their revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "tour",
        text("id", 128, primary_key=True),
        text("community", 40),
        text("status", 20),
        text("created", 40),
        text("district"),
        sa.Column("published", sa.Integer, nullable=False),
    )
    op.create_index("tour_by_community", "tour", ["community", "status"])
    op.create_table(
        "tour_revision",
        sa.Column("tour_id", sa.String(128), sa.ForeignKey("tour.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        text("state", 20),
        text("document"),
        text("recorded", 40),
        text("by", 60),
        text("key", 64),
        sa.Column("base", sa.Integer, nullable=False),
        text("note"),
        text("submission", 64),
        text("digest", 64),
        text("flags"),
        text("thread"),
        text("decided", 40),
        text("decided_by", 60),
    )
    op.create_index("tour_revision_by_state", "tour_revision", ["state"])
    op.create_index("tour_revision_by_submission", "tour_revision", ["submission"])
    op.create_table(
        "tour_key",
        sa.Column("tour_id", sa.String(128), sa.ForeignKey("tour.id"), primary_key=True),
        text("key", 64, primary_key=True),
        text("role", 20),
        text("added", 40),
        text("name"),
    )
    op.create_index("tour_key_by_key", "tour_key", ["key"])
    meta = sa.table("meta", sa.column("key", sa.String), sa.column("value", sa.Text))
    op.bulk_insert(meta, [{"key": "tour_changes", "value": "0"}])
