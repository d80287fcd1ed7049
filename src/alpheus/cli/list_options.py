"""What can be said of lists when they are read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from alpheus.cli.arguments import instant, one_of

if TYPE_CHECKING:
    from alpheus.exposure.imports import ImportOptions


def add_list_options_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options of lists."""
    group = parser.add_argument_group("lists that others made")
    group.add_argument(
        "--kind", type=_kind, metavar="KIND",
        help="what the files are: shadowserver, shodan, censys, nmap, zgrab2, httpx, nuclei, "
        "masscan, csv, misp, stix or intelmq (default: told by the content)",
    )  # fmt: skip
    group.add_argument(
        "--tlp", type=_label, metavar="LABEL",
        help="who may see it: TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED; a stricter label in a "
        "file holds",
    )  # fmt: skip
    group.add_argument(
        "--source", default="", metavar="NAME", help="who made the lists (default: the kind)"
    )
    group.add_argument(
        "--column", type=_column, action="append", default=[], metavar="ROLE=NAME",
        help="what a column of a table is, by its name or its number: address, name, url, path, "
        "port, when, first, last, computer, build, product, label, cve, tlp, or ignore "
        "(repeatable; default: told by names and cells)",
    )  # fmt: skip
    group.add_argument(
        "--seen", type=instant, metavar="DAY",
        help="when the servers were seen of which a list does not say it",
    )  # fmt: skip
    group.add_argument(
        "--victims", action="store_true",
        help="they are lists of servers that were broken into, by the word of who made them",
    )  # fmt: skip


def list_options_of(options: argparse.Namespace) -> ImportOptions:
    """What was said of lists. Raises UsageError for a time that has not been yet."""
    from datetime import UTC, datetime  # noqa: PLC0415 - keeps --help fast

    from alpheus.errors import UsageError  # noqa: PLC0415 - as above
    from alpheus.exposure.imports import ImportOptions  # noqa: PLC0415 - as above

    seen = ""
    if options.seen is not None:
        if options.seen > datetime.now(UTC):
            raise UsageError(f"--seen {options.seen.date()}: that day has not been yet")
        seen = f"{options.seen:%Y-%m-%dT%H:%M:%SZ}"
    return ImportOptions(
        options.kind or "", options.tlp or "", options.source, tuple(options.column), seen,
        options.victims,
    )  # fmt: skip


def _kind(text: str) -> str:
    from alpheus.exposure.imports.model import KINDS  # noqa: PLC0415 - keeps --help fast

    return one_of(text, KINDS)


def _label(text: str) -> str:
    from alpheus.exposure.imports.fields import (  # noqa: PLC0415 - keeps --help fast
        TLP_LABELS,
        tlp_label,
    )

    label = tlp_label(text)
    if not label:
        message = f"'{text}' is none of {', '.join(TLP_LABELS)}"
        raise argparse.ArgumentTypeError(message)
    return label


def _column(text: str) -> tuple[str, str]:
    from alpheus.exposure.imports.list_columns import (  # noqa: PLC0415 - keeps --help fast
        IGNORED,
        Role,
    )

    role, _, name = text.partition("=")
    if not name.strip():
        message = f"'{text}' names no column; say it as in when=Datum"
        raise argparse.ArgumentTypeError(message)
    return one_of(role.strip().lower(), (*Role, IGNORED)), name.strip()
