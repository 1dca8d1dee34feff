"""Planners' kept runs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "kept_run",
        text("id", 40, primary_key=True),
        text("community", 40),
        text("kind", 20),
        text("title"),
        text("inputs"),
        text("figures"),
        text("address"),
        text("build_id", 80),
        text("places", 64),
        text("program", 20),
        text("kept_by", 40),
        text("created", 40),
        text("deleted", 40),
    )
    op.create_index("kept_run_by_community", "kept_run", ["community", "deleted", "created"])
