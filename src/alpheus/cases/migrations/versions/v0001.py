"""The first tables: settings, the ledger of imports, observations, what people did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table("meta", sa.Column("key", sa.Text), _text("value"), _key("meta", "key"))
    op.create_table(
        "imports", sa.Column("id", _NUMBER),
        sa.Column("sha256", sa.Text, nullable=False),
        *(_text(name) for name in ("file", "kind", "who", "started", "finished")),
        *(_count(name) for name in ("bytes", "offset", "lines", "added", "known", "lost")),
        _key("imports", "id"), sa.UniqueConstraint("sha256", name="uq_imports_sha256"),
    )  # fmt: skip
    op.create_table(
        "losses", sa.Column("id", _NUMBER),
        sa.Column("import_id", _NUMBER, nullable=False), _count("line"), _text("reason"),
        _key("losses", "id"), _to("losses", "import_id", "imports"),
    )  # fmt: skip
    op.create_index("ix_losses_import_id", "losses", ["import_id"])
    op.create_table(
        "facts", sa.Column("id", _NUMBER),
        sa.Column("digest", sa.LargeBinary, nullable=False), _text("content"),
        _key("facts", "id"), sa.UniqueConstraint("digest", name="uq_facts_digest"),
    )  # fmt: skip
    _observations()
    op.create_table(
        "acts", sa.Column("id", _NUMBER),
        *(_text(name) for name in ("time", "recorded", "who", "kind")),
        sa.Column("anchor", _NUMBER, nullable=False),
        *(_text(name) for name in ("why", "evidence", "detail")),
        _key("acts", "id"),
    )  # fmt: skip
    op.create_index("ix_acts_anchor", "acts", ["anchor"])


def _observations() -> None:
    op.create_table(
        "observations", sa.Column("id", _NUMBER, autoincrement=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("import_id", _NUMBER, nullable=False), _count("line"),
        *(_text(name) for name in ("kind", "source", "seen", "address")),
        sa.Column("port", sa.Integer, nullable=False, server_default="0"), _text("status"),
        sa.Column("exchange", sa.SmallInteger), _text("build"), _text("product"),
        sa.Column("facts_id", _NUMBER),
        *(_text(name) for name in ("flags", "verdict", "stage", "breach", "body")),
        _key("observations", "id"),
        sa.UniqueConstraint("digest", name="uq_observations_digest"),
        _to("observations", "import_id", "imports"), _to("observations", "facts_id", "facts"),
    )  # fmt: skip


def downgrade() -> None:
    """Take them away again, with all that is in them."""
    for name in ("acts", "observations", "facts", "losses", "imports", "meta"):
        op.drop_table(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _key(table: str, column: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
