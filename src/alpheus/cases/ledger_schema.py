"""The tables of the ledger: packages, units of work, budgets of lanes, traces (ADR 30).

They are lasting tables, looked after by migrations like those of cases. Times are ISO 8601
in UTC, whole seconds, with `Z`; leases are seconds since 1970 by the clock of the database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from alpheus.cases.schema import LASTING, Number


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


packages = Table(
    "packages", LASTING,
    Column("place", Text, primary_key=True),
    _text("fingerprint"),
    Column("content", Text, nullable=False, server_default="", index=True),
    _count("bytes"),
)  # fmt: skip
"""Packages that were found: what the file system said of them, and the hash of their content."""

units = Table(
    "units", LASTING,
    Column("id", Number, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("recipe"), _text("kind"), _text("lane"), _text("place"), _text("name"),
    Column("content", Text, nullable=False, server_default="", index=True),
    _text("parameters"), _text("knowledge"), _count("bytes"),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="waiting"),
    _count("token"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("strikes", SmallInteger, nullable=False, server_default="0"),
    _text("worker"), _count("lease"), _text("position"), _text("reason"), _text("avoid"),
    _text("made"), _text("started"), _text("finished"),
    _count("milliseconds"), _count("cpu"), _count("read"),
    Column("import_id", Number, nullable=False, server_default="0", index=True),
    Column("servers", Integer, nullable=False, server_default="0"),
    _text("verdict"), _text("observations"),
    Index("ix_units_claim", "state", "recipe", "strikes", "rank", "id"),
    Index("ix_units_finished", "finished"),
)  # fmt: skip
"""Units of work; see `fleet/model.py` for `state`. `recipe` is a hash of kind, parameters and
knowledge, `key` one of recipe and content. Of
lower `rank` is who is done sooner. `worker` has it, or had it last; `position` is the file
on which a worker ended and `avoid` those that are left out (JSON). `milliseconds` by the clock and
`cpu` of a processor are what its last attempt took, `read` the bytes. `import_id` is its result in
cases (`imports`), 0 for none, and `observations` are the servers in it (JSON)."""

parts = Table(
    "parts", LASTING,
    Column("unit", Number, ForeignKey("units.id"), primary_key=True, autoincrement=False),
    Column("whole", Number, ForeignKey("units.id"), nullable=False, index=True),
    Column("number", SmallInteger, nullable=False),
    Column("of", SmallInteger, nullable=False),
    Column("content", LargeBinary),
)  # fmt: skip
"""Units that are parts of a package, and the unit that judges it. `content` is what a part said,
sealed, until that was judged."""

lanes = Table(
    "lanes", LASTING,
    Column("name", Text, primary_key=True),
    _count("budget"),
)  # fmt: skip
"""Lanes with a budget: how many of their units may be under way at once."""

traces = Table(
    "traces", LASTING,
    Column("observation", Number, ForeignKey("observations.id"), primary_key=True,
           autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    _text("label"), _text("seen"),
    Index("ix_traces_value", "kind", "value"),
)  # fmt: skip
"""What an intruder left on a server that may be found on others; see `cases/traces.py`."""

strands = Table(
    "strands", LASTING,
    Column("observation", Number, ForeignKey("observations.id"), primary_key=True,
           autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)  # fmt: skip
"""What each of the intruders of a server did, from 1 (JSON); see `cases/strands.py`."""
