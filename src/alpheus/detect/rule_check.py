"""Judges an operator's own rules: which are used, which not and why, and what each costs."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alpheus.detect.cost import Cost, measure
from alpheus.detect.kit import Kit
from alpheus.detect.sigma import Correlation, Rejected, Rule, RuleSet, compile_rules
from alpheus.detect.yara import YaraRules
from alpheus.knowledge.model import Pack, RejectedFile, SigmaFile, YaraFile
from alpheus.knowledge.packs import load_packs, pack_ids
from alpheus.parsers.base import ReadOptions

_PAGE = b'<%@ Page Language="C#" %><script runat="server">void Page_Load() { }</script>\r\n' * 2000
"""An ordinary page, on which YARA rules are timed."""

_YARA_REFERENCE = 'rule reference { strings: $a = "alpheus reference text" condition: $a }'
_YARA_REPEATS = 3


class State(StrEnum):
    """Whether a rule is used. `not-applicable`: it is in order, but for a source not read."""

    LOADED = "loaded"
    REJECTED = "rejected"
    NOT_APPLICABLE = "not-applicable"


class Kind(StrEnum):
    """What a rule file holds."""

    SIGMA = "sigma"
    CORRELATION = "correlation"
    YARA = "yara"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What is said of one rule, or of a file that is no rule (`kind` file).

    `place` tells where in the file it stands. `requires` is what its log source demands of the
    logging. `costs` has one entry per source; a YARA rule has the cost of its whole file, with
    `server-page` as source.
    """

    path: Path
    place: str
    kind: Kind
    state: State
    title: str
    reason: str = ""
    author: str = ""
    licence: str = ""
    requires: str = ""
    weight: str = ""
    costs: tuple[Cost, ...] = ()
    sources: tuple[str, ...] = ()


def check_rules(paths: Sequence[Path]) -> list[RuleReport]:
    """What becomes of every rule below the paths when they are given to `triage --rules`.

    In order of path and place. Raises UsageError for a path where nothing is.
    """
    packs = load_packs(None, paths)
    own, options = set(pack_ids()), ReadOptions()
    foreign = [pack for pack in packs if pack.id not in own]
    rules = compile_rules([file for pack in packs for file in pack.sigma])
    files = {_key(file): file for pack in foreign for file in pack.sigma}
    found = [
        *_unreadable(foreign),
        *_rejected(rules.rejected, files),
        *_sigma(rules, files, Kit.compile([pack for pack in packs if pack.id in own], options)),
        *_yara([file for pack in foreign for file in pack.yara]),
    ]
    return sorted(found, key=lambda report: (str(report.path), _natural(report.place)))


def _key(item: SigmaFile | Rule | Correlation | Rejected) -> tuple[Path, str]:
    return item.path, item.place


def _natural(place: str) -> list[tuple[int, str]]:
    """`document 10` after `document 9`."""
    return [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", place)]


def _unreadable(packs: Iterable[Pack]) -> Iterator[RuleReport]:
    for pack in packs:
        for file in pack.rejected:
            yield _of_file(file)


def _of_file(file: RejectedFile) -> RuleReport:
    return RuleReport(file.path, file.place, Kind.FILE, State.REJECTED, "", file.reason)


def _rejected(
    rejected: Iterable[Rejected], files: dict[tuple[Path, str], SigmaFile]
) -> Iterator[RuleReport]:
    for one in rejected:
        file = files.get(_key(one))
        if file is None:
            continue
        kind = Kind.CORRELATION if "correlation" in file.document else Kind.SIGMA
        state = State.REJECTED if one.applicable else State.NOT_APPLICABLE
        author = str(file.document.get("author") or "")
        yield RuleReport(
            one.path, one.place, kind, state, one.title, one.reason, author, file.licence
        )


def _sigma(
    rules: RuleSet, files: dict[tuple[Path, str], SigmaFile], shipped: Kit
) -> Iterator[RuleReport]:
    foreign = [rule for rule in rules.rules if _key(rule) in files]
    costs = dict(zip((rule.id for rule in foreign), measure(foreign, shipped), strict=True))
    items: list[Rule | Correlation] = [*rules.rules, *rules.correlations]
    for item in items:
        file = files.get(_key(item))
        if file is None:
            continue
        rule = item if isinstance(item, Rule) else None
        yield RuleReport(
            path=item.path,
            place=item.place,
            kind=Kind.CORRELATION if rule is None else Kind.SIGMA,
            state=State.LOADED,
            title=str(file.document["title"]),
            author=item.author,
            licence=item.licence,
            requires="" if rule is None else rule.requires,
            weight=item.meaning.weight.value,
            costs=() if rule is None else costs[rule.id],
            sources=() if rule is None else tuple(sorted(rule.sources)),
        )


def _yara(files: Sequence[YaraFile]) -> Iterator[RuleReport]:
    reference = _scan_seconds(YaraRules.compile([YaraFile("", Path(), _YARA_REFERENCE)]))
    for file in files:
        compiled = YaraRules.compile([file])
        for broken in compiled.rejected:
            yield RuleReport(
                file.path, broken.place, Kind.YARA, State.REJECTED, "", broken.reason,
                licence=file.licence,
            )  # fmt: skip
        if compiled.rejected or compiled.rules is None:
            continue
        trial = round(_scan_seconds(compiled) / reference, 2)
        for rule in compiled.rules:
            meta = {key: str(value) for key, value in rule.metadata}
            yield RuleReport(
                path=file.path,
                place=rule.identifier,
                kind=Kind.YARA,
                state=State.LOADED,
                title=meta.get("title") or meta.get("description") or rule.identifier,
                author=meta.get("author", ""),
                licence=meta.get("license") or meta.get("licence") or file.licence,
                weight=compiled.infos[rule.namespace, rule.identifier].meaning.weight.value,
                costs=(Cost("server-page", None, 1.0, None, 1, trial),),
                sources=("server-page",),
            )


def _scan_seconds(rules: YaraRules) -> float:
    best = float("inf")
    for _ in range(_YARA_REPEATS):
        start = time.perf_counter()
        rules.match(_PAGE)
        best = min(best, time.perf_counter() - start)
    return max(best, 1e-9)
