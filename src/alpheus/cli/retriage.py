"""`alpheus retriage`: what was judged before, judged with the knowledge of today."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import (
    add_own_rules_to,
    add_password_to,
    add_shared_to,
    path,
    shared_paths,
    zone,
)
from alpheus.cli.custody_record import Record, add_custody_to, recorded
from alpheus.cli.output import say, standard_output
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.job import TriageOptions, TriageResult
    from alpheus.updates.retriage import Moved, Rejudged

FORMATS = ("text", "json")
SCHEMA = "alpheus.retriage/1"
FAILED = 3


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "retriage",
        help="judge stored results again with the knowledge of today, and say what moved",
        description="Judge stored results of alpheus triage again, each as it was asked for then, "
        "with the packs and tables of today, and list the verdicts that moved. Stored results are "
        "left as they are.",
        epilog=f"Exit status: 0 all that was wanted was judged; {FAILED} some could not be, which "
        "is said.",
    )
    parser.add_argument(
        "results", nargs="+", type=path, metavar="RESULT",
        help="an assessment.json, or a folder below which such files lie",
    )  # fmt: skip
    parser.add_argument(
        "--changed", action="store_true",
        help="only results that rest on other packs, tables or another version than today's",
    )  # fmt: skip
    parser.add_argument(
        "--evidence", action="append", type=path, default=[], metavar="PATH",
        help="a package, or a folder that packages lie in (repeatable; default: beside the result "
        "and here); archives are told by their SHA-256",
    )  # fmt: skip
    add_own_rules_to(parser)
    add_shared_to(parser)
    parser.add_argument(
        "--without", action="append", default=[], metavar="ID",
        help="judge results without this pack, on which they rest, and which is gone for good "
        "(repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, metavar="DIR",
        help="write the new reports here, each in a folder with the name of its result",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="what is printed (default: text)"
    )
    add_password_to(parser)
    parser.add_argument(
        "--timezone", type=zone, metavar="ZONE",
        help="zone of logs that are written in local time, for results that name none",
    )  # fmt: skip
    add_custody_to(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge again and print; see `FAILED`."""
    from alpheus.updates.results import results_at  # noqa: PLC0415 - keeps --help fast

    found = list(dict.fromkeys(results_at(options.results)))
    if not found:
        named = ", ".join(map(str, options.results))
        raise UsageError(f"{named}: no result of alpheus triage lies there (assessment.json)")
    with recorded(options, "retriage", inputs=found) as record:
        done = list(_judged(options, found, record))
    with standard_output(exact=options.format == "json") as stream:
        stream.write(_json(done) if options.format == "json" else _text(done))
    return FAILED if any(one.state.value == "failed" for one in done) else 0


def _judged(options: argparse.Namespace, found: list[Path], record: Record) -> Iterable[Rejudged]:
    from alpheus.cli.progress import progress_line  # noqa: PLC0415 - keeps --help fast
    from alpheus.evidence.base import OpenOptions  # noqa: PLC0415 - as above
    from alpheus.job import TriageOptions  # noqa: PLC0415 - as above
    from alpheus.parsers.base import ReadOptions  # noqa: PLC0415 - as above
    from alpheus.updates.retriage import PreparedTriage, Retriage  # noqa: PLC0415 - as above

    places = options.evidence or [Path(), *dict.fromkeys(one.resolve().parent for one in found)]
    asked = TriageOptions(
        rules=options.rules, opening=OpenOptions(passwords=tuple(options.password)),
        reading=ReadOptions(options.timezone), listing=record.kept, shared=shared_paths(options),
    )  # fmt: skip
    with progress_line() as progress:
        prepared = PreparedTriage(progress)

        def judge(paths: Sequence[Path], wanted: TriageOptions) -> TriageResult:
            result = prepared(paths, wanted)
            record.triaged(result, list(paths))
            return result

        work = Retriage(
            judge, places, asked, changed=options.changed, without=options.without
        )  # fmt: skip
        for number, one in enumerate(work.run(found), start=1):
            if one.assessment is not None and options.output is not None:
                _write(one, options.output / _folder(one.path, number), record)
            yield replace(one, assessment=None)  # a thousand of them are large


def _folder(result: Path, number: int) -> str:
    """A name for the new report: that of the result's folder, or of its file."""
    name = result.parent.name if result.stem == "assessment" else result.stem
    return f"{number:04}-{name}" if name else f"{number:04}"


def _write(one: Rejudged, folder: Path, record: Record) -> None:
    from alpheus.report import write_report  # noqa: PLC0415 - only when asked for

    if one.assessment is not None:
        record.wrote("report", *write_report(one.assessment, folder).values())


def _text(done: list[Rejudged]) -> str:
    lines: list[str] = []
    for one in done:
        if one.state.value == "moved":
            lines.append(f"{one.path}")
            lines += [_moved(each) for each in one.moved]
            lines += [f"    {name}: {_version(then)} -> {_version(now)}"
                      for name, then, now in one.packs]  # fmt: skip
        elif one.state.value == "failed":
            say(f"{one.path}: {one.why}")
    counts = Counter(one.state.value for one in done)
    words = {
        "moved": "moved", "same": "judged again with the same verdict",
        "current": "rest on the knowledge of today", "failed": "could not be judged again",
    }  # fmt: skip
    said = ", ".join(f"{counts[state]} {text}" for state, text in words.items() if counts[state])
    return "\n".join([*lines, f"{len(done)} results: {said}.", ""])


def _moved(one: Moved) -> str:
    return f"  {one.server}: {_verdict(one.before)} -> {_verdict(one.after)}"


def _verdict(one: tuple[object, object] | None) -> str:
    if one is None:
        return "(not there)"
    verdict, stage = (str(getattr(part, "value", part)) for part in one)
    return verdict if stage == "none" else f"{verdict} ({stage})"


def _version(text: str) -> str:
    return text or "(none)"


def _json(done: list[Rejudged]) -> str:
    document = {
        "schema": SCHEMA,
        "results": [
            {
                "path": str(one.path), "state": one.state.value, "why": one.why,
                "packs": [{"id": name, "before": then, "after": now}
                          for name, then, now in one.packs],
                "servers": [
                    {"name": each.server, "before": _pair(each.before),
                     "after": _pair(each.after), "headline": each.headline}
                    for each in one.moved
                ],
            }
            for one in done
        ],
    }  # fmt: skip
    return json.dumps(document, indent=2) + "\n"


def _pair(one: tuple[object, object] | None) -> dict[str, str] | None:
    if one is None:
        return None
    verdict, stage = (str(getattr(part, "value", part)) for part in one)
    return {"verdict": verdict, "stage": stage}
