"""`alpheus rules`: what becomes of an operator's own rules."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from alpheus.cli.arguments import path
from alpheus.cli.output import standard_output

if TYPE_CHECKING:
    from alpheus.detect.cost import Cost
    from alpheus.detect.rule_check import RuleReport

SCHEMA = "alpheus.rules/1"
FORMATS = ("text", "json")
REJECTED = 1
_DEAREST = 10
_WIDTH = 80
_SLOW = 1.1
"""From this on, what a rule's needles cost the search is said again in the summary."""


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
        "are measured on ordinary records: how many of them the rule is tried on, how much longer "
        "logs are searched for its sake, and how long a trial takes, relative to one search for "
        "a short text.",
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
        yield from _wrapped(f"{report.kind.value}, {report.weight}; {_author(report)}")
        for cost in report.costs:
            yield from _cost(cost)
        if report.requires:
            yield from _wrapped(f"needs: {' '.join(report.requires.split())}")
    yield from _summary(reports)


def _author(report: RuleReport) -> str:
    author = " ".join(report.author.split()) or "no author stated"
    return f"by {author}; {report.licence or 'no licence stated'}"


def _cost(cost: Cost) -> Iterable[str]:
    found = {
        "needles": "found by needles",
        "event-id": "found by event id",
        "channel": "tried on every record of its channel",
        "every-record": "tried on EVERY record: nothing to search for first",
    }
    how = found[cost.search.value] if cost.search else "tried on every page"
    share = "" if cost.share in {None, 1.0} else f", {cost.share:.2%} of ordinary records"
    yield from _wrapped(f"{cost.source}: {how}{share}")
    search = ""
    if cost.slowdown is not None:
        others = f" with {cost.together - 1:,} others" if cost.together > 1 else ""
        search = f"search {_times(cost.slowdown)}{others}, "
    yield f"      {search}{_times(cost.trial)} per trial"


def _times(ratio: float) -> str:
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:,.0f} x"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * 4,
        subsequent_indent=" " * 6,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _needs_all(report: RuleReport) -> bool:
    return any(
        cost.search is not None and cost.search.value == "every-record" for cost in report.costs
    )


def _trial(report: RuleReport) -> float:
    return max((cost.trial for cost in report.costs), default=0.0)


def _slowdown(report: RuleReport) -> float:
    """Of the search, by this rule alone; 0 if it was measured with others only."""
    return max((c.slowdown or 0.0 for c in report.costs if c.together == 1), default=0.0)


def _named(report: RuleReport) -> str:
    slowdown = _slowdown(report)
    search = f"search {_times(slowdown)}, " if slowdown else ""
    return f"  {search}{_times(_trial(report))} per trial  {report.title} ({report.path})"


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
        yield from map(_named, sorted(whole, key=_trial, reverse=True))
    slow = [one for one in reports if not _needs_all(one) and _slowdown(one) >= _SLOW]
    if slow:
        yield "the dearest to search for:"
        yield from map(_named, sorted(slow, key=_slowdown, reverse=True)[:_DEAREST])
    dear = sorted((report for report in reports if report.costs), key=_trial, reverse=True)
    if dear:
        yield "the dearest to try:"
        yield from map(_named, dear[:_DEAREST])
