"""Attempts know which part of whom they are counted under they came from."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("attempt", sa.Column("part", sa.String(64), nullable=False, server_default=""))
