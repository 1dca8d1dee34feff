"""When a proposal was turned down or withdrawn: from then on the time it is kept counts."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("proposal", sa.Column("closed", sa.String(40), nullable=False, server_default=""))
    proposal = sa.table("proposal", sa.column("closed", sa.String), sa.column("state", sa.String))
    # Nobody wrote down when: what was closed before counts from today.
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    op.execute(sa.update(proposal).where(proposal.c.state.in_(["rejected", "withdrawn"])).values(closed=now))
