"""The tables of cases.

Those of `LASTING` hold what was handed in and what people decided; rows are added, never changed,
and migrations look after their form. Those of `Derived` follow from them and can be made again at
any time; they exist in generations, of which one is current (see `rebuild`).

Times are ISO 8601 in UTC, whole seconds, with `Z`, so that they sort as text; '' is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

HEAD = "0008"
"""The revision of the lasting tables that this program reads and writes."""

DERIVED_FORM = "8"
"""Changes whenever derived tables are to be made again by a newer program."""

LASTING = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by columns of exactly this type."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _sorted_text(name: str) -> Column[str]:
    """Text that sorts by its characters' numbers on every server, so that prefixes are ranges."""
    form = Text().with_variant(Text(collation="C"), "postgresql")
    return Column(name, form, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


meta = Table(
    "meta", LASTING,
    Column("key", Text, primary_key=True),
    _text("value"),
)  # fmt: skip
"""Settings and where the derived tables stand."""

imports = Table(
    "imports", LASTING,
    Column("id", Number, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    _text("file"), _text("kind"), _text("who"), _text("started"), _text("finished"),
    _count("bytes"), _count("offset"), _count("lines"), _count("added"), _count("known"),
    _count("lost"),
)  # fmt: skip
"""The ledger: how far each file is in. `offset` and `lines` are where the next batch begins."""

losses = Table(
    "losses", LASTING,
    Column("id", Number, primary_key=True),
    Column("import_id", Number, ForeignKey("imports.id"), nullable=False, index=True),
    _count("line"), _text("reason"),
)  # fmt: skip
"""Lines that could not be read; the first thousand of each file."""

facts = Table(
    "facts", LASTING,
    Column("id", Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    _text("content"),
)  # fmt: skip
"""States of CVEs as JSON, once for all observations that say the same."""

observations = Table(
    "observations", LASTING,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("import_id", Number, ForeignKey("imports.id"), nullable=False),
    _count("line"),
    _text("kind"), _text("source"), _text("seen"), _text("address"),
    Column("port", Integer, nullable=False, server_default="0"),
    _text("status"),
    Column("exchange", SmallInteger),
    _text("build"), _text("product"),
    Column("facts_id", Number, ForeignKey("facts.id")),
    _text("flags"), _text("verdict"), _text("stage"), _text("breach"), _text("body"),
)  # fmt: skip
"""What was seen, by whom, when. `seen` is the last time of it, `breach` the last sign of an
intruder; `exchange` is 1, 0 or unknown. `body` is the whole of it as JSON, but for the states."""

repeats = Table(
    "repeats", LASTING,
    Column("id", Number, primary_key=True),
    Column("import_id", Number, ForeignKey("imports.id"), nullable=False),
    _count("line"),
    Column("observation", Number, nullable=False, index=True),
    _count("lines"),
)  # fmt: skip
"""Where observations stand once more that another line had given before: `lines` lines of a file
from `line` on, which say what as many observations from `observation` on say."""

acts = Table(
    "acts", LASTING,
    Column("id", Number, primary_key=True),
    _text("time"), _text("recorded"), _text("who"), _text("kind"),
    Column("anchor", Number, nullable=False, index=True),
    _text("why"), _text("evidence"), _text("detail"),
)  # fmt: skip
"""What people did and decided. `anchor` is an observation of the server it was done to, so that it
stays with the server however servers are merged and split. `detail` is JSON."""


batches = Table(
    "batches", LASTING,
    Column("id", Number, primary_key=True),
    _text("made"), _text("who"), _text("filters"),
    *(_count(name) for name in ("planned", "servers", "organisations", "withdrawn")),
    Column("whole", SmallInteger, nullable=False, server_default="0"),
    _text("omitted"), _text("channels"),
)  # fmt: skip
"""Plans of who is told what. `whole` is 1 where nothing was filtered; the last two are JSON."""

notices = Table(
    "notices", LASTING,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("batch", Number, ForeignKey("batches.id"), nullable=False, index=True),
    Column("reference", Text, nullable=False, unique=True),
    _text("organisation"), _text("rung"), _text("channel"), _text("address"), _text("made"),
    _text("content"),
)  # fmt: skip
"""One message to one recipient. `content` is all of it as JSON, in the form of `notify.model`."""

notice_servers = Table(
    "notice_servers", LASTING,
    Column("notice", Number, ForeignKey("notices.id"), primary_key=True, autoincrement=False),
    Column("anchor", Number, primary_key=True, autoincrement=False, index=True),
    Column("organisation", Text, nullable=False, server_default="", index=True),
    *(_text(name) for name in ("patch", "patch_since", "compromise", "compromise_since")),
)  # fmt: skip
"""What a notice says of which server. `anchor` is an observation of it, as in `acts`."""

notice_events = Table(
    "notice_events", LASTING,
    Column("id", Number, primary_key=True),
    Column("notice", Number, ForeignKey("notices.id"), nullable=False, index=True),
    _text("time"), _text("who"), _text("kind"), _text("detail"), _text("left_out"),
)  # fmt: skip
"""What became of notices. `left_out` are anchors of servers that it did not tell of when it was
handed over, since it was no longer so."""

notice_standings = Table(
    "notice_standings", LASTING,
    Column("notice", Number, ForeignKey("notices.id"), primary_key=True, autoincrement=False),
    Column("batch", Number, nullable=False),
    _text("status"), _text("rung"), _text("channel"), _text("handed_over"), _text("answered"),
    Index(None, "batch", "status", "notice"),
    Index(None, "status", "rung", "channel", "handed_over"),
    Index(None, "handed_over", "notice"),
    Index(None, "answered"),
)  # fmt: skip
"""Where notices stand. This alone changes: it follows from the events, and is kept to be quick."""

unreached = Table(
    "unreached", LASTING,
    Column("batch", Number, ForeignKey("batches.id"), primary_key=True, autoincrement=False),
    Column("anchor", Number, primary_key=True, autoincrement=False),
    *(_text(name) for name in ("organisation", "owner", "reason", "why")),
    _count("servers"),
)  # fmt: skip
"""Whom a plan could reach by no notice, and why; `anchor` is an observation of a server."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The tables of one generation, without their indices.

    `bases` has the observations whose server is not the one that was worked out, because somebody
    decided otherwise, with the number of that one; `base_rows` holds what was known of those that
    are no servers now (an `Identity` as JSON), and `pools.base` a service as it was worked out, ''
    where that is no different. `servers.system` is the lowest server of the service that a server
    is a member of, and 0 where it is of none; see `system_counts`. `servers.due` is when a law next
    asks for something.
    """

    metadata: MetaData
    servers: Table
    members: Table
    words: Table
    addresses: Table
    changes: Table
    pools: Table
    counts: Table
    systems: Table
    days: Table
    bases: Table
    base_rows: Table
    ownerships: Table
    organisations: Table
    organisation_words: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them."""
        return tuple(getattr(self, field.name) for field in fields(self)[1:])


def derived(generation: str) -> Derived:
    """The tables of a generation, `a` or `b`."""
    metadata = MetaData()

    def table(name: str, *columns: Column[Any]) -> Table:
        return Table(f"{name}_{generation}", metadata, *columns)

    return Derived(
        metadata,
        servers=table("servers", *_server_columns()),
        members=table(
            "members",
            Column("observation", Number, primary_key=True, autoincrement=False),
            Column("server", Number, nullable=False),
        ),
        words=table("words", _sorted_text("word"), Column("server", Number, nullable=False)),
        addresses=table(
            "addresses", _sorted_text("place"), Column("server", Number, nullable=False)
        ),
        changes=table(
            "changes",
            Column("server", Number, nullable=False), _text("axis"), _text("time"), _text("before"),
            _text("after"), _text("who"), _text("why"), _text("evidence"),
        ),
        pools=table(
            "pools", Column("id", Number, primary_key=True, autoincrement=False), _text("content"),
            _text("base"),
        ),
        counts=table(
            "counts",
            *(_text(name) for name in ("dimension", "value", "patch", "compromise", "work")),
            _count("servers"), _count("observations"), _count("entries"), _count("victim_entries"),
            _count("listed"),
        ),
        systems=table(
            "systems", _text("dimension"), _text("value"),
            *(_count(name) for name in ("systems", "left", "open_flaw", "open_intrusion",
                                        "victims")),
        ),
        days=table(
            "days",
            *(_text(name) for name in ("dimension", "value", "day", "axis", "before", "after")),
            _count("servers"),
        ),
        bases=table(
            "bases",
            Column("observation", Number, primary_key=True, autoincrement=False),
            Column("base", Number, nullable=False),
        ),
        base_rows=table(
            "base_rows", Column("base", Number, primary_key=True, autoincrement=False),
            _text("content"),
        ),
        ownerships=table(
            "ownerships",
            Column("server", Number, primary_key=True, autoincrement=False),
            Column("weight", SmallInteger, nullable=False, server_default="0"),
            _text("content"),
        ),
        organisations=table("organisations", *_organisation_columns()),
        organisation_words=table(
            "organisation_words", _sorted_text("word"), _sorted_text("key"),
        ),
    )  # fmt: skip


DIMENSIONS = ("sector", "region", "network", "product", "build")
"""By what servers are counted, beside their states; and all of them under ''."""

DAY_DIMENSIONS = ("sector", "region", "network")
"""By what changes are counted by day; and all of them under ''."""


def _server_columns() -> tuple[Column[Any], ...]:
    texts = (
        "name", "organisation", "sector", "region", "network", "product", "build", "address",
        "patch", "patch_since", "compromise", "compromise_since", "work", "work_since", "assignee",
        "until", "first_seen", "last_seen", "due",
    )  # fmt: skip
    return (
        Column("id", Number, primary_key=True, autoincrement=False),
        *(_sorted_text(name) for name in texts),
        Column("priority", Integer, nullable=False, server_default="0"),
        *(_count(name) for name in ("observations", "entries", "victim_entries")),
        Column("service", SmallInteger, nullable=False, server_default="0"),
        Column("system", Number, nullable=False, server_default="0"),
        _text("detail"),
    )


def _organisation_columns() -> tuple[Column[Any], ...]:
    """`described` is the server whose ownership describes an organisation best."""
    texts = ("key", "name", "domain", "country", "region", "city", "sector")
    return (
        *(_sorted_text(name) for name in texts),
        *(_count(name) for name in ("servers", "open", "compromised")),
        Column("priority", Integer, nullable=False, server_default="0"),
        Column("described", Number, nullable=False),
    )


def indices(tables: Derived) -> tuple[Index, ...]:
    """Made when the rows are in: sorting once is quicker than keeping order all along.

    Those of servers hold what is filtered by most, so that a row is not looked up to be left out.
    """
    servers, g = tables.servers.c, tables.servers.name.removeprefix("servers_")
    first = (servers.priority.desc(), servers.id)

    def on(name: str, *columns: ColumnElement[Any]) -> Index:
        return Index(f"ix_{g}_{name}", *columns)

    states = (servers.patch, servers.compromise, servers.work)
    narrow = (*states, servers.sector, servers.region, servers.product, servers.network)
    filters = ("patch", "compromise", "work", "sector", "region", "product", "network", "build",
               "assignee", "organisation")  # fmt: skip
    return (
        *(
            on(f"servers_{name}", servers[name], *first, *(c for c in narrow if c.name != name))
            for name in filters
        ),
        on("servers_narrow", *first, *narrow),
        on("servers_victims", servers.compromise, servers.service, servers.organisation),
        on("servers_last_seen", servers.last_seen.desc(), servers.id, *narrow),
        on("servers_name", servers.name, servers.id, *narrow),
        on("servers_due", servers.due, servers.id, *narrow),
        on("members_server", tables.members.c.server),
        on("bases_base", tables.bases.c.base),
        on("words_word", tables.words.c.word, tables.words.c.server),
        on("words_server", tables.words.c.server, tables.words.c.word),
        on("addresses_place", tables.addresses.c.place, tables.addresses.c.server),
        on("addresses_server", tables.addresses.c.server, tables.addresses.c.place),
        on("changes_server", tables.changes.c.server),
        on("counts_dimension", tables.counts.c.dimension, tables.counts.c.value),
        on("systems_dimension", tables.systems.c.dimension, tables.systems.c.value),
        Index(
            f"ix_{g}_servers_system",
            servers.system,
            sqlite_where=servers.system != 0,
            postgresql_where=servers.system != 0,
        ),
        on("days_dimension", tables.days.c.dimension, tables.days.c.value, tables.days.c.day),
        on("counts_servers", tables.counts.c.dimension, tables.counts.c.servers.desc()),
        on("counts_listed", tables.counts.c.dimension, tables.counts.c.listed.desc()),
        *_organisation_indices(tables, on),
    )


def _organisation_indices(tables: Derived, on: Callable[..., Index]) -> Iterator[Index]:
    """Each order, with what is filtered by; and for each filter, by priority."""
    o, words = tables.organisations.c, tables.organisation_words.c
    narrow = (o.sector, o.region, o.country, o.open)
    yield on("organisations_key", o.key)
    yield on("organisations_priority", o.priority.desc(), o.key, *narrow)
    yield on("organisations_name", o.name, o.key, *narrow)
    yield on("organisations_servers", o.servers.desc(), o.key, *narrow)
    for one in narrow[:3]:
        others = (other for other in narrow if other is not one)
        yield on(f"organisations_{one.name}", one, o.priority.desc(), o.key, *others)
    yield on("organisation_words_word", words.word, words.key)
    yield on("organisation_words_key", words.key, words.word)
