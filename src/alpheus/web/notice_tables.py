"""Notices, and those whom nobody could reach, as CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Response

from alpheus.notify.listing import Brief
from alpheus.web.csv_output import download, portions

NOTICE_COLUMNS = (
    "reference", "batch", "organisation", "owner", "rung", "channel", "address", "name", "status",
    "situation", "reduced", "servers", "made", "handed_over", "answered",
)  # fmt: skip
UNREACHED_COLUMNS = ("organisation", "owner", "server", "servers", "reason", "why")


def notices_csv(notices: Iterable[Brief]) -> Response[Any]:
    """Notices as a file."""
    return download(NOTICE_COLUMNS, portions(map(_notice, notices)), "notices")


def unreached_csv(rows: Iterable[Mapping[str, Any]]) -> Response[Any]:
    """Those whom nobody could reach, as a file."""
    named = ({**row, "server": row["anchor"]} for row in rows)
    return download(UNREACHED_COLUMNS, portions(named), "unreached")


def _notice(one: Brief) -> dict[str, Any]:
    values = (
        one.reference, one.batch, one.organisation, one.owner, one.recipient.rung,
        one.recipient.channel, one.recipient.address, one.recipient.name, one.status,
        one.situation, "yes" if one.reduced else "no", one.servers, one.made, one.handed_over,
        one.answered,
    )  # fmt: skip
    return dict(zip(NOTICE_COLUMNS, values, strict=True))
