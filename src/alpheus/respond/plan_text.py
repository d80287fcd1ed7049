"""A plan for people: text of 80 columns, Markdown, and a checklist as CSV."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterable, Iterator
from typing import TextIO

from alpheus.report.csv_output import cell
from alpheus.report.markdown import code, escape
from alpheus.report.visible import visible
from alpheus.respond.commands import Lines, lines_of
from alpheus.respond.model import Cited, FileAction, Phase, Plan, Step
from alpheus.respond.step_words import Say, in_english, translated

WIDTH = 80
COLUMNS = ("number", "phase", "what", "why", "by_hand", "breaks", "undo", "decides", "files",
           "done", "by", "at")  # fmt: skip
HEADINGS = {
    Phase.CONTAIN: "Contain",
    Phase.PRESERVE: "Preserve",
    Phase.REMOVE: "Remove what was planted",
    Phase.RESTORE: "Restore what belongs there",
    Phase.PATCH: "Close the hole",
    Phase.ROTATE: "Rotate secrets, in this order",
    Phase.REBUILD: "Rebuild",
    Phase.VERIFY: "Verify",
}


def write_text(plan: Plan, stream: TextIO, say: Say = in_english) -> None:
    """For a terminal, in the language of `say`."""
    stream.writelines(line + "\n" for line in _text(translated(plan, say), say))


def write_nothing(plan: Plan, stream: TextIO) -> None:
    """That a plan without a file leaves nothing to take, and what remains by hand."""
    stream.writelines(line + "\n" for line in _nothing(plan))


def numbers_of(steps: Iterable[Step]) -> str:
    """Which steps, in few words: `1-3, 5`."""
    runs: list[list[int]] = []
    for step in steps:
        if runs and runs[-1][-1] == step.number - 1:
            runs[-1][1:] = [step.number]
        else:
            runs.append([step.number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def write_markdown(plan: Plan, stream: TextIO, say: Say = in_english) -> None:
    """With boxes to tick, in the language of `say`."""
    stream.writelines(line + "\n" for line in _markdown(translated(plan, say), say))


def write_checklist(plan: Plan, stream: TextIO, say: Say = in_english) -> None:
    """One row for each step; the last three columns are to be filled in. Formulas are harmless.

    Its columns and phases have the same names in every language.
    """
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for step in translated(plan, say).steps:
        values = (
            step.number, step.phase, step.what, step.why, " ⏎ ".join(step.by_hand), step.breaks,
            step.undo, step.decides, " ⏎ ".join(_listed(one, say) for one in step.files),
            "", "", "",
        )  # fmt: skip
        writer.writerow([cell(value) for value in values])


def afterwards(one: FileAction, say: Say = in_english) -> str:
    """Which hash the product's own file in this place must have; '' where none belongs there."""
    if not one.good:
        return ""
    if len(one.good) == 1:
        return say(f"afterwards there: SHA-256 {one.good[0]}")
    return say(f"afterwards there: one of {len(one.good)} SHA-256, such as {one.good[-1]}")


def _listed(one: FileAction, say: Say) -> str:
    return f"{one.path} ({afterwards(one, say)})" if one.good else one.path


def place_of(cited: Cited) -> str:
    """Where a proof stands: path and line, offset or record."""
    if cited.line is not None:
        return f"{cited.path}:{cited.line}"
    if cited.record_id is not None:
        return f"{cited.path}, record {cited.record_id}"
    return cited.path if cited.offset is None else f"{cited.path}, offset {cited.offset}"


def _text(plan: Plan, say: Say) -> Iterator[str]:
    yield from _wrapped(plan.headline, "")
    files = sum(len(step.files) for step in plan.steps)
    yield ""
    yield from _wrapped(say(
        f"{len(plan.steps)} steps; {files} {'file' if files == 1 else 'files'} for alpheus clean "
        f"apply. Digest of this plan: {plan.digest}"), "",
    )  # fmt: skip
    for text in plan.beyond:
        yield ""
        yield from _wrapped(text, "! ")
    phase = None
    for step in plan.steps:
        if step.phase is not phase:
            phase = step.phase
            yield from ("", say(HEADINGS[phase]).upper())
        yield from _step_text(step, say)


def _nothing(plan: Plan) -> Iterator[str]:
    yield from _wrapped(
        "This plan names no file: there was nothing to take away, and nothing was changed. "
        "By hand remain:", "",
    )  # fmt: skip
    for step in plan.steps:
        yield from _wrapped(f"{step.number}. {step.what}", "  ", "     ")


def _step_text(step: Step, say: Say) -> Iterator[str]:
    yield ""
    yield from _wrapped(f"{step.number}. {step.what}", "", " " * len(f"{step.number}. "))
    for label, text in (("why", step.why), ("breaks", step.breaks), ("undo", step.undo),
                        ("decides", step.decides)):  # fmt: skip
        if text:
            yield from _wrapped(f"{say(label)}: {text}", "   ", "      ")
    for lines in lines_of(step.by_hand):
        yield from _by_hand(lines)
    for one in step.files:
        yield from _wrapped(f"{one.path}  sha256 {one.sha256[:16]}…", "   - ", "     ")
        if one.good:
            yield from _wrapped(afterwards(one, say), "     ")
    for cited in step.cited[:3]:
        yield from _wrapped(f"{cited.title}: {place_of(cited)}", "   * ", "     ")
    if step.cited_total > 3:
        yield f"   * {say(f'{step.cited_total:,} records in all; see the assessment')}"


def _by_hand(lines: Lines) -> Iterator[str]:
    """A command is pasted: it is never broken, and stands on a line of its own if it is long."""
    label, commands = lines
    short = f"   > {label} {visible(commands[0])}" if label and len(commands) == 1 else ""
    if short and len(short) <= WIDTH:
        yield visible(short)
    elif label:
        yield from _wrapped(label, "   > ", "     ")
        yield from (f"     {visible(one)}" for one in commands)
    else:
        yield from (f"   > {visible(one)}" for one in commands)


def _wrapped(text: str, first: str, later: str | None = None) -> Iterator[str]:
    yield from textwrap.wrap(
        visible(text), WIDTH, initial_indent=first,
        subsequent_indent=later if later is not None else " " * len(first),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _markdown(plan: Plan, say: Say) -> Iterator[str]:
    yield f"# {escape(say(f'Clean-up of {plan.server}'))}"
    yield ""
    yield escape(plan.headline)
    yield ""
    yield f"{escape(say(f'Plan of {plan.made}, digest'))} `{plan.digest}`."
    for text in plan.beyond:
        yield from ("", f"> {escape(text)}")
    phase = None
    for step in plan.steps:
        if step.phase is not phase:
            phase = step.phase
            yield from ("", f"## {say(HEADINGS[phase])}")
        yield from _step_markdown(step, say)


def _step_markdown(step: Step, say: Say) -> Iterator[str]:
    yield ""
    yield f"- [ ] **{step.number}. {escape(step.what)}**"
    for label, text in (("Why", step.why), ("Breaks", step.breaks), ("Undo", step.undo),
                        ("Decides", step.decides)):  # fmt: skip
        if text:
            yield f"  - {say(label)}: {escape(text)}"
    for label, commands in lines_of(step.by_hand):
        if label:
            yield f"  - {escape(label)}"
        yield from (f"{'    ' if label else '  '}- {code(one)}" for one in commands)
    for one in step.files:
        after = f"; {afterwards(one, say)}" if one.good else ""
        yield f"  - [ ] {code(one.path)}, SHA-256 `{one.sha256}`{after}"
    for cited in step.cited:
        yield f"  - {say('Proof')}: {escape(cited.title)}, {code(place_of(cited))}"
    if step.cited_total > len(step.cited):
        yield f"  - {say(f'{step.cited_total:,} records in all; see the assessment')}"
