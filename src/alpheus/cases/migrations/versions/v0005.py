"""Clean-ups: plans of servers, what was done of them, and what later evidence showed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; what was there before stays as it is."""
    op.create_table(
        "plans", sa.Column("id", _NUMBER), _number("anchor"),
        sa.Column("digest", sa.Text, nullable=False),
        *(_text(name) for name in ("recorded", "who", "assessment")),
        _zero("observation"), _text("content"), _key("plans"),
        sa.UniqueConstraint("digest", name="uq_plans_digest"),
    )  # fmt: skip
    op.create_table(
        "plan_marks", sa.Column("id", _NUMBER), _number("plan"),
        sa.Column("step", sa.Integer, nullable=False, server_default="0"),
        *(_text(name) for name in ("time", "recorded", "who", "mark", "why", "evidence",
                                   "files")),
        _key("plan_marks"),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name="fk_plan_marks_plan"),
    )  # fmt: skip
    op.create_table(
        "verifications", sa.Column("id", _NUMBER), _number("anchor"), _zero("plan"),
        sa.Column("digest", sa.Text, nullable=False),
        *(_text(name) for name in ("recorded", "who", "outcome", "since", "until", "evidence",
                                   "content")),
        _key("verifications"), sa.UniqueConstraint("digest", name="uq_verifications_digest"),
    )  # fmt: skip
    for table, column in _INDICES:
        op.create_index(f"ix_{table}_{column}", table, [column])


_INDICES = (("plans", "anchor"), ("plan_marks", "plan"), ("verifications", "anchor"))


def downgrade() -> None:
    """Take them away again, with all that is in them."""
    for name in ("verifications", "plan_marks", "plans"):
        op.drop_table(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False)


def _zero(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False, server_default="0")


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
