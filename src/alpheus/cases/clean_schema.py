"""The tables of clean-ups: plans, what was done of them, and what later evidence showed.

They are lasting tables, looked after by migrations like those of cases; rows are added, never
changed. Times are ISO 8601 in UTC, whole seconds, with `Z`.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from alpheus.cases.schema import LASTING, Number


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


plans = Table(
    "plans", LASTING,
    Column("id", Number, primary_key=True),
    Column("anchor", Number, nullable=False, index=True),
    Column("digest", Text, nullable=False, unique=True),
    _text("recorded"), _text("who"), _text("assessment"),
    Column("observation", Number, nullable=False, server_default="0"),
    _text("content"),
)  # fmt: skip
"""Plans as `alpheus clean plan` writes them (`content`, JSON, with when and by which versions they
were made). `anchor` is an observation of the server, as in `acts`; `assessment` the SHA-256 of the
file that it was made from, and `observation` what that is in cases."""

plan_marks = Table(
    "plan_marks", LASTING,
    Column("id", Number, primary_key=True),
    Column("plan", Number, ForeignKey("plans.id"), nullable=False, index=True),
    Column("step", Integer, nullable=False, server_default="0"),
    _text("time"), _text("recorded"), _text("who"), _text("mark"), _text("why"),
    _text("evidence"), _text("files"),
)  # fmt: skip
"""What somebody said of a step, or a run of `alpheus clean apply` did (`clean_progress.Mark`); the
last of a step holds. `files` is JSON: what became of each file by its number, '' for none."""

verifications = Table(
    "verifications", LASTING,
    Column("id", Number, primary_key=True),
    Column("anchor", Number, nullable=False, index=True),
    Column("plan", Number, nullable=False, server_default="0"),
    Column("digest", Text, nullable=False, unique=True),
    _text("recorded"), _text("who"), _text("outcome"), _text("since"), _text("until"),
    _text("evidence"), _text("content"),
)  # fmt: skip
"""What `alpheus clean verify` found (`content`, JSON); `digest` is the SHA-256 of that, `plan` the
plan whose clean-up it looked at, 0 for none, `evidence` what it was compared with."""
