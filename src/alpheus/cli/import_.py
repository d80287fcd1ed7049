"""`alpheus import`: what others know of exposed servers, as observations."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import add_output_to, path
from alpheus.cli.list_options import add_list_options_to, list_options_of
from alpheus.cli.output import say, standard_output

if TYPE_CHECKING:
    from alpheus.errors import EvidenceError
    from alpheus.exposure.imports import ImportedFile, ImportOptions
    from alpheus.exposure.imports.losses import Losses
    from alpheus.exposure.model import Observation

FORMATS = ("jsonl", "csv", "table", "summary")
COULD_NOT_OPEN = 3
LISTED = 20
"""Losses of a file that are listed on standard error."""

_BATCH = 256
_OF_LINES = frozenset({"csv", "shadowserver"})
"""Kinds of which losses name the line."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "import",
        help="read lists of exposed servers that others made",
        description="Read lists of exposed servers: Shadowserver reports, Shodan, Censys, nmap, "
        "zgrab2, httpx, nuclei, masscan, MISP, STIX, IntelMQ, or any table with addresses or "
        "names. Raw answers in them are judged anew. Every observation keeps where it came from; "
        "rows that cannot be read are counted and listed, the rest is imported.",
    )
    parser.add_argument(
        "files", nargs="+", type=path, metavar="FILE",
        help="a list; .gz and .zst are unpacked, and the kind is told by the content",
    )  # fmt: skip
    add_list_options_to(parser)
    parser.add_argument(
        "--format", choices=FORMATS, default="jsonl", help="what is written (default: jsonl)"
    )
    parser.add_argument(
        "--losses", type=path, metavar="FILE",
        help="write every row that could not be read to this CSV file, with the reason",
    )  # fmt: skip
    add_output_to(parser)
    parser.add_argument(
        "--database", metavar="PLACE", default="",
        help="write nothing, but take it all into this database of cases, as alpheus case import "
        "does: a file, or postgresql://user@host/name",
    )  # fmt: skip
    parser.add_argument(
        "--later", action="store_true",
        help="with --database: leave it to alpheus case rebuild to work out servers",
    )  # fmt: skip
    parser.add_argument(
        "--who", default=None, metavar="NAME", help="with --database: who does it (default: you)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import all files; 3 if one could not be opened or is of no known kind."""
    from alpheus.report.files import write_files  # noqa: PLC0415 - keeps --help fast

    _refuse_to_overwrite(options)
    given = list_options_of(options)
    if options.database:
        return _into_cases(options, given)
    work = _Work(options.files, given, options.format, options.output)
    try:
        if options.losses is None:
            work.do(None)
        else:
            write_files(options.losses.parent, {options.losses.name: work.do})
    except _NothingImported as nothing:
        raise nothing.failure from None
    return work.status


def _into_cases(options: argparse.Namespace, given: ImportOptions) -> int:
    """Into the database of cases; raises UsageError where a file is asked for, too."""
    from alpheus.cli.case_common import (  # noqa: PLC0415 - only with a database
        open_place,
        who_does_it,
        work_out,
    )
    from alpheus.cli.case_import import import_all  # noqa: PLC0415 - as above
    from alpheus.errors import UsageError  # noqa: PLC0415 - as above

    if options.output is not None or options.losses is not None:
        raise UsageError("with --database no file is written; what could not be read is kept there")
    with open_place(options, create=True) as database:
        status = import_all(database, options.files, who_does_it(options), given)
        if not options.later:
            work_out(database)
    return status


def _refuse_to_overwrite(options: argparse.Namespace) -> None:
    """Raises UsageError."""
    from alpheus.errors import UsageError  # noqa: PLC0415 - keeps --help fast

    inputs = {file.resolve() for file in options.files}
    for output in (options.output, options.losses):
        if output is not None and output.resolve() in inputs:
            raise UsageError(f"{output} is one of the files to import; choose another name")


class _NothingImported(Exception):  # noqa: N818 - it only carries the error
    """No file could be opened. What it carries may be an OSError, and is none of the output's."""

    def __init__(self, failure: EvidenceError) -> None:
        super().__init__(str(failure))
        self.failure = failure


class _Work:
    """The files one after the other, into one stream. `status` is that of the program."""

    def __init__(
        self, files: list[Path], given: ImportOptions, form: str, output: Path | None
    ) -> None:
        self._files = files
        self._given = given
        self._form = form
        self._output = output
        self._losses: Losses | None = None
        self.status = 0

    def do(self, losses: TextIO | None) -> None:
        """Import all. Raises _NothingImported if no file at all could be opened."""
        from alpheus.exposure.imports.losses import Losses  # noqa: PLC0415 - keeps --help fast
        from alpheus.report.files import write_files  # noqa: PLC0415 - keeps --help fast

        if losses is not None:
            self._losses = Losses(losses)
        if self._output is not None:
            write_files(self._output.parent, {self._output.name: self._write})
            return
        with standard_output(exact=self._form in {"jsonl", "csv"}) as stream:
            self._write(stream)

    def _write(self, stream: TextIO) -> None:
        from alpheus.errors import EvidenceError  # noqa: PLC0415 - keeps --help fast

        add, end = _writer(self._form, stream)
        failure: EvidenceError | None = None
        opened = 0
        for file in self._files:
            if failure is not None:
                say(failure)
                self.status, failure = COULD_NOT_OPEN, None
            try:
                self._import(file, add)
                opened += 1
            except EvidenceError as error:
                failure = error
        if failure is not None:
            if not opened:
                raise _NothingImported(failure)
            say(failure)
            self.status = COULD_NOT_OPEN
        end()

    def _import(self, file: Path, add: Callable[[Observation], None]) -> None:
        from alpheus.exposure.imports import ImportedFile  # noqa: PLC0415 - keeps --help fast

        imported = ImportedFile(file, self._given)
        losses = self._losses
        if losses is None:
            found = imported.observations()
        else:
            found = imported.observations(lambda loss: losses.add(str(file), loss))
        for observation in found:
            add(observation)
        _tell(file, imported)


def _writer(form: str, stream: TextIO) -> tuple[Callable[[Observation], None], Callable[[], None]]:
    """What takes observations, and what is to be called after the last."""
    if form == "jsonl":
        return _json_writer(stream)
    if form == "summary":
        from alpheus.exposure.imports.summary import Summary  # noqa: PLC0415 - only then

        summary = Summary()

        def tell() -> None:
            stream.writelines(f"{line}\n" for line in summary.lines())

        return summary.add, tell
    if form == "csv":
        from alpheus.exposure.output.csv import CsvWriter  # noqa: PLC0415 - only then

        return CsvWriter(stream).write, lambda: None
    return _table_writer(stream)


def _table_writer(stream: TextIO) -> tuple[Callable[[Observation], None], Callable[[], None]]:
    from alpheus.exposure.output.jsonl import encode  # noqa: PLC0415 - only then
    from alpheus.exposure.output.table import TableWriter  # noqa: PLC0415 - rich is slow to load
    from alpheus.exposure.run import Counts  # noqa: PLC0415 - only for this format

    writer, counts = TableWriter(stream), Counts()

    def add(observation: Observation) -> None:
        counts.add(observation)
        writer.write(observation, encode(observation))

    return add, lambda: writer.end(counts)


def _json_writer(stream: TextIO) -> tuple[Callable[[Observation], None], Callable[[], None]]:
    """JSON lines go out as the bytes that they are, many at a time."""
    from alpheus.exposure.output.jsonl import encode  # noqa: PLC0415 - keeps --help fast

    stream.flush()
    binary = stream.buffer
    lines: list[bytes] = []

    def flush() -> None:
        binary.write(b"".join(lines))
        lines.clear()

    def add(observation: Observation) -> None:
        lines.append(encode(observation))
        if len(lines) >= _BATCH:
            flush()

    def end() -> None:
        if lines:
            flush()
        binary.flush()

    return add, end


def _tell(file: Path, imported: ImportedFile) -> None:
    """The count of a file, and what was lost, on standard error."""
    tally = imported.tally
    word = "line" if imported.kind in _OF_LINES else "record"
    for note in imported.notes:
        say(f"{file}: {note}")
    say(f"{file}: {imported.kind}: {tally.imported:,} imported, {tally.lost:,} not")
    for loss in tally.losses[:LISTED]:
        place = f"{word} {loss.row:,}" if loss.row else "the file"
        say(f"{file}: {place}: {loss.reason}")
    if tally.lost > LISTED:
        reasons = (f"{count:,} x {reason}" for reason, count in tally.reasons.most_common(10))
        say(f"{file}: and {tally.lost - LISTED:,} more; in all {'; '.join(reasons)}")
