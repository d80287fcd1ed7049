"""What one intruder did on one server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; what was there before stays as it is."""
    op.create_table(
        "strands", sa.Column("observation", _NUMBER, autoincrement=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("observation", "number", name="pk_strands"),
        sa.ForeignKeyConstraint(["observation"], ["observations.id"],
                                name="fk_strands_observation"),
    )  # fmt: skip


def downgrade() -> None:
    """Take it away again, with all that is in it."""
    op.drop_table("strands")
