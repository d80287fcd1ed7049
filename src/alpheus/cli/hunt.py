"""`alpheus hunt`: questions over the timelines of many packages."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, path
from alpheus.cli.output import say, standard_output
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from alpheus.hunt.asking import Answer
    from alpheus.hunt.timelines import Timeline

FORMATS = ("text", "csv", "jsonl")
_ROWS = 1_000
_NAMED = 5


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "hunt",
        help="ask the rows of all packages something that no rule asks",
        description="Ask the timelines of packages (alpheus triage --timeline, alpheus campaign "
        "run --results) a question: a SELECT on the view timeline, a condition on its columns, or "
        "a Sigma rule; as text, or the file of one. Nothing but the timelines is read, and nothing "
        "is written. Columns: time (UTC), server, source, client, method, url, query, status, "
        "agent, user, referer, target, event, command, parameters, image, parent, file, fields (a "
        "map of all others), host, package, path, line, record, label, basis, damage, encoding.",
        epilog="Exit status: 0 it was answered, by however many rows; 1 a bound was reached; 2 "
        "it cannot be asked so.",
    )
    parser.add_argument(
        "words", nargs="*", metavar="WORD",
        help="the question, then timelines or folders of them; with --saved, only these",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="text", help="how (default: text)")
    parser.add_argument(
        "--limit", type=bound, default=_ROWS, metavar="N",
        help=f"at most so many rows (default: {_ROWS:,})",
    )  # fmt: skip
    limits = parser.add_argument_group("bounds of a question")
    limits.add_argument(
        "--max-memory", type=bound, default=2_048, metavar="MB", help="default: 2,048"
    )
    limits.add_argument("--max-seconds", type=bound, default=600, metavar="N", help="default: 600")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ask and print."""
    from alpheus.hunt.asking import ask  # noqa: PLC0415 - keeps --help fast
    from alpheus.hunt.questions import question_of  # noqa: PLC0415 - as above
    from alpheus.hunt.session import Bounds  # noqa: PLC0415 - as above

    if len(options.words) < 2:
        raise UsageError("name a question, then timelines or their folder; see alpheus hunt --help")
    question = question_of(options.words[0])
    timelines = _timelines([path(one) for one in options.words[1:]])
    bounds = Bounds(options.max_memory, options.max_seconds)
    _print(options.format, ask(question, timelines, bounds, options.limit), len(timelines))
    return 0


def _timelines(places: list[Path]) -> list[Timeline]:
    from alpheus.hunt.timelines import find_timelines  # noqa: PLC0415 - keeps --help fast

    found = find_timelines(places)
    for other in found.others[:_NAMED]:
        say(other)
    if len(found.others) > _NAMED:
        say(f"and {len(found.others) - _NAMED:,} more are left out")
    return found.timelines


def _print(form: str, answer: Answer, of: int) -> None:
    from alpheus.hunt import output  # noqa: PLC0415 - keeps --help fast

    with standard_output(exact=form != "text") as stream:
        if form == "csv":
            output.write_csv(answer.columns, answer.rows, stream)
        elif form == "jsonl":
            output.write_jsonl(answer.columns, answer.rows, stream)
        else:
            for line in output.text_lines(answer.columns, answer.rows, _width()):
                stream.write(line + "\n")
    rows = f"{len(answer.rows):,} row{'' if len(answer.rows) == 1 else 's'}"
    more = ", and there are more: --limit" if answer.more else ""
    say(f"{rows} of {of:,} timeline{'' if of == 1 else 's'}{more}")


def _width() -> int:
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
