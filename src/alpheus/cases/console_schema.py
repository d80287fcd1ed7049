"""The tables of the console: accounts, grants, sessions, tokens, the audit log, jobs.

They are lasting tables, looked after by migrations like those of cases. Times are ISO 8601
in UTC, whole seconds, with `Z`. Secrets are kept as digests only.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from alpheus.cases.schema import LASTING, Number


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


accounts = Table(
    "accounts", LASTING,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _text("password"), _text("oidc_subject"), _text("language"), _text("theme"), _text("made"),
    _text("disabled"), _text("looked"),
    Column("failures", Integer, nullable=False, server_default="0"),
    _text("locked_until"),
)  # fmt: skip
"""`password` is an argon2id hash, '' for none. `looked` is when the campaign was last looked at."""

grants = Table(
    "grants", LASTING,
    Column("id", Number, primary_key=True),
    Column("account", Number, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("role"), _text("organisation"), _text("made"), _text("who"),
)  # fmt: skip

sessions = Table(
    "sessions", LASTING,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", Number, nullable=False, server_default="0", index=True),
    _text("notice"), _text("organisation"), _text("csrf"), _text("made"), _text("used"),
    _text("expires"),
)  # fmt: skip
"""`digest` is the SHA-256 of what the browser holds. An organisation's session has no account."""

invitations = Table(
    "invitations", LASTING,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", Number, ForeignKey("accounts.id"), nullable=False),
    _text("made"), _text("expires"), _text("used"),
)  # fmt: skip
"""Links by which somebody sets a password, once."""

tokens = Table(
    "tokens", LASTING,
    Column("id", Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("account", Number, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("name"), _text("scope"), _text("made"), _text("expires"), _text("used"), _text("revoked"),
)  # fmt: skip
"""`scope` is the permissions that a token keeps of those of its account, set apart by spaces."""

audit = Table(
    "audit", LASTING,
    Column("id", Number, primary_key=True, autoincrement=False),
    _text("time"), _text("who"), _text("action"), _text("object"), _text("detail"),
    _text("previous"), _text("hash"),
)  # fmt: skip
"""What was done at the console, each line bound to the one before (`web/access/audit.py`)."""

assessments = Table(
    "assessments", LASTING,
    Column("observation", Number, ForeignKey("observations.id"), primary_key=True,
           autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
"""The whole assessment of a server, as `alpheus triage` wrote it: JSON, compressed by Zstandard."""

secrets = Table(
    "secrets", LASTING,
    Column("observation", Number, ForeignKey("observations.id"), primary_key=True,
           autoincrement=False),
    Column("hash", Text, primary_key=True),
    _text("kind"),
    Column("job", Number, nullable=False, server_default="0", index=True),
    Column("sealed", LargeBinary, nullable=False),
)  # fmt: skip
"""What keyed hashes of an assessment stand for (`cases/secret_key.py`), found by which job."""

jobs = Table(
    "jobs", LASTING,
    Column("id", Number, primary_key=True),
    _text("kind"), _text("name"), _text("who"),
    Column("organisation", Text, nullable=False, server_default="", index=True),
    Column("state", Text, nullable=False, server_default="", index=True),
    _text("made"), _text("started"), _text("finished"), _text("note"), _text("result"),
    _text("files"), _text("options"), _text("store"), _text("worker"), _text("beat"),
    _text("stopped"), _text("log"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("of", BigInteger, nullable=False, server_default="0"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
)  # fmt: skip
"""Imports, triages and rebuilds that the console runs; see `web/jobs/model.py` for `state`.

`store` is the folder of uploads that holds its files, `worker` who runs it and `beat` when that was
last heard of; `stopped` is who asked for its end. The texts from `note` to `log` that are not named
here are JSON."""

answers = Table(
    "answers", LASTING,
    Column("id", Number, primary_key=True),
    _text("time"), _text("who"),
    Column("notice", Text, nullable=False, server_default="", index=True),
    Column("organisation", Text, nullable=False, server_default="", index=True),
    Column("anchor", Number, nullable=False, server_default="0", index=True),
    _text("kind"), _text("text"), _text("day"),
    Column("seen", Text, nullable=False, server_default="", index=True),
    _text("seen_by"),
)  # fmt: skip
"""What owners say at the console (`notify/answers.py`). `notice` is a reference, '' for none;
`anchor` an observation of the server, as in `acts`, 0 for the notice as a whole; `organisation`
whose the server was then. `day` is when they did what they say; `seen` when a person took it up."""
