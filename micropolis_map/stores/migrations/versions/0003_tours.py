"""Tours that residents suggest, their revisions."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
