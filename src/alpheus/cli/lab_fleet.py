"""`alpheus lab fleet`: packages of servers that several hands broke into, and who was where."""

from __future__ import annotations

import argparse
from pathlib import Path

from alpheus.cli.arguments import bound

NAME = "fleet"
_SERVERS = 30


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the simulated fleet."""
    group = parser.add_argument_group(
        "a simulated fleet (alpheus lab fleet FOLDER)",
        "Packages of servers that three hands and some strangers broke into through the same hole, "
        "for alpheus campaign run; fleet-truth.json beside them says who was where.",
    )
    group.add_argument("--servers", type=bound, metavar="N", help=f"how many (default: {_SERVERS})")


def run(options: argparse.Namespace) -> int:
    """Write the packages and say what there is."""
    from alpheus.errors import UsageError  # noqa: PLC0415 - keeps --help fast
    from alpheus.lab.fleet import TRUTH, generate_fleet  # noqa: PLC0415 - as above

    if options.folder is None:
        raise UsageError("lab fleet needs a folder to write to: alpheus lab fleet FOLDER")
    out = Path(options.folder)
    truth = generate_fleet(out, options.servers or _SERVERS, seed=options.seed)
    print(f"packages:     {truth.packages}")
    print(f"ground truth: {out / TRUTH}")
    print(f"{len(truth.intrusions):,} intrusions by {len(truth.hands)} hands and strangers")
    return 0
