"""Parts of packages that are read in several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; what was there before stays as it is."""
    op.create_table(
        "parts", sa.Column("unit", _NUMBER, autoincrement=False),
        sa.Column("whole", _NUMBER, nullable=False),
        *(sa.Column(name, sa.SmallInteger, nullable=False) for name in ("number", "of")),
        sa.Column("content", sa.LargeBinary),
        sa.PrimaryKeyConstraint("unit", name="pk_parts"),
        *(sa.ForeignKeyConstraint([name], ["units.id"], name=f"fk_parts_{name}")
          for name in ("unit", "whole")),
    )  # fmt: skip
    op.create_index("ix_parts_whole", "parts", ["whole"])


def downgrade() -> None:
    """Take it away again, with all that is in it."""
    op.drop_table("parts")
