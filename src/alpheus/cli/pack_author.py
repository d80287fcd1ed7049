"""`alpheus pack new|check|test|bench|diff|list`: what the author of a pack needs."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import path
from alpheus.cli.output import WIDTH, folded, say, standard_output
from alpheus.errors import AlpheusError, KnowledgeError, UsageError

if TYPE_CHECKING:
    from alpheus.knowledge.model import Pack
    from alpheus.lab import ServerTruth
    from alpheus.model import ServerAssessment

FOUND = 1
"""Exit status where something is wrong with the pack."""

_PRODUCTS = ("exchange", "sharepoint", "iis")
_DEAR = 1.1
_INDENT = 4


def add_to(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    new = below.add_parser(
        "new", help="begin a pack: files to fill in, which are in order from the start",
        description="Write the files of a new pack: pack.yaml, two rules with examples, a scenario "
        "of the lab, a playbook. They pass check and test as they are; replace what they say.",
    )  # fmt: skip
    new.add_argument("id", metavar="ID", help="small letters, digits and -, as in my-campaign")
    new.add_argument(
        "--folder", type=path, default=Path(), metavar="DIR", help="where (default: .)"
    )
    new.add_argument("--product", choices=_PRODUCTS, default="exchange", help="(default: exchange)")
    new.add_argument("--from", dest="begins", type=_day, required=True, metavar="DAY",
                     help="first day on which an attack would show, as 2026-05-14")  # fmt: skip
    new.add_argument("--to", dest="ends", type=_day, required=True, metavar="DAY",
                     help="last day on which an attack would show")  # fmt: skip
    new.set_defaults(run=_new)
    check = below.add_parser(
        "check", help="read a pack file by file, and run every example of its rules",
        description="Say what is wrong in a pack, each with file and line: keys, rules, examples "
        "that do not match or should not, pages, clean-up steps, scenarios; and which rules of "
        "other packs match the same records. Exits with 1 if anything is wrong.",
    )  # fmt: skip
    check.add_argument("folder", type=path, metavar="PACK", help="the folder of a pack")
    check.set_defaults(run=_check)
    test = below.add_parser(
        "test", help="triage the pack's scenarios, and evidence of yours that is clean",
        description="Write each scenario of the pack, triage it with all packs, and compare "
        "verdict, stage and campaign with the truth. With --clean also triage evidence in which "
        "nothing happened: no rule of the pack may raise an alarm there.",
    )  # fmt: skip
    test.add_argument("folder", type=path, metavar="PACK", help="the folder of a pack")
    test.add_argument("--clean", type=path, action="append", default=[], metavar="EVIDENCE",
                      help="evidence of yours in which nothing happened (repeatable)")  # fmt: skip
    test.set_defaults(run=_test)
    bench = below.add_parser(
        "bench", help="what a pack costs beside the others",
        description="How much longer ordinary logs of requests are searched with the pack than "
        "without it, and what each rule costs. Exits with 1 if it is more than 10 %.",
    )  # fmt: skip
    bench.add_argument("folder", type=path, metavar="PACK", help="the folder of a pack")
    bench.set_defaults(run=_bench)
    diff = below.add_parser(
        "diff", help="what changed from one pack to another version of it",
        description="Rules, indicators, steps and keys that were added, taken away or changed.",
    )  # fmt: skip
    diff.add_argument("old", metavar="OLD", help="a folder, or the id of a pack")
    diff.add_argument("new", metavar="NEW", help="a folder, or the id of a pack")
    diff.set_defaults(run=_diff)
    listed = below.add_parser(
        "list", help="the packs that are used, with version, window and rules",
        description="Every pack that a triage uses, with its version, window and rules; of one "
        "that was installed also whose it is.",
    )  # fmt: skip
    listed.set_defaults(run=_list)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-05-14") from error


def _print(lines: Sequence[str]) -> None:
    with standard_output(exact=False) as stream:
        for line in lines:
            stream.write("".join(c if c.isprintable() else "?" for c in line) + "\n")


def _new(options: argparse.Namespace) -> int:
    from alpheus.knowledge.scaffold import new_pack  # noqa: PLC0415 - keeps --help fast

    made = new_pack(options.id, options.folder, options.product, options.begins, options.ends)
    _print([str(one) for one in sorted(made.rglob("*")) if one.is_file()])
    say(f"now: alpheus pack check {made}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from alpheus.cli.pack_problems import problems_of  # noqa: PLC0415 - as above
    from alpheus.detect.pack_check import check_pack  # noqa: PLC0415 - as above
    from alpheus.detect.pack_compare import overlaps  # noqa: PLC0415 - as above
    from alpheus.knowledge.packs import read_whole_pack  # noqa: PLC0415 - as above

    _is_pack(options.folder)
    checked = check_pack(options.folder)
    problems = problems_of(options.folder, checked)
    rules = len(checked.rules.rules) + len(checked.rules.correlations)
    word = "problem" if len(problems) == 1 else "problems"
    out = [*problems, f"{rules} rules, {checked.examples} examples run, {len(problems)} {word}"]
    with suppress(KnowledgeError):  # what cannot be read whole is among the problems
        whole = read_whole_pack(options.folder)
        shared = overlaps(whole, _others(whole))
        out += [f"overlap: {one.rule} and {one.other} ({one.pack})" for one in shared]
    _print(out)
    return FOUND if problems else 0


def _test(options: argparse.Namespace) -> int:
    _is_pack(options.folder)
    pack = _read(options.folder)
    names = sorted(_names_of(options.folder))
    if not (names or options.clean):
        raise UsageError(f"{options.folder / 'lab'}: holds no scenario, and no --clean was given")
    wrong = sum(_scenario(options.folder, name, pack) for name in names)
    for evidence in options.clean:
        wrong += _clean(evidence, options.folder, pack)
    return FOUND if wrong else 0


def _scenario(folder: Path, name: str, pack: Pack) -> int:
    """Triage one scenario; 1 if something is not as the truth says."""
    from alpheus import lab  # noqa: PLC0415 - keeps --help fast
    from alpheus.scratch import scratch_folder  # noqa: PLC0415 - as above

    with scratch_folder() as scratch:
        given = () if _in_use(pack) else (folder.resolve(),)
        truth = lab.generate(scratch / "lab", name, packs=given)
        servers = _assess(truth.evidence, folder, pack)
        failed = [
            text for one in truth.servers for text in _differs(one, servers, pack.id)
        ]  # fmt: skip
    _print([f"{name}: {'as the truth says' if not failed else '; '.join(failed)}"])
    return 1 if failed else 0


def _names_of(folder: Path) -> set[str]:
    from alpheus.lab.scenario_file import read_scenario  # noqa: PLC0415 - keeps --help fast

    return {read_scenario(one).name for one in (folder / "lab").glob("*.yml")}


def _differs(truth: ServerTruth, servers: Sequence[ServerAssessment], pack: str) -> Iterator[str]:
    from alpheus.model import Verdict  # noqa: PLC0415 - keeps --help fast

    found = next((one for one in servers if one.name.lower() == truth.server.lower()), servers[0])
    for word, wanted, seen in (
        ("verdict", str(truth.verdict), found.verdict.value),
        ("stage", str(truth.stage), found.stage.value),
    ):
        if wanted != seen:
            yield f"{word} should be {wanted}, and is {seen}"
    alarmed = {
        one.pack
        for one in found.campaigns
        if one.assessed and one.verdict.rank >= Verdict.ATTEMPTED.rank
    }
    wanted_ones = {truth.campaign or pack} if truth.campaign else set()
    if alarmed != wanted_ones:
        yield f"campaigns should be {_listed(wanted_ones)}, and are {_listed(alarmed)}"


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _assess(evidence: Path, folder: Path, pack: Pack) -> tuple[ServerAssessment, ...]:
    from alpheus.job import TriageOptions  # noqa: PLC0415 - keeps --help fast
    from alpheus.knowledge.packs import pack_ids  # noqa: PLC0415 - as above
    from alpheus.triage import triage  # noqa: PLC0415 - as above

    options = TriageOptions(workers=1)
    if not _in_use(pack):  # another version of it may be in use: this one is what is tried
        others = [one for one in pack_ids() if one != pack.id]
        options = TriageOptions(packs=others, rules=(folder,), workers=1)
    result = triage([evidence], options)
    if result.unopened:
        raise UsageError(str(result.unopened[0].error))
    return result.assessment.servers


def _clean(evidence: Path, folder: Path, pack: Pack) -> int:
    """How many findings of the pack are alarms in evidence that is said to be clean."""
    from alpheus.judge.verdict import counts  # noqa: PLC0415 - keeps --help fast
    from alpheus.model import Stage  # noqa: PLC0415 - as above

    out: list[str] = []
    for server in _assess(evidence, folder, pack):
        for one in server.findings:
            if one.pack == pack.id and counts(one) and one.stage.rank >= Stage.ATTEMPTED.rank:
                cited = one.citations[0] if one.citations else None
                where = f"{cited.path}:{cited.line or 1}" if cited is not None else ""
                out.append(f"false alarm: {one.rule} ({one.citations_total}) {where}")
    word = "false alarm" if len(out) == 1 else "false alarms"
    _print([*out, f"{evidence}: {len(out)} {word} of {pack.id}"])
    return len(out)


def _bench(options: argparse.Namespace) -> int:
    from alpheus.detect.cost import measure  # noqa: PLC0415 - keeps --help fast
    from alpheus.detect.kit import Kit  # noqa: PLC0415 - as above
    from alpheus.detect.pack_compare import search_costs  # noqa: PLC0415 - as above
    from alpheus.parsers.base import ReadOptions  # noqa: PLC0415 - as above

    _is_pack(options.folder)
    pack = _read(options.folder)
    others = _others(pack)
    without = Kit.compile(others, ReadOptions(), keep=False)
    whole = Kit.compile([*others, pack], ReadOptions(), keep=False)
    costs = search_costs(whole, without)
    out = [
        f"{source}: searched {ratio:.2f} x as long with {pack.id}"
        for source, ratio in costs.items()
    ]  # fmt: skip
    own = [rule for rule in whole.rules.rules if rule.pack == pack.id]
    for rule, found in zip(own, measure(own, without), strict=True):
        for one in found:
            slower = f"search {one.slowdown:.2f} x, " if one.slowdown is not None else ""
            how = one.search.value if one.search is not None else "every page"
            out.append(f"{rule.id}: {one.source}, by {how}: {slower}{one.trial:.1f} x per trial")
    _print(out)
    return FOUND if max(costs.values()) > _DEAR else 0


def _diff(options: argparse.Namespace) -> int:
    from alpheus.detect.pack_compare import differences  # noqa: PLC0415 - keeps --help fast

    changes = differences(_named(options.old), _named(options.new))
    out = [f"{one.kind} {one.what}{f': {one.detail}' if one.detail else ''}" for one in changes]
    _print(out or ["nothing changed"])
    return 0


def _list(options: argparse.Namespace) -> int:  # noqa: ARG001 - the contract gives more
    from alpheus.knowledge.installed import installed  # noqa: PLC0415 - keeps --help fast
    from alpheus.knowledge.packs import load_packs  # noqa: PLC0415 - as above

    publishers = {one.id: one.publisher for one in installed().packs}
    out: list[str] = []
    for pack in load_packs():
        window = "no campaign"
        if pack.window is not None:
            window = f"{pack.window.start:%Y-%m-%d} to {pack.window.end:%Y-%m-%d}"
        rules = f"{len(pack.sigma)} rules"
        if pack.id in publishers:
            rules += f", from {publishers[pack.id]}"
        out += textwrap.wrap(f"{pack.id:20} {pack.version:8} {window:24} {rules}", WIDTH)
        out += folded("", pack.title, _INDENT)
    _print(out)
    return 0


def _is_pack(folder: Path) -> None:
    if not (folder / "pack.yaml").is_file():
        raise UsageError(f"{folder}: holds no pack.yaml; name the folder of a pack")


def _read(folder: Path) -> Pack:
    from alpheus.knowledge.packs import read_whole_pack  # noqa: PLC0415 - keeps --help fast

    try:
        return read_whole_pack(folder)
    except KnowledgeError as error:
        raise AlpheusError(f"{error}; see alpheus pack check {folder}") from error


def _named(text: str) -> Pack:
    from alpheus.knowledge.packs import pack_folder  # noqa: PLC0415 - keeps --help fast

    folder = Path(text)
    if not folder.is_dir():
        folder = pack_folder(text) or folder
    _is_pack(folder)
    return _read(folder)


def _in_use(pack: Pack) -> bool:
    """Whether a triage uses this very folder, and not another version of the pack, or none."""
    from alpheus.knowledge.packs import pack_folder  # noqa: PLC0415 - keeps --help fast

    used = pack_folder(pack.id)
    return used is not None and used.resolve() == pack.folder.resolve()


def _others(pack: Pack) -> list[Pack]:
    from alpheus.knowledge.packs import load_packs  # noqa: PLC0415 - keeps --help fast

    return [one for one in load_packs() if one.id != pack.id]
