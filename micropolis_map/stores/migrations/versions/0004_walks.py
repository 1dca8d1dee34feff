"""Guided walks, who comes, what walkers report, what surveys say of streets."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def whole(name: str, **more: bool) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "guided_walk",
        text("id", 64, primary_key=True), text("community", 40), text("tour_id", 128), text("starts", 40),
        text("zone", 64), whole("minutes"), text("meeting"), text("guide"), whole("places"),
        text("languages", 100), sa.Column("step_free", sa.Boolean, nullable=False), text("note"),
        text("state", 20), whole("sequence"), text("created", 40), text("updated", 40),
    )
    op.create_index("guided_walk_by_community", "guided_walk", ["community", "starts"])
    op.create_table(
        "walk_seat",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        text("id", 64, unique=True), text("walk_id", 64), text("name"), text("contact"), text("key_hash", 64),
        text("created", 40), text("cancelled", 40),
    )
    op.create_index("walk_seat_by_walk", "walk_seat", ["walk_id", "number"])
    op.create_table(
        "walk_report",
        text("id", 64, primary_key=True), text("tour_id", 128), text("community", 40), text("variant", 20),
        sa.Column("minutes", sa.Integer, nullable=True), text("words"), text("recorded", 40),
        text("closed", 40),
    )
    op.create_index("walk_report_by_community", "walk_report", ["community", "closed"])
    op.create_table(
        "walk_obstacle",
        text("id", 64, primary_key=True), text("tour_id", 128), text("community", 40), text("kind", 20),
        sa.Column("lon", sa.Float, nullable=False), sa.Column("lat", sa.Float, nullable=False),
        sa.Column("way_id", sa.BigInteger, nullable=False), text("street"), text("device", 64), text("words"),
        text("recorded", 40), text("closed", 40),
    )
    op.create_index("walk_obstacle_by_community", "walk_obstacle", ["community", "closed"])
    op.create_table(
        "street_survey",
        text("id", 64, primary_key=True), text("community", 40), text("kind", 20),
        sa.Column("way_id", sa.BigInteger, nullable=False), text("street"),
        sa.Column("lon", sa.Float, nullable=False), sa.Column("lat", sa.Float, nullable=False),
        text("obstacles"), whole("devices"), text("state", 20), text("surveyed", 40), text("decided", 40),
        text("decided_by", 60),
    )
    op.create_index("street_survey_by_community", "street_survey", ["community", "state"])
