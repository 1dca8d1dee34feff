"""Requests for a town know which network they came from, under a salt that lasted a day."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("town_request", sa.Column("network", sa.String(64), nullable=False, server_default=""))
