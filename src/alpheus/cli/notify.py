"""`alpheus notify`: who is told what, by whom it was approved, and what came back."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import add_output_to, bound, path
from alpheus.cli.case_common import (
    add_command,
    add_filters_to,
    add_person_to,
    filters_of,
    open_place,
    service,
    who_does_it,
)
from alpheus.cli.custody_record import add_custody_to, recorded
from alpheus.cli.output import say
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.notify.model import Notice
    from alpheus.notify.service import Notices

SETTINGS = "notify.yaml"
EXPORTS = ("csv", "intelmq", "ticket", "phone", "letters", "calls")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "notify",
        help="tell owners, and track what came of it",
        description="Tell the owners of servers that are open or broken into: plan who is told "
        "what next, let a second person approve it, hand it over once, and track it until "
        "somebody answers.",
    )
    below = parser.add_subparsers(dest="notify", metavar="COMMAND", required=True)
    _add_plan(below)
    _add_show(below)
    _add_decisions(below)
    _add_send(below)
    _add_answers(below)
    _add_export(below)
    status = _add(below, "status", _status, "say where all notices stand, and what needs a person")
    status.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="how (default: text)"
    )


def _add(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = add_command(below, name, run, text)
    add_settings_to(parser)
    return parser


def add_settings_to(parser: argparse.ArgumentParser) -> None:
    """Who writes."""
    parser.add_argument(
        "--settings", type=path, metavar="FILE",
        default=Path(os.environ.get("ALPHEUS_NOTIFY", "") or SETTINGS),
        help=f"who writes, and how (default: ALPHEUS_NOTIFY, or {SETTINGS} in this folder)",
    )  # fmt: skip


def _batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", type=bound, metavar="BATCH", help="the number of a batch")


def _add_plan(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "plan", _plan, "work out who is to be told what next; nothing is sent")
    add_filters_to(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be, and keep none")
    parser.add_argument(
        "--omitted", type=path, metavar="FILE",
        help="write every organisation that gets no notice, and why, as CSV",
    )  # fmt: skip
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how "
                        "(default: text)")  # fmt: skip
    add_person_to(parser, why=False)


def _add_show(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "show", _show, "show a batch with what approves it, or a notice as it "
                  "will be sent")  # fmt: skip
    parser.add_argument("what", metavar="BATCH|REFERENCE", help="such as 3, or A-4F7K2Q")
    parser.add_argument(
        "--format", choices=("text", "html", "eml", "pdf", "json"), default="text",
        help="how; html, eml and pdf are of a notice (default: text)",
    )  # fmt: skip
    add_output_to(parser)


def _add_decisions(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "approve", _approve, "approve a batch as it was shown")
    _batch(parser)
    parser.add_argument(
        "--digest", required=True, metavar="HEX",
        help="what alpheus notify show tells of the batch, 12 characters or more",
    )  # fmt: skip
    add_person_to(parser, why=False)
    parser = _add(below, "reject", _reject, "say no to a batch, or to some of its notices")
    _batch(parser)
    parser.add_argument("references", nargs="*", metavar="REFERENCE", help="only these notices")
    add_person_to(parser)


def _add_send(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "send", _send, "hand over what was approved; each notice once")
    parser.add_argument(
        "batch", nargs="?", type=bound, default=0, metavar="BATCH",
        help="the number of a batch (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--to-folder", type=path, metavar="FOLDER",
        help="write mail as .eml files with their envelope, for another system to send, and "
        "letters and calls beside them",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="go through it, and send nothing")
    add_person_to(parser, why=False)
    parser = _add(below, "settle", _settle, "say of an uncertain notice whether it went out")
    parser.add_argument("reference", metavar="REFERENCE", help="such as A-4F7K2Q")
    outcome = parser.add_mutually_exclusive_group(required=True)
    outcome.add_argument("--sent", action="store_true", help="it did")
    outcome.add_argument("--not-sent", action="store_true", help="it did not: send it again")
    add_person_to(parser)


def _add_answers(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "acknowledge", _acknowledge, "take down that somebody has a notice")
    parser.add_argument(
        "code", nargs="?", default="", metavar="CODE", help="the code that stands in the notice"
    )
    _by_word(parser, "without a code, by somebody's word: of this notice")
    parser = _add(below, "failed", _failed, "take down that a letter, call or mail reached nobody")
    parser.add_argument(
        "reference", nargs="?", default="", metavar="REFERENCE", help="such as A-4F7K2Q"
    )
    _by_word(parser, "the same, as an option")
    parser = _add(below, "bounces", _bounces, "read reports and answers that came back by mail")
    parser.add_argument(
        "files", nargs="*", metavar="FILE",
        help="an mbox, a maildir, a message as .eml, or a folder of these; - is standard input; "
        "each report once",
    )  # fmt: skip
    parser.add_argument(
        "--imap", default="", metavar="URL",
        help="a folder on a mail server, which is only read: imaps://USER@HOST/FOLDER, with the "
        "password in ALPHEUS_IMAP_PASSWORD",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what it means, keep none")
    add_person_to(parser, why=False)


def _by_word(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--notice", default="", metavar="REFERENCE", help=text)
    parser.add_argument("--why", default="", metavar="TEXT", help="what was said, by whom")
    add_person_to(parser, why=False)


def _add_export(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "export", _export, "write notices for printing, calling, or programs")
    parser.add_argument("kind", choices=EXPORTS, metavar="KIND", help=", ".join(EXPORTS))
    parser.add_argument(
        "batch", nargs="?", type=bound, default=0, metavar="BATCH",
        help="the number of a batch (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, required=True, metavar="FILE",
        help="write to this file, whole or not at all; many letters go into several (FILE-1, …)",
    )  # fmt: skip
    parser.add_argument(
        "--hand-over", action="store_true",
        help="these are now printed, called or filed: approved letters, calls and tickets alone, "
        "each once",
    )  # fmt: skip
    add_person_to(parser, why=False)
    add_custody_to(parser, who=False)


@contextmanager
def _notices(options: argparse.Namespace) -> Iterator[Notices]:
    from alpheus.notify.service import Notices  # noqa: PLC0415 - keeps --help fast
    from alpheus.notify.settings import read_settings  # noqa: PLC0415 - as above

    settings = read_settings(options.settings)
    with open_place(options) as database:
        yield Notices(database, settings)


@contextmanager
def _reading(options: argparse.Namespace) -> Iterator[Notices]:
    """As `_notices`, for what only reads: without settings it waits as the last plan did."""
    from alpheus.notify.service import Notices  # noqa: PLC0415 - keeps --help fast
    from alpheus.notify.settings import Sender, Settings  # noqa: PLC0415 - as above
    from alpheus.notify.waits import kept  # noqa: PLC0415 - as above

    if options.settings != Path(SETTINGS) or options.settings.exists():
        with _notices(options) as notices:
            yield notices
        return
    with open_place(options) as database:
        with database.read() as connection:
            days = kept(connection).days
        yield Notices(database, Settings(Sender("", "", ""), wait_days=days))


def _person(options: argparse.Namespace) -> str:
    """Who plans or approves, with the account that says so: four eyes rest on more than a name."""
    from alpheus.custody import who  # noqa: PLC0415 - keeps --help fast

    return who.with_account(who_does_it(options), who.account())


def _plan(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_text  # noqa: PLC0415 - keeps --help fast

    filters = filters_of(options)
    with _notices(options) as notices, notify_text.omissions(options.omitted) as heard:
        service(notices.database)
        batch = notices.plan(filters, who=_person(options), dry_run=options.dry_run, omitted=heard)
        notify_text.write_batch(batch, heard, options.format)
    return 0


def _show(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_text  # noqa: PLC0415 - keeps --help fast

    with _notices(options) as notices:
        if options.what.isascii() and options.what.isdigit():
            notify_text.show_batch(
                notices, _batch_number(options.what), options.format, options.output
            )
        else:
            notify_text.show_notice(notices, options.what, options.format, options.output)
    return 0


def _batch_number(text: str) -> int:
    try:
        return bound(text)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"the number of a batch: {error}") from None


def _approve(options: argparse.Namespace) -> int:
    with _notices(options) as notices:
        who = _person(options)
        number = notices.approve(options.batch, who=who, digest=options.digest)
        say(f"{number:,} notices of batch {options.batch} are approved by {who}; "
            "send them with: alpheus notify send")  # fmt: skip
    return 0


def _reject(options: argparse.Namespace) -> int:
    with _notices(options) as notices:
        number = notices.reject(
            options.batch, who=who_does_it(options), why=options.why,
            references=tuple(options.references),
        )  # fmt: skip
        say(f"{number:,} notices of batch {options.batch} are rejected")
    return 0


def _send(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_mail  # noqa: PLC0415 - keeps --help fast

    with _notices(options) as notices:
        return notify_mail.send(notices, options.batch, who_does_it(options),
                                folder=options.to_folder, dry_run=options.dry_run)  # fmt: skip


def _settle(options: argparse.Namespace) -> int:
    with _notices(options) as notices:
        notice = notices.notice(options.reference)
        status = notices.settle(notice, sent=options.sent, who=who_does_it(options),
                                why=options.why)  # fmt: skip
        say(f"{notice.reference} is {status}")
    return 0


def _acknowledge(options: argparse.Namespace) -> int:
    if bool(options.code) == bool(options.notice):
        raise UsageError("give the code of a notice, or name it by --notice REFERENCE")
    with _notices(options) as notices:
        who = who_does_it(options)
        if options.notice:
            notice = _by_hand(notices, options, "acknowledged")
            say(f"{notice.reference} is acknowledged")
            return 0
        done = notices.acknowledge(options.code, who=who)
        owner = f", {done.notice.owner}," if done.notice.owner else ""
        before = f" already, since {done.time}, by {done.who}" if done.again else ""
        say(f"{done.notice.reference}{owner} is acknowledged{before}")
    return 0


def _failed(options: argparse.Namespace) -> int:
    if bool(options.reference) == bool(options.notice):
        raise UsageError("name one notice, such as: alpheus notify failed A-4F7K2Q --why TEXT")
    options.notice = options.notice or options.reference
    with _notices(options) as notices:
        notice = _by_hand(notices, options, "refused")
        say(f"{notice.reference}: {notice.recipient.address} is not used for them again")
    return 0


def _by_hand(notices: Notices, options: argparse.Namespace, kind: str) -> Notice:
    from alpheus.notify.model import EventKind  # noqa: PLC0415 - as above

    if not options.why.strip():
        raise UsageError("say what was said, and by whom: --why TEXT")
    notice = notices.notice(options.notice)
    notices.record(notice, EventKind(kind), who=who_does_it(options), detail=options.why)
    return notice


def _bounces(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_mail  # noqa: PLC0415 - keeps --help fast

    if not (options.files or options.imap):
        raise UsageError("name what came back: FILE, - for standard input, or --imap URL")
    with _notices(options) as notices:
        return notify_mail.bounces(
            notices, options.files, who_does_it(options), imap=options.imap,
            dry_run=options.dry_run,
        )  # fmt: skip


def _export(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_export  # noqa: PLC0415 - keeps --help fast

    with recorded(options, f"notify export {options.kind}") as record, _notices(options) as notices:
        written = notify_export.export(
            notices, options.kind, options.batch, options.output, who=who_does_it(options),
            hand_over=options.hand_over,
        )  # fmt: skip
        record.wrote(f"notify {options.kind}", *written)
    return 0


def _status(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_text  # noqa: PLC0415 - keeps --help fast

    with _reading(options) as notices:
        notify_text.write_status(notices, options.format)
    return 0
