"""Who came in with OpenID Connect is known by issuer and subject."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def text(name: str, length: int | None = None, **more: bool) -> "sa.Column[str]":
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "identity",
        text("issuer", 500, primary_key=True),
        text("subject", 255, primary_key=True),
        text("account_id", 40, unique=True),
        text("since", 40),
    )
    op.add_column("account", sa.Column("openid_after", sa.String(40), nullable=False, server_default=""))
