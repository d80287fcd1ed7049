"""A plan from an assessment: which steps apply, why, and which files are taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase

from alpheus.evidence.address import on_volume, windows_path
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.playbook import facts
from alpheus.model import PatchState, Stage, Verdict, Weight
from alpheus.respond.assessment_file import Assessment, Citation, Finding, Server
from alpheus.respond.catalogue import StepKind, parts_of, step_kinds
from alpheus.respond.model import Cited, FileAction, Plan, Step, signed
from alpheus.respond.named import MOST, values
from alpheus.respond.quoting import powershell

SHOWN = 10
"""Citations of a step that are listed; `cited_total` says how many there are."""

_WORD = re.compile(r"\{(\w+)\}")
_OPEN = frozenset({PatchState.VULNERABLE, PatchState.UNDETERMINED})

REBUILD = (
    "The intruder has left this server, or could have: secrets, mail and other machines. No file "
    "that is taken away undoes that. Rebuild the server, and rotate all secrets in their order."
)
OPERATED = (
    "Commands ran with the highest rights. What they changed beyond what the evidence shows cannot "
    "be told; a rebuilt server is the only one that is known to be clean."
)
UNSEEN = (
    "Sources that a verdict needs are missing or too short: what happened there is not in this "
    "plan."
)


def plan_of(assessment: Assessment, server: Server, *, made: datetime, version: str) -> Plan:
    """The plan for one server. `made` is UTC."""
    findings = tuple(one for one in server.findings if one.weight is not Weight.CONTEXT)
    steps = tuple(_Steps(server, findings).steps())
    return signed(Plan(
        server=server.name, product=server.product, verdict=server.verdict.value,
        stage=server.stage.value, headline=server.headline,
        made=made.strftime("%Y-%m-%dT%H:%M:%SZ"), version=version,
        packs={pack.id: pack.version for pack in assessment.run.packs},
        assessment=assessment.digest, steps=steps, beyond=tuple(_beyond(server)),
    ))  # fmt: skip


def _beyond(server: Server) -> Iterator[str]:
    if server.stage is Stage.SPREAD:
        yield REBUILD
    elif server.stage is Stage.OPERATED:
        yield OPERATED
    if server.verdict is Verdict.NOT_DETERMINABLE:
        yield UNSEEN


class _Steps:
    """The steps of one server, numbered, and its files, each once."""

    def __init__(self, server: Server, findings: tuple[Finding, ...]) -> None:
        self._server = server
        self._findings = findings
        self._baseline = Baseline.load()
        self._taken: set[tuple[str, tuple[str, ...]]] = set()
        self._holding = self._facts()

    def steps(self) -> Iterator[Step]:
        number = 0
        for kind in step_kinds():
            cited = [one for one in self._findings if _fits(one.rule, kind.cites)]
            files = tuple(self._files(kind, cited))
            if any(self._holds(when, files) for when in kind.when):
                number += 1
                yield self._step(number, kind, cited, files)

    def _facts(self) -> frozenset[str]:
        server = self._server
        vulnerable = any(one.state in _OPEN for one in server.cves.values())
        found = facts(server.verdict, server.stage, vulnerable=vulnerable)
        return found | {"exchange"} if "Exchange" in server.product else found

    def _holds(self, when: str, files: Collection[FileAction]) -> bool:
        return all(self._is(part, files) for part in parts_of(when))

    def _is(self, part: str, files: Collection[FileAction]) -> bool:
        kind, _, pattern = part.partition(":")
        if kind == "rule":
            return any(fnmatchcase(one.rule, pattern) for one in self._findings)
        if kind == "technique":
            return any(_fits(name, (pattern,)) for one in self._findings for name in one.techniques)
        if part == "files":
            return bool(files)
        return part in self._holding

    def _step(
        self, number: int, kind: StepKind, cited: list[Finding], files: tuple[FileAction, ...]
    ) -> Step:
        known = {word: _known(fields, cited) for word, fields in kind.names.items()}
        shown = tuple(_cited(cited))
        return Step(
            number, kind.phase, kind.what, kind.why,
            by_hand=tuple(line for text in kind.by_hand for line in _filled(text, known)),
            breaks=kind.breaks, undo=kind.undo, decides=kind.decides,
            cited=shown[:SHOWN], cited_total=sum(one.citations_total for one in cited),
            files=files,
        )  # fmt: skip

    def _files(self, kind: StepKind, cited: list[Finding]) -> Iterator[FileAction]:
        if not kind.takes:
            return
        for finding in cited:
            for citation in finding.citations:
                place = self._place(kind, citation)
                if place is None:
                    continue
                letter, parts = place
                key = (letter, tuple(part.lower() for part in parts))
                if key in self._taken:
                    continue
                self._taken.add(key)
                yield FileAction(
                    len(self._taken), letter, parts, citation.sha256 or "",
                    f"{letter}:\\" + "\\".join(parts), f"{finding.title} ({finding.rule})",
                )  # fmt: skip

    def _place(self, kind: StepKind, citation: Citation) -> tuple[str, tuple[str, ...]] | None:
        if not citation.sha256 or not citation.path.lower().endswith(kind.takes):
            return None
        if kind.not_stock or kind.only_stock:
            relative = self._baseline.install_relative(windows_path(citation.path))
            stock = relative is not None and self._baseline.known_name(relative)
            if stock is kind.not_stock:
                return None
        return on_volume(citation.path)


def _known(fields: Iterable[str], cited: Iterable[Finding]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for field in fields:
        pattern, _, name = field.rpartition(":")
        citations = (one for finding in cited if fnmatchcase(finding.rule, pattern or "*")
                     for one in finding.citations)  # fmt: skip
        found |= dict.fromkeys(values(citations, (name,)))
    return tuple(found)[:MOST]


def _cited(findings: Iterable[Finding]) -> Iterator[Cited]:
    """One citation of each finding first, the best proven first; then the others."""
    ordered = sorted(findings, key=lambda one: -one.weight.rank)
    longest = max((len(one.citations) for one in ordered), default=0)
    for at in range(longest):
        for one in ordered:
            if at < len(one.citations):
                where = one.citations[at]
                yield Cited(one.rule, one.title, where.evidence, where.path, where.line,
                            where.offset, where.record_id)  # fmt: skip


def _filled(text: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A line for each value of its word, quoted; a line whose word has none says so."""
    words = [word for word in _WORD.findall(text) if word in known]
    if not words:
        yield text
        return
    word = words[0]
    if not known[word]:
        yield text.replace("{" + word + "}", f"NAME-OF-{word.upper()}") + (
            "   (no name stands in the cited records)"
        )
        return
    for value in known[word]:
        yield text.replace("{" + word + "}", powershell(value))


def _fits(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
