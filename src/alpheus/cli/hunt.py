"""`alpheus hunt`: questions over the timelines of many packages."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound
from alpheus.cli.output import folded, say, standard_output
from alpheus.errors import LimitError, UsageError

if TYPE_CHECKING:
    from alpheus.hunt.asking import Answer
    from alpheus.hunt.timelines import Timeline

FORMATS = ("text", "csv", "jsonl")
_ROWS = 1_000
_NAMED = 5
_SHARE, _BESIDE = 3, 512 << 20
"""The database takes what it may, the answer as much again; a share, and some beside, to spare."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "hunt",
        help="ask the rows of all packages something that no rule asks",
        description="Ask the timelines of packages (alpheus triage --timeline, alpheus campaign "
        "run --results) a question: a SELECT on the view timeline, a condition on its columns, or "
        "a Sigma rule; as text, or the file of one. Timelines in a store (s3://…) are fetched "
        "once. Nothing but the timelines is read, and nothing "
        "is written. Columns: time (UTC), server, source, client, method, url, query, status, "
        "agent, user, referer, target, event, command, parameters, image, parent, file, fields (a "
        "map of all others), host, package, path, line, record, label, basis, damage, encoding.",
        epilog="Exit status: 0 it was answered, by however many rows; 1 a bound was reached; 2 "
        "it cannot be asked so.",
    )
    parser.add_argument(
        "words", nargs="*", metavar="WORD",
        help="the question, then timelines or folders of them; with --saved, these alone",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="text", help="how (default: text)")
    parser.add_argument(
        "--limit", type=bound, default=_ROWS, metavar="N",
        help=f"at most so many rows (default: {_ROWS:,})",
    )  # fmt: skip
    parser.add_argument(
        "--saved", metavar="NAME", help="ask a saved hunt; what it asks and why: --list NAME"
    )
    parser.add_argument(
        "--with", dest="given", type=_given, action="append", default=[], metavar="NAME=VALUE",
        help="a value for $NAME in the question (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--list", action="store_true", help="list saved hunts, or say all of those that are named"
    )
    limits = parser.add_argument_group("bounds of a question")
    limits.add_argument(
        "--max-memory", type=bound, default=2_048, metavar="MB", help="default: 2,048"
    )
    limits.add_argument("--max-seconds", type=bound, default=600, metavar="N", help="default: 600")
    limits.add_argument(
        "--max-fetched", type=bound, default=None, metavar="MB",
        help="timelines of a store that are kept here (default: 20,480)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ask and print."""
    from alpheus.engine.bounds import more_memory  # noqa: PLC0415 - keeps --help fast
    from alpheus.hunt.asking import ask  # noqa: PLC0415 - as above
    from alpheus.hunt.questions import Kind, Question, question_of  # noqa: PLC0415 - as above
    from alpheus.hunt.session import Bounds  # noqa: PLC0415 - as above

    if options.list:
        return _list(options.words)
    given = dict(options.given)
    places = options.words if options.saved else options.words[1:]
    if not places:
        raise UsageError("name a question, then timelines or their folder; see alpheus hunt --help")
    if options.saved:
        from alpheus.hunt.library import saved_hunt, values_for  # noqa: PLC0415 - as above

        saved = saved_hunt(options.saved)
        question, given = Question(Kind.SQL, saved.sql), values_for(saved, given)
    else:
        question = question_of(options.words[0])
    timelines = _timelines(_here(places, options.max_fetched))
    bounds = Bounds(options.max_memory, options.max_seconds)
    try:
        with more_memory((_SHARE * options.max_memory << 20) + _BESIDE):
            answer = ask(question, timelines, bounds, options.limit, given)
    except MemoryError:
        raise LimitError(f"the answer takes more than {options.max_memory:,} MiB; ask for less, "
                         "or allow --max-memory") from None  # fmt: skip
    _print(options.format, answer, len(timelines))
    if answer.full:
        say(f"the answer would take more than {options.max_memory:,} MiB; ask for fewer columns "
            "or rows, or allow --max-memory")  # fmt: skip
        return LimitError.exit_status
    return 0


def _given(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(
            f"'{text}' is not NAME=VALUE, such as address=198.51.100.7"
        )
    return name, value


def _list(names: list[str]) -> int:
    from alpheus.hunt.library import library, saved_hunt  # noqa: PLC0415 - keeps --help fast

    with standard_output(exact=False) as stream:
        if not names:
            column = 2 + max(map(len, library()))
            for name, one in library().items():
                stream.writelines(f"{line}\n" for line in folded(name, one.title, column))
            return 0
        for name in names:
            one = saved_hunt(name)
            stream.write(f"{name}: {one.title}\n\n")
            for word, text in (
                ("Why", one.why), ("A hit", one.hit), ("May also be", one.false_positives),
                *((f"--with {key}=", value.what) for key, value in one.given.items()),
            ):  # fmt: skip
                stream.write(textwrap.fill(f"{word}: {text}", 80) + "\n")
            stream.write(f"\n{one.sql}\n")
    return 0


def _here(places: list[str], most: int | None) -> list[Path]:
    """Files and folders; what lies in a store is fetched."""
    from alpheus.evidence.place import place_of  # noqa: PLC0415 - keeps --help fast

    found: list[Path] = []
    for one in map(place_of, places):
        if isinstance(one, Path):
            found.append(one)
            continue
        from alpheus.hunt.fetching import MOST, fetched  # noqa: PLC0415 - as above

        found += fetched(one, MOST if most is None else most << 20, say)
    return found


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
    more = ", and there are more: --limit" if answer.more and not answer.full else ""
    say(f"{rows} of {of:,} timeline{'' if of == 1 else 's'}{more}")
    if answer.cut:
        from alpheus.hunt.sizes import LONGEST  # noqa: PLC0415 - keeps --help fast

        values = "1 value is" if answer.cut == 1 else f"{answer.cut:,} values are"
        say(f"{values} cut after {LONGEST:,} characters; ask for a part of them, such as "
            "substr(url, 32001)")  # fmt: skip


def _width() -> int:
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
