"""The ledger: packages, units of work, budgets of lanes, traces of intruders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; what was there before stays as it is."""
    op.create_table(
        "packages", sa.Column("place", sa.Text, nullable=False),
        *(_text(name) for name in ("fingerprint", "content")), _count("bytes"),
        sa.PrimaryKeyConstraint("place", name="pk_packages"),
    )  # fmt: skip
    op.create_table(
        "units", sa.Column("id", _NUMBER), sa.Column("key", sa.Text, nullable=False),
        *(_text(name) for name in ("recipe", "kind", "lane", "place", "name", "content",
                                   "parameters", "knowledge")),
        _count("bytes"), sa.Column("rank", sa.Integer, nullable=False, server_default="0"),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"), _count("token"),
        *(sa.Column(name, sa.SmallInteger, nullable=False, server_default="0")
          for name in ("attempts", "strikes")),
        _text("worker"), _count("lease"),
        *(_text(name) for name in ("position", "reason", "avoid", "made", "started", "finished")),
        *(_count(name) for name in ("milliseconds", "cpu", "read")),
        sa.Column("import_id", _NUMBER, nullable=False, server_default="0"),
        sa.Column("servers", sa.Integer, nullable=False, server_default="0"), _text("verdict"),
        _text("observations"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("key", name="uq_units_key"),
    )  # fmt: skip
    op.create_table(
        "lanes", sa.Column("name", sa.Text, nullable=False), _count("budget"),
        sa.PrimaryKeyConstraint("name", name="pk_lanes"),
    )  # fmt: skip
    op.create_table(
        "traces", sa.Column("observation", _NUMBER, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "value")),
        *(_text(name) for name in ("label", "seen")),
        sa.PrimaryKeyConstraint("observation", "kind", "value", name="pk_traces"),
        sa.ForeignKeyConstraint(["observation"], ["observations.id"],
                                name="fk_traces_observation"),
    )  # fmt: skip
    op.create_index("ix_packages_content", "packages", ["content"])
    for name in ("content", "import_id", "finished"):
        op.create_index(f"ix_units_{name}", "units", [name])
    op.create_index("ix_units_claim", "units", ["state", "recipe", "strikes", "rank", "id"])
    op.create_index("ix_traces_value", "traces", ["kind", "value"])


def downgrade() -> None:
    """Take them away again, with all that is in them."""
    for name in ("traces", "lanes", "units", "packages"):
        op.drop_table(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
