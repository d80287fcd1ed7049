"""`alpheus custody`: what was done, by whom, when, with what; shown, checked, and for a court."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import command_of, instant, one_of, path
from alpheus.cli.custody_record import hash_of, lines, named_person, say_head
from alpheus.cli.output import say, standard_output
from alpheus.errors import EvidenceNotFoundError, UsageError

if TYPE_CHECKING:
    from alpheus.custody.entries import Detail
    from alpheus.custody.reading import Checked
    from alpheus.report.custody_html import CustodyPage

BROKEN = 1
"""Exit status where the log does not hold."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "custody",
        help="what was done, by whom and when, in a log that shows any change",
        description="Every package, file, run, plan, action and export is taken down in a log "
        "whose lines are bound to each other, so that what was changed, left out, moved or put "
        "in shows. A log of its own for a case: alpheus custody note --log custody.log TEXT, in "
        "the folder of the case; what is done in that folder is then taken down there.",
    )
    below = parser.add_subparsers(dest="do", metavar="COMMAND", required=True)
    _add_show(below)
    verify = _add(below, "verify", _verify, "check every line; name the first that does not hold")
    verify.epilog = f"Exit status: 0 the log holds; {BROKEN} it does not."
    verify.add_argument(
        "--head", type=_head, metavar="HASH",
        help="a head noted earlier, or its first 16 characters: that it is still in the log shows "
        "that no end was cut off",
    )  # fmt: skip
    export = _add(
        below, "export", _export, "write the log, a page, and how to check it, for a court"
    )
    export.epilog = f"Exit status: 0 the log holds; {BROKEN} it does not, which the page says."
    export.add_argument(
        "-o", "--output", type=path, required=True, metavar="FOLDER|FILE.zip",
        help="a new folder, or a new archive",
    )  # fmt: skip
    _add_who(export)
    note = _add(below, "note", _note, "take down what somebody has to say")
    note.add_argument("text", metavar="TEXT", help="in your own words")
    _add_who(note)
    add = _add(below, "add", _take, "take down files that were taken by hand, with their SHA-256")
    add.add_argument("files", nargs="+", type=path, metavar="FILE", help="such as an image")
    add.add_argument("--why", default="", metavar="TEXT", help="from where, and what for")
    _add_who(add)


def _add(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = command_of(below, name, run, text)
    parser.add_argument(
        "--log", dest="custody", metavar="FILE",
        help="the log (default: ALPHEUS_CUSTODY; else custody.log in this folder, if it is there; "
        "else the log of this account)",
    )  # fmt: skip
    return parser


def _add_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--who", metavar="NAME", help="who does it (default: the account that runs this)"
    )


def _add_show(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "show", _show, "print the log, oldest first")
    parser.add_argument(
        "--kind", action="append", default=[], type=_kind, metavar="KIND",
        help="entries of this kind (repeatable): run-started, package, file, run-finished, plan, "
        "action, verification, export, taken, note",
    )  # fmt: skip
    parser.add_argument("--since", type=instant, metavar="TIME", help="entries since then (UTC)")
    parser.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="how (default: text)"
    )


def _kind(text: str) -> str:
    from alpheus.custody.entries import KINDS  # noqa: PLC0415 - keeps --help fast

    return one_of(text, KINDS)


def _head(text: str) -> str:
    from alpheus.custody.reading import SHORTEST  # noqa: PLC0415 - keeps --help fast

    plain = text.strip().lower()
    if not SHORTEST <= len(plain) <= 64 or set(plain) - set("0123456789abcdef"):
        message = f"'{text}' is no head: {SHORTEST} to 64 hexadecimal digits"
        raise argparse.ArgumentTypeError(message)
    return plain


def _place(options: argparse.Namespace) -> Path:
    from alpheus.custody.place import place_of  # noqa: PLC0415 - keeps --help fast

    place = place_of(options.custody)
    if place is None:
        raise UsageError("no custody log is kept (-); name one by --log FILE")
    return place


def _show(options: argparse.Namespace) -> int:
    from alpheus.cli.custody_text import write_lines  # noqa: PLC0415 - keeps --help fast

    place = _place(options)
    _size(place)
    since = options.since.strftime("%Y-%m-%dT%H:%M:%SZ") if options.since else ""
    fault = ""  # also where whoever reads has read enough
    with standard_output(exact=options.format != "text") as stream:
        fault = write_lines(place, options.format, tuple(options.kind), since, stream)
    if fault:
        say(f"{place} does not hold from here on: {fault}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from alpheus.custody.reading import check  # noqa: PLC0415 - keeps --help fast

    place = _place(options)
    found = check(place, head=options.head or "")
    for remark in found.remarks:
        say(remark)
    with standard_output(exact=False) as stream:
        stream.write(f"{_visible(str(place))} {_answer(found)}\n")
    if not options.head and not found.fault:
        say("lines that were cut off at the end show only against a head that was noted elsewhere: "
            "alpheus custody verify --head HASH")  # fmt: skip
    return BROKEN if found.fault else 0


def _answer(found: Checked) -> str:
    if not found.fault:
        return f"holds: {lines(found.lines)}, head {found.head}"
    if not found.lines:
        return f"does not hold: {_visible(_fault(found))}"
    bound = "is whole" if found.lines == 1 else "are bound to each other"
    return (
        f"does not hold: {_visible(_fault(found))}\n"
        f"{lines(found.lines)} {bound}; the last has the hash {found.head}"
    )


def _fault(found: Checked) -> str:
    return f"line {found.line:,}: {found.fault}" if found.line else found.fault


def _visible(text: str) -> str:
    from alpheus.report.visible import visible  # noqa: PLC0415 - keeps --help fast

    return visible(text)


def _export(options: argparse.Namespace) -> int:
    from alpheus.cli.custody_text import manifests_of  # noqa: PLC0415 - keeps --help fast
    from alpheus.custody.reading import check  # noqa: PLC0415 - as above
    from alpheus.report.custody_export import write_custody_export  # noqa: PLC0415 - as above

    place, output = _place(options), options.output
    size = _size(place)
    found = check(place, size=size)
    write_custody_export(
        lambda: _page(options, place, size, found), place, size, manifests_of(place, size), output
    )
    say(f"written: {output}; head {found.head}")
    if found.fault:
        say(f"{place} does not hold: {_fault(found)}")
        return BROKEN
    _take_down(options, place, _exported(output))
    return 0


def _size(place: Path) -> int:
    """Bytes of the log. Raises EvidenceNotFoundError where it cannot be read."""
    try:
        with place.open("rb") as stream:
            return stream.seek(0, 2)
    except OSError as error:
        message = f"{place} cannot be read: {(error.strerror or str(error)).lower()}"
        raise EvidenceNotFoundError(message) from error


def _page(
    options: argparse.Namespace, place: Path, size: int, found: Checked
) -> CustodyPage:  # fmt: skip
    from alpheus import __version__  # noqa: PLC0415 - one import with the next
    from alpheus.cli.custody_text import rows  # noqa: PLC0415 - as above
    from alpheus.report.custody_html import CustodyPage  # noqa: PLC0415 - as above

    made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return CustodyPage(
        place.name, found.lines, found.head, _fault(found) if found.fault else "", found.remarks,
        rows(place, size), made, named_person(options), __version__,
    )  # fmt: skip


def _exported(output: Path) -> Detail:
    """The export by the hash of the archive, or by that of its sums."""
    from alpheus.custody.entries import Export  # noqa: PLC0415 - keeps --help fast
    from alpheus.report.custody_export import SUMS  # noqa: PLC0415 - as above

    file = output / SUMS if output.is_dir() else output
    return Export("custody export", str(file.absolute()), *hash_of(file))


def _note(options: argparse.Namespace) -> int:
    from alpheus.custody.entries import Note  # noqa: PLC0415 - keeps --help fast

    if not options.text.strip():
        raise UsageError("the note is empty: alpheus custody note TEXT")
    _take_down(options, _place(options), Note(options.text))
    return 0


def _take(options: argparse.Namespace) -> int:
    from alpheus.custody.entries import Taken  # noqa: PLC0415 - keeps --help fast

    taken = []
    for one in options.files:
        if one.exists() and not one.is_file():
            raise UsageError(f"{one} is no file; name the files in it, or an archive of them")
        taken.append(Taken(str(one.absolute()), *hash_of(one), options.why))
    _take_down(options, _place(options), *taken)
    for one in taken:
        say(f"{one.path}: {one.bytes:,} bytes, SHA-256 {one.sha256}")
    return 0


def _take_down(options: argparse.Namespace, place: Path, *details: Detail) -> None:
    from alpheus.custody.log import CustodyLog  # noqa: PLC0415 - keeps --help fast

    log = CustodyLog(place, named_person(options))
    log.write(details)
    say_head(log)
