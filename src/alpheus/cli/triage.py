"""`alpheus triage`: collected evidence in, a verdict per server out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import (
    add_reading_to,
    add_rules_to,
    add_shared_to,
    add_whole_to,
    bound,
    path,
    place,
    seconds,
    shared_paths,
)
from alpheus.cli.custody_record import Record, add_custody_to, recorded
from alpheus.cli.output import console, say, standard_output
from alpheus.cli.tidying import tidy
from alpheus.errors import OutputError, UsageError

if TYPE_CHECKING:
    from alpheus.job import TriageOptions, Unopened
    from alpheus.model import Assessment, Verdict
    from alpheus.report import Redactor

FORMATS = ("text", "json", "html", "md", "csv")
EXIT_STATUS = {
    "compromised": 10,
    "suspicious": 11,
    "attempted": 12,
    "not-determinable": 13,
    "no-evidence": 0,
}
COULD_NOT_OPEN = 3


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "triage",
        help="judge every server in collected evidence",
        description="Judge every server in collected evidence: is it compromised, how far did the "
        "attacker get, since when, on what evidence, what could not be seen, what to do next.",
        epilog="Exit status: 0 the job ran; 1 a report could not be written; 2 wrong usage; 3 an "
        "EVIDENCE could not be opened at all (the others are done). A file inside one that could "
        "not be read is a loss, listed in every report, and changes no status.",
    )
    parser.add_argument(
        "evidence", nargs="+", type=place, metavar="EVIDENCE",
        help="a folder, a log, a .zip, .tar(.gz|.bz2|.xz|.zst) or .7z archive, or a disk image; "
        "or where one lies in a store: s3://, gs://, az:// or https://",
    )  # fmt: skip
    add_rules_to(parser)
    add_shared_to(parser)
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="what is printed (default: text)"
    )
    parser.add_argument(
        "-o", "--output", type=path, metavar="DIR",
        help="also write the reports here: report.html, assessment.json, report.md and tables",
    )  # fmt: skip
    parser.add_argument(
        "--secrets", type=path, metavar="FILE",
        help="write here what the keyed hashes of secrets stand for, as JSON lines (mode 0600); "
        "by default that is forgotten",
    )  # fmt: skip
    parser.add_argument(
        "--timeline", type=path, metavar="FILE",
        help="also write every row that is read, in order of time, into this Parquet file, for "
        "alpheus hunt; reads everything again",
    )  # fmt: skip
    parser.add_argument(
        "--exit-code", action="store_true",
        help="exit with the worst verdict: 10 compromised, 11 suspicious, 12 attempted, "
        "13 not-determinable, 0 no-evidence",
    )  # fmt: skip
    add_reading_to(parser)
    add_whole_to(parser)
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="read everything again, and remember nothing of this run",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that read large evidence (default: one per processor)",
    )
    add_custody_to(parser)
    _add_limits(parser)
    parser.set_defaults(run=run)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("limits against hostile archives")
    limits.add_argument("--max-files", type=bound, metavar="N", help="files per package")
    limits.add_argument("--max-depth", type=bound, metavar="N", help="archives inside archives")
    limits.add_argument("--max-bytes", type=bound, metavar="N", help="unpacked bytes per package")
    limits.add_argument("--max-file-bytes", type=bound, metavar="N", help="unpacked bytes per file")
    limits.add_argument("--max-seconds", type=seconds, metavar="N", help="seconds per package")


def run(options: argparse.Namespace) -> int:
    """Triage, print, write the reports; see `EXIT_STATUS` for `--exit-code`."""
    if options.since and options.until and options.since > options.until:
        raise UsageError("--since is after --until: no time is left to look at")
    _refuse_output(options)
    tidy()
    from alpheus.evidence.place import is_folder  # noqa: PLC0415 - keeps --help fast

    outside = [given for given in options.evidence if is_folder(given)]
    with recorded(options, "triage", inputs=options.evidence, outside=outside) as record:
        return _triage(options, record)


def _triage(options: argparse.Namespace, record: Record) -> int:
    from alpheus.cli.progress import progress_line  # noqa: PLC0415 - keeps --help fast
    from alpheus.evidence.place import each_once  # noqa: PLC0415 - as above
    from alpheus.triage import triage  # noqa: PLC0415 - as above

    with progress_line() as progress:
        result = triage(
            options.evidence, _triage_options(options, listing=record.kept), progress
        )  # fmt: skip
    record.triaged(result, each_once(options.evidence))
    for unopened in result.unopened:
        say(_why(unopened))
    redactor = _redactor(options)
    redacted = redactor.assessment(result.assessment)  # once, not once per format
    written, failure = _write(redacted, options, redactor)
    record.wrote("report", *written.values())
    if result.assessment.evidence or not result.unopened:
        _print(redacted, options.format, written, redactor, record)
    if failure is not None:
        raise failure
    if result.unopened:
        return COULD_NOT_OPEN
    return _status(result.assessment) if options.exit_code else 0


def _refuse_output(options: argparse.Namespace) -> None:
    """Nothing is ever written into evidence, or over a device. Raises UsageError, OutputError."""
    from alpheus.evidence.place import is_folder  # noqa: PLC0415 - keeps --help fast
    from alpheus.report.files import refuse_device  # noqa: PLC0415 - as above

    for written in filter(None, (options.secrets, options.timeline)):
        refuse_device(written)
    for written in filter(None, (options.output, options.secrets, options.timeline)):
        for given in options.evidence:
            if is_folder(given) and written.resolve().is_relative_to(given.resolve()):
                raise UsageError(
                    f"{written} lies inside the evidence {given}; choose a place outside it"
                )


def _triage_options(options: argparse.Namespace, *, listing: bool) -> TriageOptions:
    from dataclasses import replace  # noqa: PLC0415 - keeps --help fast

    from alpheus.evidence.base import Limits, OpenOptions  # noqa: PLC0415 - keeps --help fast
    from alpheus.job import TriageOptions  # noqa: PLC0415 - keeps --help fast
    from alpheus.parsers.base import ReadOptions  # noqa: PLC0415 - keeps --help fast

    given = {
        "files": options.max_files,
        "depth": options.max_depth,
        "total_bytes": options.max_bytes,
        "file_bytes": options.max_file_bytes,
        "seconds": options.max_seconds,
    }
    limits = replace(Limits(), **{k: v for k, v in given.items() if v is not None})
    return TriageOptions(
        packs=options.pack,
        rules=options.rules,
        opening=OpenOptions(limits, tuple(options.password), whole=options.whole),
        reading=ReadOptions(options.timezone),
        start=options.since,
        end=options.until,
        workers=options.workers,
        remember=not options.no_cache,
        listing=listing,
        shared=shared_paths(options),
        timeline=options.timeline,
    )


def _why(unopened: Unopened) -> str:
    """The failure under the path as it was given: archives of many servers share one name."""
    place, text = str(unopened.path), str(unopened.error)
    if place in text:
        return text
    return f"{place}: {text.removeprefix(f'{unopened.path.name}: ')}"


def _redactor(options: argparse.Namespace) -> Redactor:
    """One for all that is written, so that equal secrets look equal everywhere."""
    from alpheus.report import Redactor  # noqa: PLC0415 - keeps --help fast

    return Redactor(keep=options.secrets is not None)


def _write(
    assessment: Assessment, options: argparse.Namespace, redactor: Redactor
) -> tuple[dict[str, Path], OutputError | None]:
    """Write what is asked for; where that fails, the result is still printed."""
    written: dict[str, Path] = {}
    try:
        if options.output is not None:
            from alpheus.report import write_report  # noqa: PLC0415 - only when asked for

            written = write_report(assessment, options.output, redactor)
        if options.secrets is not None:
            from alpheus.report.clear_secrets import write_secrets  # noqa: PLC0415 - as above

            write_secrets(redactor.clear(), options.secrets)
            written["secrets"] = options.secrets
    except OutputError as error:
        return written, error
    return written, None


def _print(
    assessment: Assessment, form: str, written: dict[str, Path], redactor: Redactor, record: Record
) -> None:
    from alpheus import report  # noqa: PLC0415 - only when there is something to print

    if form == "text":
        with standard_output(exact=False):
            report.print_summary(assessment, console(), written.get("report.html"), redactor)
        return
    writers = {
        "json": report.write_json,
        "html": report.write_html,
        "md": report.write_markdown,
        "csv": report.write_csv,
    }
    with standard_output(exact=True) as stream, record.printing(form, stream) as printed:
        writers[form](assessment, printed, redactor)


def _status(assessment: Assessment) -> int:
    verdicts: list[Verdict] = [server.verdict for server in assessment.servers]
    if not verdicts:
        return EXIT_STATUS["not-determinable"]
    return EXIT_STATUS[max(verdicts, key=lambda verdict: verdict.rank).value]
