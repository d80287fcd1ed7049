"""`alpheus directory`: who owns a server, from lists of organisations, without a network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from alpheus.cli.arguments import add_output_to, one_of, path
from alpheus.cli.output import say, standard_output

if TYPE_CHECKING:
    from alpheus.directory.build import DirectoryWriter
    from alpheus.directory.importers.model import Context
    from alpheus.directory.lookup import Directory
    from alpheus.exposure.imports.losses import Losses
    from alpheus.exposure.imports.opening import Source

COULD_NOT_OPEN = 3
NOTHING_FOUND = 1
LISTED = 20
"""Losses of a file that are listed on standard error."""

FORMATS = ("jsonl", "csv", "summary")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "directory",
        help="who owns a server, its sector and contacts, from lists",
        description="Who owns a server, its sector and contacts, from lists of organisations and "
        "networks. Nothing is looked up on the internet.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_import(actions)
    _add_show(actions)
    _add_owner(actions)


def _add_import(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "import",
        help="make a directory of lists",
        description="Read lists of organisations and networks into one file: .gov domains (CISA), "
        "universities (Hipo), hospitals and police (HIFLD), banks (FDIC), credit unions (NCUA), "
        "school districts (NCES), your own customers (CSV with name, domain, network, contact), "
        "national CERTs, and what registries publish: RPSL, WHOIS, RDAP, delegated statistics, "
        "prefixes with their networks (pyasn, MaxMind CSV) and names of networks. Columns are "
        "found by their names; others are kept. Rows that cannot be read are counted and listed.",
        epilog="Objects of registries that others refer to (organisation, role) help the files "
        "that are named after theirs. Exit status: 3 if a list could not be opened.",
    )
    parser.add_argument(
        "files", nargs="+", type=path, metavar="FILE",
        help="a list, also .gz or .zst; or a directory, to which the lists are added",
    )  # fmt: skip
    parser.add_argument(
        "--kind", type=_kind, metavar="KIND",
        help="what the lists are: dotgov, universities, hifld-hospitals, hifld-law-enforcement, "
        "hifld, fdic, ncua, nces-lea, customers, cert, rpsl, rdap, delegated, routes, route-table "
        "or as-names (default: told by the content)",
    )  # fmt: skip
    parser.add_argument(
        "--losses", type=path, metavar="FILE",
        help="write every row that could not be read to this CSV file, with the reason",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, required=True, metavar="DIRECTORY",
        help="the file to write, whole or not at all",
    )  # fmt: skip
    parser.set_defaults(run=run_import)


def _add_show(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "show",
        help="what is known of a name, a domain or an address",
        description="What the directory has under a name, a domain or a host name, or an address; "
        "and, for a host name or an address, whose it would be taken for.",
        epilog="Exit status: 1 if the directory has nothing of it.",
    )
    parser.add_argument("what", metavar="NAME|DOMAIN|ADDRESS", help="what to look for")
    parser.add_argument(
        "-d", "--directory", type=path, required=True, metavar="DIRECTORY",
        help="what `alpheus directory import` wrote",
    )  # fmt: skip
    parser.set_defaults(run=run_show)


def _add_owner(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "owner",
        help="add owner, sector and contacts to observations",
        description="Read observations as `alpheus probe` and `alpheus import` write them, and add "
        "who owns each server, its sector and how to reach the owner: each with its reasons, their "
        "weights and what contradicts them. Where nothing tells, the owner is `unknown`.",
        epilog="Exit status: 3 if a file could not be opened, or a line is no observation.",
    )
    parser.add_argument(
        "files", nargs="*", type=path, metavar="FILE",
        help="JSON lines of observations (default: standard input)",
    )  # fmt: skip
    parser.add_argument(
        "-d", "--directory", type=path, metavar="DIRECTORY",
        help="what `alpheus directory import` wrote (default: names and rules alone)",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=FORMATS, default="jsonl", help="what is written (default: jsonl)"
    )
    add_output_to(parser)
    parser.set_defaults(run=run_owner)


def _kind(text: str) -> str:
    from alpheus.directory.importers import KINDS  # noqa: PLC0415 - keeps --help fast

    return one_of(text, KINDS)


def _refuse_to_overwrite(files: list[Path], *outputs: Path | None) -> None:
    """Raises UsageError."""
    from alpheus.errors import UsageError  # noqa: PLC0415 - keeps --help fast

    inputs = {file.resolve() for file in files}
    for output in outputs:
        if output is not None and output.resolve() in inputs:
            raise UsageError(f"{output} is one of the files to read; choose another name")


def run_import(options: argparse.Namespace) -> int:
    """Make a directory of all files; 3 if one could not be opened or is of no known kind."""
    from alpheus.report.files import write_files  # noqa: PLC0415 - keeps --help fast

    _refuse_to_overwrite(options.files, options.losses, options.output)
    work = _Import(options.files, options.kind or "", options.output)
    if options.losses is None:
        work.do(None)
    else:
        write_files(options.losses.parent, {options.losses.name: work.do})
    return work.status


class _Import:
    """The lists one after the other, into one directory. `status` is that of the program."""

    def __init__(self, files: list[Path], kind: str, output: Path) -> None:
        self._files = files
        self._kind = kind
        self._output = output
        self.status = 0

    def do(self, stream: TextIO | None) -> None:
        """Import all. Raises EvidenceError if no list at all could be opened."""
        from alpheus.directory.build import DirectoryWriter  # noqa: PLC0415 - keeps --help fast
        from alpheus.directory.importers.model import Context  # noqa: PLC0415 - likewise
        from alpheus.errors import EvidenceError  # noqa: PLC0415 - likewise
        from alpheus.exposure.imports.losses import Losses  # noqa: PLC0415 - likewise

        losses = Losses(stream) if stream is not None else None
        context = Context()
        opened = 0
        with DirectoryWriter(self._output) as writer:
            for number, file in enumerate(self._files, 1):
                try:
                    self._add(file, writer, context, losses)
                    opened += 1
                except EvidenceError as error:
                    if not opened and number == len(self._files):
                        raise
                    say(error)
                    self.status = COULD_NOT_OPEN
        say(f"{self._output}: {sum(writer.counts.values()):,} records")

    def _add(
        self, file: Path, writer: DirectoryWriter, context: Context, losses: Losses | None
    ) -> None:
        from alpheus.directory.importers import ImportedList  # noqa: PLC0415 - keeps --help fast
        from alpheus.directory.lookup import is_directory  # noqa: PLC0415 - likewise

        if is_directory(file):
            self._merge(file, writer)
            return
        found = ImportedList(file, self._kind, context)
        lost = None if losses is None else (lambda loss: losses.add(str(file), loss))
        for entry in found.entries(lost):
            writer.add(entry)
        writer.sources.append(f"{found.kind}: {file.name}")
        tally = found.tally
        say(f"{file}: {found.kind}: {tally.imported:,} imported, {tally.lost:,} not")
        for loss in tally.losses[:LISTED]:
            place = f"line {loss.row:,}" if loss.row else "the file"
            say(f"{file}: {place}: {loss.reason}")
        if tally.lost > LISTED:
            reasons = (f"{count:,} x {reason}" for reason, count in tally.reasons.most_common(10))
            say(f"{file}: and {tally.lost - LISTED:,} more; in all {'; '.join(reasons)}")

    def _merge(self, file: Path, writer: DirectoryWriter) -> None:
        from alpheus.directory.lookup import open_directory  # noqa: PLC0415 - keeps --help fast

        earlier = open_directory(file)
        count = 0
        for count, entry in enumerate(earlier.entries(), 1):  # noqa: B007 - it is said below
            writer.add(entry)
        writer.sources += earlier.heading.sources
        say(f"{file}: directory: {count:,} taken over")


def run_show(options: argparse.Namespace) -> int:
    """Print what is known; 1 if that is nothing."""
    from alpheus.directory.lookup import open_directory  # noqa: PLC0415 - keeps --help fast

    directory = open_directory(options.directory)
    lines = list(_known(options.what.strip(), directory))
    with standard_output(exact=False) as stream:
        stream.writelines(f"{line}\n" for line in lines)
    if not lines:
        say(f"{options.directory}: nothing of '{options.what}'")
        return NOTHING_FOUND
    return 0


def _known(what: str, directory: Directory) -> Iterator[str]:
    """What the directory has of an address, a host name or a name, in words."""
    from alpheus.directory.output import (  # noqa: PLC0415 - keeps --help fast
        holder_lines,
        ownership_lines,
        record_lines,
    )
    from alpheus.directory.owner_model import OwnerEvidence  # noqa: PLC0415 - likewise
    from alpheus.directory.ownership import owner_of  # noqa: PLC0415 - likewise
    from alpheus.exposure.addresses import read_address  # noqa: PLC0415 - likewise
    from alpheus.exposure.imports.fields import host_name  # noqa: PLC0415 - likewise

    try:
        address = read_address(what)
    except ValueError:
        address = None
    if address is not None:
        for holder in directory.by_address(*address):
            yield from holder_lines(holder)
        yield from ownership_lines(owner_of(OwnerEvidence(address=what), directory))
        return
    host = host_name(what) if "." in what else ""
    found = directory.by_host(host)[1] if host else ()
    for one in found or directory.by_name(what):
        yield from record_lines(one)
    if host:
        yield from ownership_lines(owner_of(OwnerEvidence(asked_names=(host,)), directory))


def run_owner(options: argparse.Namespace) -> int:
    """Add owners to all observations; 3 if a file or a line could not be read."""
    from alpheus.directory.lookup import Directory, open_directory  # noqa: PLC0415 - as above
    from alpheus.report.files import write_files  # noqa: PLC0415 - keeps --help fast

    _refuse_to_overwrite(options.files, options.output)
    directory = open_directory(options.directory) if options.directory else Directory()
    work = _Owners(options.files, directory, options.format)
    work.open()
    if options.output is not None:
        write_files(options.output.parent, {options.output.name: work.do})
    else:
        with standard_output(exact=options.format != "summary") as stream:
            work.do(stream)
    return work.status


class _Owners:
    """Observations of all files, with their owners, into one stream."""

    def __init__(self, files: list[Path], directory: Directory, form: str) -> None:
        self._files = files
        self._directory = directory
        self._form = form
        self._sources: list[Source] = []
        self.status = 0

    def open(self) -> None:
        """Open every file that can be opened. Raises EvidenceError if that is none."""
        from alpheus.errors import EvidenceError  # noqa: PLC0415 - keeps --help fast
        from alpheus.exposure.imports.opening import Source  # noqa: PLC0415 - likewise

        for number, file in enumerate(self._files, 1):
            try:
                self._sources.append(Source(file))
            except EvidenceError as error:
                if not self._sources and number == len(self._files):
                    raise
                say(error)
                self.status = COULD_NOT_OPEN

    def do(self, stream: TextIO) -> None:
        """Read all, write all, and say the counts."""
        from alpheus.directory.annotate import OwnerCounts, annotate  # noqa: PLC0415 - as above
        from alpheus.directory.output import OwnerRows  # noqa: PLC0415 - keeps --help fast

        counts = OwnerCounts()
        rows = OwnerRows(stream) if self._form == "csv" else None
        stream.flush()
        write = _line_writer(stream)
        said = 0
        for name, lines in self._inputs():
            for number, line, found, wrong in annotate(lines, self._directory, counts):
                if line is None or found is None:
                    self.status = COULD_NOT_OPEN
                    said += 1
                    if said <= LISTED:
                        say(f"{name}: line {number:,}: {wrong}")
                elif rows is not None:
                    rows.add(line, found)
                elif self._form == "jsonl":
                    write(line)
        if self._form == "summary":
            stream.writelines(f"{line}\n" for line in counts.lines())
        lost = f", {counts.unreadable:,} lines are no observations" if counts.unreadable else ""
        say(f"{counts.servers:,} servers, {counts.owned:,} with an owner{lost}")

    def _inputs(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The lines of every file; a line that is too long is no observation."""
        from alpheus.exposure.imports.opening import lines  # noqa: PLC0415 - keeps --help fast

        if not self._files:
            yield "standard input", _bounded(sys.stdin.buffer)
        for source in self._sources:
            found = (line if line is not None else _TOO_LONG for line in lines(source))
            yield str(source.path), found


_TOO_LONG = b"a line that is too long"
_LINE_LIMIT = 8 << 20


def _bounded(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is too long its pieces, which are no observations."""
    while line := stream.readline(_LINE_LIMIT):
        yield line


def _line_writer(stream: TextIO) -> Callable[[bytes], object]:
    """What takes whole lines as the bytes that they are."""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        return lambda line: stream.write(line.decode("utf-8", "replace"))
    write: Callable[[bytes], object] = binary.write
    return write
