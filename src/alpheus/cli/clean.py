"""`alpheus clean`: a plan for one server, carried out, taken back, and verified."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpheus import __version__
from alpheus.cli import clean_verify
from alpheus.cli.arguments import command_of, path
from alpheus.cli.clean_verify import INCOMPLETE
from alpheus.cli.custody_record import add_custody_to, recorded, recorded_plan
from alpheus.cli.output import say, standard_output
from alpheus.custody.who import account
from alpheus.errors import CleanError, UsageError, VaultError

if TYPE_CHECKING:
    from alpheus.respond.journal import Journal
    from alpheus.respond.model import Plan
    from alpheus.respond.outcome import Outcome, Result
    from alpheus.respond.vault import Vault
    from alpheus.respond.volume import Volume

LANGUAGES = ("en", "es", "de")
FORMATS = ("text", "json", "html", "markdown", "csv")
_FOR_PEOPLE = {".html": "html", ".htm": "html", ".md": "markdown", ".csv": "csv", ".txt": "text"}
"""Endings of names by which nobody expects the plan that a program reads."""
PASSPHRASE = "ALPHEUS_VAULT_PASSPHRASE"  # noqa: S105 - the name of a variable
VAULT = "alpheus-vault"
NO_FILES = 4
"""Exit status where the plan names no file: all of it is done by hand, and none of it was."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand `clean`."""
    parser = commands.add_parser(
        "clean", help="plan a clean-up, carry it out, take it back, and verify it",
        description="What to do with a server after the verdict: an ordered plan; files taken into "
        "an encrypted vault and put back; and proof that they are gone.",
    )  # fmt: skip
    below = parser.add_subparsers(dest="clean", metavar="COMMAND", required=True)
    _add_plan(below)
    _add_apply(below)
    _add_undo(below)
    clean_verify.add_to(below)


def _add(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = command_of(below, name, run, text)
    add_custody_to(parser)
    return parser


def _add_plan(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "plan", _plan, "make a plan from an assessment")
    clean_verify.add_assessment_to(parser)
    parser.add_argument(
        "-o", "--output", type=path, metavar="FILE", help="write the plan, as JSON, for clean apply"
    )
    parser.add_argument(
        "--baseline", type=path, metavar="FILE",
        help="hashes of the product's files of this very build, made with alpheus baseline make; "
        "without it, those of all builds until March 2021",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="how it is printed (default: text)"
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, default=LANGUAGES[0],
        help="of what is printed; the plan itself, the JSON, is in English (default: en)",
    )  # fmt: skip


def _add_roots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=path, metavar="PLAN", help="the file of alpheus clean plan")
    parser.add_argument(
        "--root", action="append", required=True, metavar="C=PATH",
        help="where a volume of the server is mounted (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--vault", type=path, default=Path(VAULT), metavar="FOLDER",
        help=f"where files are kept, encrypted by a passphrase that is asked for or taken from "
        f"{PASSPHRASE} (default: {VAULT})",
    )  # fmt: skip


def _add_apply(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "apply", _apply, "take away the files of a plan; without --execute, say "
                  "what would happen")  # fmt: skip
    _add_roots(parser)
    parser.add_argument("--execute", action="store_true", help="do it; needs --digest")
    parser.add_argument(
        "--digest", default="", metavar="SHA256", help="the digest of the plan that you have read"
    )
    parser.add_argument(
        "--known-good", type=path, metavar="FOLDER",
        help="files of the product (installation media, a clean server of the same build): where a "
        "page or web.config was changed, the one with a listed hash is put in its place",
    )  # fmt: skip
    parser.epilog = (
        f"Exit status: 0 all is done; {INCOMPLETE} something was not (refused, absent, not-found); "
        f"2 wrong usage, or a plan or volume that cannot be used; 3 a vault that cannot be used; "
        f"{NO_FILES} the plan names no file: there was nothing to take, and all its steps are by "
        "hand."
    )  # fmt: skip
    clean_verify.add_format_to(parser)


def _add_undo(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "undo", _undo, "put back what clean apply took away, as it was")
    _add_roots(parser)
    parser.add_argument(
        "--onto-other-volume", action="store_true",
        help="put files here that were taken from another volume, such as a copy; without it only "
        "what was taken from this very volume comes back",
    )  # fmt: skip
    parser.epilog = (
        f"Exit status: 0 all is back; {INCOMPLETE} something is not; 2 wrong usage, or another "
        "volume than the one that files were taken from; 3 a vault that cannot be used, or that "
        "holds nothing of this plan."
    )
    clean_verify.add_format_to(parser)


def _plan(options: argparse.Namespace) -> int:
    from alpheus.detect.webshell.baseline_file import (  # noqa: PLC0415 - keeps --help fast
        read_baseline,
    )
    from alpheus.report.assessment_file import FILE, read_assessment  # noqa: PLC0415 - as above
    from alpheus.report.files import write_files  # noqa: PLC0415 - as above
    from alpheus.respond.model import encode  # noqa: PLC0415 - as above
    from alpheus.respond.own_files import OwnFiles  # noqa: PLC0415 - as above
    from alpheus.respond.planning import plan_of  # noqa: PLC0415 - as above

    output: Path | None = options.output
    if output is not None:
        _no_input(output, (options.assessment, options.assessment / FILE, options.baseline))
    if _is_plan(options.assessment):
        plan = _read_plan(options.assessment)
    else:
        assessment = read_assessment(options.assessment)
        own = OwnFiles(read_baseline(options.baseline) if options.baseline else None)
        plan = plan_of(assessment, assessment.server(options.server), made=datetime.now(UTC),
                       version=__version__, own=own)  # fmt: skip
    with recorded(options, "clean plan", inputs=[options.assessment]) as record:
        record.planned(plan)
        if output is not None:
            text = encode(plan).decode()
            write_files(output.parent, {output.name: lambda stream: _put(stream.write, text)})
            record.wrote("clean plan", output)
            count = sum(1 for _ in plan.files())
            files = "1 file" if count == 1 else f"{count:,} files"
            say(f"{output}: {files} to take away; digest {plan.digest}")
        _print_plan(plan, options.format, options.language)
    return 0


def _is_plan(file: Path) -> bool:
    """Whether it is a plan that was made already, to be printed in another form."""
    from alpheus.respond.model import SCHEMA  # noqa: PLC0415 - keeps --help fast

    try:
        with file.open("rb") as stream:
            return f'"{SCHEMA}"'.encode() in stream.read(200)
    except OSError:
        return False


def _no_input(output: Path, inputs: Iterable[Path | None]) -> None:
    if output.suffix.lower() in _FOR_PEOPLE:
        raise UsageError(
            f"--output {output}: the plan that clean apply takes is JSON; name it such as "
            f"plan.json, and for people print it: --format {_FOR_PEOPLE[output.suffix.lower()]} "
            f"> {output}"
        )
    for one in inputs:
        if one is not None and output.exists() and one.exists() and output.samefile(one):
            message = f"--output {output} is what the plan is made from; name another file"
            raise UsageError(message)


def _put(write: Callable[[str], int], text: str) -> None:
    write(text)


def _print_plan(plan: Plan, form: str, language: str) -> None:
    from alpheus.respond import plan_text  # noqa: PLC0415 - keeps --help fast
    from alpheus.respond.model import encode  # noqa: PLC0415 - as above

    say = _say_in(language)
    with standard_output(exact=form != "text") as stream:
        if form == "json":
            stream.write(encode(plan).decode())
        elif form == "html":
            from alpheus.respond.plan_html import write_html  # noqa: PLC0415 - as above

            write_html(plan, stream, say, language)
        elif form == "markdown":
            plan_text.write_markdown(plan, stream, say)
        elif form == "csv":
            plan_text.write_checklist(plan, stream, say)
        else:
            plan_text.write_text(plan, stream, say)


def _say_in(language: str) -> Callable[[str], str]:
    """Says texts of packs, of steps and of an assessment in a language, as the console does."""
    from alpheus.web import headline_words, pack_words, reasons  # noqa: PLC0415 - as above

    def said(text: str) -> str:
        ways = (pack_words.said, reasons.said, headline_words.said)
        return next((found for way in ways if (found := way(text, language)) != text), text)

    return said


def _apply(options: argparse.Namespace) -> int:
    from alpheus.respond.apply import apply, look  # noqa: PLC0415 - keeps --help fast
    from alpheus.respond.known_good import KnownGood  # noqa: PLC0415 - as above
    from alpheus.respond.outcome import Result  # noqa: PLC0415 - as above
    from alpheus.respond.plan_text import numbers_of  # noqa: PLC0415 - as above

    plan = _read_plan(options.plan)
    known_good = KnownGood(options.known_good, plan.files())
    if not options.execute:
        with recorded_plan(options, plan, "apply") as record, _volumes(options, plan) as volumes:
            looked = record.actions(plan, "dry-run", look(plan, volumes, known_good))
            counts: Counter[Result] = Counter()
            status = _tell(options, plan, "look", looked, counts, volumes=volumes)
        do_it = f"do it with: --execute --digest {plan.digest}"
        if plan.has_files:
            say(f"nothing was changed; {do_it if counts[Result.WOULD] else 'nothing would be'}")
        return status
    _check_digest(plan, options.digest)
    lacking: set[int] = set()
    if not plan.has_files:
        with recorded_plan(options, plan, "apply --execute", must=True):
            return _tell(options, plan, "apply", (), Counter())
    with (
        recorded_plan(options, plan, "apply --execute", must=True) as record,
        _volumes(options, plan) as volumes,
        _kept(options, plan, "apply") as (vault, journal),
    ):
        run = _lacking(apply(plan, volumes, vault, journal, known_good), lacking)
        done = record.actions(plan, "apply", run)
        status = _tell(options, plan, "apply", done, Counter(), volumes=volumes)
        is_filled = bool(journal.gone)
    if is_filled:
        say(f"what was taken away is in {options.vault}; take it back with: alpheus clean undo")
    left = [one for one in plan.steps
            if not one.files or not lacking.isdisjoint(each.id for each in one.files)]  # fmt: skip
    if steps := numbers_of(left):
        say(f"by hand remain steps {steps} of the plan")
    return status


def _undo(options: argparse.Namespace) -> int:
    from alpheus.respond.undo import (  # noqa: PLC0415 - keeps --help fast
        check_origin,
        looks_other,
        undo,
    )

    plan = _read_plan(options.plan)
    with (
        recorded_plan(options, plan, "undo") as record,
        _volumes(options, plan) as volumes,
        _kept(options, plan, "undo") as (vault, journal),
    ):
        onto_other: bool = options.onto_other_volume
        if not onto_other:
            check_origin(volumes, journal, options.vault)
        if looks_other(volumes, journal):
            say("no folder is as clean apply left it: somebody has worked there since")
        back = undo(plan, volumes, vault, journal, onto_other=onto_other)
        return _tell(
            options, plan, "undo", record.actions(plan, "undo", back), Counter(), volumes=volumes
        )


def _check_digest(plan: Plan, given: str) -> None:
    if not given:
        message = "--execute needs --digest, with the digest of the plan that you have read"
        raise UsageError(message)
    if given.strip().lower() != plan.digest:
        message = (f"the digest is not that of this plan (of {plan.server}, made {plan.made}); "
                   "read the plan: its digest stands at the top")  # fmt: skip
        raise CleanError(message)


def _read_plan(file: Path) -> Plan:
    from alpheus.respond.model import decode  # noqa: PLC0415 - keeps --help fast

    try:
        return decode(file.read_bytes(), str(file))
    except OSError as error:
        message = f"{file} cannot be read: {(error.strerror or str(error)).lower()}"
        raise CleanError(message) from error


@contextmanager
def _volumes(options: argparse.Namespace, plan: Plan) -> Iterator[dict[str, Volume]]:
    from alpheus.respond.volumes import opened, roots_of  # noqa: PLC0415 - keeps --help fast

    roots = roots_of(options.root, {one.volume for one in plan.files()})
    for letter, root in roots.items():
        if options.vault.resolve().is_relative_to(root.resolve()):
            message = f"--vault {options.vault} lies on volume {letter}; keep it outside of {root}"
            raise UsageError(message)
    with opened(roots) as volumes:
        yield volumes


@contextmanager
def _kept(options: argparse.Namespace, plan: Plan, what: str) -> Iterator[tuple[Vault, Journal]]:
    from alpheus.respond.journal import Begun, Journal, is_begun  # noqa: PLC0415 - keeps --help fast
    from alpheus.respond.vault import Vault  # noqa: PLC0415 - as above

    word = _passphrase(options.vault, new=what == "apply")
    journals: Path = options.vault / "journals"
    with Vault(options.vault, word, create=what == "apply") as vault:
        if what == "undo" and not is_begun(journals, plan.digest):
            message = (f"{options.vault} holds nothing of this plan: name the vault that clean "
                       "apply --execute filled, by --vault, or the plan that it was")  # fmt: skip
            if any(vault.holds(one.sha256) for one in plan.files()):
                message += (f"; files of these hashes are in it: if {journals / plan.digest}.log "
                            "was lost, put back a copy of it")  # fmt: skip
            raise VaultError(message)
        with Journal(journals, plan.digest) as journal:
            when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            begun = Begun(account(), when, what, plan.digest, __version__)
            journal.write([begun], sync=False)
            yield vault, journal


def _passphrase(vault: Path, *, new: bool) -> bytes:
    word = os.environ.get(PASSPHRASE, "")
    if word or not sys.stdin.isatty():
        return word.encode()
    word = getpass.getpass(f"Passphrase of {vault}: ")
    if new and not (vault / "vault.json").exists() and word != getpass.getpass("Once more: "):
        message = "the two passphrases are not the same; nothing was done"
        raise UsageError(message)
    return word.encode()


def _tell(
    options: argparse.Namespace, plan: Plan, what: str, outcomes: Iterable[Outcome],
    counts: Counter[Result], *, volumes: Mapping[str, Volume] = {},
) -> int:  # fmt: skip
    """What became of each file, counted; whether all is done. A lost reader stops nothing."""
    from alpheus.respond.outcome import SETTLED  # noqa: PLC0415 - keeps --help fast
    from alpheus.respond.plan_text import write_nothing  # noqa: PLC0415 - as above
    from alpheus.respond.run_json import write_run  # noqa: PLC0415 - as above
    from alpheus.respond.volumes import identities  # noqa: PLC0415 - as above

    counted = _counted(outcomes, counts)
    with standard_output(exact=options.format == "json") as stream:
        if options.format == "json":
            write_run(plan, what, counted, counts, stream, volumes=identities(volumes))
        elif plan.has_files:
            _write_lines(counted, counts, stream)
        else:
            write_nothing(plan, stream)
    deque(counted, maxlen=0)
    if not plan.has_files:
        return NO_FILES
    return 0 if counts.keys() <= SETTLED else INCOMPLETE


def _lacking(outcomes: Iterable[Outcome], found: set[int]) -> Iterator[Outcome]:
    """`found` are the files in whose place the product's own are missing."""
    for one in outcomes:
        found |= {one.action.id} if one.lacks else set()
        yield one


def _counted(outcomes: Iterable[Outcome], counts: Counter[Result]) -> Iterator[Outcome]:
    for one in outcomes:
        counts[one.result] += 1
        yield one


def _write_lines(outcomes: Iterable[Outcome], counts: Counter[Result], stream: TextIO) -> None:
    """A line for each file, and how many there are of each kind."""
    from alpheus.report.visible import visible  # noqa: PLC0415 - keeps --help fast

    for one in outcomes:
        why = f": {one.why}" if one.why else ""
        stream.write(visible(f"{one.result:<9} {one.action.path}{why}") + "\n")
    told = ", ".join(f"{count:,} {result}" for result, count in counts.items())
    stream.write(f"{told}\n")
