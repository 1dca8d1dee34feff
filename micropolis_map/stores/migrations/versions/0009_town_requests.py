"""Towns that people ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "town_request",
        text("id", 64, primary_key=True),
        text("town"),
        text("where"),
        text("why"),
        text("contact"),
        text("author_key", 64),
        text("created", 40),
        text("state", 20),
        text("reason"),
        text("decided", 40),
        text("decided_by", 60),
    )
    op.create_index("town_request_by_state", "town_request", ["state", "created"])
    op.create_index("town_request_by_author", "town_request", ["author_key"])
