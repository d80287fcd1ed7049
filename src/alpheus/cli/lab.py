"""`alpheus lab`: simulated evidence, servers and countries, with the truth beside them."""

from __future__ import annotations

import argparse
from pathlib import Path

from alpheus.cli import lab_country, lab_fleet, lab_internet
from alpheus.cli.output import folded
from alpheus.errors import UsageError


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "lab",
        help="write evidence of a simulated server, be a simulated internet, or write a country",
        description="Write realistic, harmless evidence of a simulated server, for demonstrations, "
        "tests, benchmarks and training; ground-truth.json beside it says what is true.",
    )
    out = parser.add_argument(
        "out",
        type=Path,
        metavar="[OUT]",
        help=f"an empty or new folder; or the word {lab_internet.NAME}, {lab_country.NAME} or "
        f"{lab_fleet.NAME}: see below",
    )
    folder = parser.add_argument(
        "folder", metavar="[FOLDER]", help="where a country or a fleet goes, empty or new"
    )
    # Not `?`, which takes the second as missing where options stand between the two.
    out.required = folder.required = False
    parser.add_argument(
        "--scenario", default="webshell", metavar="NAME", help="what happened (default: webshell)"
    )
    parser.add_argument("--size", metavar="SIZE", help="about how much, such as 500MB or 2GB")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same evidence")
    parser.add_argument("--list", action="store_true", help="list the scenarios and stop")
    lab_internet.add_options(parser)
    lab_country.add_options(parser)
    lab_fleet.add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the evidence, list the scenarios, be a test internet, or write a country."""
    if options.out == Path(lab_country.NAME):
        return lab_country.run(options)
    if options.out == Path(lab_fleet.NAME):
        return lab_fleet.run(options)
    if options.folder is not None:
        raise UsageError(f"lab takes one word or folder: {options.out} or {options.folder}?")
    if options.out == Path(lab_internet.NAME):
        return lab_internet.run(options)
    from alpheus import lab  # noqa: PLC0415 - keeps --help fast

    if options.list:
        column = 2 + max(len(scenario.name) for scenario in lab.SCENARIOS)
        for scenario in lab.SCENARIOS:
            for line in folded(scenario.name, scenario.description, column):
                print(line)
        return 0
    if options.out is None:
        raise UsageError("lab needs a folder to write to: alpheus lab OUT (or --list)")
    size = lab.parse_size(options.size) if options.size else None
    lab.generate(options.out, options.scenario, size=size, seed=options.seed)
    print(f"evidence:     {options.out / 'evidence'}")
    print(f"ground truth: {options.out / 'ground-truth.json'}")
    return 0
