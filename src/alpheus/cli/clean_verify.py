"""`alpheus clean verify`: new evidence compared with an assessment."""

from __future__ import annotations

import argparse
import re
from datetime import datetime
from typing import TYPE_CHECKING

from alpheus.cli.arguments import (
    add_password_to,
    add_rules_to,
    add_shared_to,
    add_timezone_to,
    bound,
    command_of,
    instant,
    path,
    shared_paths,
)
from alpheus.cli.case_common import add_database_to, open_place, service, who_does_it
from alpheus.cli.custody_record import add_custody_to, recorded
from alpheus.cli.output import say, standard_output
from alpheus.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from alpheus.job import TriageOptions
    from alpheus.respond.verification import Verification
    from alpheus.respond.verification_server import Renamed

_HASH = re.compile("[0-9a-f]{64}").fullmatch
INCOMPLETE = 1
"""Exit status where something was not done, or the server is not verified clean."""


def add_to(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand `verify`."""
    parser = command_of(
        below, "verify", run, "triage new evidence, and compare it with an assessment"
    )
    add_custody_to(parser)
    add_assessment_to(parser)
    parser.add_argument(
        "evidence",
        type=path,
        nargs="+",
        metavar="NEW-EVIDENCE",
        help="collected after the clean-up",
    )
    parser.add_argument(
        "--since", type=instant, metavar="TIME",
        help="when the clean-up was done, UTC (default: the last record of the old evidence)",
    )  # fmt: skip
    parser.add_argument(
        "--same-server", action="store_true",
        help="you know that evidence which names no computer is of this server",
    )  # fmt: skip
    parser.add_argument(
        "--renamed", default="", metavar="OLD=NEW",
        help="you know that the server has another name since, such as MX01=MX02; the result says "
        "so",
    )  # fmt: skip
    parser.add_argument(
        "--complete", action="append", default=[], metavar="FOLDER",
        help="you know that all of this folder of the server, such as C:\\inetpub\\wwwroot, was "
        "collected, pages too; the result says so (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--page", action="append", default=[], metavar="SHA256",
        help="you have looked at a page that is new or changed since, and it is right; the result "
        "says so (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--baseline", type=path, metavar="FILE",
        help="all pages that this names are right, such as those of an update; made with alpheus "
        "baseline make",
    )  # fmt: skip
    add_rules_to(parser)
    add_shared_to(parser)
    add_password_to(parser)
    add_timezone_to(parser)
    parser.add_argument(
        "--case", type=bound, metavar="SERVER",
        help="the number of the server in a database of cases: since it was cleaned there, unless "
        "--since says otherwise, and what is found is taken in as by alpheus case verify",
    )  # fmt: skip
    add_database_to(parser, ", for --case")
    add_format_to(parser)
    parser.epilog = f"Exit status: 0 verified clean for what lies in files; {INCOMPLETE} not."


def add_assessment_to(parser: argparse.ArgumentParser) -> None:
    """An assessment, and which of its servers."""
    parser.add_argument(
        "assessment", type=path, metavar="ASSESSMENT",
        help="the JSON of alpheus triage, or the folder of its report",
    )  # fmt: skip
    parser.add_argument(
        "--server", default="", metavar="NAME", help="which, where it is of several servers"
    )


def add_format_to(parser: argparse.ArgumentParser) -> None:
    """How a result is printed."""
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="how it is printed (default: text)")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Compare and print; 0 where the server is verified clean for what lies in files."""
    import msgspec  # noqa: PLC0415 - keeps --help fast

    from alpheus.respond.verification import Outcome  # noqa: PLC0415 - as above
    from alpheus.respond.verification_text import write_verification  # noqa: PLC0415 - as above

    found = _verified(options)
    with standard_output(exact=options.format == "json") as stream:
        if options.format == "json":
            stream.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
        else:
            write_verification(found, stream)
    if options.case is not None:
        _take_in(options, found)
    return 0 if found.outcome is Outcome.CLEAN else INCOMPLETE


def _since(options: argparse.Namespace) -> datetime | None:
    """When the clean-up was done: as it was said, else as the case has it."""
    said: datetime | None = options.since
    if said is not None or options.case is None:
        return said
    with open_place(options) as database:
        cleaned = service(database).cleaning.cleaned_at(options.case)
    return datetime.fromisoformat(cleaned) if cleaned else None


def _take_in(options: argparse.Namespace, found: Verification) -> None:
    from alpheus.cases.clean_files import verified  # noqa: PLC0415 - keeps --help fast
    from alpheus.cli.case_clean import told  # noqa: PLC0415 - as above

    evidence = ", ".join(one.name for one in options.evidence)
    with open_place(options) as database:
        done = service(database).cleaning.keep_verification(
            options.case, verified(found), who=who_does_it(options), evidence=evidence
        )
    told(done)


def _verified(options: argparse.Namespace) -> Verification:
    """The comparison. Raises EvidenceError where nothing could be opened."""
    from alpheus.evidence.place import each_once  # noqa: PLC0415 - as above
    from alpheus.respond.verify import verify  # noqa: PLC0415 - keeps --help fast

    since = _since(options)
    outside = [one for one in options.evidence if one.is_dir()]
    inputs = [options.assessment, *options.evidence]
    with recorded(options, "clean verify", inputs=inputs, outside=outside) as record:
        heard = (
            (lambda result: record.triaged(result, each_once(options.evidence)))
            if record.kept else None
        )  # fmt: skip
        found, unopened = verify(
            options.assessment, options.server, options.evidence, since, heard,
            same=options.same_server, complete=options.complete, own=_own(options),
            renamed=_renamed(options.renamed), how=_how(options),
        )  # fmt: skip
        for one in unopened:
            say(one)
        if found is None:
            raise EvidenceError("no new evidence could be opened; nothing was compared")
        record.verified(found)
        return found


def _renamed(written: str) -> Renamed | None:
    """Both names of a server that was renamed; None where nothing was said."""
    from alpheus.respond.verification_server import Renamed  # noqa: PLC0415 - keeps --help fast

    if not written:
        return None
    old, _, new = (one.strip() for one in written.partition("="))
    if not old or not new or "=" in new:
        message = f"--renamed {written}: write OLD=NEW, such as MX01=MX02"
        raise UsageError(message)
    return Renamed(old, new)


def _own(options: argparse.Namespace) -> frozenset[str]:
    """Hashes of pages that are right by the operator's word."""
    from alpheus.detect.webshell.baseline_file import (  # noqa: PLC0415 - keeps --help fast
        read_baseline,
    )

    said = {one.strip().lower() for one in options.page}
    if wrong := next((one for one in sorted(said) if not _HASH(one)), None):
        raise UsageError(f"--page {wrong}: name a page by its SHA-256, 64 hexadecimal digits")
    if options.baseline is not None:
        said |= {one for hashes in read_baseline(options.baseline).entries.values()
                 for one in hashes}  # fmt: skip
    return frozenset(said)


def _how(options: argparse.Namespace) -> TriageOptions:
    """As the first evidence was read, by the rules that were used."""
    from alpheus.evidence.base import OpenOptions  # noqa: PLC0415 - keeps --help fast
    from alpheus.job import TriageOptions  # noqa: PLC0415 - as above
    from alpheus.parsers.base import ReadOptions  # noqa: PLC0415 - as above

    return TriageOptions(
        packs=options.pack, rules=options.rules, shared=shared_paths(options),
        opening=OpenOptions(passwords=tuple(options.password)),
        reading=ReadOptions(options.timezone),
    )  # fmt: skip
