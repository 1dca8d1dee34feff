"""What an older program emptied and left waiting is deleted: nobody can decide about nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_OPEN = ("pending", "questioned")
_TEXTS = {"proposal": "content", "tour_revision": "document"}


def upgrade() -> None:
    for name, text in _TEXTS.items():
        table = sa.table(name, sa.column("state", sa.String), sa.column(text, sa.Text))
        emptied = table.c.state.in_(_OPEN) & (table.c[text] == "")
        op.execute(sa.update(table).where(emptied).values(state="deleted"))
