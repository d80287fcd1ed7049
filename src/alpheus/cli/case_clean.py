"""`alpheus case plan|step|verify`: the clean-up of a server, from its plan to the proof."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, instant, path
from alpheus.cli.case_common import (
    Below,
    add_command,
    add_person_to,
    add_server_to,
    open_place,
    service,
    tell,
    who_does_it,
)
from alpheus.cli.output import WIDTH, say, standard_output

if TYPE_CHECKING:
    from alpheus.cases.clean_progress import StepStands
    from alpheus.cases.cleaning import CleanUp, Done

FORMATS = ("text", "json", "html", "markdown", "csv")
MARKS = ("done", "not-needed", "open")
_START = re.compile(r"(?:\[.\] +\d+\. |! | +)")
"""What stands before the words of a line."""

NOT_CLEAN = 1
"""Exit status of `verify` where a server is not verified clean."""

_BOXES = {"done": "[x]", "not-needed": "[-]", "said": "[?]", "begun": "[~]", "open": "[ ]"}
_SAID = {"done": "done", "not-needed": "not needed", "said": "done by the owner's word",
         "begun": "begun", "open": "open again"}  # fmt: skip


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    plan = add_command(
        below, "plan", _plan, "show the clean-up plan of a server, and how far it is"
    )
    add_server_to(plan)
    made = plan.add_mutually_exclusive_group()
    made.add_argument(
        "--make", action="store_true", help="make it from the newest assessment that is kept"
    )
    made.add_argument(
        "--take",
        type=path,
        default=None,
        metavar="PLAN",
        help="keep this one of alpheus clean plan",
    )
    plan.add_argument(
        "--format", choices=FORMATS, default="text",
        help="text tells how far it is; json is for alpheus clean apply (default: text)",
    )  # fmt: skip
    add_person_to(plan, why=False)
    _add_step(below)
    verify = add_command(
        below, "verify", _verify, "take in what alpheus clean verify found of a server",
        " Status 0: verified clean; 1: not.",
    )  # fmt: skip
    add_server_to(verify)
    verify.add_argument(
        "file", type=path, metavar="VERIFICATION", help="the JSON of alpheus clean verify"
    )
    verify.add_argument("--evidence", default="", metavar="TEXT", help="what it was compared with")
    add_person_to(verify, why=False)


def _add_step(below: Below[argparse.ArgumentParser]) -> None:
    step = add_command(
        below, "step", _step, "say what became of steps of a server's plan",
        " Once all but those that verify are done or not needed, the server counts as cleaned.",
    )  # fmt: skip
    add_server_to(step)
    step.add_argument("steps", nargs="*", type=bound, metavar="STEP", help="their numbers")
    what = step.add_mutually_exclusive_group()
    what.add_argument("--as", dest="mark", choices=MARKS, default="done", help="(default: done)")
    what.add_argument(
        "--result", type=path, default=None, metavar="RESULT",
        help="instead of steps: the JSON of alpheus clean apply or undo, for all files",
    )  # fmt: skip
    add_person_to(step, why=False)
    step.add_argument("--why", default="", metavar="TEXT", help="why")
    step.add_argument("--evidence", default="", metavar="TEXT", help="what shows it")
    step.add_argument(
        "--when", type=instant, default=None, metavar="TIME", help="when it was (default: now)"
    )


def _plan(options: argparse.Namespace) -> int:
    with open_place(options) as database:
        cleaning = service(database).cleaning
        if options.make:
            cleaning.make(options.server, who=who_does_it(options))
        elif options.take is not None:
            content = _read(options.take)
            cleaning.take_plan(options.server, content, str(options.take), who=who_does_it(options))
        _write_plan(cleaning.of(options.server), options.format)
    return 0


def _step(options: argparse.Namespace) -> int:
    from alpheus.cases.clean_progress import Mark  # noqa: PLC0415 - keeps --help fast
    from alpheus.cases.observations import iso  # noqa: PLC0415 - as above
    from alpheus.errors import UsageError  # noqa: PLC0415 - as above

    if bool(options.steps) == (options.result is not None):
        raise UsageError("name steps by their numbers, or the result of a run by --result")
    when = iso(options.when) if options.when else ""
    with open_place(options) as database:
        cleaning, who = service(database).cleaning, who_does_it(options)
        if options.result is not None:
            content, name = _read(options.result), str(options.result)
            done = cleaning.take_run(options.server, content, name, who=who, when=when)
        else:
            done = cleaning.mark(
                options.server, options.steps, Mark(options.mark), who=who, why=options.why,
                evidence=options.evidence, when=when,
            )  # fmt: skip
        told(done)
    return 0


def _verify(options: argparse.Namespace) -> int:
    from alpheus.respond.verification import Outcome  # noqa: PLC0415 - keeps --help fast
    from alpheus.respond.verification_text import write_verification  # noqa: PLC0415 - as above

    with open_place(options) as database:
        done = service(database).cleaning.take_verification(
            options.server, _read(options.file), str(options.file), who=who_does_it(options),
            evidence=options.evidence,
        )  # fmt: skip
    found = done.clean.verifications[0].found
    with standard_output(exact=False) as stream:
        write_verification(found, stream)
    told(done)
    is_clean = found.outcome is Outcome.CLEAN and done.row["compromise"] == "verified-clean"
    return 0 if is_clean else NOT_CLEAN


def _read(file: Path) -> bytes:
    from alpheus.cases.clean_files import LARGEST  # noqa: PLC0415 - keeps --help fast
    from alpheus.errors import CleanError  # noqa: PLC0415 - as above

    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        message = f"{file} cannot be read: {(error.strerror or str(error)).lower()}"
        raise CleanError(message) from error
    if len(content) > LARGEST:
        raise CleanError(f"{file}: larger than {LARGEST >> 20} MB; it is another file")
    return content


def told(done: Done) -> None:
    """How far the plan is, what followed for the server, and why nothing did."""
    if done.clean.progress is not None:
        say(_how_far(done.clean))
    tell(done.row)
    if done.why:
        say(done.why)


def _how_far(found: CleanUp) -> str:
    progress = found.progress
    if progress is None:
        return "no plan of it is kept; make one with --make"
    said = f"; {progress.said} more by the owner's word" if progress.said else ""
    return f"{progress.done} of {len(progress.steps)} steps are done or not needed{said}"


def _write_plan(found: CleanUp, form: str) -> None:
    from alpheus.cases.clean_files import plan_as  # noqa: PLC0415 - keeps --help fast
    from alpheus.report.visible import visible  # noqa: PLC0415 - as above

    if found.plan is None:
        say(_how_far(found))
        return
    with standard_output(exact=form != "text") as stream:
        if form == "text":
            stream.writelines(
                f"{part}\n" for line in _lines(found) for part in _folded(visible(line))
            )
        else:
            stream.write(plan_as(found.plan.plan, form))


def _folded(line: str) -> Iterator[str]:
    """At the width of a terminal, further lines below the words of the first."""
    start = _START.match(line)
    below = " " * (start.end() if start else 0)
    yield from wrap(line, WIDTH, subsequent_indent=below, break_long_words=False,
                    break_on_hyphens=False) or [""]  # fmt: skip


def _lines(found: CleanUp) -> Iterator[str]:
    from alpheus.respond.plan_text import HEADINGS  # noqa: PLC0415 - keeps --help fast
    from alpheus.respond.verification_text import sentence  # noqa: PLC0415 - as above

    if found.plan is None or found.progress is None:
        return
    plan = found.plan.plan
    yield f"{plan.server}: {_how_far(found)}"
    yield f"Plan {plan.digest} of {plan.made}, kept by {found.plan.who}"
    yield from (f"! {text}" for text in plan.beyond)
    phase = None
    for one in found.progress.steps:
        if one.step.phase is not phase:
            phase = one.step.phase
            yield from ("", HEADINGS[phase])
        yield from _of_step(one)
    for kept in found.verifications:
        yield ""
        yield f"Verified by {kept.who}, {kept.recorded} ({kept.evidence}): {sentence(kept.found)}"


def _of_step(one: StepStands) -> Iterator[str]:
    yield f"{_BOXES[one.mark]} {one.step.number:2d}. {one.step.what}"
    if one.by is not None:
        why = f": {one.by.why}" if one.by.why else ""
        shown = f" ({one.by.evidence})" if one.by.evidence else ""
        yield f"        {_SAID[one.mark]}, {one.by.who}, {one.by.time}{why}{shown}"
    if one.step.files:
        yield f"        {one.files_away} of {len(one.step.files)} files are away"
        if one.files_lacking:
            yield (f"        {one.files_lacking} of the product's own are not in their place: put "
                   "them there")  # fmt: skip
