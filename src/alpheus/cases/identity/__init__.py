"""One server from many lists: which sightings are of the same server, and why."""

from __future__ import annotations

from alpheus.cases.identity.counts import Count, Counts, count
from alpheus.cases.identity.decisions import Conflict, Decided, Decision, DecisionKind, decide
from alpheus.cases.identity.model import (
    AddressSpan,
    Cluster,
    Demotion,
    Explanation,
    Kind,
    Link,
    Near,
    Pool,
    Sighting,
)
from alpheus.cases.identity.resolve import Resolver, Servers

__all__ = [
    "AddressSpan", "Cluster", "Conflict", "Count", "Counts", "Decided", "Decision", "DecisionKind",
    "Demotion", "Explanation", "Kind", "Link", "Near", "Pool", "Resolver", "Servers", "Sighting",
    "count", "decide",
]  # fmt: skip
