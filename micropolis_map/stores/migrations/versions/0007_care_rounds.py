"""When the map was last looked after, what was found due, what was archived together, what organisers are asked."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def whole(name: str, **more: bool) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "care_round", whole("number", primary_key=True, autoincrement=False), text("moment", 40)
    )
    op.create_table(
        "care_due", text("kind", 20, primary_key=True), text("id", 200, primary_key=True), text("since", 40)
    )
    op.create_table(
        "care_batch",
        text("id", 40, primary_key=True), text("community", 40), text("actor", 60), text("recorded", 40),
        text("taken_back", 40),
    )
    op.create_table(
        "care_archived",
        sa.Column("batch", sa.String(40), sa.ForeignKey("care_batch.id"), primary_key=True),
        text("place_id", 128, primary_key=True), whole("revision"),
    )
    op.create_table(
        "care_question",
        text("community", 40, primary_key=True), text("reason", 20), text("asked", 40), text("before", 40),
        whole("public"), text("places"), text("put_off", 40),
    )
