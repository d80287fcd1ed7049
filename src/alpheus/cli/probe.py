"""`alpheus probe`: ask servers, inside a scope, which build they are."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import bound, path, seconds
from alpheus.cli.output import drop_output, say, standard_output
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.exposure.model import Observation
    from alpheus.exposure.names import Resolver
    from alpheus.exposure.output.writers import ResultWriter
    from alpheus.exposure.run import Counts, ProbeRun
    from alpheus.exposure.scope import Scope
    from alpheus.exposure.target_list import TargetList
    from alpheus.exposure.wiring import Limits

FORMATS = ("table", "jsonl", "csv")
INTERRUPTED = 130
_SHOWN = 5
"""Bad lines of a list of targets that are shown one by one."""

_DESCRIPTION = """\
Ask servers which Exchange build they are, by plain GETs of public pages, inside a scope file that
their owner signed for. Results, and an audit log with a line for everything that is sent, go into a
folder; the same command goes on where a run was interrupted, without asking anybody twice.

  alpheus probe TARGET... --scope scope.yaml     ask, or go on
  alpheus probe report RUN...                    HTML report of runs, oldest first
  alpheus probe verify RUN...                    whether audit logs are as they were written
"""
_EPILOG = """\
Exit status: 0 all were asked (whatever they answered); 1 the folder cannot be written, or is that
of another run; 2 wrong usage, or a scope file or list of targets that cannot be used; 3 a run could
not be opened, or an audit log was changed; 130 interrupted, to go on with the same command.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "probe",
        help="ask servers inside a scope which Exchange build they are",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET",
        help="host, address, network, range, URL, file of these, or - for standard input; "
        "`report` or `verify` and the folders of runs",
    )  # fmt: skip
    add_scope_to(parser)
    parser.add_argument(
        "--example-scope", action="store_true", help="print a scope file to fill in, and end"
    )
    parser.add_argument(
        "--format", choices=FORMATS,
        help="what is printed (default: table on a terminal, else jsonl)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, metavar="FOLDER",
        help="folder of the run (default: probe-… in this folder), or the file of a report",
    )  # fmt: skip
    parser.add_argument(
        "--dry-run", action="store_true",
        help="say who would be asked and what, send nothing, look up no name",
    )  # fmt: skip
    add_asking_to(parser)
    parser.add_argument(
        "--seed", type=_seed, metavar="N", help="order of a new run (default: at random)"
    )
    parser.set_defaults(run=run)


def add_scope_to(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """What nobody is asked without."""
    parser.add_argument(
        "--scope", type=path, required=required, metavar="FILE",
        help="whom may be asked, on whose word, how fast and when (see alpheus probe "
        "--example-scope)",
    )  # fmt: skip


def add_asking_to(parser: argparse.ArgumentParser) -> None:
    """How servers are asked."""
    parser.add_argument(
        "--port", type=_port, metavar="N", help="port of targets that name none (default: scope)"
    )
    parser.add_argument(
        "--looks", type=bound, default=2, metavar="N",
        help="answers that must agree before a build is believed, since a balancer may hold "
        "several servers (default: 2); from 3 on, each further one over a new connection",
    )  # fmt: skip
    parser.add_argument(
        "--timeout", type=seconds, default=10.0, metavar="SECONDS",
        help="for a handshake and for one whole answer (default: 10; connecting gets half)",
    )  # fmt: skip
    parser.add_argument(
        "--connections", type=bound, default=4096, metavar="N",
        help="at most so many at once (default: 4096)",
    )  # fmt: skip
    parser.add_argument(
        "--nameserver", metavar="ADDRESS[:PORT]",
        help="look up names here (default: as this machine does)",
    )  # fmt: skip


def _port(text: str) -> int:
    """A TCP port."""
    number = bound(text)
    if number > 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is no TCP port")
    return number


def _seed(text: str) -> int:
    """A whole number."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Ask, report or verify."""
    if options.example_scope:
        return _example()
    if options.targets[:1] == ["report"]:
        from alpheus.cli.probe_report import report  # noqa: PLC0415 - only for this

        return report(options)
    if options.targets[:1] == ["verify"]:
        return _verify([Path(one) for one in options.targets[1:]])
    if not options.targets:
        raise UsageError("probe needs somebody to ask: alpheus probe TARGET --scope scope.yaml")
    if options.scope is None:
        message = (
            "probe sends nothing without a scope: --scope scope.yaml;"
            " `alpheus probe --example-scope > scope.yaml` makes one to fill in"
        )
        raise UsageError(message)
    return _probe(options)


def _example() -> int:
    from importlib.resources import files  # noqa: PLC0415 - only for this

    text = files("alpheus.exposure").joinpath("scope_example.yaml").read_text("utf-8")
    with standard_output(exact=True) as stream:
        stream.write(text)
    return 0


def _verify(folders: list[Path]) -> int:
    """Say of every run whether its audit log is as it was written."""
    from alpheus.custody.chain import check_chain  # noqa: PLC0415 - only for this
    from alpheus.exposure.journal import AUDIT, check_audit  # noqa: PLC0415 - keeps --help fast

    if not folders:
        raise UsageError("verify needs the folder of a run: alpheus probe verify FOLDER")
    status = 0
    for folder in folders:
        path = folder / AUDIT if folder.is_dir() else folder
        report = check_audit(folder) if folder.is_dir() else check_chain(path)
        if report.fault is None:
            print(f"{path}: {report.lines:,} lines, unchanged; last hash {report.head}")
            continue
        status = 3
        where = f"line {report.fault.line:,}"
        print(f"{path}: CHANGED at {where}: {report.fault.reason}; {report.lines:,} lines hold")
    return status


def read_asked(options: argparse.Namespace) -> tuple[Scope, TargetList] | None:
    """The scope and the targets; None where the scope cannot be used, which is said line by line.

    Raises UsageError where there is nobody to ask.
    """
    from alpheus.exposure.scope import ScopeError  # noqa: PLC0415 - keeps --help fast
    from alpheus.exposure.scope_file import read_scope  # noqa: PLC0415 - as above
    from alpheus.exposure.targets import read_targets  # noqa: PLC0415 - as above

    try:
        scope = read_scope(options.scope)
    except ScopeError as error:
        for problem in str(error).splitlines():
            say(problem)
        return None
    targets = read_targets(options.targets, sys.stdin.buffer, port=options.port)
    for bad in targets.bad[:_SHOWN]:
        say(f"{bad.source}{f', line {bad.line}' if bad.line else ''}: {bad.reason}")
    if targets.bad_count > _SHOWN:
        say(f"{targets.bad_count:,} lines in all are no targets, and are left out")
    if not len(targets):
        raise UsageError("there is nobody to ask: no line given is a target")
    return scope, targets


def _probe(options: argparse.Namespace) -> int:
    asked = read_asked(options)
    if asked is None:
        return UsageError.exit_status
    return (_dry_run if options.dry_run else _ask)(*asked, options)


def _dry_run(scope: Scope, targets: TargetList, options: argparse.Namespace) -> int:
    from alpheus.exposure.dry_run import dry_run  # noqa: PLC0415 - only for this

    with standard_output(exact=False) as stream:
        for line in dry_run(scope, targets, looks=options.looks):
            stream.write(f"{line}\n")
    return 0


def _ask(scope: Scope, targets: TargetList, options: argparse.Namespace) -> int:
    from alpheus.exposure.journal import results_of  # noqa: PLC0415 - keeps --help fast
    from alpheus.exposure.output.writers import result_writer  # noqa: PLC0415 - as above
    from alpheus.exposure.run import ProbeOptions, ProbeRun, folder_for  # noqa: PLC0415 - as above

    check_open(scope, options.scope)
    folder = options.output or folder_for(targets, Path())
    chosen = options.format or ("table" if sys.stdout.isatty() else "jsonl")
    asked = ProbeOptions(
        scope, targets, folder, limits_of(options), looks=options.looks, seed=options.seed
    )
    with standard_output(exact=chosen != "table") as stream:
        writer = _Leavable(result_writer(chosen, stream))
        probe = ProbeRun(asked, resolver_of(options.nameserver), writer.write)
        say(f"{'going on with' if probe.resumed else 'writing to'} {folder}")
        if probe.unknown_denials:
            say(f"{probe.unknown_denials:,} denied names lead nowhere; their servers are told by"
                " their certificates alone")  # fmt: skip
        for line in results_of(folder) if probe.resumed else ():
            writer.write_line(line)
        with _interruptible(probe), _shown(probe, stream, chosen):
            whole = probe.run()
        writer.end(probe.counts)
    return _ended(probe, folder, whole=whole)


def check_open(scope: Scope, file: Path) -> None:
    """Raises UsageError where nobody may be asked any more."""
    if scope.opens_at(datetime.now(UTC)) is None:
        raise UsageError(f"{file}: the scope has ended; nobody may be asked any more")


def resolver_of(nameserver: str | None) -> Resolver:
    """The resolver of this machine, or the one that is named with or without a port."""
    from alpheus.exposure.addresses import read_address  # noqa: PLC0415 - keeps --help fast
    from alpheus.exposure.names import Resolver  # noqa: PLC0415 - as above

    if nameserver is None:
        return Resolver()
    match = re.fullmatch(r"\[([^\]]*)\](?::(\d+))?|([^:]*)(?::(\d+))?|(.*)", nameserver)
    parts = match.groups() if match else ()
    host = next((part for part in parts[::2] if part), "")
    port = next((part for part in parts[1::2] if part), "")
    try:
        read_address(host)
        return Resolver([host], _port(port) if port else None)
    except (ValueError, argparse.ArgumentTypeError) as error:
        message = f"--nameserver: '{nameserver}' is no ADDRESS or ADDRESS:PORT"
        raise UsageError(message) from error


def limits_of(options: argparse.Namespace, of: int = 1) -> Limits:
    """What a run allows itself that is one of several at once."""
    from alpheus.exposure.wiring import Limits  # noqa: PLC0415 - keeps --help fast

    limits = Limits()
    return Limits(
        max(limits.busy // of, 1), max(options.connections // of, 1),
        connect=max(1.0, options.timeout / 2), answer=options.timeout,
    )  # fmt: skip


def _ended(probe: ProbeRun, folder: Path, *, whole: bool) -> int:
    counts = probe.counts
    if whole:
        say(f"{counts.done:,} results in {folder}; next: alpheus probe report {folder}")
        return 0
    if probe.has_ended:
        say(f"the scope has ended; {counts.done:,} of {counts.total:,} have a result")
        return INTERRUPTED
    opens = probe.opens_at()
    why = f"the hours of the scope begin at {opens:%Y-%m-%d %H:%M} UTC" if opens else "paused"
    say(f"{why}; {counts.done:,} of {counts.total:,} have a result; the same command goes on")
    return INTERRUPTED


class _Leavable:
    """A writer whose reader may leave: results still go into the folder, and the run goes on."""

    def __init__(self, writer: ResultWriter) -> None:
        self._writer = writer
        self._left = False

    def write(self, observation: Observation, line: bytes) -> None:
        """See `ResultWriter`."""
        self._do(lambda: self._writer.write(observation, line))

    def write_line(self, line: bytes) -> None:
        """See `ResultWriter`."""
        self._do(lambda: self._writer.write_line(line))

    def end(self, counts: Counts) -> None:
        """See `ResultWriter`."""
        self._do(lambda: self._writer.end(counts))

    def _do(self, work: Callable[[], None]) -> None:
        if self._left:
            return
        try:
            work()
        except BrokenPipeError:
            self._left = True
            drop_output()


@contextmanager
def _shown(probe: ProbeRun, stream: TextIO, chosen: str) -> Iterator[None]:
    """Counts while it runs, unless the results themselves run over the same terminal."""
    from alpheus.exposure.output.live import live_counts  # noqa: PLC0415 - rich is slow to load

    if chosen != "table" and stream.isatty():
        yield
        return
    with live_counts(probe):
        yield


@contextmanager
def _interruptible(probe: ProbeRun) -> Iterator[None]:
    """The first interrupt lets what was asked be answered; the second ends at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        probe.stop()
        signal.signal(number, signal.default_int_handler)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
