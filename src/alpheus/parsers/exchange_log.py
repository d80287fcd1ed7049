"""Any other Exchange text log: message tracking, SMTP, agents, and kinds not met before."""

from __future__ import annotations

from alpheus.parsers.base import ReadOptions
from alpheus.parsers.exchange import (
    ExchangeKind,
    ExchangeLog,
    header_columns,
    log_type,
)

# Server names in these logs may be those of the other side of a connection: no host is taken.
_KIND = ExchangeKind(
    source="exchange-log",
    log_types=frozenset(),
    signature=frozenset(),
    hosts=(),
    header_build=True,
)
_TRACKING = frozenset({"date-time", "event-id", "message-id"})


class ExchangeLogFormat:
    """Takes what declares a `#Log-type` or comes from Exchange; so it is asked last."""

    source = "exchange-log"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        if log_type(head) is not None:
            return True
        for line in head.split("\n"):
            if line.lower().startswith("#software: microsoft exchange"):
                return True
            columns = header_columns(line.rstrip("\r"))
            if columns:
                return {name.lower() for name in columns} >= _TRACKING
        return False

    def start(self, head: str, path: str, options: ReadOptions) -> ExchangeLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return ExchangeLog(_KIND)
