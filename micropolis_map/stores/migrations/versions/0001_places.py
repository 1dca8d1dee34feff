"""Places, their revisions, and the counter of changes."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    meta = op.create_table(
        "meta",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.bulk_insert(
        meta, [{"key": "store_id", "value": uuid.uuid4().hex[:12]}, {"key": "changes", "value": "0"}]
    )
    op.create_table(
        "place",
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
    op.create_index("place_by_community", "place", ["community", "status", "id"])
    op.create_table(
        "place_revision",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("place_id", sa.String(128), sa.ForeignKey("place.id"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("recorded", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("place_id", "revision", name="one_of_each_revision"),
    )
