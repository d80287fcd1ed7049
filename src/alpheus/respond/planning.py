"""A plan from an assessment: which steps apply, why, and which files are taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from fnmatch import fnmatchcase

from msgspec.structs import replace

from alpheus.evidence.address import on_volume
from alpheus.knowledge.playbook import facts
from alpheus.model import PatchState, Stage, Verdict, Weight
from alpheus.report.assessment_file import Assessment, Citation, Finding, Server
from alpheus.respond.alike import told_apart
from alpheus.respond.catalogue import StepKind, parts_of, step_kinds
from alpheus.respond.derived import ends_of_page, page_of, place_of_page
from alpheus.respond.filling import Known
from alpheus.respond.model import Cited, FileAction, Plan, Step, signed
from alpheus.respond.own_files import OwnFiles
from alpheus.respond.quoting import powershell
from alpheus.respond.verification_evidence import LOGS, file_of
from alpheus.respond.verification_listing import TABLES, place_of

SHOWN = 10
"""Citations of a step that are listed; `cited_total` says how many there are."""

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


UNNAMED = (
    "Findings of this server count more files than its assessment names: what is not named is not "
    "in this plan. Triage the evidence again with this version, and plan from that."
)


def plan_of(
    assessment: Assessment, server: Server, *, made: datetime, version: str,
    own: OwnFiles | None = None,
) -> Plan:  # fmt: skip
    """The plan for one server. `made` is UTC; `own` knows the hashes of the product's files."""
    findings = tuple(one for one in server.findings if one.weight is not Weight.CONTEXT)
    steps = tuple(_Steps(server, findings, own or OwnFiles()).steps())
    return signed(Plan(
        server=server.name, product=server.product, verdict=server.verdict.value,
        stage=server.stage.value, headline=server.headline,
        made=made.strftime("%Y-%m-%dT%H:%M:%SZ"), version=version,
        packs={pack.id: pack.version for pack in assessment.run.packs},
        assessment=assessment.digest, steps=steps, beyond=tuple(_beyond(server)),
    ))  # fmt: skip


def _beyond(server: Server) -> Iterator[str]:
    if any(one.unnamed for one in server.findings if one.weight is not Weight.CONTEXT):
        yield UNNAMED
    if server.stage is Stage.SPREAD:
        yield REBUILD
    elif server.stage is Stage.OPERATED:
        yield OPERATED
    if server.verdict is Verdict.NOT_DETERMINABLE:
        yield UNSEEN


class _Steps:
    """The steps of one server, numbered, and its files, each once."""

    def __init__(self, server: Server, findings: tuple[Finding, ...], own: OwnFiles) -> None:
        self._server = server
        self._findings = findings
        self._own = own
        self._taken: dict[tuple[str, tuple[str, ...]], list[FileAction]] = {}
        self._count = 0
        self._seen = {
            one.path.replace("\\", "/").lower()
            for finding in server.findings for one in finding.citations if one.sha256
        }  # fmt: skip
        self._holding = self._facts()

    def steps(self) -> Iterator[Step]:
        taken = []
        for kind in step_kinds():
            cited = [one for one in self._findings if _fits(one.rule, kind.cites)]
            if kind.asked:
                cited = list(self._asked(cited))
            files = tuple(self._files(kind, cited))
            if any(self._holds(when, files, cited) for when in kind.when):
                taken.append((kind, cited, files))
        roots = _roots(action for _, _, files in taken for action in files)
        shown = told_apart(action.path for _, _, files in taken for action in files)
        for number, (kind, cited, files) in enumerate(taken, 1):
            told = tuple(replace(one, path=shown.get(one.path, one.path)) for one in files)
            yield self._step(number, kind, cited, told, roots)

    def _facts(self) -> frozenset[str]:
        server = self._server
        vulnerable = any(one.state in _OPEN for one in server.cves.values())
        found = facts(server.verdict, server.stage, vulnerable=vulnerable)
        return found | {"exchange"} if "Exchange" in server.product else found

    def _asked(self, cited: Iterable[Finding]) -> Iterator[Finding]:
        """Requests for pages that no file of the evidence is, and that are none of the product's.

        Where the file itself is there, another step takes it or puts it right.
        """
        for finding in cited:
            left = tuple(one for one in finding.citations if self._is_unseen_page(one.text))
            if left:
                yield replace(finding, citations=left, citations_total=len(left))

    def _is_unseen_page(self, text: str) -> bool:
        page = page_of(text)
        if not page or any(path.endswith(ends_of_page(page)) for path in self._seen):
            return False
        return not self._own.are_there(place_of_page(text).replace(":", ""))

    def _holds(
        self, when: str, files: Collection[FileAction], cited: Collection[Finding]
    ) -> bool:  # fmt: skip
        if "pages" in parts_of(when) and not cited:
            return False
        return all(part == "pages" or self._is(part, files) for part in parts_of(when))

    def _is(self, part: str, files: Collection[FileAction]) -> bool:
        kind, _, pattern = part.partition(":")
        if kind == "rule":
            return any(fnmatchcase(one.rule, pattern) for one in self._findings)
        if kind == "technique":
            return any(_fits(name, (pattern,)) for one in self._findings for name in one.techniques)
        if kind == "open":
            return any(
                cve == pattern and one.state in _OPEN for cve, one in self._server.cves.items()
            )
        if part == "files":
            return bool(files)
        return part in self._holding

    def _step(
        self, number: int, kind: StepKind, cited: list[Finding], files: tuple[FileAction, ...],
        roots: str,
    ) -> Step:  # fmt: skip
        known = Known(kind.names, cited)
        lines = (text.replace("{roots}", roots) for text in kind.by_hand)
        shown = tuple(_cited(cited))
        return Step(
            number, kind.phase, kind.what, kind.why,
            by_hand=tuple(line for text in lines for line in known.filled(text)),
            breaks=kind.breaks, undo=kind.undo, decides=kind.decides,
            cited=shown[:SHOWN], cited_total=sum(one.citations_total for one in cited),
            files=files,
        )  # fmt: skip

    def _files(self, kind: StepKind, cited: list[Finding]) -> Iterator[FileAction]:
        if not kind.takes:
            return
        for finding in cited:
            for citation in finding.citations:
                place = self._place(kind, finding, citation)
                if place is None:
                    continue
                letter, parts = place
                same = self._same(letter, parts)
                if any(one.parts == parts or one.sha256 == citation.sha256 for one in same):
                    continue
                good = self._good(kind, citation)
                if kind.exchanges and not good:
                    continue
                self._count += 1
                action = FileAction(
                    self._count, letter, parts, citation.sha256 or "",
                    f"{letter}:\\" + "\\".join(parts), f"{finding.title} ({finding.rule})",
                    good, kind.exchanges,
                )  # fmt: skip
                same.append(action)
                yield action

    def _same(self, letter: str, parts: tuple[str, ...]) -> list[FileAction]:
        """What is taken of this name. A copy that tells upper from lower case may have several."""
        return self._taken.setdefault((letter, tuple(part.lower() for part in parts)), [])

    def _good(self, kind: StepKind, citation: Citation) -> tuple[str, ...]:
        return self._own.hashes(citation.path) if kind.restores or kind.exchanges else ()

    def _place(
        self, kind: StepKind, finding: Finding, citation: Citation
    ) -> tuple[str, tuple[str, ...]] | None:
        if not citation.sha256 or not _is_called(kind, finding, citation):
            return None
        if kind.not_stock or kind.only_stock:
            stock = self._own.are_there(citation.path)
            if stock is kind.not_stock:
                return None
        return on_volume(citation.path)


def _is_called(kind: StepKind, finding: Finding, citation: Citation) -> bool:
    """Whether a file has a name of those that a step takes.

    What makes a page is in it, not in its name: a handler may run `x.aspx.bak`, or `x.aspx ` with a
    space behind it.
    """
    path = citation.path.lower()
    if path.endswith(kind.takes) or not kind.any_name:
        return path.endswith(kind.takes)
    known = tuple(end for one in step_kinds() for end in one.takes)
    place = place_of(citation.path)
    is_file = file_of(finding, citation) == place and place.rpartition("/")[2] not in TABLES
    return is_file and not path.endswith((*known, *LOGS, ".config"))


def _roots(files: Iterable[FileAction]) -> str:
    """Where each volume is mounted that they lie on, as the command line asks for it."""
    volumes = sorted({one.volume for one in files}) or ["C"]
    return " ".join(
        f"--root {one}=PATH" if one.isalnum() else f"--root {powershell(one + '=PATH')}"
        for one in volumes
    )


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


def _fits(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
