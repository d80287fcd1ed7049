"""`alpheus build`: what a build is, what it is vulnerable to, and what to install."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from alpheus.cli.output import console, standard_output
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.knowledge.build_advice import BuildAnswer, Installable
    from alpheus.knowledge.builds import CveAnswer

FORMATS = ("text", "json")
_SHOWN = 60
"""So many characters of what is no build are shown."""
_MOST = 5
"""So many of those that are no builds are shown one by one."""
_SPELLINGS = (
    "write it as Exchange does: 15.1.2176.4, 15.1.2176, 15.01.2176.004, 15,1,2176,4,"
    " 'Version 15.1 (Build 2176.4)', 'X-OWA-Version: 15.1.2176.4',"
    " 'Exchange/15.01.2176.004', or ServerVersion as 1942063232 or 73C18880"
)


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "build",
        help="say what a build of Exchange is, what it is vulnerable to, and what to install",
        description="Say which product, cumulative update and security update a build of Exchange "
        "is, whether it is fixed against each tracked flaw, when its support ended and what to "
        "install next. Nothing is asked over the network. A build of three parts names the "
        "cumulative update only; where its security updates differ the state is undetermined, and "
        "it is said what would settle it.",
    )
    parser.add_argument(
        "builds",
        nargs="+",
        metavar="BUILD",
        help="a build as Exchange writes it: 15.1.2176.4, three parts, zero-padded, with commas, "
        "the display form, a header line, ServerVersion as a number or in hexadecimal",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="what is printed (default: text); json is one object a line for each build",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what is known of each build. Raises UsageError for what is none, after the others."""
    from datetime import UTC, datetime  # noqa: PLC0415 - keeps --help fast

    from alpheus.knowledge.build_advice import describe_build  # noqa: PLC0415 - likewise
    from alpheus.knowledge.build_number import read_build  # noqa: PLC0415 - likewise

    today = datetime.now(UTC).date()
    numbers = [(text, read_build(text)) for text in options.builds]
    found = [(text, describe_build(number, today)) for text, number in numbers if number]
    if found:
        _print(found, options.format)
    wrong = list(dict.fromkeys(text for text, number in numbers if number is None))
    if wrong:
        raise UsageError(_no_build(wrong))
    return 0


def _print(found: Sequence[tuple[str, BuildAnswer]], form: str) -> None:
    if form == "json":
        with standard_output(exact=True) as stream:
            for given, answer in found:
                stream.write(json.dumps(document(given, answer), ensure_ascii=False) + "\n")
        return
    from alpheus.cli.build_text import print_builds  # noqa: PLC0415 - only for people

    with standard_output(exact=False):
        print_builds(found, console())


def _no_build(wrong: Sequence[str]) -> str:
    """What is no build, in one line."""
    shown = [
        f"'{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}'" for text in wrong[:_MOST]
    ]
    if len(wrong) == 1:
        return f"{shown[0]} is no build of Exchange; {_SPELLINGS}"
    more = f" and {len(wrong) - _MOST} more" if len(wrong) > _MOST else ""
    return f"{', '.join(shown)}{more} are no builds of Exchange; {_SPELLINGS}"


def document(given: str, answer: BuildAnswer) -> dict[str, object]:
    """One build for a machine; the fields are described in docs/guides/cert.md."""
    life, advice = answer.end_of_life, answer.advice
    return {
        "given": given.encode("utf-8", "backslashreplace").decode("utf-8"),
        "build": str(answer.build),
        "precision": answer.build.precision,
        "listed": answer.listed,
        "product": answer.product,
        "cu": answer.cu,
        "su": answer.su,
        "kb": answer.kb,
        "released": answer.released,
        "name": answer.name,
        "cves": {cve: _cve(one) for cve, one in answer.cves.items()},
        "end_of_life": {
            "supported": life.supported,
            "support_ends": life.ended,
            "paid_updates_until": life.paid_updates_until,
            "cu_last_update": _installable(life.last_update) if life.last_update else None,
            "cu_left_out_since": life.left_out_since,
            "why": life.summary,
        },
        "install_next": {
            "action": advice.action.value,
            "why": advice.why,
            "target": _installable(advice.target) if advice.target else None,
            "until_then": [_installable(one) for one in advice.until_then],
        },
        "conflict": answer.conflict,
        "note": answer.note,
        "sources": list(answer.sources),
    }


def _cve(answer: CveAnswer) -> dict[str, object]:
    found: dict[str, object] = {"state": answer.state.value, "why": answer.why}
    if answer.settles:
        found["settles"] = answer.settles
    if answer.fixed_from is not None:
        found["fixed_from"] = str(answer.fixed_from)
    return found


def _installable(one: Installable) -> dict[str, object]:
    return {
        "build": one.build,
        "name": one.name,
        "kb": one.kb,
        "released": one.released,
        "fixes": list(one.fixes),
        "paid": one.paid,
    }
