"""`alpheus lab country`: a simulated country, what others list of it, and what is true."""

from __future__ import annotations

import argparse
from pathlib import Path

from alpheus.cli.arguments import bound, days

NAME = "country"
_ORGANISATIONS = 3000
_DAYS = 31


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the simulated country."""
    group = parser.add_argument_group(
        "a simulated country (alpheus lab country FOLDER)",
        "Organisations, their mail servers, a month of history from 1 March 2021, and the lists "
        "that others made of them, with overlaps and errors; files beside the lists say what is "
        "true. Names and addresses are nobody's.",
    )
    group.add_argument(
        "--organisations", type=bound, metavar="N", help=f"how many (default: {_ORGANISATIONS})"
    )
    group.add_argument("--days", type=days, metavar="N", help=f"how long (default: {_DAYS})")
    group.add_argument(
        "--observations", type=bound, metavar="N",
        help="thin the lists out to about so many (default: as many as there are)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Write the country and say what there is."""
    from alpheus.errors import UsageError  # noqa: PLC0415 - keeps --help fast
    from alpheus.lab import country  # noqa: PLC0415 - as above

    if options.folder is None:
        raise UsageError("lab country needs a folder to write to: alpheus lab country FOLDER")
    out = Path(options.folder)
    truth = country.generate(
        out,
        _ORGANISATIONS if options.organisations is None else options.organisations,
        options.seed,
        _DAYS if options.days is None else options.days,
        options.observations,
    )
    print(f"lists:        {out / 'lists'} ({truth.observations:,} observations)")
    print(f"registers:    {out / 'registers'}")
    print(f"ground truth: {out / 'truth.jsonl'} and the files beside it")
    print(
        f"{truth.organisations:,} organisations, {truth.servers:,} servers, "
        f"{truth.victims:,} victims where the lists add up to {truth.raw_victims:,}"
    )
    return 0
