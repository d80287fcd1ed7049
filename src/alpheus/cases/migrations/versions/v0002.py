"""Notices: what was planned, to whom, about which servers, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; what was there before stays as it is."""
    op.create_table(
        "batches", sa.Column("id", _NUMBER),
        *(_text(name) for name in ("made", "who", "filters")),
        *(_count(name) for name in ("planned", "servers", "organisations", "withdrawn")),
        sa.Column("whole", sa.SmallInteger, nullable=False, server_default="0"),
        *(_text(name) for name in ("omitted", "channels")), _key("batches", "id"),
    )  # fmt: skip
    op.create_table(
        "notices", sa.Column("id", _NUMBER, autoincrement=False), _number("batch"),
        sa.Column("reference", sa.Text, nullable=False),
        *(_text(name) for name in ("organisation", "rung", "channel", "address", "made",
                                   "content")),
        _key("notices", "id"), sa.UniqueConstraint("reference", name="uq_notices_reference"),
        _to("notices", "batch", "batches"),
    )  # fmt: skip
    op.create_table(
        "notice_servers", _number("notice"), _number("anchor"),
        *(_text(name) for name in ("organisation", "patch", "patch_since", "compromise",
                                   "compromise_since")),
        _key("notice_servers", "notice", "anchor"), _to("notice_servers", "notice", "notices"),
    )  # fmt: skip
    op.create_table(
        "notice_events", sa.Column("id", _NUMBER), _number("notice"),
        *(_text(name) for name in ("time", "who", "kind", "detail", "left_out")),
        _key("notice_events", "id"), _to("notice_events", "notice", "notices"),
    )  # fmt: skip
    op.create_table(
        "notice_standings", _number("notice"), _number("batch"),
        *(_text(name) for name in ("status", "rung", "channel", "handed_over", "answered")),
        _key("notice_standings", "notice"), _to("notice_standings", "notice", "notices"),
    )  # fmt: skip
    op.create_table(
        "unreached", _number("batch"), _number("anchor"),
        *(_text(name) for name in ("organisation", "owner", "reason", "why")), _count("servers"),
        _key("unreached", "batch", "anchor"), _to("unreached", "batch", "batches"),
    )  # fmt: skip
    for table, columns in _INDICES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


_INDICES = (
    ("notices", ("batch",)),
    ("notice_servers", ("anchor",)),
    ("notice_servers", ("organisation",)),
    ("notice_events", ("notice",)),
    ("notice_standings", ("batch", "status", "notice")),
    ("notice_standings", ("status", "rung", "channel", "handed_over")),
)


def downgrade() -> None:
    """Take them away again, with all that is in them."""
    for name in ("unreached", "notice_standings", "notice_events", "notice_servers", "notices",
                 "batches"):  # fmt: skip
        op.drop_table(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False, autoincrement=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
