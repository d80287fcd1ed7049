"""Arguments that several commands share, and their types."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.evidence.place import Place
    from alpheus.knowledge.shared.model import SharedPaths

_LARGEST = 999_999_999
_MOST_DAYS = 36_500
_SHOWN = 40


def instant(text: str) -> datetime:
    """A date or time in ISO 8601; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a date or time such as 2021-03-03 or 2021-03-03T06:59:20Z"
        raise argparse.ArgumentTypeError(message) from None
    if parsed.tzinfo is None:
        return parsed.replace(tzinfo=UTC)
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise argparse.ArgumentTypeError(f"'{text}' is beyond the years 1 to 9999") from None


def end_instant(text: str) -> datetime:
    """Like `instant`; a bare date means the end of that day."""
    parsed = instant(text)
    return (
        parsed.replace(hour=23, minute=59, second=59, microsecond=999_999)
        if len(text) == 10
        else parsed
    )


def zone(text: str) -> tzinfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        message = f"'{text}' is not a time zone such as Europe/Berlin"
        raise argparse.ArgumentTypeError(message) from None


def path(text: str) -> Path:
    """A path; an empty text, such as that of a variable nobody set, is none."""
    if not text:
        raise argparse.ArgumentTypeError("an empty path names nothing")
    return Path(text)


def place(text: str) -> Place:
    """A path, or an address in a store."""
    from alpheus.evidence.place import place_of  # noqa: PLC0415 - keeps --help fast

    path(text)
    try:
        return place_of(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def bound(text: str) -> int:
    """A whole number above zero, which a database and the system can count with."""
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise argparse.ArgumentTypeError(f"'{_short(text)}' is not a whole number above zero")
    if len(text.lstrip("0")) > len(str(_LARGEST)):
        message = f"'{_short(text)}' is too large; give a number up to {_LARGEST:,}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def days(text: str) -> int:
    """A number of days above zero that a calendar has room for."""
    number = bound(text)
    if number > _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"'{text}' is too long; give up to {_MOST_DAYS:,} days")
    return number


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def seconds(text: str) -> float:
    """A span of time above zero."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (number > 0 and math.isfinite(number)):
        raise argparse.ArgumentTypeError(f"'{_short(text)}' is not a number of seconds above zero")
    if number > _LARGEST:
        message = f"'{_short(text)}' is too large; give up to {_LARGEST:,} seconds"
        raise argparse.ArgumentTypeError(message)
    return number


def command_of(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    more: str = "",
) -> argparse.ArgumentParser:
    """A command below another one, with nothing of its own yet; `text` says in short what it does.

    `more` are sentences that only its own help has.
    """
    parser = below.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.{more}")
    parser.set_defaults(run=run)
    return parser


def add_reading_to(parser: argparse.ArgumentParser) -> None:
    """How evidence is read: passwords, the time that counts, and the zone of its clocks."""
    add_password_to(parser)
    parser.add_argument(
        "--since", type=instant, metavar="TIME", help="ignore what happened before (UTC)"
    )
    parser.add_argument(
        "--until", type=end_instant, metavar="TIME", help="ignore what happened after (UTC)"
    )
    add_timezone_to(parser)


def add_timezone_to(parser: argparse.ArgumentParser) -> None:
    """The zone of the clocks of evidence."""
    parser.add_argument(
        "--timezone", type=zone, metavar="ZONE",
        help="zone of logs that are written in local time, such as Europe/Berlin",
    )  # fmt: skip


def add_whole_to(parser: argparse.ArgumentParser) -> None:
    """What is read of evidence in a store."""
    parser.add_argument(
        "--whole", action="store_true",
        help="from a store, read every file, also large ones that nothing but their hash is "
        "taken of",
    )  # fmt: skip


def add_rules_to(parser: argparse.ArgumentParser) -> None:
    """By which rules evidence is judged."""
    parser.add_argument(
        "--pack", action="append", metavar="ID", help="use only this knowledge pack (repeatable)"
    )
    add_own_rules_to(parser)


def add_own_rules_to(parser: argparse.ArgumentParser) -> None:
    """Rules of the operator's own."""
    parser.add_argument(
        "--rules", action="append", type=path, default=[], metavar="PATH",
        help="also use the Sigma and YARA rules of this folder or file (repeatable)",
    )  # fmt: skip


def add_shared_to(parser: argparse.ArgumentParser) -> None:
    """Indicators of others, and lists of what many use."""
    parser.add_argument(
        "--indicators", action="append", type=path, default=[], metavar="PATH",
        help="also look for these indicators: STIX 2.1, MISP, a table or a plain list, or a folder "
        "of such (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--warning-list", action="append", type=path, default=[], metavar="FILE",
        help="values that many use (MISP's warning lists, or ranges and names line by line): one "
        "alone decides nothing (repeatable)",
    )  # fmt: skip


def shared_paths(options: argparse.Namespace) -> SharedPaths:
    """What was named by these. Raises UsageError for a path where nothing is."""
    from alpheus.knowledge.shared.model import SharedPaths  # noqa: PLC0415 - keeps --help fast

    for one in (*options.indicators, *options.warning_list):
        if not one.exists():
            raise UsageError(f"{one}: no such file or folder")
    if options.warning_list and not options.indicators:
        raise UsageError("--warning-list says of indicators that many use them: name --indicators")
    return SharedPaths(tuple(options.indicators), tuple(options.warning_list))


def add_password_to(parser: argparse.ArgumentParser) -> None:
    """What opens encrypted evidence."""
    parser.add_argument(
        "--password", action="append", default=[], metavar="WORD",
        help="password of encrypted archives (repeatable)",
    )  # fmt: skip


def add_output_to(parser: argparse.ArgumentParser) -> None:
    """Where a list goes that can be printed as well."""
    parser.add_argument(
        "-o", "--output", type=path, metavar="FILE",
        help="write to this file, whole or not at all, and not to standard output",
    )  # fmt: skip


def one_of(text: str, known: Iterable[str]) -> str:
    """A word of a list that is known only once it is needed."""
    if text not in known:
        message = f"'{text}' is none of {', '.join(known)}"
        raise argparse.ArgumentTypeError(message)
    return text


def filter_of(name: str) -> Callable[[str], str]:
    """What reads a filter of servers: a state or a sector that there is not is refused."""

    def read(text: str) -> str:
        from alpheus.cases import states  # noqa: PLC0415 - keeps --help fast

        known: dict[str, Iterable[str]] = {
            "patch": states.Patch, "compromise": states.Compromise, "work": states.Work,
        }  # fmt: skip
        if name == "sector":
            from alpheus.knowledge.tables import read_table  # noqa: PLC0415 - as above

            rows = read_table("sectors.csv", ("sector", "title"))
            return text and one_of(text, [row["sector"] for row in rows])
        return one_of(text, [*known[name]]) if name in known else text

    return read
