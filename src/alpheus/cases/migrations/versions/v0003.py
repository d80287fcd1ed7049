"""The console: accounts, sessions, tokens, its audit log, jobs; whole assessments and secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; what was there before stays as it is."""
    op.create_table(
        "accounts", sa.Column("id", _NUMBER), sa.Column("name", sa.Text, nullable=False),
        *(_text(name) for name in ("password", "oidc_subject", "language", "theme", "made",
                                   "disabled", "looked")),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        _text("locked_until"), _key("accounts", "id"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )  # fmt: skip
    op.create_table(
        "grants", sa.Column("id", _NUMBER), _number("account"),
        *(_text(name) for name in ("role", "organisation", "made", "who")),
        _key("grants", "id"), _to("grants", "account", "accounts"),
    )  # fmt: skip
    op.create_table(
        "sessions", sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("account", _NUMBER, nullable=False, server_default="0"),
        *(_text(name) for name in ("notice", "organisation", "csrf", "made", "used", "expires")),
        _key("sessions", "digest"),
    )  # fmt: skip
    op.create_table(
        "invitations", sa.Column("digest", sa.LargeBinary, nullable=False), _number("account"),
        *(_text(name) for name in ("made", "expires", "used")),
        _key("invitations", "digest"), _to("invitations", "account", "accounts"),
    )  # fmt: skip
    op.create_table(
        "tokens", sa.Column("id", _NUMBER),
        sa.Column("digest", sa.LargeBinary, nullable=False), _number("account"),
        *(_text(name) for name in ("name", "scope", "made", "expires", "used", "revoked")),
        _key("tokens", "id"), _to("tokens", "account", "accounts"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
    )  # fmt: skip
    op.create_table(
        "audit", sa.Column("id", _NUMBER, autoincrement=False),
        *(_text(name) for name in ("time", "who", "action", "object", "detail", "previous",
                                   "hash")),
        _key("audit", "id"),
    )  # fmt: skip
    op.create_table(
        "jobs", sa.Column("id", _NUMBER),
        *(_text(name) for name in ("kind", "name", "who", "organisation", "state", "made",
                                   "started", "finished", "note", "result", "files", "options",
                                   "store", "worker", "beat", "stopped", "log")),
        *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
          for name in ("done", "of")),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        _key("jobs", "id"),
    )  # fmt: skip
    op.create_table(
        "assessments", sa.Column("observation", _NUMBER, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _key("assessments", "observation"), _to("assessments", "observation", "observations"),
    )  # fmt: skip
    op.create_table(
        "secrets", sa.Column("observation", _NUMBER, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False), _text("kind"),
        sa.Column("job", _NUMBER, nullable=False, server_default="0"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("observation", "hash", name="pk_secrets"),
        _to("secrets", "observation", "observations"),
    )  # fmt: skip
    op.create_table(
        "answers", sa.Column("id", _NUMBER),
        *(_text(name) for name in ("time", "who", "notice", "organisation", "kind", "text", "day",
                                   "seen", "seen_by")),
        sa.Column("anchor", _NUMBER, nullable=False, server_default="0"), _key("answers", "id"),
    )  # fmt: skip
    for name in ("notice", "organisation", "anchor", "seen"):
        op.create_index(f"ix_answers_{name}", "answers", [name])
    for names in (("handed_over", "notice"), ("answered",)):
        op.create_index(f"ix_notice_standings_{'_'.join(names)}", "notice_standings", [*names])
    for table in ("grants", "sessions", "tokens"):
        op.create_index(f"ix_{table}_account", table, ["account"])
    for name in ("organisation", "state"):
        op.create_index(f"ix_jobs_{name}", "jobs", [name])
    op.create_index("ix_secrets_job", "secrets", ["job"])


def downgrade() -> None:
    """Take them away again, with all that is in them."""
    for name in ("handed_over_notice", "answered"):
        op.drop_index(f"ix_notice_standings_{name}", "notice_standings")
    for name in ("answers", "secrets", "assessments", "jobs", "audit", "tokens", "invitations",
                 "sessions", "grants", "accounts"):  # fmt: skip
        op.drop_table(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False)


def _key(table: str, column: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
