"""Lists that say again what is known: where each observation stands once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; what was there before stays as it is."""
    op.create_table(
        "repeats",
        sa.Column("id", _NUMBER),
        *(sa.Column(name, _NUMBER, nullable=False) for name in ("import_id", "observation")),
        *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
          for name in ("line", "lines")),
        sa.PrimaryKeyConstraint("id", name="pk_repeats"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_repeats_import_id"),
    )  # fmt: skip
    op.create_index("ix_repeats_observation", "repeats", ["observation"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("repeats")
