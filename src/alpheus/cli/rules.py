"""`alpheus rules`: what becomes of an operator's own rules."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from alpheus.cli.arguments import path
from alpheus.cli.output import standard_output

if TYPE_CHECKING:
    from alpheus.detect.rule_check import RuleReport
    from alpheus.detect.sigma.cost import Cost

SCHEMA = "alpheus.rules/1"
FORMATS = ("text", "json")
REJECTED = 1
_DEAREST = 10


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "rules",
        help="check your own Sigma and YARA rules",
        description="Check your own Sigma and YARA rules before they are used.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="say of every rule whether it is used, why not, and what it costs",
        description="Say of every rule whether it is used and why not, which sources it reads, by "
        "what its records are found, what it costs, who wrote it and under which licence. Costs "
        "are measured on ordinary records, relative to one search for a short text.",
    )
    check.add_argument(
        "paths", nargs="+", type=path, metavar="PATH", help="a rule file or a folder of rules"
    )
    check.add_argument(
        "--format", choices=FORMATS, default="text", help="what is printed (default: text)"
    )
    check.add_argument(
        "--strict", action="store_true", help="exit with 1 if a rule or file was rejected"
    )
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge every rule and print; 0 unless `--strict` and something was rejected."""
    from alpheus.detect.rule_check import State, check_rules  # noqa: PLC0415 - keeps --help fast

    reports = check_rules(options.paths)
    with standard_output(exact=options.format == "json") as stream:
        if options.format == "json":
            json.dump(_document(reports), stream, indent=1)
            stream.write("\n")
        else:
            for line in _lines(reports):
                stream.write("".join(c if c.isprintable() else "?" for c in line) + "\n")
    rejected = any(report.state is State.REJECTED for report in reports)
    return REJECTED if options.strict and rejected else 0


def _document(reports: Sequence[RuleReport]) -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415 - only for this format

    rules = [{**asdict(report), "path": str(report.path)} for report in reports]
    return {"schema": SCHEMA, "summary": Counter(r.state.value for r in reports), "rules": rules}


def _lines(reports: Sequence[RuleReport]) -> Iterable[str]:
    several = {one for one, count in Counter(r.path for r in reports).items() if count > 1}
    for report in reports:
        placed = report.place and (report.path in several or report.place != "document 1")
        where = f"{report.path}: {report.place}" if placed else str(report.path)
        yield f"{report.state.value}  {where}"
        if report.title:
            yield f"    {report.title}"
        if report.reason:
            yield f"    {report.reason}"
            continue
        yield f"    {report.kind.value}, {report.weight}; {_author(report)}"
        for cost in report.costs:
            yield f"    {_cost(cost)}"
        if report.requires:
            yield f"    needs: {' '.join(report.requires.split())}"
    yield from _summary(reports)


def _author(report: RuleReport) -> str:
    author = " ".join(report.author.split()) or "no author stated"
    return f"by {author}; {report.licence or 'no licence stated'}"


def _cost(cost: Cost) -> str:
    found = {
        "needles": "found by needles",
        "event-id": "found by event id",
        "channel": "tried on every record of its channel",
        "every-record": "tried on EVERY record: nothing to search for first",
    }
    how = found[cost.search.value] if cost.search else "tried on every page"
    part = "" if cost.share is None else f", {cost.share:.1%} of ordinary records"
    return f"{cost.source}: {how}{part}, {cost.trial:g} x per trial"


def _needs_all(report: RuleReport) -> bool:
    return any(
        cost.search is not None and cost.search.value == "every-record" for cost in report.costs
    )


def _summary(reports: Sequence[RuleReport]) -> Iterable[str]:
    from alpheus.detect.rule_check import State  # noqa: PLC0415 - keeps --help fast

    counts = Counter(report.state for report in reports)
    told = ", ".join(f"{counts[state]:,} {state.value}" for state in State)
    yield ""
    yield f"{len(reports):,} rules and files: {told}"
    reasons = Counter(r.reason for r in reports if r.state is State.REJECTED)
    for reason, count in reasons.most_common(_DEAREST):
        yield f"  {count:,} rejected: {reason}"
    whole = [report for report in reports if _needs_all(report)]
    if whole:
        yield f"tried on every record, because nothing can be searched for first: {len(whole):,}"
        yield from (f"  {report.title} ({report.path})" for report in whole[:_DEAREST])
    dear = sorted((r for r in reports if r.costs), key=lambda r: -max(c.trial for c in r.costs))
    if dear:
        yield "the dearest to try:"
        for report in dear[:_DEAREST]:
            yield f"  {max(c.trial for c in report.costs):g} x  {report.title} ({report.path})"
