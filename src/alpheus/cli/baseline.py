"""`alpheus baseline`: hashes of a clean server's pages, to judge others by."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import path
from alpheus.cli.output import say, standard_output
from alpheus.errors import EvidenceFormatError, UsageError

if TYPE_CHECKING:
    from alpheus.detect.webshell.baseline_file import BaselineEntry


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "baseline",
        help="list the pages of a clean server, to judge others by",
        description="List the pages of a clean server, to judge others by.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser(
        "make",
        help="hash every page, assembly, configuration file and script below a folder",
        description="Hash every server page, assembly, configuration file and script of "
        "installation media or of a server that is known to be clean. Use the result with "
        "`alpheus webshell PATH --baseline FILE`: what it lists is known to be good, and what "
        "lies beside it without being listed is suspicious.",
        epilog="Exit status: 0 the baseline was made; 2 wrong usage, or nothing to list; 3 PATH "
        "could not be opened, or nothing in it could be read. A file inside it that could not be "
        "read is said, is not in the baseline, and changes no status.",
    )
    make.add_argument(
        "path", type=path, metavar="PATH",
        help="the root of the web folders: a folder, an archive or a disk image",
    )  # fmt: skip
    make.add_argument(
        "-o", "--output", type=path, metavar="FILE",
        help="write the baseline here (default: standard output)",
    )  # fmt: skip
    make.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the baseline; what could not be read is said, and is not in it."""
    entries, lost = _entries(options.path, options.output)
    if not entries and lost:
        raise EvidenceFormatError(f"{options.path}: nothing in it could be read, see above")
    if not entries:
        raise UsageError(f"{options.path}: no page, assembly, configuration or script in it")
    if options.output is None:
        with standard_output(exact=True) as stream:
            _write(entries, stream)
        return 0
    from alpheus.report.files import write_files  # noqa: PLC0415 - only when asked for

    output: Path = options.output
    write_files(output.parent, {output.name: lambda stream: _write(entries, stream)})
    say(f"{output}: {len(set(entries)):,} files listed")
    return 0


def _entries(given: Path, output: Path | None) -> tuple[list[BaselineEntry], int]:
    """What is listed, and how many files or parts could not be read."""
    from alpheus.detect.webshell.baseline_file import (  # noqa: PLC0415 - keeps --help fast
        BaselineEntry,
        baseline_entries,
    )
    from alpheus.evidence import OpenOptions, open_package  # noqa: PLC0415 - keeps --help fast

    if output is not None and given.is_dir() and output.resolve().is_relative_to(given.resolve()):
        message = f"{output} lies inside {given}; choose a place outside it"
        raise UsageError(message)
    found: list[BaselineEntry] = []
    lost = 0
    for item in baseline_entries(open_package(given, "E1", OpenOptions())):
        if isinstance(item, BaselineEntry):
            found.append(item)
            continue
        lost += item.count
        say(f"{item.path}: {item.reason}")
    if lost:
        say(f"{lost:,} files or parts could not be read, and are not in the baseline")
    return found, lost


def _write(entries: list[BaselineEntry], stream: TextIO) -> None:
    from alpheus.detect.webshell.baseline_file import write_baseline  # noqa: PLC0415 - as above

    write_baseline(entries, stream)
