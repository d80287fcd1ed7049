"""The servers of a notice as rows: what is attached to mails, and what exports have in common."""

from __future__ import annotations

from collections.abc import Iterator

from alpheus.notify.blocks import bare, clean
from alpheus.notify.facts import Facts, Server

COLUMNS = (
    "reference", "tlp", "owner", "server", "address", "port", "product", "build", "condition",
    "state", "patch", "patch_since", "compromise", "compromise_since", "stage", "last_seen",
    "install", "evidence", "pages",
)  # fmt: skip
"""They keep their names and their order. `state` and `install` are in the reader's language, times
are ISO 8601 in UTC; `evidence` holds sentences with ` | ` between them, and so do `pages`,
which lists say are an intruder's."""


def rows_of(facts: Facts) -> Iterator[tuple[str, ...]]:
    """A row for each server, the worst first."""
    for server in facts.servers:
        yield row_of(facts, server)


def row_of(facts: Facts, server: Server) -> tuple[str, ...]:
    """The row of one server."""
    one = server.subject
    owner = one.owner or facts.owner
    texts = (one.patch, one.patch_since, one.compromise, one.compromise_since, one.stage,
             one.last_seen)  # fmt: skip
    return (
        facts.reference, facts.tlp, clean(owner), clean(one.name), clean(one.address),
        str(one.port or ""), clean(one.product), clean(one.build), server.condition,
        bare(server.state), *(clean(text) for text in texts), bare(server.install),
        " | ".join(server.evidence), " | ".join(bare(one) for one in server.pages),
    )  # fmt: skip
