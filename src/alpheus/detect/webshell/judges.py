"""Who judges which kind of file; pages by their code, and beside it by what is known to be bad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from alpheus.detect.webshell.judge import SUSPICIOUS, judged, matters
from alpheus.detect.webshell.model import PageJudgement, Reason
from alpheus.detect.yara import YaraRules
from alpheus.knowledge.indicators import Indicators
from alpheus.knowledge.packs import load_packs
from alpheus.model import Skipped, Weight

_POINTS = {Weight.PROOF: 90, Weight.INDICATION: 45, Weight.CONTEXT: 5}
_HASH_POINTS = {Weight.PROOF: 100, Weight.INDICATION: 60, Weight.CONTEXT: 5}
_MOST_MATCHES = 10
_OF_CODE = "iis-webshell-page-"
_DOUBTED = 12
"""Of a rule that looks for what code does by its words, where following the code shows that it does
not: the words stand in a comment, or apart from each other."""


class Judge(Protocol):
    """Judges the content of a page."""

    def judge(self, content: bytes, path: str, sha256: str) -> PageJudgement:
        """Never raises for content."""


Reasons = Callable[[bytes, str], list[Reason]]
"""Judges the content of a file that is no page."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Who judges which kind of file. `rejected`: rules that could not be used, as losses."""

    page: Judge
    configuration: Reasons
    assembly: Reasons
    rejected: tuple[Skipped, ...] = field(default=())


def load_judges(rules: Sequence[Path] = ()) -> Judges:
    """All judges, with the rules that ship and those of some folders and files.

    Raises UsageError for a path where nothing is.
    """
    from alpheus.detect.webshell.assembly import judge_assembly  # noqa: PLC0415 - heavy
    from alpheus.detect.webshell.configuration import judge_configuration  # noqa: PLC0415 - heavy
    from alpheus.detect.webshell.judge import PageJudge  # noqa: PLC0415 - heavy

    page = RuledJudge.load(PageJudge(), rules)
    return Judges(page, judge_configuration, judge_assembly, page.rejected)


class RuledJudge:
    """A judge of code, with rules and published hashes beside it.

    `everywhere`: the rules are tried on every page; those that ship can match none without code.
    `rejected` are files of rules that cannot be used, as losses.
    """

    def __init__(
        self, judge: Judge, yara: YaraRules, indicators: Indicators, *, everywhere: bool = True
    ) -> None:
        self._judge = judge
        self._yara = yara
        self._indicators = indicators
        self._everywhere = everywhere
        self.rejected: tuple[Skipped, ...] = tuple(
            Skipped("", one.path, None, f"rules not used: {one.reason}") for one in yara.rejected
        )

    @classmethod
    def load(cls, judge: Judge, rules: Sequence[Path] = ()) -> RuledJudge:
        """With the rules that ship and those of some folders and files.

        Raises UsageError for a path where nothing is.
        """
        packs = load_packs(None, rules)
        made = cls(
            judge,
            YaraRules.compile([file for pack in packs for file in pack.yara]),
            Indicators(packs),
            everywhere=bool(rules),
        )
        broken = [one for pack in packs for one in pack.rejected]
        made.rejected += tuple(
            Skipped("", str(one.path), None, f"rule file not used: {one.place}: {one.reason}")
            for one in broken
        )
        return made

    def judge(self, content: bytes, path: str, sha256: str) -> PageJudgement:
        """What the code says, and every rule and hash that it matches."""
        said = self._judge.judge(content, path, sha256)
        known = self._known_bad(content, said)
        if not known:
            return said
        reasons = [*known, *said.reasons]
        return replace(judged(path, sha256, len(content), reasons), family=said.family)

    def _known_bad(self, content: bytes, said: PageJudgement) -> list[Reason]:
        reasons = []
        published = self._indicators.by_hash(said.sha256)
        if published is not None:
            text = f"published as {published.meaning} ({published.source})"
            reasons.append(Reason("hash", None, text, _HASH_POINTS[published.weight]))
        tried = self._everywhere or matters(content, said.path)
        for match in self._yara.match(content)[:_MOST_MATCHES] if tried else ():
            points = _POINTS[match.rule.meaning.weight]
            if match.rule.id.startswith(_OF_CODE) and _is_cleared(said):
                points = min(points, _DOUBTED)
            text = f"{match.rule.title} (rule {match.rule.id})"
            reasons.append(Reason("rule", match.line, text, points))
        return reasons


def _is_cleared(said: PageJudgement) -> bool:
    """Whether the code was followed to its end and does nothing that stands out."""
    return said.score < SUSPICIOUS and all(reason.kind != "cut" for reason in said.reasons)
